/// What can be seen only when all rows are known: duplicates, and the numbers of those who have none.
enum ClassListChecks {
  typealias Found = ClassListRowReader.Found

  /// Sorts the found rows into entries and faults.
  static func finish(_ reading: inout ClassListReading, _ rows: [Found]) {
    var found = rows
    dropRunningNumbers(&found, &reading)
    findDuplicateCodes(&found)
    findDuplicatePupils(&found)
    findDuplicateNumbers(&found)
    for row in found {
      if row.faults.isEmpty {
        reading.entries.append(row.entry)
        reading.notices += row.notices
      } else {
        reading.rejected += row.faults.map { rejection($0, of: row) }
      }
    }
    computeMissingNumbers(&reading)
  }

  private static func rejection(_ fault: ClassListRowReader.Fault, of row: Found) -> ClassListRejection {
    .init(
      source: row.entry.source, column: fault.column?.header ?? "",
      letter: fault.column.map { ClassListGrid.letter(ofColumn: $0.index) } ?? "", reason: fault.reason,
      sentence: fault.reason.sentence(other: fault.other), text: ClassListValues.shown(fault.text),
      className: row.hasClass ? row.entry.className : nil)
  }

  /// A number that runs through all classes of a sheet is no order number in class: it is not used.
  private static func dropRunningNumbers(_ found: inout [Found], _ reading: inout ClassListReading) {
    for (sheet, indices) in Dictionary(grouping: found.indices, by: { found[$0].entry.source.sheet }) {
      let numbers = indices.compactMap { found[$0].entry.orderNumber }
      let classes = Set(
        indices.filter { found[$0].hasClass }.map { ClassNames.key(found[$0].entry.className) })
      guard classes.count > 1, numbers.count > classes.count, Set(numbers).count == numbers.count else {
        continue
      }
      for index in indices { found[index].entry.orderNumber = nil }
      reading.notices.append(
        .init(
          kind: .runningNumberIgnored, sheet: sheet, line: nil,
          sentence: "Cột số thứ tự đánh số chung cho nhiều lớp nên không dùng làm số thứ tự trong lớp."))
    }
  }

  // MARK: Duplicates

  /// Nobody can know whose code it is: every row that has it is shown, but for plain repetitions of one row.
  private static func findDuplicateCodes(_ found: inout [Found]) {
    let groups = Dictionary(grouping: found.indices) { found[$0].entry.pupilCode?.uppercased() ?? "" }
    for (code, indices) in groups where !code.isEmpty && indices.count > 1 {
      let column = found[indices[0]].codeColumn
      if indices.allSatisfy({ found[$0].isRepetition(of: found[indices[0]]) }) {
        for index in indices.dropFirst() {
          found[index].add(.duplicateRow, nil, code, other: found[indices[0]].entry.source)
        }
        continue
      }
      for index in indices {
        let other = indices.first { $0 != index }.map { found[$0].entry.source }
        found[index].add(.duplicateCode, column, found[index].entry.pupilCode ?? "", other: other)
      }
    }
  }

  /// Two pupils of one class may share a name when their codes or birth dates differ.
  private static func findDuplicatePupils(_ found: inout [Found]) {
    let groups = Dictionary(
      grouping: found.indices.filter { found[$0].hasClass && !found[$0].entry.name.isEmpty }
    ) {
      ClassNames.key(found[$0].entry.className) + "|" + found[$0].entry.name.lowercased()
    }
    for indices in groups.values where indices.count > 1 {
      for (position, index) in indices.enumerated() where found[index].faults.isEmpty {
        guard let first = indices.prefix(position).first(where: { !found[index].isDistinct(from: found[$0]) })
        else { continue }
        let reason: ClassListReason =
          found[index].isRepetition(of: found[first]) ? .duplicateRow : .duplicatePupil
        found[index].add(
          reason, found[index].headers[.fullName], found[index].entry.name, other: found[first].entry.source)
      }
    }
  }

  private static func findDuplicateNumbers(_ found: inout [Found]) {
    var owners: [String: ClassListSource] = [:]
    for index in found.indices where found[index].hasClass && found[index].faults.isEmpty {
      guard let number = found[index].entry.orderNumber else { continue }
      guard number <= ClassListValues.largestOrderNumber else {
        found[index].add(.orderUnreadable, found[index].headers[.orderNumber], "\(number)")
        continue
      }
      let key = "\(ClassNames.key(found[index].entry.className))|\(number)"
      if let owner = owners[key] {
        found[index].add(.duplicateOrder, found[index].headers[.orderNumber], "\(number)", other: owner)
      } else {
        owners[key] = found[index].entry.source
      }
    }
  }

  // MARK: Order numbers

  /// Whoever has no number comes after the highest one of the class, by the Vietnamese order of names.
  private static func computeMissingNumbers(_ reading: inout ClassListReading) {
    let groups = Dictionary(grouping: reading.entries.indices) {
      ClassNames.key(reading.entries[$0].className)
    }
    for (_, indices) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
      var next = (indices.compactMap { reading.entries[$0].orderNumber }.max() ?? 0) + 1
      let missing = indices.filter { reading.entries[$0].orderNumber == nil }
        .map { (index: $0, key: VietnameseNameOrder.key(of: reading.entries[$0].name)) }
        .sorted {
          $0.key == $1.key ? tieBreak(reading.entries[$0.index], reading.entries[$1.index]) : $0.key < $1.key
        }
      guard let first = missing.first else { continue }
      for (index, _) in missing {
        reading.entries[index].orderNumber = next
        reading.entries[index].orderIsComputed = true
        next += 1
      }
      let entry = reading.entries[first.index]
      reading.notices.append(
        .init(
          kind: .orderComputed, sheet: entry.source.sheet, line: nil,
          sentence: "Lớp \(entry.className): \(missing.count) em chưa có số thứ tự, đã xếp theo tên."))
    }
  }

  /// Pupils of one name by birth date, then code: never by line, so that sorting the file changes nothing.
  private static func tieBreak(_ left: ClassListEntry, _ right: ClassListEntry) -> Bool {
    let (own, other) = (left.birthDate?.number ?? .max, right.birthDate?.number ?? .max)
    return own == other ? (left.pupilCode ?? "") < (right.pupilCode ?? "") : own < other
  }
}

extension ClassListRowReader.Found {
  fileprivate var codeColumn: ClassListLayout.Column? {
    headers[.code(.ministry)] ?? headers[.code(.school)] ?? headers[.code(.candidate)]
  }

  /// The same pupil written twice, whatever the order number.
  fileprivate func isRepetition(of other: Self) -> Bool {
    entry.name.lowercased() == other.entry.name.lowercased() && entry.birthDate == other.entry.birthDate
      && entry.pupilCode?.uppercased() == other.entry.pupilCode?.uppercased()
      && ClassNames.key(entry.className) == ClassNames.key(other.entry.className)
  }

  fileprivate func isDistinct(from other: Self) -> Bool {
    if let own = entry.pupilCode, let theirs = other.entry.pupilCode {
      return own.uppercased() != theirs.uppercased()
    }
    if let own = entry.birthDate, let theirs = other.entry.birthDate { return own != theirs }
    return false
  }
}
