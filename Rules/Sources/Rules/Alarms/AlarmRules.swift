/// A function that is told of an alarm. Who holds it on the day is for the organisation to say.
package enum AlarmRecipient: String, Hashable, Sendable, CaseIterable {
  case teacherInCharge
  case homeroomTeacher
  /// Every guardian of the pupil who reported, or whose account it is.
  case guardian
  case head
  case deputyHead
  /// The education authority that receives the school's reports.
  case receivingAuthority
}

/// What the person who raised the alarm is to the lesson.
package enum AlarmReporter: String, Hashable, Sendable, CaseIterable {
  case pupil, guardian, teacherInCharge, homeroomTeacher, head, otherAdult, system

  /// The function that need not be told what it has reported itself.
  var ownFunction: AlarmRecipient? {
    switch self {
    case .teacherInCharge: .teacherInCharge
    case .homeroomTeacher: .homeroomTeacher
    case .head: .head
    case .pupil, .guardian, .otherAdult, .system: nil
    }
  }
}

/// Whom the alarm is about, as far as is known.
package enum AlarmSubject: Hashable, Sendable, CaseIterable {
  case unknown
  case pupil
  /// One guardian of the reporting pupil; the others are still told.
  case oneGuardian
  /// The only guardian, or all of them.
  case everyGuardian
  case teacherInCharge
  case homeroomTeacher
  case head
  case deputyHead

  /// The function that is not told because it is the subject.
  package var excluded: AlarmRecipient? {
    switch self {
    case .unknown, .pupil, .oneGuardian: nil
    case .everyGuardian: .guardian
    case .teacherInCharge: .teacherInCharge
    case .homeroomTeacher: .homeroomTeacher
    case .head: .head
    case .deputyHead: .deputyHead
    }
  }
}

/// One line of what an alarm owes: whom to tell, and after how many seconds.
package struct AlarmStep: Hashable, Sendable {
  package let recipient: AlarmRecipient
  package let after: Int64
}

/// Somebody was not told who otherwise would have been. Stands in the record of the alarm.
package struct AlarmException: Hashable, Sendable {
  package let recipient: AlarmRecipient
  package var record: String { "Không báo cho người giữ vai trò này vì là người được nêu trong vụ việc" }
}

/// Who must be told of an alarm raised in a class.
///
/// - Source: Hạ Long dispatch of May 2020, section 2 (S3-60 to S3-62) and 1.3đ (S3-36): the pupil reports at
///   once to the teacher in charge and the parents, the teacher to the leaders. Waits above zero are ours.
package enum AlarmRules {
  /// Who must be told by now, and was not yet.
  ///
  /// - Parameters:
  ///   - age: seconds since the alarm was recorded; negative counts as zero.
  ///   - told: recipients already told, in any order.
  /// - Returns: recipients in chain order; empty when nobody is owed anything. Grows with age, never shrinks.
  package static func owed(
    _ kind: AlarmKind, reporter: AlarmReporter, subject: AlarmSubject, age: Int64, told: Set<AlarmRecipient>
  ) -> [AlarmRecipient] {
    plan(kind, reporter: reporter, subject: subject)
      .filter { $0.after <= max(0, age) && !told.contains($0.recipient) }
      .map(\.recipient)
  }

  /// Everybody who is told sooner or later, in chain order, each once.
  package static func plan(
    _ kind: AlarmKind, reporter: AlarmReporter, subject: AlarmSubject
  ) -> [AlarmStep] {
    let left = Set([reporter.ownFunction, subject.excluded].compactMap { $0 })
    var waits: [AlarmRecipient: Int64] = [:]
    for (recipient, wait) in table(kind, reporter) + insteadOf(subject) where !left.contains(recipient) {
      waits[recipient] = min(waits[recipient] ?? .max, wait)
    }
    return AlarmRecipient.allCases.compactMap { recipient in
      waits[recipient].map { AlarmStep(recipient: recipient, after: $0) }
    }
  }

  /// Who is left out because the alarm is about them: recorded, so that the omission can be explained.
  package static func exceptions(
    _ kind: AlarmKind, reporter: AlarmReporter, subject: AlarmSubject
  ) -> [AlarmException] {
    let meant = table(kind, reporter).map(\.0)
    if subject == .oneGuardian, meant.contains(.guardian) { return [.init(recipient: .guardian)] }
    return subject.excluded.map { meant.contains($0) ? [.init(recipient: $0)] : [] } ?? []
  }

  private static func table(_ kind: AlarmKind, _ reporter: AlarmReporter) -> [(AlarmRecipient, Int64)] {
    let family: [(AlarmRecipient, Int64)] = reporter == .pupil || kind == .doubleUse ? [(.guardian, 0)] : []
    return switch kind {
    case .stranger, .badContent, .securityLost:
      family + [(.teacherInCharge, 0), (.head, 0), (.homeroomTeacher, .minute), (.deputyHead, 2 * .minute)]
    case .needsHelp:
      // Mostly “I cannot hear”: the family is told when no teacher has answered.
      [(.teacherInCharge, 0), (.homeroomTeacher, 2 * .minute), (.deputyHead, 5 * .minute)]
        + family.map { ($0.0, 5 * .minute) }
    case .doubleUse:
      family + [(.teacherInCharge, 0), (.homeroomTeacher, .minute), (.head, 10 * .minute)]
    case .teacherLost:
      [(.homeroomTeacher, .minute), (.deputyHead, .minute), (.head, .minute)]
    }
  }

  /// Who steps in at once because the function that would act is the subject.
  private static func insteadOf(_ subject: AlarmSubject) -> [(AlarmRecipient, Int64)] {
    switch subject {
    case .unknown, .pupil: []
    case .oneGuardian, .everyGuardian: [(.homeroomTeacher, 0)]
    case .teacherInCharge: [(.head, 0), (.homeroomTeacher, 0), (.deputyHead, 0)]
    case .homeroomTeacher: [(.head, 0), (.deputyHead, 0)]
    case .head: [(.deputyHead, 0), (.receivingAuthority, 0)]
    case .deputyHead: [(.head, 0), (.receivingAuthority, 0)]
    }
  }
}
