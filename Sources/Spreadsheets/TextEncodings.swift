import Foundation

/// Finds out in which letters a text file is written, and refuses rather than guesses.
enum TextEncodings {
  static func decode(_ bytes: [UInt8]) throws(SpreadsheetFault) -> String {
    let text =
      if bytes.starts(with: [0xFF, 0xFE]) {
        utf16(bytes.dropFirst(2), littleEndian: true)
      } else if bytes.starts(with: [0xFE, 0xFF]) {
        utf16(bytes.dropFirst(2), littleEndian: false)
      } else if let littleEndian = looksLikeUTF16(bytes) {
        utf16(bytes[...], littleEndian: littleEndian)
      } else {
        String(
          validating: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...], as: UTF8.self)
          ?? windows1258(bytes)
      }
    guard let text else { throw .unknownEncoding }
    let isText = text.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 32 || scalar == "\t" || scalar == "\n" || scalar == "\r" || scalar == "\u{C}"
        || scalar == "\u{1A}"
    }
    guard isText else { throw .unknownFormat }
    return text
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, littleEndian: Bool) -> String? {
    guard bytes.count.isMultiple(of: 2) else { return nil }
    var units: [UInt16] = []
    units.reserveCapacity(bytes.count / 2)
    for index in stride(from: bytes.startIndex, to: bytes.endIndex, by: 2) {
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      units.append(littleEndian ? second << 8 | first : first << 8 | second)
    }
    return String(validating: units, as: UTF16.self)
  }

  /// Without a mark: the blanks and digits of a table put a zero into every other byte, always on the same
  /// side.
  private static func looksLikeUTF16(_ bytes: [UInt8]) -> Bool? {
    let sample = bytes.prefix(2_000)
    let even = sample.indices.count { $0.isMultiple(of: 2) && sample[$0] == 0 }
    let odd = sample.indices.count { !$0.isMultiple(of: 2) && sample[$0] == 0 }
    if even == 0, odd * 5 > sample.count { return true }
    if odd == 0, even * 5 > sample.count { return false }
    return nil
  }

  // MARK: Windows-1258

  /// Reads the old Vietnamese code page, and only where the outcome proves itself: every tone mark stands on
  /// a vowel, and a word that lists always have comes out spelt right. VNI and TCVN3 files fail this, and are
  /// refused.
  private static func windows1258(_ bytes: [UInt8]) -> String? {
    var scalars = String.UnicodeScalarView()
    for byte in bytes {
      guard let scalar = table1258[Int(byte)] else { return nil }
      if tones.contains(scalar) {
        guard let base = scalars.last, vowels.contains(base) else { return nil }
      }
      scalars.append(scalar)
    }
    let text = String(scalars).precomposedStringWithCanonicalMapping
    let lower = text.lowercased()
    return ["họ", "lớp", "giới", "học sinh"].contains(where: lower.contains) ? text : nil
  }

  private static let tones = Set<Unicode.Scalar>(["\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"])
  private static let vowels = Set("aăâeêioôơuưyAĂÂEÊIOÔƠUƯY".unicodeScalars)

  /// Windows-1252 with the places that Vietnamese needs; nil where the code page has no character.
  private static let table1258: [Unicode.Scalar?] = {
    var table = (0..<256).map { Unicode.Scalar(UInt8($0)) as Unicode.Scalar? }
    let upper: [UInt32] = [
      0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0, 0x2039, 0x0152, 0, 0, 0,
      0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0, 0x203A, 0x0153, 0, 0,
      0x0178,
    ]
    for (offset, value) in upper.enumerated() {
      table[0x80 + offset] = value == 0 ? nil : Unicode.Scalar(value)
    }
    let vietnamese: [Int: UInt32] = [
      0xC3: 0x102, 0xCC: 0x300, 0xD0: 0x110, 0xD2: 0x309, 0xD5: 0x1A0, 0xDD: 0x1AF, 0xDE: 0x303, 0xE3: 0x103,
      0xEC: 0x301, 0xF0: 0x111, 0xF2: 0x323, 0xF5: 0x1A1, 0xFD: 0x1B0, 0xFE: 0x20AB,
    ]
    for (byte, value) in vietnamese { table[byte] = Unicode.Scalar(value) }
    return table
  }()
}
