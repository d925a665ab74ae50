/// Reads class lists as schools really write them, for a preview; stores nothing and invents nothing.
///
/// - Source: `research/regulation.md` 6.1, columns and hazards.
package enum ClassListReader {
  /// Reads one sheet.
  ///
  /// - Throws: LOP-350 when it has no row of headers.
  package static func read(
    _ grid: ClassListGrid, setting: ClassListSetting
  ) throws(UserError) -> ClassListReading {
    try read([grid], setting: setting)
  }

  /// Reads all sheets of a file as one list; codes, numbers and names are compared across them.
  ///
  /// - Returns: pupils, faults and notices in the order of the file; a row is either among the entries or has
  ///   faults.
  /// - Throws: LOP-350 when no sheet has a row of headers.
  package static func read(
    _ grids: [ClassListGrid], setting: ClassListSetting
  ) throws(UserError) -> ClassListReading {
    var reading = ClassListReading()
    var found: [ClassListRowReader.Found] = []
    for grid in grids where !grid.rows.isEmpty {
      guard let layout = ClassListLayout(grid) else {
        reading.skippedSheets.append(grid.name)
        continue
      }
      var sheet = ClassListSheetReader(grid: grid, layout: layout, setting: setting)
      found += sheet.read()
      reading.append(sheet.reading)
    }
    guard !reading.columns.isEmpty else { throw .noClassListHeader(sheets: grids.count) }
    ClassListChecks.finish(&reading, found)
    return reading
  }
}

extension ClassListReading {
  fileprivate mutating func append(_ sheet: ClassListReading) {
    columns += sheet.columns
    dropped += sheet.dropped
    rejected += sheet.rejected
    notices += sheet.notices
    ignored += sheet.ignored
  }
}

/// Walks down one sheet: titles, blocks of pupils, totals, signatures, perhaps the next class.
struct ClassListSheetReader {
  let grid: ClassListGrid
  let layout: ClassListLayout
  let setting: ClassListSetting
  private(set) var reading = ClassListReading()

  init(grid: ClassListGrid, layout: ClassListLayout, setting: ClassListSetting) {
    self.grid = grid
    self.layout = layout
    self.setting = setting
  }

  mutating func read() -> [ClassListRowReader.Found] {
    noteColumns()
    let rows = ClassListRowReader(grid: grid, layout: layout, setting: setting)
    var titleClass = Self.className(inTitles: grid.rows[layout.titleRows])
    for row in grid.rows[layout.titleRows] { ignore(row) }
    var found: [ClassListRowReader.Found] = []
    // After a total or a signature a bare name is a signatory, not a pupil, until a pupil's number or code
    // shows otherwise.
    var isClosed = false
    for row in grid.rows[layout.firstDataRow...] {
      let isPupil = rows.looksLikePupil(row)
      if layout.repeatsHeader(row) {
        isClosed = false
        ignore(row)
      } else if !isPupil, ClassListFooters.isFooter(row) {
        isClosed = true
        ignore(row)
      } else if !isPupil, let title = Self.className(inTitleRow: row) {
        (titleClass, isClosed) = (title, false)
        ignore(row)
      } else if isClosed, !isPupil {
        ignore(row)
      } else if let pupil = rows.read(row, titleClass: titleClass) {
        isClosed = false
        found.append(pupil)
      } else {
        ignore(row)
      }
    }
    noteUnmarkedSexColumn(&found)
    return found
  }

  private mutating func ignore(_ row: ClassListGrid.Row) {
    reading.ignored.append(.init(sheet: grid.name, line: row.line))
  }

  private static func className(inTitles rows: ArraySlice<ClassListGrid.Row>) -> String? {
    let names = rows.flatMap(\.cells).filter { $0.cover == .own }.compactMap { ClassNames.inTitle($0.text) }
    return Set(names).count == 1 ? names.first : nil
  }

  /// A row with one text that names a class stands above the next block.
  private static func className(inTitleRow row: ClassListGrid.Row) -> String? {
    let own = row.cells.filter { !$0.isEmpty && $0.cover == .own }
    return own.count == 1 ? ClassNames.inTitle(own[0].text) : nil
  }

  // MARK: What is said of the whole sheet

  private mutating func noteColumns() {
    for column in layout.columns {
      reading.columns.append(
        .init(
          sheet: grid.name, letter: ClassListGrid.letter(ofColumn: column.index), header: column.header,
          field: column.field))
      noteFormulas(column)
    }
    for column in layout.dropped {
      reading.dropped.append(
        .init(
          sheet: grid.name, letter: ClassListGrid.letter(ofColumn: column.index), header: column.header,
          cause: column.cause))
    }
    let guardians = ClassListField.GuardianRole.allCases.filter { layout.column(.guardianName($0)) != nil }
    if guardians.count > 1 {
      note(
        .guardianChosen,
        "Danh sách ghi nhiều người thân. Mỗi em lấy một người liên hệ: người giám hộ, rồi mẹ, rồi cha; "
          + "ưu tiên người có số điện thoại.")
    }
  }

  private mutating func noteFormulas(_ column: ClassListLayout.Column) {
    guard grid.rows[layout.firstDataRow...].contains(where: { $0[column.index].isFormula }) else { return }
    note(
      .formulaRead, "Cột “\(column.header)” có công thức; LớpAn lấy kết quả đã lưu trong tệp, không tính lại."
    )
  }

  /// A “Nữ” column without one mark says nothing: better unknown than forty boys.
  private mutating func noteUnmarkedSexColumn(_ found: inout [ClassListRowReader.Found]) {
    guard layout.column(.sex) == nil, let column = layout.column(.femaleMark) ?? layout.column(.maleMark),
      !found.isEmpty, !found.contains(where: \.hasSexMark)
    else { return }
    for index in found.indices { found[index].entry.sex = .unknown }
    note(.sexColumnEmpty, "Cột “\(column.header)” chưa đánh dấu em nào nên giới tính để trống.")
  }

  private mutating func note(_ kind: ClassListNotice.Kind, _ sentence: String) {
    reading.notices.append(.init(kind: kind, sheet: grid.name, line: nil, sentence: sentence))
  }
}
