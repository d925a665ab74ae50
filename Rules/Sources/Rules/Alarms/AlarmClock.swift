/// When something about an alarm falls due. Stored as rows, never as timers.
package struct AlarmDue: Hashable, Sendable {
  package enum Action: Hashable, Sendable {
    case tell
    /// The n-th reminder to somebody who was told and has not acknowledged, n >= 1.
    case remind(Int)
  }

  package let at: Timestamp
  package let recipient: AlarmRecipient
  package let action: Action

  package init(at: Timestamp, recipient: AlarmRecipient, action: Action) {
    self.at = at
    self.recipient = recipient
    self.action = action
  }
}

package enum AlarmClock {
  /// Seconds after being told at which who has not acknowledged is reminded. Ours.
  package static let reminders: [Int64] = [30, 2 * .minute, 5 * .minute, 15 * .minute]

  /// Everything that falls due for an alarm, in order of time and chain.
  ///
  /// - Parameter acknowledged: they are neither told again nor reminded. Others are told all the same: an
  ///   acknowledgement by one never silences another's duty.
  package static func due(
    _ plan: [AlarmStep], raisedAt: Timestamp, acknowledged: Set<AlarmRecipient> = []
  ) -> [AlarmDue] {
    let open = plan.filter { !acknowledged.contains($0.recipient) }
    let all = open.flatMap { step in
      [AlarmDue(at: raisedAt + step.after, recipient: step.recipient, action: .tell)]
        + reminders.enumerated().map {
          AlarmDue(at: raisedAt + step.after + $1, recipient: step.recipient, action: .remind($0 + 1))
        }
    }
    let rank = Dictionary(uniqueKeysWithValues: AlarmRecipient.allCases.enumerated().map { ($1, $0) })
    return all.sorted { ($0.at, rank[$0.recipient] ?? 0) < ($1.at, rank[$1.recipient] ?? 0) }
  }

  /// The next due time after a moment, or nil when nothing is left.
  package static func next(_ due: [AlarmDue], after now: Timestamp) -> Timestamp? {
    due.map(\.at).filter { $0 > now }.min()
  }
}

/// Alarms that a page shows as one line. Only display: each alarm keeps its record, its clock and its
/// recipients.
package struct AlarmGroup: Hashable, Sendable {
  package struct Alarm: Hashable, Sendable {
    package let kind: AlarmKind
    package let lesson: Lesson.ID
    package let reporter: Person.ID?
    package let at: Timestamp

    package init(kind: AlarmKind, lesson: Lesson.ID, reporter: Person.ID?, at: Timestamp) {
      self.kind = kind
      self.lesson = lesson
      self.reporter = reporter
      self.at = at
    }
  }

  /// At least one, by time.
  package let alarms: [Alarm]

  /// Groups what one person reports again and again.
  ///
  /// A pupil who presses forty times makes one line that says “40 lần”; nobody is rate-limited into silence,
  /// and two people who report the same always stay two lines.
  /// - Parameter within: seconds between one press and the next that belong together, >= 0.
  /// - Returns: groups by time of their first alarm; every alarm is in exactly one.
  package static func groups(_ alarms: [Alarm], within seconds: Int64 = .minute) -> [AlarmGroup] {
    var groups: [[Alarm]] = []
    for alarm in alarms.sorted(by: { $0.at < $1.at }) {
      let index = groups.lastIndex { group in
        guard let last = group.last else { return false }
        return last.kind == alarm.kind && last.lesson == alarm.lesson && last.reporter == alarm.reporter
          && alarm.at - last.at <= seconds
      }
      if let index { groups[index].append(alarm) } else { groups.append([alarm]) }
    }
    return groups.map(AlarmGroup.init)
  }
}
