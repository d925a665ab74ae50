import Rules

/// What of the limits is left while a file is being read.
struct SpreadsheetBudget {
  let limits: SpreadsheetLimits
  private(set) var rows = 0
  private var textBytes = 0
  private var covered = 0

  init(limits: SpreadsheetLimits) { self.limits = limits }

  mutating func takeRow() throws(SpreadsheetFault) {
    rows += 1
    if rows > limits.rows { throw .tooManyRows(limit: limits.rows) }
  }

  mutating func takeCell(
    _ text: String, sheet: String, line: Int, column: Int
  ) throws(SpreadsheetFault) {
    guard column < limits.columns else { throw .tooManyColumns(limit: limits.columns, sheet: sheet) }
    if text.utf8.count > limits.cellCharacters, text.unicodeScalars.count > limits.cellCharacters {
      throw .cellTooLong(limit: limits.cellCharacters, sheet: sheet, line: line)
    }
    textBytes += text.utf8.count
    if textBytes > limits.textBytes { throw .tooIntricate }
  }

  mutating func takeCovered(_ count: Int) throws(SpreadsheetFault) {
    covered += count
    if covered > limits.coveredCells { throw .tooIntricate }
  }
}

/// Collects the cells of one sheet; rows come from the top down.
struct SheetBuilder {
  struct Range {
    let lines: ClosedRange<Int>
    let columns: ClosedRange<Int>
  }

  let name: String
  private(set) var rows: [ClassListGrid.Row] = []
  private var merged: [Range] = []
  private var width = 0

  init(name: String) { self.name = name }

  /// Keeps a cell with content; empty cells are not kept and count against no limit.
  mutating func set(
    line: Int, column: Int, _ cell: ClassListGrid.Cell, _ budget: inout SpreadsheetBudget
  ) throws(SpreadsheetFault) {
    guard !cell.isEmpty else { return }
    try budget.takeCell(cell.text, sheet: name, line: line, column: column)
    let last = rows.last?.line ?? 0
    guard line >= last, line > 0, column >= 0 else { throw .damaged }
    if line > last {
      try budget.takeRow()
      rows.append(.init(line: line, cells: []))
    }
    let row = rows.count - 1
    while rows[row].cells.count <= column { rows[row].cells.append(.empty) }
    rows[row].cells[column] = cell
    width = max(width, column + 1)
  }

  mutating func merge(_ range: Range) { merged.append(range) }

  /// Repeats the text of each merged cell over its range, marked as continuation.
  mutating func finish(
    serialDayZero: Day? = nil, _ budget: inout SpreadsheetBudget
  ) throws(SpreadsheetFault) -> ClassListGrid {
    for range in merged { try cover(range, &budget) }
    return ClassListGrid(name: name, rows: rows, serialDayZero: serialDayZero)
  }

  private mutating func cover(_ range: Range, _ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) {
    let start = firstRow(from: range.lines.lowerBound)
    guard start < rows.count, rows[start].line == range.lines.lowerBound, range.columns.lowerBound < width
    else {
      return try budget.takeCovered(1)
    }
    let anchor = rows[start][range.columns.lowerBound]
    let columns = range.columns.lowerBound...min(range.columns.upperBound, width - 1)
    guard !anchor.isEmpty else { return try budget.takeCovered(1) }
    for row in start..<rows.count {
      guard range.lines.contains(rows[row].line) else { break }
      try budget.takeCovered(columns.count)
      while rows[row].cells.count <= columns.upperBound { rows[row].cells.append(.empty) }
      for column in columns where row != start || column != columns.lowerBound {
        var cell = anchor
        cell.cover = column > columns.lowerBound ? .fromLeft : .fromAbove
        rows[row].cells[column] = cell
      }
    }
  }

  /// The first kept row at or below a line, by halving.
  private func firstRow(from line: Int) -> Int {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = (low + high) / 2
      if rows[middle].line < line { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
