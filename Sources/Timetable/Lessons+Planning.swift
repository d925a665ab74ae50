package import Rules
package import Storage

/// Changes of the timetable. Each checks for clashes under the lock of the school's timetable and writes its event.
extension Lessons {
  // MARK: Weekly

  /// Adds a place to the weekly timetable and makes its lessons four weeks ahead.
  ///
  /// - Parameters:
  ///   - slot: `first` and `last` bound it; see `WeeklySlot` for what else is refused.
  ///   - makeFrom: the first day for which lessons are made; nil for today. Earlier days are for a demonstration only.
  /// - Throws: LOP-490 for the opening, LOP-493 or LOP-494 for a clash on any day of the slot.
  @discardableResult
  package func addSlot(
    _ slot: WeeklySlot, subject: SchoolSubject.ID, opening: OpeningRules = .standard, unit: OrgUnit.ID,
    makeFrom: Day? = nil, by actor: Person.ID?, in db: Transaction
  ) throws -> Weekly.ID {
    try lock(unit, in: db)
    let begin = max(slot.first, makeFrom ?? Day(at: db.at))
    try check(
      slot.lessons(from: begin, to: slot.last), schoolClass: slot.schoolClass, teacher: slot.teacher, in: db)
    let id = Identifiers.make(Weekly.self)
    try db.run(
      """
      INSERT INTO weekly_slot (id, unit_id, class_id, subject_id, teacher_id, weekday, start_minute, length_minutes,
        opening_minutes, first_day, last_day, planned_to, created_at, created_by)
      VALUES (\(id), \(unit), \(slot.schoolClass), \(subject), \(slot.teacher), \(slot.weekday), \(slot.startMinute),
        \(slot.lengthMinutes), \(opening.openingMinutes), \(slot.first), \(slot.last), \(begin.adding(days: -1)),
        \(db.at), \(actor))
      """)
    try db.publish(
      Event(
        "timetable.slot_added", unit: unit, by: actor, of: id.rawValue,
        [
          "class": slot.schoolClass.rawValue, "teacher": slot.teacher.rawValue, "weekday": "\(slot.weekday)",
          "first": slot.first.description, "last": slot.last.description,
        ]))
    _ = try materialise(where: "id = \(id)", until: Day(at: db.at).adding(days: Self.daysAhead), in: db)
    return id
  }

  /// Ends a slot: from `day` on there are no more lessons of it, and those already made are cancelled.
  package func endSlot(
    _ id: Weekly.ID, of schoolClass: SchoolClass.ID, on day: Day, by actor: Person.ID, in db: Transaction
  ) throws {
    guard
      let row = try db.row(
        "SELECT unit_id FROM weekly_slot WHERE id = \(id) AND class_id = \(schoolClass) AND ended_on IS NULL")
    else { throw UserError.notFound }
    let unit: OrgUnit.ID = row.id(0)
    try lock(unit, in: db)
    try db.run("UPDATE weekly_slot SET ended_on = \(day) WHERE id = \(id)")
    // A lesson that has begun is held to its end.
    try db.run(
      """
      INSERT INTO lesson_cancellation (lesson_id, by_id, at)
      SELECT lesson.id, \(actor), \(db.at) FROM lesson
      LEFT JOIN lesson_cancellation ON lesson_cancellation.lesson_id = lesson.id
      WHERE lesson.slot_id = \(id) AND lesson.starts_at >= \(day.at(minutes: 0)) AND lesson.starts_at > \(db.at)
        AND lesson_cancellation.at IS NULL
      """)
    try db.publish(
      Event("timetable.slot_ended", unit: unit, by: actor, of: id.rawValue, ["on": day.description]))
  }

  /// Makes the lessons of all slots up to a day, inclusive. Running it again makes nothing twice.
  ///
  /// Never refuses: a clash that came up since, through a substitute, is for the head to see on the page.
  /// - Returns: how many lessons were made.
  @discardableResult
  package func extend(until day: Day, in db: Transaction) throws -> Int {
    try materialise(where: "planned_to < \(day)", until: day, in: db)
  }

