import Crypto
import Foundation
import Storage

/// Random secrets and their hashes. A secret is shown once and stored only as its hash.
package enum Secrets {
  /// 256 random bits as text for a cookie or a ticket.
  package static func token() -> String { Data(random(32)).base64URL }

  /// A secret that a person can type from paper: 12 letters and digits without look-alikes, 58 bits, in groups of four.
  package static func slip() -> String {
    let letters = Array("ABCDEFGHKLMNPQRSTUVXY3456789")
    var generator = SystemRandomNumberGenerator()
    let characters = (0..<12).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
    return stride(from: 0, to: 12, by: 4).map { String(characters[$0..<$0 + 4]) }.joined(separator: "-")
  }

  /// What was typed from a slip, in the one form that is hashed.
  package static func normalisedSlip(_ typed: String) -> String {
    String(typed.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(40))
  }

  package static func hash(_ secret: String) -> String { SHA256.hash(data: Data(secret.utf8)).hexadecimal }

  package static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}

extension Data {
  package var base64URL: String {
    let letters = base64EncodedString().utf8.compactMap { letter -> UInt8? in
      switch letter {
      case UInt8(ascii: "+"): UInt8(ascii: "-")
      case UInt8(ascii: "/"): UInt8(ascii: "_")
      case UInt8(ascii: "="): nil
      default: letter
      }
    }
    return String(decoding: letters, as: UTF8.self)
  }

  package init?(base64URL text: String) {
    var letters = text.utf8.map { letter in
      switch letter {
      case UInt8(ascii: "-"): UInt8(ascii: "+")
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: letter
      }
    }
    while letters.count % 4 != 0 { letters.append(UInt8(ascii: "=")) }
    self.init(base64Encoded: Data(letters))
  }
}
