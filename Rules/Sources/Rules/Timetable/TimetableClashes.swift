/// Two lessons that cannot both be held.
package struct TimetableClash: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case sameClass, sameTeacher }
  package let kind: Kind
  /// The one that begins first.
  package let earlier: PlannedLesson
  package let later: PlannedLesson
}

package enum TimetableClashes {
  /// Every pair of lessons that overlap in time and share the class or the teacher.
  ///
  /// - Parameter lessons: in any order; `teacher` is who really teaches (`SubstituteRules.teacher`).
  /// - Returns: clashes by start of the earlier lesson. A pair that shares both appears once for each kind.
  /// - Source: Hạ Long dispatch of May 2020, 1.2b (S3-8); that a clash stops the planner is ours.
  package static func among(_ lessons: [PlannedLesson]) -> [TimetableClash] {
    let sorted = lessons.sorted { ($0.time.start, $0.time.end) < ($1.time.start, $1.time.end) }
    var running: [PlannedLesson] = []
    var clashes: [TimetableClash] = []
    for lesson in sorted {
      running.removeAll { $0.time.end <= lesson.time.start }
      for other in running {
        if other.schoolClass == lesson.schoolClass {
          clashes.append(.init(kind: .sameClass, earlier: other, later: lesson))
        }
        if other.teacher == lesson.teacher {
          clashes.append(.init(kind: .sameTeacher, earlier: other, later: lesson))
        }
      }
      running.append(lesson)
    }
    return clashes
  }

  /// The first clash of proposed lessons with those that stand, in the words of the planner.
  ///
  /// - Throws: LOP-493 for the class, LOP-494 for the teacher.
  package static func check(_ proposed: [PlannedLesson], beside standing: [PlannedLesson]) throws(UserError) {
    guard
      let clash = among(proposed + standing).first(where: { clash in
        proposed.contains(clash.earlier) || proposed.contains(clash.later)
      })
    else { return }
    let start = clash.later.time.start
    switch clash.kind {
    case .sameClass: throw .classHasLesson(at: start)
    case .sameTeacher: throw .teacherHasLesson(at: start)
    }
  }
}