  private func materialise(where condition: SQL, until: Day, in db: Transaction) throws -> Int {
    var made = 0
    for slot in try slots(where: condition, from: Day(number: 0), in: db) {
      let from = max(slot.plannedTo.adding(days: 1), slot.first)
      for lesson in slot.rule?.lessons(from: from, to: until) ?? [] {
        made += try db.run(
          """
          INSERT INTO lesson (id, unit_id, class_id, subject_id, teacher_id, slot_id, starts_at, ends_at,
            opening_minutes, created_at)
          VALUES (\(Identifiers.make(Lesson.self)), \(slot.unit), \(slot.schoolClass), \(slot.subject), \(slot.teacher),
            \(slot.id), \(lesson.time.start), \(lesson.time.end), \(slot.openingMinutes), \(db.at))
          ON CONFLICT (slot_id, starts_at) DO NOTHING
          """)
      }
      try db.run("UPDATE weekly_slot SET planned_to = \(max(until, slot.plannedTo)) WHERE id = \(slot.id)")
    }
    return made
  }

  // MARK: Single lessons

  /// - Throws: LOP-493 or LOP-494 for a clash.
  @discardableResult
  package func addLesson(
    _ lesson: PlannedLesson, subject: SchoolSubject.ID, opening: OpeningRules = .standard, unit: OrgUnit.ID,
    by actor: Person.ID?, in db: Transaction
  ) throws -> Lesson.ID {
    try lock(unit, in: db)
    try check([lesson], schoolClass: lesson.schoolClass, teacher: lesson.teacher, in: db)
    let id = Identifiers.make(Lesson.self)
    try db.run(
      """
      INSERT INTO lesson (id, unit_id, class_id, subject_id, teacher_id, starts_at, ends_at, opening_minutes, created_at)
      VALUES (\(id), \(unit), \(lesson.schoolClass), \(subject), \(lesson.teacher), \(lesson.time.start),
        \(lesson.time.end), \(opening.openingMinutes), \(db.at))
      """)
    try db.publish(
      Event(
        "lesson.planned", unit: unit, by: actor, of: id.rawValue,
        [
          "class": lesson.schoolClass.rawValue, "teacher": lesson.teacher.rawValue,
          "starts": "\(lesson.time.start)",
        ]))
    return id
  }

  /// - Throws: LOP-495 when the lesson has begun.
  package func cancel(
    _ id: Lesson.ID, of schoolClass: SchoolClass.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    let plan = try upcoming(id, of: schoolClass, in: db)
    try db.run("INSERT INTO lesson_cancellation (lesson_id, by_id, at) VALUES (\(id), \(actor), \(db.at))")
    try db.publish(Event("lesson.cancelled", unit: plan.unit, by: actor, of: id.rawValue))
  }

  private func upcoming(_ id: Lesson.ID, of schoolClass: SchoolClass.ID, in db: Transaction) throws
    -> LessonPlan
  {
    guard let plan = try lesson(id, at: db.at, in: db), plan.schoolClass == schoolClass else {
      throw UserError.notFound
    }
    try lock(plan.unit, in: db)
    guard plan.startsAt > db.at, !plan.isCancelled else { throw UserError.lessonHasBegun }
    return plan
  }

  // MARK: Substitutes

  /// Somebody else takes one lesson. May be decided until the lesson ends, since a teacher falls ill at 7:55.
  ///
  /// - Throws: LOP-494 when the substitute has a lesson then, LOP-495 when it is over, LOP-498 for no teacher of the school.
  package func appointSubstitute(
    _ person: Person.ID, for id: Lesson.ID, of schoolClass: SchoolClass.ID, by actor: Person.ID,
    in db: Transaction
  ) throws {
    guard let plan = try lesson(id, at: db.at, in: db), plan.schoolClass == schoolClass, let time = plan.time
    else {
      throw UserError.notFound
    }
    try lock(plan.unit, in: db)
    guard plan.endsAt > db.at, !plan.isCancelled else { throw UserError.lessonHasBegun }
    guard person != plan.teacherInCharge,
      try ports.teachers(plan.unit, Day(at: plan.startsAt), db).contains(person)
    else { throw UserError.notASubstitute }
    let proposed = PlannedLesson(id: nil, schoolClass: schoolClass, teacher: person, time: time)
    try check([proposed], teacher: person, except: id, in: db)
    try db.run(
      """
      INSERT INTO substitute_decision (id, unit_id, lesson_id, substitute_id, decided_by, decided_at)
      VALUES (\(Identifiers.make(Lesson.self)), \(plan.unit), \(id), \(person), \(actor), \(db.at))
      """)
    try db.publish(
      Event(
        "substitute.appointed", unit: plan.unit, by: actor, of: id.rawValue,
        ["substitute": person.rawValue, "regular": plan.regularTeacher.rawValue]))
  }

