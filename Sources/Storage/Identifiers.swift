import Foundation
package import Rules

/// Makes keys: UUIDv7, so that rows of one time lie together in an index and keys of many schools never
/// collide.
package enum Identifiers {
  package static func make<T>(_: T.Type = T.self) -> Identifier<T> { .init(rawValue: text()) }

  static func text() -> String {
    var random = SystemRandomNumberGenerator()
    return text(milliseconds: UInt64(Date().timeIntervalSince1970 * 1_000), random.next(), random.next())
  }

  /// RFC 9562, version 7: 48 bits of milliseconds, 74 random bits.
  static func text(milliseconds: UInt64, _ first: UInt64, _ second: UInt64) -> String {
    let high = (milliseconds << 16) | 0x7000 | (first & 0x0FFF)
    let low = (second & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
    var characters: [UInt8] = []
    characters.reserveCapacity(36)
    for (word, breaks) in [(high, [32, 16]), (low, [48])] {
      var shift = 60
      while shift >= 0 {
        characters.append(hexadecimal[Int((word >> UInt64(shift)) & 15)])
        if breaks.contains(shift) { characters.append(45) }
        shift -= 4
      }
      if characters.count == 18 { characters.append(45) }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  private static let hexadecimal = Array("0123456789abcdef".utf8)
}
