import CXML2
import Rules

/// Reads HTML that a school program has saved as .xls: all tables below one another, as Excel opens them.
///
/// A table that only lays out other tables is no table; text outside tables becomes title rows.
enum HTMLTables {
  static func read(_ text: String, _ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) -> Spreadsheet
  {
    let document = try HTMLDocument(try HTMLCleaner.clean(text))
    var reader = Reader(layoutTables: try document.layoutTables)
    try document.walk { (step: HTMLDocument.Step) throws(SpreadsheetFault) in
      switch step {
      case .enter(let node, let name): try reader.enter(node, name, &budget)
      case .leave(let node, let name): try reader.leave(node, name, &budget)
      case .text(let text): reader.append(text)
      }
    }
    try reader.finishTitle(&budget)
    return Spreadsheet(sheets: [try reader.builder.finish(&budget)])
  }

  private struct Reader {
    let layoutTables: Set<UnsafeMutableRawPointer>
    var builder = SheetBuilder(name: "")
    private var line = 1
    private var tables: [UnsafeMutableRawPointer] = []
    private var isInRow = false
    private var cell: (text: String, columns: Int, rows: Int)?
    private var column = 0
    private var title = ""
    /// By column: the cell from above that reaches down here, and for how many more rows.
    private var reaching: [Int: (cell: ClassListGrid.Cell, rows: Int)] = [:]

    init(layoutTables: Set<UnsafeMutableRawPointer>) { self.layoutTables = layoutTables }

    private var isInDataTable: Bool { tables.last.map { !layoutTables.contains($0) } ?? false }

    mutating func append(_ text: String) {
      if cell != nil { cell?.text += text } else if !isInDataTable { title += text }
    }

    mutating func enter(
      _ node: xmlNodePtr, _ name: String, _ budget: inout SpreadsheetBudget
    ) throws(SpreadsheetFault) {
      switch name {
      case "br": append(" ")
      case "table":
        try finishTitle(&budget)
        tables.append(UnsafeMutableRawPointer(node))
      case "tr" where isInDataTable:
        try finishRow(&budget)
        isInRow = true
      case "td" where isInDataTable, "th" where isInDataTable:
        isInRow = true
        cell = ("", Self.span(node, "colspan", 256), Self.span(node, "rowspan", 5_000))
      case "hr", "p", "td", "th", "tr":
        if cell == nil { try finishTitle(&budget) } else { append(" ") }
      default: break
      }
    }

    mutating func leave(
      _ node: xmlNodePtr, _ name: String, _ budget: inout SpreadsheetBudget
    ) throws(SpreadsheetFault) {
      switch name {
      case "td" where isInDataTable, "th" where isInDataTable: try finishCell(&budget)
      case "tr" where isInDataTable: try finishRow(&budget)
      case "table":
        if isInDataTable { try finishRow(&budget) }
        reaching = [:]
        tables.removeLast()
      case "p", "td", "th", "tr":
        if cell == nil { try finishTitle(&budget) }
      default: break
      }
    }

    mutating func finishTitle(_ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) {
      let text = VietnameseText.clean(title)
      title = ""
      guard !text.isEmpty, !isInDataTable else { return }
      try builder.set(line: line, column: 0, .text(text), &budget)
      line += 1
    }

    private mutating func finishCell(_ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) {
      guard let (text, columns, rows) = cell else { return }
      cell = nil
      try fillFromAbove(&budget)
      let own = ClassListGrid.Cell.text(text.replacing(/\s+/, with: " "))
      for offset in 0..<columns {
        var part = own
        if offset > 0 { part.cover = .fromLeft }
        if rows > 1 {
          part.cover = offset > 0 ? .fromLeft : .fromAbove
          reaching[column] = (part, rows - 1)
          part.cover = offset > 0 ? .fromLeft : .own
        }
        // A title that spans more columns than are allowed is cut, not refused.
        if offset == 0 || column < budget.limits.columns { try put(part, &budget) }
        column += 1
      }
    }

    private mutating func fillFromAbove(_ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) {
      while let (cell, rows) = reaching[column] {
        try put(cell, &budget)
        reaching[column] = rows > 1 ? (cell, rows - 1) : nil
        column += 1
      }
    }

    private mutating func put(_ cell: ClassListGrid.Cell, _ budget: inout SpreadsheetBudget)
      throws(SpreadsheetFault)
    {
      if cell.cover != .own { try budget.takeCovered(1) }
      try builder.set(line: line, column: column, cell, &budget)
    }

    private mutating func finishRow(_ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) {
      guard isInRow else { return }
      isInRow = false
      // Right of the last cell, cells from above may still reach into this row.
      for (position, reach) in reaching.filter({ $0.key >= column }).sorted(by: { $0.key < $1.key }) {
        column = position
        try put(reach.cell, &budget)
        reaching[position] = reach.rows > 1 ? (reach.cell, reach.rows - 1) : nil
      }
      column = 0
      line += 1
    }

    private static func span(_ node: xmlNodePtr, _ name: String, _ limit: Int) -> Int {
      var attribute = node.pointee.properties
      while let found = attribute {
        if found.pointee.name.map({ String(cString: $0) }) == name,
          let text = found.pointee.children?.pointee.content.map({ String(cString: $0) })
        {
          return min(max(Int(text) ?? 1, 1), limit)
        }
        attribute = found.pointee.next
      }
      return 1
    }
  }
}
