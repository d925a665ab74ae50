import Foundation

/// What every stored Vietnamese text goes through: one canonical form, and one folded form to search by.
package enum VietnameseText {
  /// NFC, without characters that are invisible or change the direction of reading, runs of white space made one blank.
  ///
  /// Attack prevented: a name that looks like another's because of zero-width or bidi control characters.
  package static func clean(_ text: String) -> String {
    PlainLetters.cleaned(text) ?? cleanedInGeneral(text)
  }

  package static func cleanedInGeneral(_ text: String) -> String {
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

  /// Control, format (zero-width, bidi), private-use, surrogate and unassigned characters.
  package static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// Lower case without marks, `đ` as `d`: the search form. “Đặng Thị Ánh” becomes “dang thi anh”.
  package static func folded(_ text: String) -> String {
    let text = clean(text)
    return PlainLetters.folded(text) ?? foldedInGeneral(text)
  }

  package static func foldedInGeneral(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in cleanedInGeneral(text).lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .spacingMark: continue
      default: result.append(scalar == "đ" ? "d" : scalar)
      }
    }
    return String(result)
  }
}
