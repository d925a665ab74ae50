/// One unbroken stay of one person, as the append-only record has it.
package struct PresenceInterval: Hashable, Sendable {
  package enum Place: String, Hashable, Sendable, CaseIterable, Codable { case lobby, room }
  package let place: Place
  package let from: Timestamp
  /// Nil while the stay goes on.
  package let to: Timestamp?

  package init(_ place: Place, from: Timestamp, to: Timestamp?) {
    self.place = place
    self.from = from
    self.to = to
  }
}

/// How one person took part in one lesson.
package struct Attendance: Hashable, Sendable {
  package enum Arrival: Hashable, Sendable {
    /// The lesson is not so far yet that anything could be said.
    case awaited
    case onTime
    /// Whole minutes after the start, rounded up, >= 1.
    case late(minutes: Int)
    case absent
  }

  package let arrival: Arrival
  /// Whole minutes before the end at which the person was last seen, rounded up; nil when they stayed.
  package let leftEarlyMinutes: Int?
  /// First moment in the lobby or the room, also before the lesson.
  package let firstSeen: Timestamp?
  package let lastSeen: Timestamp?
  /// Seconds in the room between start and end of the lesson; overlapping stays count once.
  package let presentSeconds: Int64
  /// Seconds in the lobby between start and end during which the person was not in the room.
  package let waitedSeconds: Int64
  /// Whether the person came at least ten minutes before the start.
  package let cameEarly: Bool
  /// Unbroken stays within the lesson, lobby and room together; more than one means breaks in the line.
  package let stays: Int
}

/// From bare intervals to “present for 41 minutes, two minutes late”.
///
/// - Source: Hạ Long dispatch of May 2020, 1.3c (S3-28: control participation), 1.4b (S3-41: ten minutes
///   early), 1.4đ (S3-47: time). The thresholds are the school's.
package struct PresenceRules: Hashable, Sendable {
  /// Seconds after the start up to which one is on time.
  package let lateAfter: Int64
  /// Seconds before the end from which leaving is not early.
  package let leavingAllowed: Int64
  /// Seconds before the start that count as early, S3-41.
  package static let early: Int64 = 10 * .minute
  package static let standard = PresenceRules(lateAfterMinutes: 5, leavingAllowedMinutes: 5)

  /// Negative minutes count as none.
  package init(lateAfterMinutes: Int, leavingAllowedMinutes: Int = 5) {
    lateAfter = Int64(max(0, lateAfterMinutes)) * .minute
    leavingAllowed = Int64(max(0, leavingAllowedMinutes)) * .minute
  }

  /// A stretch of time, `from < to`.
  package struct Span: Hashable, Sendable {
    package let from: Timestamp
    package let to: Timestamp
    package var length: Int64 { to - from }
  }

  /// How a person took part, seen at a moment during or after the lesson.
  ///
  /// - Parameters:
  ///   - intervals: of this person in this lesson, in any order, overlapping or open; one that ends before it
  ///     begins (the clock was set back) counts as nothing.
  ///   - now: open intervals count up to here.
  /// - Returns: `absent` as soon as the threshold has passed without them; who comes after that is `late`.
  package func attendance(of intervals: [PresenceInterval], in time: LessonTime, at now: Timestamp)
    -> Attendance
  {
    let all = Self.merged(intervals, until: now)
    let room = Self.merged(intervals.filter { $0.place == .room }, until: now)
    let anywhere = Self.clipped(all, to: time)
    let inRoom = Self.clipped(room, to: time)
    let present = inRoom.reduce(0) { $0 + $1.length }
    return Attendance(
      arrival: arrival(first: anywhere.first?.from, in: time, at: now),
      leftEarlyMinutes: leftEarly(last: anywhere.last?.to, in: time, at: now),
      firstSeen: all.first?.from,
      lastSeen: all.last?.to,
      presentSeconds: present,
      waitedSeconds: anywhere.reduce(0) { $0 + $1.length } - present,
      cameEarly: all.first.map { $0.from <= time.start - Self.early } ?? false,
      stays: anywhere.count)
  }

  private func arrival(first: Timestamp?, in time: LessonTime, at now: Timestamp) -> Attendance.Arrival {
    guard let first else { return now - time.start > lateAfter ? .absent : .awaited }
    let after = first - time.start
    return after <= lateAfter ? .onTime : .late(minutes: Int((after + 59) / 60))
  }

  private func leftEarly(last: Timestamp?, in time: LessonTime, at now: Timestamp) -> Int? {
    guard let last, last < now, time.end - last > leavingAllowed else { return nil }
    return Int((time.end - last + 59) / 60)
  }

  /// The same time without overlaps: in rising order, with a gap between each and the next.
  ///
  /// Merging what is merged already changes nothing.
  package static func merged(_ intervals: [PresenceInterval], until now: Timestamp) -> [Span] {
    let spans = intervals.compactMap { interval -> Span? in
      let to = min(interval.to ?? now, now)
      return interval.from < to ? Span(from: interval.from, to: to) : nil
    }
    var merged: [Span] = []
    for span in spans.sorted(by: { $0.from < $1.from }) {
      if let last = merged.last, span.from <= last.to {
        merged[merged.count - 1] = Span(from: last.from, to: max(last.to, span.to))
      } else {
        merged.append(span)
      }
    }
    return merged
  }

  private static func clipped(_ spans: [Span], to time: LessonTime) -> [Span] {
    spans.compactMap { span in
      let (from, to) = (max(span.from, time.start), min(span.to, time.end))
      return from < to ? Span(from: from, to: to) : nil
    }
  }
}
