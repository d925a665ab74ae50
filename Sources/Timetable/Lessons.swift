package import Rules
package import Storage

/// One lesson as planned, with who answers for it as decided by now.
package struct LessonPlan: Sendable, Equatable {
  package let id: Lesson.ID
  package let unit: OrgUnit.ID
  package let schoolClass: SchoolClass.ID
  package let subject: SchoolSubject.ID
  package let subjectName: String
  package let regularTeacher: Person.ID
  /// The substitute where one was appointed, else the regular teacher: exactly one person.
  package let teacherInCharge: Person.ID
  package let startsAt: Timestamp
  package let endsAt: Timestamp
  /// The door opens this long before the start.
  package let openingMinutes: Int
  package let isCancelled: Bool

  package var isSubstituted: Bool { teacherInCharge != regularTeacher }
  package var time: LessonTime? { LessonTime(start: startsAt, end: endsAt) }
}

extension Weekly {
  package typealias ID = Identifier<Weekly>
}

/// One place in the weekly timetable, as stored.
package struct Weekly: Sendable, Equatable {
  package let id: ID
  package let unit: OrgUnit.ID
  package let schoolClass: SchoolClass.ID
  package let subject: SchoolSubject.ID
  package let teacher: Person.ID
  package let weekday: Int
  package let startMinute: Int
  package let lengthMinutes: Int
  package let openingMinutes: Int
  package let first: Day
  /// Inclusive; an ending is counted.
  package let last: Day
  let plannedTo: Day

  /// Nil for a slot that ended before it began.
  var rule: WeeklySlot? {
    try? WeeklySlot(
      schoolClass: schoolClass, teacher: teacher, weekday: weekday, startMinute: startMinute,
      lengthMinutes: lengthMinutes, first: first, last: last)
  }
}

