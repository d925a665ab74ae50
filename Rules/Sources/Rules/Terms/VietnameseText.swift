import Foundation

/// What every stored Vietnamese text goes through: one canonical form, and one folded form to search by.
package enum VietnameseText {
  /// NFC, without characters that are invisible or change the direction of reading, runs of white space made one blank.
  ///
  /// Attack prevented: a name that looks like another's because of zero-width or bidi control characters.
  package static func clean(_ text: String) -> String {
    if let plain = cleanedPlain(text) { return plain }
    var result = String.UnicodeScalarView()
    var pendingSpace = false
    for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
      if scalar.properties.isWhitespace || scalar == "\u{00A0}" {
        pendingSpace = !result.isEmpty
        continue
      }
      if isInvisible(scalar) { continue }
      if pendingSpace { result.append(" ") }
      pendingSpace = false
      result.append(scalar)
    }
    return String(result)
  }

  /// The same for text of plain ASCII, where there is nothing to compose; nil for any other.
  private static func cleanedPlain(_ text: String) -> String? {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    var kept: [UInt8] = []
    kept.reserveCapacity(text.utf8.count)
    var pendingSpace = false
    for byte in text.utf8 {
      switch byte {
      case 0x09...0x0D, 0x20: pendingSpace = !kept.isEmpty
      case 0..<0x20, 0x7F: continue
      default:
        if pendingSpace { kept.append(0x20) }
        pendingSpace = false
        kept.append(byte)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }

  /// Control, format (zero-width, bidi), private-use, surrogate and unassigned characters.
  package static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// Lower case without marks, `đ` as `d`: the search form. “Đặng Thị Ánh” becomes “dang thi anh”.
  package static func folded(_ text: String) -> String {
    let text = clean(text).lowercased()
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.decomposedStringWithCanonicalMapping.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .spacingMark: continue
      default: result.append(scalar == "đ" ? "d" : scalar)
      }
    }
    return String(result)
  }
}
