/// A calendar day in Vietnam, which has kept UTC+7 without summer time since 1975, so plain arithmetic is exact.
///
/// - Shape: stored and shown to programs as ISO text `2026-09-05`; shown to people as `05/09/2026`.
package struct Day: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  /// Days since 1970-01-01; may be negative.
  package let number: Int64

  package static let offsetFromUTC: Int64 = 7 * .hour

  package init(number: Int64) { self.number = number }

  /// Nil when the three numbers are no day of the Gregorian calendar.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let shifted = Int64(month <= 2 ? year - 1 : year)
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
    guard parts == (year, month, day) else { return nil }
  }

  /// Nil when the text is not `yyyy-mm-dd`.
  package init?(_ text: String) {
    let pieces = text.split(separator: "-", omittingEmptySubsequences: false)
    guard pieces.count == 3, pieces[0].utf8.count == 4, pieces[1].utf8.count == 2, pieces[2].utf8.count == 2,
      pieces.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
      let year = Int(pieces[0]), let month = Int(pieces[1]), let day = Int(pieces[2]),
      let made = Day(year: year, month: month, day: day)
    else { return nil }
    self = made
  }

  /// The day it is in Vietnam at a moment.
  package init(at moment: Timestamp) {
    let local = moment.seconds + Self.offsetFromUTC
    number = local >= 0 ? local / .day : (local - (.day - 1)) / .day
  }

  package var parts: (year: Int, month: Int, day: Int) {
    let shifted = number + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    let year = Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0)
    return (year, month, day)
  }

  /// 1 = Monday … 7 = Sunday.
  package var weekday: Int {
    let fromThursday = (number % 7 + 7) % 7
    return Int((fromThursday + 3) % 7) + 1
  }

  /// The moment at which this day reaches `minutes` past midnight in Vietnam.
  package func at(minutes: Int) -> Timestamp {
    .init(seconds: number * .day - Self.offsetFromUTC + Int64(minutes) * .minute)
  }

  package func adding(days: Int) -> Day { .init(number: number + Int64(days)) }

  /// ISO text, `2026-09-05`.
  package var description: String {
    let (year, month, day) = parts
    return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
  }

  /// As people write it, `05/09/2026`.
  package var forPeople: String {
    let (year, month, day) = parts
    return "\(Self.padded(day, 2))/\(Self.padded(month, 2))/\(year)"
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let day = Day(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a day: yyyy-mm-dd")
    }
    self = day
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  package static func < (left: Day, right: Day) -> Bool { left.number < right.number }
}

extension Timestamp {
  /// The clock in Vietnam, `7:52`.
  package var clock: String {
    let minutes = minuteOfDay
    return "\(minutes / 60):\(Day.padded(minutes % 60, 2))"
  }

  /// The clock in Vietnam to the second, `07:52:09`, for records.
  package var clockToTheSecond: String {
    let second = Int(self - Day(at: self).at(minutes: 0))
    return "\(Day.padded(second / 3_600, 2)):\(Day.padded(second / 60 % 60, 2)):\(Day.padded(second % 60, 2))"
  }

  /// Minutes past midnight in Vietnam, 0 …< 1440.
  package var minuteOfDay: Int { Int(self - Day(at: self).at(minutes: 0)) / 60 }
}
