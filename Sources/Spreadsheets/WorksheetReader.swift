import Rules

/// Reads the XML of one worksheet.
struct WorksheetReader {
  let strings: [String]
  let formats: [CellFormat]
  let dayZero: Day
  /// Rows with content that a filter or the clerk has hidden.
  private(set) var hiddenRows = 0
  private var builder: SheetBuilder
  private var line = 0
  private var column = -1
  private var rowIsHidden = false
  private var merges = 0

  init(name: String, strings: [String], formats: [CellFormat], dayZero: Day) {
    (self.strings, self.formats, self.dayZero) = (strings, formats, dayZero)
    builder = SheetBuilder(name: VietnameseText.clean(String(name.prefix(31))))
  }

  mutating func read(_ bytes: [UInt8], _ budget: inout SpreadsheetBudget) throws(SpreadsheetFault)
    -> ClassListGrid
  {
    let xml = try XMLPull(bytes)
    while let event = try xml.next() {
      switch event {
      case .start("row", _):
        let (number, hidden, _) = xml.attributes("r", "hidden", "ht")
        try startRow(number, hidden)
      case .start("c", let isEmpty):
        let (reference, type, style) = xml.attributes("r", "t", "s")
        try moveColumn(reference)
        if !isEmpty { try readCell(xml, type, style, &budget) }
      case .start("mergeCell", _):
        merges += 1
        if merges > 50_000 { throw .tooIntricate }
        if let range = Self.range(xml.attributes()["ref"] ?? "") { builder.merge(range) }
      default: continue
      }
    }
    return try builder.finish(serialDayZero: dayZero, &budget)
  }

  private mutating func startRow(_ number: String?, _ hidden: String?) throws(SpreadsheetFault) {
    guard let next = number.map({ Int($0) }) ?? (line + 1), (line + 1...1_048_576).contains(next) else {
      throw .damaged
    }
    (line, column) = (next, -1)
    rowIsHidden = hidden == "1" || hidden == "true"
  }

  private mutating func moveColumn(_ reference: String?) throws(SpreadsheetFault) {
    guard let reference else {
      column += 1
      return
    }
    guard let cell = Self.position(Substring(reference)), line > 0, cell.line == line else { throw .damaged }
    column = cell.column
  }

  private mutating func readCell(
    _ xml: XMLPull, _ type: String?, _ style: String?, _ budget: inout SpreadsheetBudget
  ) throws(SpreadsheetFault) {
    var (raw, hasValue, isFormula): (String, Bool, Bool) = ("", false, false)
    reading: while let event = try xml.next() {
      switch event {
      case .start("f", let isEmpty):
        isFormula = true
        if !isEmpty { _ = try xml.text(of: "f") }
      case .start("v", let isEmpty):
        (raw, hasValue) = (isEmpty ? "" : try xml.text(of: "v"), !isEmpty)
      case .start("is", let isEmpty):
        (raw, hasValue) = (isEmpty ? "" : try Self.richText(xml, of: "is"), true)
      case .start(let name, isEmpty: false): _ = try xml.text(of: name)
      case .end("c"): break reading
      default: continue
      }
    }
    var cell = hasValue ? try value(raw, type, style) : isFormula ? .init(.noValue, "") : .empty
    cell.isFormula = isFormula
    let before = builder.rows.count
    try builder.set(line: line, column: column, cell, &budget)
    if rowIsHidden, builder.rows.count > before { hiddenRows += 1 }
  }

  private func value(_ raw: String, _ type: String?, _ style: String?) throws(SpreadsheetFault)
    -> ClassListGrid.Cell
  {
    switch type ?? "n" {
    case "s":
      guard let index = Int(raw), strings.indices.contains(index) else { throw .damaged }
      return .text(strings[index])
    case "str", "inlineStr": return .text(Self.unescaped(raw))
    case "b": return .text(raw == "1" ? "TRUE" : "FALSE")
    case "e": return .init(.noValue, raw)
    case "d":
      guard let day = Day(String(raw.prefix(10))) else { throw .damaged }
      return .day(day)
    default:
      let index = style.flatMap { Int($0) } ?? 0
      let format = formats.indices.contains(index) ? formats[index] : .general
      guard let cell = format.cell(raw, dayZero: dayZero) else { throw .damaged }
      return cell
    }
  }

  // MARK: Texts and references

  /// Rich runs joined; the phonetic part (`rPh`), which nobody sees, left out.
  static func richText(_ xml: XMLPull, of element: String) throws(SpreadsheetFault) -> String {
    unescaped(try xml.text(of: element, only: "t", skipping: "rPh"))
  }

  /// Office writes characters that XML cannot hold as `_x000D_`.
  static func unescaped(_ text: String) -> String {
    guard text.contains("_x") else { return text }
    return text.replacing(/_x([0-9A-Fa-f]{4})_/) { match in
      UInt32(match.1, radix: 16).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? " "
    }
  }

  /// `AB12` as column 27 of line 12.
  static func position(_ reference: Substring) -> (line: Int, column: Int)? {
    let letters = reference.utf8.prefix { (65...90).contains($0) }
    let digits = reference.utf8.dropFirst(letters.count)
    guard (1...3).contains(letters.count), (1...7).contains(digits.count),
      digits.allSatisfy({ (48...57).contains($0) }),
      let line = Int(Substring(digits)), line > 0
    else { return nil }
    return (line, letters.reduce(0) { $0 * 26 + Int($1) - 64 } - 1)
  }

  static func range(_ reference: String) -> SheetBuilder.Range? {
    let ends = reference.split(separator: ":").map { position($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first.line <= last.line,
      first.column <= last.column
    else { return nil }
    return .init(lines: first.line...last.line, columns: first.column...last.column)
  }
}
