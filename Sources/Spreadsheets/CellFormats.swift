import Rules

/// How Excel shows a number: what of it must survive when the number becomes text.
enum CellFormat: Hashable {
  case general
  /// Day, month and year: the number is a day.
  case day
  /// A date that lacks a part; nobody typed the missing part, so it is not read as a day.
  case partOfDate(day: Bool, month: Bool, year: Bool)
  /// Digits with leading zeros or fixed signs between, as codes and telephone numbers have.
  case padded([Place])

  enum Place: Hashable {
    case zero
    case digit
    case sign(String)
  }

  /// - Source: ECMA-376 part 1, 18.8.30 (`numFmt`), list of built-in formats.
  init(builtIn id: Int) {
    switch id {
    case 14, 15, 22, 27...31, 36, 50...54, 57, 58: self = .day
    case 16: self = .partOfDate(day: true, month: true, year: false)
    case 17: self = .partOfDate(day: false, month: true, year: true)
    default: self = .general
    }
  }

  init(code: String) {
    let places = Self.places(code)
    let letters = Set(places.letters)
    let hasTime = letters.contains("h") || letters.contains("s")
    let (day, year) = (letters.contains("d"), letters.contains("y"))
    let month = letters.contains("m") && (day || year || !hasTime)
    if day && month && year {
      self = .day
    } else if day || month || year {
      self = .partOfDate(day: day, month: month, year: year)
    } else if places.isPlain, places.digits.count > 1,
      places.digits.contains(where: { $0 == .zero || $0 == .digit })
    {
      self = .padded(places.digits)
    } else {
      self = .general
    }
  }

  /// The first section of a format, taken apart: what is quoted, escaped or in brackets is no date letter.
  private static func places(_ code: String) -> (letters: [Character], digits: [Place], isPlain: Bool) {
    var (letters, digits, isPlain): ([Character], [Place], Bool) = ([], [], true)
    var rest = Substring(code)
    while let character = rest.popFirst(), character != ";" {
      switch character {
      case "\"":
        digits.append(.sign(String(rest.prefix { $0 != "\"" })))
        rest = rest.drop { $0 != "\"" }.dropFirst()
      case "\\": if let escaped = rest.popFirst() { digits.append(.sign(String(escaped))) }
      case "_", "*": _ = rest.popFirst()
      case "[":
        let inside = rest.prefix { $0 != "]" }.lowercased()
        if ["h", "hh", "m", "mm", "s", "ss"].contains(inside) { letters.append("s") }
        rest = rest.drop { $0 != "]" }.dropFirst()
      case "0": digits.append(.zero)
      case "#", "?": digits.append(.digit)
      case " ", "-", "(", ")", "+", "/": digits.append(.sign(String(character)))
      default:
        isPlain = false
        letters.append(contentsOf: character.lowercased())
      }
    }
    return (code.lowercased().hasPrefix("general") ? [] : letters, digits, isPlain)
  }

  /// - Parameters:
  ///   - raw: the number as the file writes it.
  ///   - dayZero: the day that 0 means in this workbook.
  /// - Returns: the cell as a person sees it; nil when the text is no number.
  func cell(_ raw: String, dayZero: Day) -> ClassListGrid.Cell? {
    guard let value = Double(raw), value.isFinite else { return nil }
    let whole = abs(value) < 1e15 && value == value.rounded() ? String(Int64(value)) : nil
    switch self {
    case .general: return .init(.number, whole ?? String(value))
    case .padded(let places): return .init(.number, whole.map { Self.fill(places, $0) } ?? String(value))
    case .day, .partOfDate:
      guard let day = Self.day(value, dayZero) else { return .init(.number, whole ?? String(value)) }
      if self == .day { return .day(day) }
      return .init(.text, partText(day))
    }
  }

  /// Excel 1900 counts a 29 February 1900 that never was: serials up to 60 are one day off, 60 itself is no
  /// day.
  private static func day(_ value: Double, _ zero: Day) -> Day? {
    guard value >= 1, value < 2_958_466 else { return nil }
    let number = Int(value)
    guard zero == OfficeWorkbook.dayZero1900 else { return zero.adding(days: number) }
    if number == 60 { return nil }
    return zero.adding(days: number < 60 ? number + 1 : number)
  }

  private func partText(_ date: Day) -> String {
    guard case .partOfDate(let day, let month, let year) = self else { return "" }
    let pieces = date.forPeople.split(separator: "/").map(String.init)
    return zip([day, month, year], pieces).filter(\.0).map(\.1).joined(separator: "/")
  }

  private static func fill(_ places: [Place], _ number: String) -> String {
    var digits = number.filter(\.isNumber)
    var result: [String] = []
    let slots = places.count { $0 == .zero || $0 == .digit }
    var seen = 0
    for place in places.reversed() {
      switch place {
      case .sign(let sign): result.append(sign)
      case .zero, .digit:
        seen += 1
        if seen == slots {
          if !digits.isEmpty || place == .zero { result.append(digits.isEmpty ? "0" : digits) }
        } else if let digit = digits.popLast() {
          result.append(String(digit))
        } else if place == .zero {
          result.append("0")
        }
      }
    }
    return (number.hasPrefix("-") ? "-" : "") + result.reversed().joined()
  }
}
