import Crypto
import Foundation
import Identity
import TestKit
import Testing

@Suite struct DeviceKeyTests {
  static let key = P256.Signing.PrivateKey()
  private let text = key.publicKey.x963Representation.base64URL

  private func sign(_ message: String, by key: P256.Signing.PrivateKey = key) throws -> String {
    try key.signature(for: Data(message.utf8)).rawRepresentation.base64URL
  }

  @Test func theOwnKeySignsAndNoOther() throws {
    #expect(DeviceSignature.accepted(text) == text)
    #expect(DeviceSignature.verifies(try sign("thử thách"), of: "thử thách", key: text))
    #expect(!DeviceSignature.verifies(try sign("thử thách"), of: "thử thách khác", key: text))
    let other = P256.Signing.PrivateKey()
    #expect(!DeviceSignature.verifies(try sign("thử thách", by: other), of: "thử thách", key: text))
  }

  @Test func whatIsNoPointOfTheCurveIsNoKey() {
    let point = Self.key.publicKey
    var offCurve = Array(point.x963Representation)
    offCurve[40] ^= 1
    let garbage = [
      "", "=", "A", "....", "null", text + "A", String(text.dropLast(2)), text.uppercased(),
      Data(offCurve).base64URL, Data(repeating: 0, count: 65).base64URL,
      Data([4] + [UInt8](repeating: 255, count: 64)).base64URL,
      point.compressedRepresentation.base64URL, point.rawRepresentation.base64URL,
      point.derRepresentation.base64URL, point.pemRepresentation, Data([0]).base64URL,
      P384.Signing.PrivateKey().publicKey.x963Representation.base64URL,
      String(repeating: "A", count: 100_000), "\u{0}" + text,
    ]
    for text in garbage { #expect(DeviceSignature.accepted(text) == nil, "\(text.prefix(100))") }
  }

  @Test func garbledSignaturesVerifyNothing() throws {
    let good = try sign("m")
    let garbage = [
      "", "A", "....", good + "AA", String(good.dropLast(3)), Data(repeating: 0, count: 64).base64URL,
      Data(repeating: 255, count: 64).base64URL,
      try Self.key.signature(for: Data("m".utf8)).derRepresentation.base64URL,
      String(repeating: "A", count: 100_000),
    ]
    for signature in garbage {
      #expect(!DeviceSignature.verifies(signature, of: "m", key: text), "\(signature.prefix(100))")
    }
    for key in ["", "x", Data(repeating: 0, count: 65).base64URL] {
      #expect(!DeviceSignature.verifies(good, of: "m", key: key))
    }
  }

  @Test func randomBytesAreHarmless() {
    for seed in UInt64(1)...300 {
      var generator = SeededGenerator(seed)
      let bytes = (0..<Int.random(in: 0...140, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let noise = Data(bytes).base64URL
      #expect(!DeviceSignature.verifies(noise, of: "m", key: text), "seed \(seed)")
      #expect(!DeviceSignature.verifies(noise, of: "m", key: noise), "seed \(seed)")
      if bytes.count != 65 { #expect(DeviceSignature.accepted(noise) == nil, "seed \(seed)") }
    }
  }

  @Test func theTextOfAKeyIsOneText() throws {
    // Two texts of the same bytes must not be two devices.
    let standard = Self.key.publicKey.x963Representation.base64EncodedString()
    #expect(DeviceSignature.accepted(standard) == text)
  }
}
