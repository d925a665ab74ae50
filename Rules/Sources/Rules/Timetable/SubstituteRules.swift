/// The recorded decision that somebody else teaches for a while.
package struct SubstituteDecision: Hashable, Sendable {
  package enum Scope: Hashable, Sendable {
    case lesson(Lesson.ID)
    /// All lessons of an absent teacher on these days, both inclusive; of one class only when it is named.
    case days(of: Person.ID, schoolClass: SchoolClass.ID?, from: Day, to: Day)
  }

  package let scope: Scope
  package let substitute: Person.ID
  package let decidedBy: Person.ID
  package let decidedAt: Timestamp
  /// When the decision was taken back; nil while it stands.
  package let withdrawnAt: Timestamp?

  package init(
    scope: Scope, substitute: Person.ID, decidedBy: Person.ID, decidedAt: Timestamp,
    withdrawnAt: Timestamp? = nil
  ) {
    self.scope = scope
    self.substitute = substitute
    self.decidedBy = decidedBy
    self.decidedAt = decidedAt
    self.withdrawnAt = withdrawnAt
  }

  func stands(at now: Timestamp) -> Bool { decidedAt <= now && withdrawnAt.map { now < $0 } ?? true }

  /// 2 for this very lesson, 1 for a range of days with the class named, 0 without, nil when it does not
  /// apply.
  func closeness(to lesson: PlannedLesson) -> Int? {
    switch scope {
    case .lesson(let id): return id == lesson.id ? 2 : nil
    case .days(let absent, let schoolClass, let from, let to):
      let day = Day(at: lesson.time.start)
      guard absent == lesson.teacher, from <= day, day <= to else { return nil }
      guard let schoolClass else { return 0 }
      return schoolClass == lesson.schoolClass ? 1 : nil
    }
  }
}

/// Who answers for a lesson, and why.
package enum TeacherInCharge: Hashable, Sendable {
  case regular(Person.ID)
  case substitute(SubstituteDecision)

  package var person: Person.ID {
    switch self {
    case .regular(let person): person
    case .substitute(let decision): decision.substitute
    }
  }
}

package enum SubstituteRules {
  /// Who teaches a lesson, as decided by a moment.
  ///
  /// - Parameters:
  ///   - decisions: in any order; decisions of later than `now` and those taken back by then count as not
  ///     taken.
  ///   - now: the moment “as at” which is asked, so that a record can be checked a year later.
  /// - Returns: the substitute of the decision closest to this lesson (this lesson before a range of days
  ///   with the class named, before one without), the latest when several are equally close; else the regular
  ///   teacher.
  /// - Source: Hạ Long dispatch of May 2020, 1.2a (S3-5): the head assigns teachers. That the regular teacher
  ///   then has no power in the lesson is ours: exactly one person is in charge.
  package static func teacher(
    of lesson: PlannedLesson, decisions: [SubstituteDecision], at now: Timestamp
  ) -> TeacherInCharge {
    let applying = decisions.compactMap { decision in
      decision.stands(at: now) ? decision.closeness(to: lesson).map { (decision, $0) } : nil
    }
    let closest = applying.max { left, right in
      (left.1, left.0.decidedAt, left.0.substitute) < (right.1, right.0.decidedAt, right.0.substitute)
    }
    return closest.map { .substitute($0.0) } ?? .regular(lesson.teacher)
  }
}
