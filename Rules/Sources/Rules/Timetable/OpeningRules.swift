/// From when to when a lesson is planned.
///
/// - Shape: `start < end`; at most twelve hours.
package struct LessonTime: Hashable, Sendable, Codable {
  package let start: Timestamp
  package let end: Timestamp

  /// Nil when the end is not after the start, or more than twelve hours later.
  package init?(start: Timestamp, end: Timestamp) {
    guard start < end, end - start <= 12 * .hour else { return nil }
    self.start = start
    self.end = end
  }

  /// Seconds planned, > 0.
  package var length: Int64 { end - start }

  /// Whether the two share at least one second; a lesson may begin in the second in which the other ends.
  package func overlaps(_ other: LessonTime) -> Bool { start < other.end && other.start < end }
}

/// When the door of a lesson opens and closes.
///
/// - Source: Hạ Long dispatch of May 2020, 1.4b (S3-41): pupils log in at least ten minutes before class. The
///   fifteen minutes and the times after the end are ours.
package struct OpeningRules: Hashable, Sendable, Codable {
  package static let leastMinutes = 10
  package static let mostMinutes = 60
  package static let standard = OpeningRules(unchecked: 15, grace: 10)
  /// The teacher may prepare the room this long before the start, or from the opening when that is earlier.
  package static let teacherMinutes = 60

  /// Minutes before the start, `leastMinutes ... mostMinutes`.
  package let openingMinutes: Int
  /// Minutes after the end during which the lesson may run over, `0 ... 60`.
  package let graceMinutes: Int

  /// - Throws: LOP-490 when the door would open less than ten minutes before the start or over an hour
  ///   before; LOP-491 when it would stay open longer than an hour after the end.
  package init(openingMinutes: Int = 15, graceMinutes: Int = 10) throws(UserError) {
    guard (Self.leastMinutes...Self.mostMinutes).contains(openingMinutes) else {
      throw .openingOutOfRange(least: Self.leastMinutes, most: Self.mostMinutes)
    }
    guard (0...60).contains(graceMinutes) else { throw .graceOutOfRange(most: 60) }
    self.init(unchecked: openingMinutes, grace: graceMinutes)
  }

  private init(unchecked openingMinutes: Int, grace: Int) {
    self.openingMinutes = openingMinutes
    graceMinutes = grace
  }

  package enum Door: Hashable, Sendable { case notYet, open, closed }

  /// The first moment at which a pupil may come to the lobby.
  package func opens(_ time: LessonTime) -> Timestamp { time.start - Int64(openingMinutes) * .minute }

  /// The first moment at which the teacher in charge may come in to prepare.
  package func opensForTeacher(_ time: LessonTime) -> Timestamp {
    time.start - Int64(max(openingMinutes, Self.teacherMinutes)) * .minute
  }

  /// The first moment at which nobody may come in, or stay, any more.
  package func closes(_ time: LessonTime) -> Timestamp { time.end + Int64(graceMinutes) * .minute }

  /// The door for pupils, visitors and guests at a moment.
  package func door(_ time: LessonTime, at now: Timestamp) -> Door {
    if now >= closes(time) { return .closed }
    return now >= opens(time) ? .open : .notYet
  }
}
