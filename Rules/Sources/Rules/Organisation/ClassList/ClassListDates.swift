/// How birth dates of class lists are read: day, month and year in full or not at all.
enum ClassListDates {
  /// - Parameters:
  ///   - serialDayZero: what the number 0 means as a date in this workbook; nil where numbers are no dates.
  ///   - today: a birth date lies before it, and at most 100 years before.
  /// - Returns: nil for an empty cell; `wasSerial` when a bare number was read as a date.
  static func birthDate(
    _ cell: ClassListGrid.Cell, serialDayZero: Day?, today: Day
  ) throws(ClassListReason) -> (day: Day, wasSerial: Bool)? {
    if case .day(let day) = cell.content { return (try plausible(day, today), false) }
    var text = VietnameseText.clean(cell.text)
    if text.hasPrefix("'") { text.removeFirst() }
    guard !text.isEmpty else { return nil }
    if cell.content == .number, let zero = serialDayZero,
      let number = Int64(ClassListValues.withoutDecimals(text)),
      (10_000...80_000).contains(number)
    {
      return (try plausible(zero.adding(days: Int(number)), today), true)
    }
    return (try plausible(try day(text), today), false)
  }

  private static func plausible(_ day: Day, _ today: Day) throws(ClassListReason) -> Day {
    guard day < today, day.parts.year >= today.parts.year - 100 else { throw .birthDateImpossible }
    return day
  }

  private static func day(_ text: String) throws(ClassListReason) -> Day {
    let parts = withoutTime(text).split(omittingEmptySubsequences: false) { "/-. ".contains($0) }
      .filter { !$0.isEmpty }
    guard parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } && $0.utf8.count <= 4 }) else {
      throw .birthDateUnreadable
    }
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == 3 else {
      let year = parts.last.map { $0.utf8.count == 4 } ?? false
      throw year && numbers.count < 3 ? .birthDateIncomplete : .birthDateUnreadable
    }
    if parts[0].utf8.count == 4 { return try made(year: numbers[0], month: numbers[1], day: numbers[2]) }
    if parts[2].utf8.count == 2 { throw .birthDateTwoDigitYear }
    guard parts[2].utf8.count == 4, parts[0].utf8.count <= 2, parts[1].utf8.count <= 2 else {
      throw .birthDateUnreadable
    }
    return try made(year: numbers[2], month: numbers[1], day: numbers[0])
  }

  private static func made(year: Int, month: Int, day: Int) throws(ClassListReason) -> Day {
    if let made = Day(year: year, month: month, day: day) { return made }
    throw month > 12 && Day(year: year, month: day, day: month) != nil
      ? .dayAndMonthSwapped : .birthDateImpossible
  }

  /// Programs that export dates add midnight: `05/09/2014 00:00:00`, `2014-09-05T00:00:00`.
  private static func withoutTime(_ text: String) -> String {
    guard let mark = text.lastIndex(where: { $0 == "T" || $0 == " " }) else { return text }
    let time = text[text.index(after: mark)...]
    guard time.contains(":"), time.allSatisfy({ "0:.Z".contains($0) }) else { return text }
    return VietnameseText.clean(String(text[..<mark]))
  }
}
