/// Reads one row below the headers: a pupil, a pupil with faults, or nothing.
struct ClassListRowReader {
  /// A row with a pupil in it, not yet compared with the others.
  struct Found {
    var entry: ClassListEntry
    /// False when a fault in the row kept its class from being known.
    var hasClass: Bool
    var hasSexMark = false
    var faults: [Fault] = []
    var notices: [ClassListNotice] = []
    let headers: [ClassListField: ClassListLayout.Column]
  }

  struct Fault {
    let reason: ClassListReason
    let column: ClassListLayout.Column?
    let text: String
    var other: ClassListSource?
  }

  let grid: ClassListGrid
  let layout: ClassListLayout
  let setting: ClassListSetting
  private let headers: [ClassListField: ClassListLayout.Column]

  init(grid: ClassListGrid, layout: ClassListLayout, setting: ClassListSetting) {
    (self.grid, self.layout, self.setting) = (grid, layout, setting)
    headers = Dictionary(layout.columns.map { ($0.field, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether an order number, a code or a birth date says that the row is a pupil and no footer.
  func looksLikePupil(_ row: ClassListGrid.Row) -> Bool {
    let order = cell(headers[.orderNumber], row)
    if let number = try? ClassListValues.orderNumber(order.text), number > 0, !names(row).isEmpty {
      return true
    }
    if let code = layout.code, let text = try? ClassListValues.code(cell(code, row).text, kind: .candidate),
      text.contains(where: \.isNumber)
    {
      return true
    }
    let birth = cell(headers[.birthDate], row)
    if case .day = birth.content { return true }
    return birth.text.contains(where: \.isNumber) && birth.text.count <= 20
      && birth.text.contains { "/-.".contains($0) }
  }

  /// - Parameter titleClass: the class that the titles above name.
  /// - Returns: nil for a row without a pupil, such as a prepared line that has a number only.
  func read(_ row: ClassListGrid.Row, titleClass: String?) -> Found? {
    guard !names(row).isEmpty || hasPupilData(row) else { return nil }
    let source = ClassListSource(sheet: grid.name, line: row.line)
    var found = Found(
      entry: .init(source: source, className: "", name: ""), hasClass: false, headers: headers)
    readName(row, &found)
    readClass(row, titleClass, &found)
    readNumbers(row, &found)
    readBirthDate(row, &found)
    readSex(row, &found)
    readGuardian(row, &found)
    let status = cell(headers[.status], row)
    if !ClassListValues.isStudying(status.text) { found.add(.notStudying, headers[.status], status.text) }
    return found
  }

  // MARK: Cells

  /// The continuation of a merged cell is empty here: its text belongs to another row or column.
  private func cell(_ column: ClassListLayout.Column?, _ row: ClassListGrid.Row) -> ClassListGrid.Cell {
    guard let column else { return .empty }
    let cell = row[column.index]
    return cell.cover == .own ? cell : .empty
  }

  private func names(_ row: ClassListGrid.Row) -> [(column: ClassListLayout.Column, text: String)] {
    let columns = [.fullName, .familyName, .middleName, .givenName].flatMap(layout.columns(_:))
    return columns.map { ($0, cell($0, row).text) }.filter { !VietnameseText.clean($0.1).isEmpty }
  }

  private func hasPupilData(_ row: ClassListGrid.Row) -> Bool {
    layout.columns.contains { column in
      switch column.field {
      case .code, .birthDate, .guardianName, .guardianPhone: !cell(column, row).isEmpty
      default: false
      }
    }
  }

  private func value<Value>(
    _ column: ClassListLayout.Column?, _ row: ClassListGrid.Row, _ found: inout Found, otherwise: Value,
    _ read: (ClassListGrid.Cell) throws(ClassListReason) -> Value
  ) -> Value {
    guard let column else { return otherwise }
    let cell = cell(column, row)
    do throws(ClassListReason) {
      if cell.content == .noValue { throw .noValue }
      return try read(cell)
    } catch {
      found.add(error, column, cell.text)
      return otherwise
    }
  }

  // MARK: Fields

  private func readName(_ row: ClassListGrid.Row, _ found: inout Found) {
    let parts = names(row)
    let first = parts.first?.column ?? layout.columns.first { $0.field.isPupilName }
    if let lost = layout.columns.first(where: { $0.field.isPupilName && cell($0, row).content == .noValue }) {
      return found.add(.noValue, lost, cell(lost, row).text)
    }
    var words = parts.map { VietnameseText.clean($0.text) }
    // A full name beside a column of given names: the two must agree, neither is preferred in silence.
    if words.count > 1, parts[0].column.field == .fullName, parts.last?.column.field == .givenName {
      guard words[0].lowercased().hasSuffix(words[words.count - 1].lowercased()) else {
        return found.add(.nameColumnsDisagree, first, words.joined(separator: " | "))
      }
      words = [words[0]]
    }
    let text = parts.count == 1 ? parts[0].text : words.joined(separator: " ")
    do throws(ClassListReason) {
      let read = try ClassListValues.name(text)
      found.entry.name = read.name
      let hidden = parts.contains { (try? ClassListValues.name($0.text).hadInvisible) ?? false }
      if read.hadInvisible || hidden {
        found.note(.invisibleRemoved, "Dòng \(row.line): đã bỏ ký tự ẩn trong họ tên “\(read.name)”.")
      }
    } catch {
      found.add(error, first, text)
    }
  }

  private func readClass(_ row: ClassListGrid.Row, _ titleClass: String?, _ found: inout Found) {
    let column = headers[.className]
    let before = found.faults.count
    // One class name merged over all its rows is met in print-like lists.
    var cell = column.map { row[$0.index] } ?? .empty
    if cell.cover == .fromLeft { cell = .empty }
    var named: String?
    do throws(ClassListReason) {
      if cell.content == .noValue { throw .noValue }
      named = try ClassListValues.className(cell)
    } catch {
      found.add(error, column, cell.text)
    }
    guard found.faults.count == before else { return }
    let inList = named ?? titleClass
    if let chosen = setting.className {
      if let inList, ClassNames.key(inList) != ClassNames.key(chosen) {
        found.add(.classConflict, column, inList)
      }
      return found.setClass(chosen)
    }
    guard let name = inList ?? ClassNames.inSheetName(grid.name) else {
      return found.add(.missingClass, column, "")
    }
    guard let known = setting.knownClasses else { return found.setClass(name) }
    guard let match = known.first(where: { ClassNames.key($0) == ClassNames.key(name) }) else {
      return found.add(.unknownClass, column, name)
    }
    found.setClass(match)
  }

  private func readNumbers(_ row: ClassListGrid.Row, _ found: inout Found) {
    found.entry.orderNumber = value(headers[.orderNumber], row, &found, otherwise: nil) {
      cell throws(ClassListReason) in try ClassListValues.orderNumber(cell.text)
    }
    guard let column = layout.code, case .code(let kind) = column.field else { return }
    found.entry.pupilCode = value(column, row, &found, otherwise: nil) {
      cell throws(ClassListReason) in try ClassListValues.code(cell.text, kind: kind)
    }
  }

  private func readBirthDate(_ row: ClassListGrid.Row, _ found: inout Found) {
    let (zero, today) = (grid.serialDayZero, setting.today)
    let read: (day: Day, wasSerial: Bool)? = value(headers[.birthDate], row, &found, otherwise: nil) {
      cell throws(ClassListReason) in
      try ClassListDates.birthDate(cell, serialDayZero: zero, today: today)
    }
    guard let read else { return }
    found.entry.birthDate = read.day
    if read.wasSerial {
      let text = cell(headers[.birthDate], row).text
      found.note(
        .serialDateRead, "Dòng \(row.line): số \(text) được đọc là ngày \(read.day.forPeople). Xin kiểm tra.")
    }
    let age = today.parts.year - read.day.parts.year
    let usual = ClassNames.grade(of: found.entry.className).map { ($0 + 3)...($0 + 10) } ?? 3...22
    if found.hasClass, !usual.contains(age) {
      found.note(
        .unusualAge,
        "Dòng \(row.line): em sinh ngày \(read.day.forPeople), tuổi khác thường với lớp. Xin kiểm tra.")
    }
  }

  private func readSex(_ row: ClassListGrid.Row, _ found: inout Found) {
    if let column = headers[.sex] {
      found.entry.sex = value(column, row, &found, otherwise: .unknown) {
        cell throws(ClassListReason) in try ClassListValues.sex(cell.text)
      }
      return
    }
    guard headers[.femaleMark] != nil || headers[.maleMark] != nil else { return }
    let female = value(headers[.femaleMark], row, &found, otherwise: false) {
      cell throws(ClassListReason) in try ClassListValues.isMarked(cell.text)
    }
    let male = value(headers[.maleMark], row, &found, otherwise: false) {
      cell throws(ClassListReason) in try ClassListValues.isMarked(cell.text)
    }
    found.hasSexMark = female || male
    switch (female, male, headers[.femaleMark] != nil, headers[.maleMark] != nil) {
    case (true, true, _, _): found.add(.sexUnreadable, headers[.femaleMark], "x | x")
    case (true, false, _, _): found.entry.sex = .female
    case (false, true, _, _): found.entry.sex = .male
    // One column only: the form means the other sex by an empty cell.
    case (false, false, true, false): found.entry.sex = .male
    case (false, false, false, true): found.entry.sex = .female
    default: found.entry.sex = .unknown
    }
  }
}

extension ClassListRowReader.Found {
  mutating func add(
    _ reason: ClassListReason, _ column: ClassListLayout.Column?, _ text: String,
    other: ClassListSource? = nil
  ) {
    faults.append(.init(reason: reason, column: column, text: text, other: other))
  }

  mutating func note(_ kind: ClassListNotice.Kind, _ sentence: String) {
    notices.append(.init(kind: kind, sheet: entry.source.sheet, line: entry.source.line, sentence: sentence))
  }

  fileprivate mutating func setClass(_ name: String) {
    entry.className = name
    hasClass = true
  }
}

extension ClassListRowReader {
  /// One contact for each pupil: the preferred person who has both name and number, else the preferred one
  /// who has a name.
  fileprivate func readGuardian(_ row: ClassListGrid.Row, _ found: inout Found) {
    var contacts: [(name: String?, phone: String?)] = []
    var loose: String?
    for role in ClassListField.GuardianRole.allCases {
      let name = value(headers[.guardianName(role)], row, &found, otherwise: nil) {
        cell throws(ClassListReason) in
        VietnameseText.clean(cell.text).isEmpty ? nil : try ClassListValues.name(cell.text).name
      }
      let phone = readPhone(headers[.guardianPhone(role)], row, &found)
      if role == .any { loose = phone }
      contacts.append((name, phone))
    }
    let full = contacts.first { $0.name != nil && $0.phone != nil }
    let named = contacts.first { $0.name != nil }.map { ($0.name, $0.phone ?? loose) }
    let best = full ?? named ?? contacts.first { $0.phone != nil } ?? (nil, nil)
    (found.entry.guardianName, found.entry.guardianPhone) = best
  }

  private func readPhone(
    _ column: ClassListLayout.Column?, _ row: ClassListGrid.Row, _ found: inout Found
  ) -> String? {
    let read: VietnamesePhone.Reading? = value(column, row, &found, otherwise: nil) {
      cell throws(ClassListReason) in
      guard !VietnameseText.clean(cell.text).isEmpty else { return nil }
      guard let read = VietnamesePhone.read(cell.text) else { throw .phoneUnreadable }
      return read
    }
    guard let read else { return nil }
    if read.zeroRestored {
      found.note(.zeroRestored, "Dòng \(row.line): số điện thoại mất số 0 ở đầu, đã đọc là \(read.number).")
    }
    if read.isFirstOfSeveral {
      found.note(
        .firstPhoneKept, "Dòng \(row.line): ô có nhiều số điện thoại, chỉ lấy số đầu là \(read.number).")
    }
    return read.number
  }
}