/// The timetable as stored: questions in `Lessons.swift`, changes in `Lessons+Planning.swift`.
///
/// Every question takes a `Connection`, so that other features ask it within their own transaction.
package struct Lessons: Sendable {
  /// Lessons of weekly slots exist this many days ahead.
  package static let daysAhead = 28

  let ports: TimetablePorts

  static let columns: SQL =
    """
    lesson.id, lesson.unit_id, lesson.class_id, lesson.subject_id, lesson.teacher_id, lesson.starts_at, lesson.ends_at,
      lesson.opening_minutes, lesson_cancellation.at
    FROM lesson LEFT JOIN lesson_cancellation ON lesson_cancellation.lesson_id = lesson.id
    """

  // MARK: Questions

  /// - Parameter now: the moment as at which substitutes are counted.
  package func lesson(_ id: Lesson.ID, at now: Timestamp, in db: any Connection) throws -> LessonPlan? {
    try plans(try db.rows("SELECT \(Self.columns) WHERE lesson.id = \(id)"), at: now, in: db).first
  }

  /// Lessons of a class that begin in a span, cancelled ones too, by start.
  package func lessons(
    ofClass id: SchoolClass.ID, from: Timestamp, to: Timestamp, at now: Timestamp, in db: any Connection
  ) throws -> [LessonPlan] {
    try plans(
      try db.rows(
        """
        SELECT \(Self.columns) WHERE lesson.class_id = \(id) AND lesson.starts_at >= \(from) AND lesson.starts_at < \(to)
        ORDER BY lesson.starts_at, lesson.id
        """), at: now, in: db)
  }

  /// Lessons that somebody is in charge of, as a regular teacher or standing in; by start.
  package func lessons(
    ofTeacher person: Person.ID, from: Timestamp, to: Timestamp, at now: Timestamp, in db: any Connection
  ) throws -> [LessonPlan] {
    let rows = try db.rows(
      """
      SELECT \(Self.columns) WHERE lesson.starts_at >= \(from) AND lesson.starts_at < \(to) AND (
        lesson.teacher_id = \(person)
        OR lesson.id IN (SELECT lesson_id FROM substitute_decision
          WHERE substitute_id = \(person) AND withdrawn_at IS NULL AND lesson_id IS NOT NULL)
        OR lesson.teacher_id IN (SELECT absent_id FROM substitute_decision
          WHERE substitute_id = \(person) AND withdrawn_at IS NULL AND absent_id IS NOT NULL))
      ORDER BY lesson.starts_at, lesson.id
      """)
    return try plans(rows, at: now, in: db).filter { $0.teacherInCharge == person }
  }

  /// All lessons of a school that begin in a span, by start: for the head's page.
  package func lessons(
    ofSchool unit: OrgUnit.ID, from: Timestamp, to: Timestamp, at now: Timestamp, in db: any Connection
  ) throws -> [LessonPlan] {
    try plans(
      try db.rows(
        """
        SELECT \(Self.columns) WHERE lesson.unit_id = \(unit) AND lesson.starts_at >= \(from) AND lesson.starts_at < \(to)
        ORDER BY lesson.starts_at, lesson.id
        """), at: now, in: db)
  }

  /// The classes of a school that have a weekly lesson with days left, or a single one that is not over.
  package func plannedClasses(
    ofSchool unit: OrgUnit.ID, at now: Timestamp, in db: any Connection
  ) throws -> Set<SchoolClass.ID> {
    let day = Day(at: now)
    let rows = try db.rows(
      """
      SELECT class_id FROM weekly_slot
      WHERE unit_id = \(unit) AND last_day >= \(day) AND (ended_on IS NULL OR ended_on > \(day))
      UNION
      SELECT lesson.class_id FROM lesson LEFT JOIN lesson_cancellation ON lesson_cancellation.lesson_id = lesson.id
      WHERE lesson.unit_id = \(unit) AND lesson.starts_at > \(now - 12 * .hour) AND lesson.ends_at > \(now)
        AND lesson_cancellation.at IS NULL
      """)
    return Set(rows.map { $0.id(0) })
  }

  /// The running or next lesson of any of these classes that is not cancelled.
  package func next(
    ofClasses ids: [SchoolClass.ID], at now: Timestamp, in db: any Connection
  ) throws -> LessonPlan? {
    try plans(
      try db.rows(
        """
        SELECT \(Self.columns)
        WHERE lesson.class_id IN (\(list: ids)) AND lesson.ends_at > \(now) AND lesson.starts_at < \(now + 60 * .day)
          AND lesson_cancellation.at IS NULL
        ORDER BY lesson.starts_at, lesson.id LIMIT 1
        """), at: now, in: db
    ).first
  }

  /// The running or next lesson that somebody is in charge of, within four weeks.
  package func next(ofTeacher person: Person.ID, at now: Timestamp, in db: any Connection) throws
    -> LessonPlan?
  {
    try lessons(ofTeacher: person, from: now - 12 * .hour, to: now + 28 * .day, at: now, in: db)
      .first { $0.endsAt > now && !$0.isCancelled }
  }

  /// The weekly slots of a class that have days left.
  package func slots(
    ofClass id: SchoolClass.ID, from day: Day, in db: any Connection
  ) throws -> [Weekly] {
    try slots(where: "class_id = \(id)", from: day, in: db)
  }

  func slots(where condition: SQL, from day: Day, in db: any Connection) throws -> [Weekly] {
    try db.rows(
      """
      SELECT id, unit_id, class_id, subject_id, teacher_id, weekday, start_minute, length_minutes, opening_minutes,
        first_day, last_day, ended_on, planned_to
      FROM weekly_slot WHERE (\(condition)) AND last_day >= \(day) AND (ended_on IS NULL OR ended_on > \(day))
      ORDER BY weekday, start_minute, id
      """
    ).map(Self.weekly)
  }

  static func weekly(_ row: Row) -> Weekly {
    let last = row.optionalDay(11).map { min($0.adding(days: -1), row.day(10)) } ?? row.day(10)
    return Weekly(
      id: row.id(0), unit: row.id(1), schoolClass: row.id(2), subject: row.id(3), teacher: row.id(4),
      weekday: row.int(5), startMinute: row.int(6), lengthMinutes: row.int(7), openingMinutes: row.int(8),
      first: row.day(9), last: last, plannedTo: row.day(12))
  }

  // MARK: Who is in charge

  private func plans(_ rows: [Row], at now: Timestamp, in db: any Connection) throws -> [LessonPlan] {
    guard !rows.isEmpty else { return [] }
    let names = try ports.subjectNames(Array(Set(rows.map { $0.id(3) })), db)
    let decisions = try decisions(
      lessons: rows.map { $0.id(0) }, absent: Array(Set(rows.map { $0.id(4) })), in: db)
    return rows.map { row in
      let (teacher, schoolClass): (Person.ID, SchoolClass.ID) = (row.id(4), row.id(2))
      let subject: SchoolSubject.ID = row.id(3)
      let planned = LessonTime(start: row.time(5), end: row.time(6)).map {
        PlannedLesson(id: row.id(0), schoolClass: schoolClass, teacher: teacher, time: $0)
      }
      let inCharge = planned.map { SubstituteRules.teacher(of: $0, decisions: decisions, at: now).person }
      return LessonPlan(
        id: row.id(0), unit: row.id(1), schoolClass: schoolClass, subject: subject,
        subjectName: names[subject] ?? "",
        regularTeacher: teacher, teacherInCharge: inCharge ?? teacher, startsAt: row.time(5),
        endsAt: row.time(6),
        openingMinutes: row.int(7), isCancelled: row.optionalTime(8) != nil)
    }
  }

  /// Decisions about these lessons, or about the absence of these teachers.
  func decisions(
    lessons: [Lesson.ID], absent: [Person.ID], in db: any Connection
  ) throws -> [SubstituteDecision] {
    try db.rows(
      """
      SELECT lesson_id, absent_id, class_id, first_day, last_day, substitute_id, decided_by, decided_at, withdrawn_at
      FROM substitute_decision WHERE lesson_id IN (\(list: lessons)) OR absent_id IN (\(list: absent))
      """
    ).compactMap { row in
      let scope: SubstituteDecision.Scope
      if let lesson: Lesson.ID = row.optionalID(0) {
        scope = .lesson(lesson)
      } else if let absent: Person.ID = row.optionalID(1), let from = row.optionalDay(3),
        let to = row.optionalDay(4)
      {
        scope = .days(of: absent, schoolClass: row.optionalID(2), from: from, to: to)
      } else {
        return nil
      }
      return SubstituteDecision(
        scope: scope, substitute: row.id(5), decidedBy: row.id(6), decidedAt: row.time(7),
        withdrawnAt: row.optionalTime(8))
    }
  }
}
