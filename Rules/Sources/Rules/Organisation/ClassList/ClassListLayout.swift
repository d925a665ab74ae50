/// Where in a sheet the headers stand and what each column means.
struct ClassListLayout {
  struct Column: Hashable {
    let index: Int
    let header: String
    let field: ClassListField
  }

  /// Headers are looked for in this many rows with content.
  static let searchedRows = 20

  /// Rows of `grid.rows` before the headers.
  let titleRows: Range<Int>
  let firstDataRow: Int
  private(set) var columns: [Column] = []
  private(set) var dropped: [(index: Int, header: String, cause: ClassListReading.DroppedColumn.Cause)] = []

  /// Nil when no row of the sheet has a pupil's name among its headers.
  init?(_ grid: ClassListGrid) {
    guard let best = Self.bestHeaderRow(grid) else { return nil }
    let first = Self.firstHeaderRow(grid, above: best)
    var last = best
    while last + 1 < grid.rows.count, last - first < 3, Self.continuesHeader(grid, row: last + 1) {
      last += 1
    }
    titleRows = 0..<first
    var next = last + 1
    if next < grid.rows.count, Self.isNumbering(grid.rows[next]) { next += 1 }
    firstDataRow = next
    assignColumns(grid, header: first...last)
    guard columns.contains(where: { $0.field.isPupilName }) else { return nil }
    joinUnnamedNameColumn(grid)
  }

  func column(_ field: ClassListField) -> Column? { columns.first { $0.field == field } }

  /// Further columns that continue a merged header, in order.
  func columns(_ field: ClassListField) -> [Column] { columns.filter { $0.field == field } }

  var code: Column? {
    for kind in [ClassListField.CodeKind.ministry, .school, .candidate] {
      if let found = column(.code(kind)) { return found }
    }
    return nil
  }

  /// Whether a row below repeats the headers, as lists of several classes do.
  func repeatsHeader(_ row: ClassListGrid.Row) -> Bool {
    let hits = columns.filter { $0.field != .maleMark && $0.field != .femaleMark }
      .filter { !row[$0.index].isEmpty && ClassListHeaders.field(of: row[$0.index].text) == $0.field }
    return hits.count >= 2 && hits.contains { $0.field.isPupilName }
  }

  // MARK: Finding the header rows

  private static func bestHeaderRow(_ grid: ClassListGrid) -> Int? {
    var best: (row: Int, score: Int)?
    for (index, row) in grid.rows.prefix(searchedRows).enumerated() {
      let own = row.cells.filter { !$0.isEmpty && $0.cover == .own && $0.content == .text }
      let fields = Set(own.compactMap { ClassListHeaders.field(of: $0.text) })
      guard fields.contains(where: \.isPupilName), fields.count >= 2 || own.count == 1 else { continue }
      if fields.count > best?.score ?? 0 { best = (index, fields.count) }
    }
    return best?.row
  }

  /// Group headers such as “Phụ huynh” may stand above the row that names the columns.
  private static func firstHeaderRow(_ grid: ClassListGrid, above best: Int) -> Int {
    var first = best
    while first > 0, best - first < 2, grid.rows[first - 1].line == grid.rows[first].line - 1 {
      let own = grid.rows[first - 1].cells.filter { !$0.isEmpty && $0.cover == .own }
      guard own.count >= 2, own.contains(where: { ClassListHeaders.isHeader($0.text) }) else { break }
      first -= 1
    }
    return first
  }

  private static func continuesHeader(_ grid: ClassListGrid, row: Int) -> Bool {
    guard grid.rows[row].line == grid.rows[row - 1].line + 1 else { return false }
    let own = grid.rows[row].cells.filter { !$0.isEmpty && $0.cover == .own }
    let above = grid.rows[row].cells.contains { !$0.isEmpty && $0.cover == .fromAbove }
    return own.isEmpty ? above : own.allSatisfy { ClassListHeaders.isHeader($0.text) }
  }

  /// “(1) (2) (3)” or “A B 1 2” below the headers.
  private static func isNumbering(_ row: ClassListGrid.Row) -> Bool {
    let own = row.cells.filter { !$0.isEmpty && $0.cover == .own }
    return own.count >= 2
      && own.allSatisfy { cell in
        let bare = cell.text.filter { !"() ".contains($0) }
        return Int(bare).map { (0...99).contains($0) } ?? (bare.count == 1 && bare.first?.isLetter == true)
      }
  }

  // MARK: Giving each column its meaning

  private mutating func assignColumns(_ grid: ClassListGrid, header rows: ClosedRange<Int>) {
    var taken: Set<ClassListField> = []
    let bestCode = codes(grid, rows).min()
    for index in 0..<(rows.map { grid.rows[$0].cells.count }.max() ?? 0) {
      let path = Self.path(grid, rows, column: index)
      guard !path.isEmpty else { continue }
      let header = ClassListValues.shown(path.joined(separator: " – "))
      let continues = Self.continuesLeft(grid, rows, column: index)
      guard let field = ClassListHeaders.field(ofPath: path) else {
        if !continues { dropped.append((index, header, .notNeeded)) }
        continue
      }
      let isSpareCode = if case .code(let kind) = field { kind != bestCode } else { false }
      if taken.contains(field) || isSpareCode {
        // A name header merged over two columns: the words of both make the name.
        if continues, field == .fullName { columns.append(.init(index: index, header: header, field: field)) }
        if !continues { dropped.append((index, header, .alreadyGiven)) }
        continue
      }
      taken.insert(field)
      columns.append(.init(index: index, header: header, field: field))
    }
  }

  private func codes(_ grid: ClassListGrid, _ rows: ClosedRange<Int>) -> [ClassListField.CodeKind] {
    (0..<(rows.map { grid.rows[$0].cells.count }.max() ?? 0)).compactMap { index in
      guard case .code(let kind)? = ClassListHeaders.field(ofPath: Self.path(grid, rows, column: index))
      else { return nil }
      return kind
    }
  }

  /// The headers above a column, top first, each once.
  private static func path(_ grid: ClassListGrid, _ rows: ClosedRange<Int>, column: Int) -> [String] {
    var path: [String] = []
    for row in rows {
      let text = VietnameseText.clean(grid.rows[row][column].text)
      if !text.isEmpty, path.last != text { path.append(text) }
    }
    return path
  }

  private static func continuesLeft(_ grid: ClassListGrid, _ rows: ClosedRange<Int>, column: Int) -> Bool {
    let cells = rows.map { grid.rows[$0][column] }.filter { !$0.isEmpty }
    return cells.last?.cover == .fromLeft
      || (cells.last?.cover == .fromAbove && cells.first?.cover == .fromLeft)
  }

  /// A merged “Họ và tên” loses its merging in CSV: the given names then stand under an empty header.
  private mutating func joinUnnamedNameColumn(_ grid: ClassListGrid) {
    let names = columns(.fullName)
    guard names.count == 1, column(.givenName) == nil, let name = names.first else { return }
    let next = name.index + 1
    guard !columns.contains(where: { $0.index == next }), !dropped.contains(where: { $0.index == next })
    else { return }
    let rows = grid.rows.dropFirst(firstDataRow).filter {
      !$0[name.index].isEmpty && $0[name.index].cover == .own
    }
    let words = rows.filter { row in
      let text = VietnameseText.clean(row[next].text)
      return row[next].cover == .own && !text.isEmpty && text.allSatisfy(\.isLetter)
    }
    guard !words.isEmpty, words.count * 2 > rows.count else { return }
    columns.append(.init(index: next, header: name.header, field: .fullName))
  }
}
