/// How single cells of a class list are read. Nothing is ever guessed: what is not clear throws its reason.
enum ClassListValues {
  /// Cleaned and cut to 60 characters: fit for a preview or a sentence.
  static func shown(_ text: String) -> String {
    let clean = VietnameseText.clean(String(text.prefix(400)))
    return clean.count <= 60 ? clean : clean.prefix(59) + "…"
  }

  /// - Returns: the name in NFC, and whether invisible characters were taken out of it.
  static func name(_ text: String) throws(ClassListReason) -> (name: String, hadInvisible: Bool) {
    let clean = VietnameseText.clean(text)
    guard !clean.isEmpty else { throw .missingName }
    guard clean.count <= 80 else { throw .nameTooLong }
    if clean.contains(where: \.isNumber) { throw .nameHasDigits }
    guard clean.contains(where: \.isLetter), clean.unicodeScalars.allSatisfy(isNameScalar) else {
      throw .nameHasStrangeCharacters
    }
    let invisible = text.unicodeScalars.contains {
      VietnameseText.isInvisible($0) && !$0.properties.isWhitespace
    }
    return (clean, invisible)
  }

  /// Latin letters, marks and what joins syllables (H'Mông, Y-Bih). Cyrillic or Greek look-alikes are no
  /// name.
  private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x300...0x36F, 0x1E00...0x1EFF:
      true
    default: " '’-.".unicodeScalars.contains(scalar)
    }
  }

  static func sex(_ text: String) throws(ClassListReason) -> ClassListEntry.Sex {
    switch VietnameseText.folded(text) {
    case "": return .unknown
    case "nam", "trai", "male", "m": return .male
    case "nu", "gai", "female", "f": return .female
    default: throw .sexUnreadable
    }
  }

  /// Whether a column such as “Nữ” is marked in this row; any sign but a number other than 1 is a mark.
  static func isMarked(_ text: String) throws(ClassListReason) -> Bool {
    switch VietnameseText.folded(text) {
    case "", "0": return false
    case "x", "1", "v", "*", "+", "✓", "✔", "√", "nu", "nam", "true", "co": return true
    default: throw .sexUnreadable
    }
  }

  static func code(_ text: String, kind: ClassListField.CodeKind) throws(ClassListReason) -> String? {
    var code = withoutDecimals(VietnameseText.clean(text))
    if code.hasPrefix("'") { code.removeFirst() }
    guard !code.isEmpty else { return nil }
    if isScientific(code) { throw .codeLostDigits }
    guard code.utf8.count <= 30, code.contains(where: { $0.isLetter || $0.isNumber }),
      code.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) })
    else { throw .codeUnreadable }
    if kind == .ministry, code.utf8.count != 10 || !code.allSatisfy(\.isNumber) { throw .codeWrongLength }
    return code
  }

  /// The largest order number in a class; larger ones can only run through a whole school.
  static let largestOrderNumber = 999

  static func orderNumber(_ text: String) throws(ClassListReason) -> Int? {
    var digits = withoutDecimals(VietnameseText.clean(text))
    if digits.hasSuffix(".") { digits.removeLast() }
    guard !digits.isEmpty else { return nil }
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits),
      (1...99_999).contains(number)
    else {
      throw .orderUnreadable
    }
    return number
  }

  static func className(_ cell: ClassListGrid.Cell) throws(ClassListReason) -> String? {
    if case .day = cell.content { throw .classBecameDate }
    let text = VietnameseText.clean(cell.text)
    guard !text.isEmpty else { return nil }
    guard let name = ClassNames.canonical(text) else { throw .classUnreadable }
    return name
  }

  /// The states under which a pupil belongs in class.
  static func isStudying(_ status: String) -> Bool {
    let words = ClassListHeaders.key(status)
    return [
      "", "dang hoc", "dang hoc tap", "hoc", "dang di hoc", "binh thuong", "hoc binh thuong", "hien dien",
      "moi tuyen",
      "tuyen moi",
    ].contains(words)
      || words.hasPrefix("chuyen den") || words.hasPrefix("moi chuyen den")
  }

  /// An identifier that was read as a number: `1234567890.0`.
  static func withoutDecimals(_ text: String) -> String {
    guard let dot = text.firstIndex(of: "."), dot != text.startIndex else { return text }
    let (whole, rest) = (text[..<dot], text[text.index(after: dot)...])
    guard !rest.isEmpty, rest.allSatisfy({ $0 == "0" }), rest.count <= 2,
      whole.allSatisfy({ $0.isASCII && $0.isNumber })
    else { return text }
    return String(whole)
  }

  /// `1.23457E+09`: Excel has thrown digits away.
  static func isScientific(_ text: String) -> Bool {
    let parts = text.uppercased().split(separator: "E", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = parts[0].first, first.isNumber, parts[1].first == "+" else {
      return false
    }
    return parts[0].allSatisfy { $0.isNumber || $0 == "." || $0 == "," }
      && parts[1].dropFirst().allSatisfy(\.isNumber)
  }
}