  /// Somebody else takes all lessons of an absent teacher on these days, both inclusive.
  package func appointSubstitute(
    _ person: Person.ID, forAbsence absent: Person.ID, in schoolClass: SchoolClass.ID?, unit: OrgUnit.ID,
    from: Day,
    to: Day, by actor: Person.ID, in db: Transaction
  ) throws {
    guard person != absent, from <= to else { throw UserError.notASubstitute }
    try lock(unit, in: db)
    try db.run(
      """
      INSERT INTO substitute_decision (id, unit_id, absent_id, class_id, first_day, last_day, substitute_id, decided_by,
        decided_at)
      VALUES (\(Identifiers.make(Lesson.self)), \(unit), \(absent), \(schoolClass), \(from), \(to), \(person), \(actor),
        \(db.at))
      """)
    try db.publish(
      Event(
        "substitute.appointed", unit: unit, by: actor, of: absent.rawValue,
        ["substitute": person.rawValue, "from": from.description, "to": to.description]))
  }

  /// Takes back every decision about one lesson; the regular teacher is in charge again.
  package func withdrawSubstitute(
    for id: Lesson.ID, of schoolClass: SchoolClass.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    let plan = try upcoming(id, of: schoolClass, in: db)
    let withdrawn = try db.run(
      """
      UPDATE substitute_decision SET withdrawn_at = \(db.at), withdrawn_by = \(actor)
      WHERE lesson_id = \(id) AND withdrawn_at IS NULL
      """)
    guard withdrawn > 0 else { throw UserError.notFound }
    try db.publish(Event("substitute.withdrawn", unit: plan.unit, by: actor, of: id.rawValue))
  }

  // MARK: Clashes

  /// - Parameter schoolClass: nil where only the teacher's time is asked.
  private func check(
    _ proposed: [PlannedLesson], schoolClass: SchoolClass.ID? = nil, teacher: Person.ID,
    except: Lesson.ID? = nil,
    in db: Transaction
  ) throws {
    guard let first = proposed.map(\.time.start).min(), let last = proposed.map(\.time.end).max() else {
      return
    }
    let from = first - 12 * .hour
    var standing = try lessons(ofTeacher: teacher, from: from, to: last, at: db.at, in: db)
    if let schoolClass {
      standing += try lessons(ofClass: schoolClass, from: from, to: last, at: db.at, in: db)
    }
    var seen: Set<Lesson.ID> = []
    let made = standing.filter { !$0.isCancelled && $0.id != except && seen.insert($0.id).inserted }
      .compactMap { plan in
        plan.time.map {
          PlannedLesson(id: plan.id, schoolClass: plan.schoolClass, teacher: plan.teacherInCharge, time: $0)
        }
      }
    // Weekly slots stand for lessons that are not made yet.
    let day = Day(at: first)
    let slots = try slots(
      where: "class_id = \(schoolClass?.rawValue ?? "") OR teacher_id = \(teacher)", from: day, in: db)
    let toCome = slots.flatMap { slot in
      slot.rule?.lessons(from: max(day, slot.plannedTo.adding(days: 1)), to: Day(at: last)) ?? []
    }
    try TimetableClashes.check(proposed, beside: made + toCome)
  }

  private func lock(_ unit: OrgUnit.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO timetable_lock (unit_id, revision) VALUES (\(unit), 1)
      ON CONFLICT (unit_id) DO UPDATE SET revision = timetable_lock.revision + 1
      """)
  }
}
