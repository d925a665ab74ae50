import Crypto
import Foundation
package import Rules

/// Time-based one-time codes, RFC 6238: six digits, 30 seconds, HMAC-SHA-1, as every authenticator app knows them.
package enum SecondFactor {
  package static let period: Int64 = 30

  /// 160 random bits in base 32, as the apps take them.
  package static func newSecret() -> String { base32(Secrets.random(20)) }

  package static func code(secret: String, step: Int64) -> String {
    let key = SymmetricKey(data: bytes(base32: secret))
    let counter = withUnsafeBytes(of: UInt64(bitPattern: step).bigEndian) { Data($0) }
    let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
    let offset = Int(mac[19] & 15)
    var number = UInt32(mac[offset] & 0x7F) << 24
    number |= UInt32(mac[offset + 1]) << 16
    number |= UInt32(mac[offset + 2]) << 8
    number |= UInt32(mac[offset + 3])
    let digits = String(number % 1_000_000)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// The step that a code belongs to: now, one before or one after; nil when it is wrong or was used before.
  ///
  /// - Parameter lastStep: the newest step already used. Attack prevented: a code read over a shoulder and used again.
  package static func step(of typed: String, secret: String, lastStep: Int64, at now: Timestamp) -> Int64? {
    let digits = typed.filter { $0.isASCII && $0.isNumber }
    guard digits.count == 6 else { return nil }
    let current = now.seconds / period
    return [current, current - 1, current + 1].first {
      $0 > lastStep && code(secret: secret, step: $0) == digits
    }
  }

  /// What the QR code holds.
  package static func address(secret: String, login: String, site: String) -> String {
    let label = "LopAn:\(login)".addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? login
    return "otpauth://totp/\(label)?secret=\(secret)&issuer=LopAn&algorithm=SHA1&digits=6&period=30"
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

  static func base32(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 5 {
        count -= 5
        result.append(alphabet[Int(bits >> count & 31)])
      }
    }
    if count > 0 { result.append(alphabet[Int(bits << (5 - count) & 31)]) }
    return String(decoding: result, as: UTF8.self)
  }

  static func bytes(base32 text: String) -> [UInt8] {
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for character in text.utf8 {
      guard let value = alphabet.firstIndex(of: character) else { continue }
      bits = bits << 5 | UInt32(value)
      count += 5
      if count >= 8 {
        count -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> count))
      }
    }
    return result
  }
}
