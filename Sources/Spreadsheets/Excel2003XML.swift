import Rules

/// Reads “XML Spreadsheet 2003”, which school programs like to name .xls.
enum Excel2003XML {
  static func read(_ text: String, _ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) -> Spreadsheet
  {
    let xml = try XMLPull(Array(text.utf8))
    var reader = Reader()
    var result = Spreadsheet(sheets: [])
    while let event = try xml.next() {
      switch event {
      case .start("Worksheet", _):
        if result.sheets.count >= budget.limits.sheets { throw .tooIntricate }
        reader = Reader(name: VietnameseText.clean(String((xml.attributes()["Name"] ?? "").prefix(31))))
      case .end("Worksheet"): result.sheets.append(try reader.builder.finish(&budget))
      case .start("Row", _): try reader.startRow(xml.attributes())
      case .start("Cell", let isEmpty):
        let attributes = xml.attributes()
        try reader.startCell(attributes)
        if !isEmpty { try reader.readCell(xml, isFormula: attributes["Formula"] != nil, &budget) }
      default: continue
      }
    }
    guard !result.sheets.isEmpty else { throw .unknownFormat }
    return result
  }

  private struct Reader {
    var builder: SheetBuilder
    private var line = 0
    private var column = -1
    private var next = 0
    private var merges = 0

    init(name: String = "") { builder = SheetBuilder(name: name) }

    mutating func startRow(_ attributes: [String: String]) throws(SpreadsheetFault) {
      guard let index = attributes["Index"].map({ Int($0) }) ?? (line + 1),
        (line + 1...1_048_576).contains(index)
      else {
        throw .damaged
      }
      (line, column, next) = (index, -1, 0)
    }

    mutating func startCell(_ attributes: [String: String]) throws(SpreadsheetFault) {
      guard let index = attributes["Index"].map({ Int($0) }) ?? (next + 1),
        (next + 1...16_384).contains(index), line > 0
      else { throw .damaged }
      let across = min(max(attributes["MergeAcross"].flatMap { Int($0) } ?? 0, 0), 16_384)
      let down = min(max(attributes["MergeDown"].flatMap { Int($0) } ?? 0, 0), 1_048_576)
      column = index - 1
      next = index + across
      guard across > 0 || down > 0 else { return }
      merges += 1
      if merges > 50_000 { throw .tooIntricate }
      builder.merge(.init(lines: line...(line + down), columns: column...(column + across)))
    }

    mutating func readCell(
      _ xml: XMLPull, isFormula: Bool, _ budget: inout SpreadsheetBudget
    ) throws(SpreadsheetFault) {
      var cell = isFormula ? ClassListGrid.Cell(.noValue, "") : .empty
      while let event = try xml.next(), event != .end("Cell") {
        guard case .start(let name, let isEmpty) = event, !isEmpty else { continue }
        let kind = name == "Data" ? xml.attributes()["Type"] ?? "String" : ""
        let text = try xml.text(of: name)
        if name == "Data" { cell = Self.cell(kind, text) }
      }
      cell.isFormula = isFormula
      try builder.set(line: line, column: column, cell, &budget)
    }

    private static func cell(_ kind: String, _ text: String) -> ClassListGrid.Cell {
      switch kind {
      case "Number": CellFormat.general.cell(text, dayZero: OfficeWorkbook.dayZero1900) ?? .text(text)
      case "DateTime": Day(String(text.prefix(10))).map { .day($0) } ?? .text(text)
      case "Boolean": .text(text == "1" ? "TRUE" : "FALSE")
      case "Error": .init(.noValue, text)
      default: .text(text)
      }
    }
  }
}
