import Identity
import Rules
import Storage

/// Who teaches what in which class, from which day.
extension Schools {
  /// An assignment that stands on a day or is still to begin.
  struct StandingAssignment: Sendable, Equatable {
    let id: String
    let person: Person.ID
    let schoolClass: SchoolClass.ID
    /// Nil for the homeroom teacher.
    let subject: SchoolSubject.ID?
    let validity: Validity
  }

  private static let assignmentColumns: SQL =
    """
    teaching_assignment.id, teaching_assignment.person_id, teaching_assignment.class_id, teaching_assignment.subject_id,
      teaching_assignment.valid_from, teaching_assignment.valid_to
    FROM teaching_assignment JOIN school_class ON school_class.id = teaching_assignment.class_id
    """

  private static func standing(_ row: Row) -> StandingAssignment {
    .init(
      id: row.text(0), person: row.id(1), schoolClass: row.id(2), subject: row.optionalID(3),
      validity: .init(from: row.day(4), to: row.optionalDay(5)))
  }

  /// Of one class, the homeroom teacher first.
  static func standing(
    assignmentsIn schoolClass: SchoolClass.ID, from day: Day, in db: any Connection
  ) throws -> [StandingAssignment] {
    try db.rows(
      """
      SELECT \(assignmentColumns)
      WHERE teaching_assignment.class_id = \(schoolClass) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY kind, valid_from, teaching_assignment.id
      """
    ).map(standing)
  }

  /// Of one person in one school.
  static func standing(
    assignmentsOf person: Person.ID, in unit: OrgUnit.ID, from day: Day, in db: any Connection
  ) throws -> [StandingAssignment] {
    try db.rows(
      """
      SELECT \(assignmentColumns)
      WHERE teaching_assignment.person_id = \(person) AND school_class.unit_id = \(unit)
        AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY kind, valid_from, teaching_assignment.id
      """
    ).map(standing)
  }

  /// Of a whole school, for the overview.
  static func standing(
    assignmentsOfSchool unit: OrgUnit.ID, from day: Day, in db: any Connection
  ) throws -> [StandingAssignment] {
    try db.rows(
      """
      SELECT \(assignmentColumns)
      WHERE school_class.unit_id = \(unit) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY kind, valid_from, teaching_assignment.id
      """
    ).map(standing)
  }

  /// Ends an assignment on a day; one that has not begun by then never was.
  static func end(
    _ assignment: StandingAssignment, on day: Day, unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE teaching_assignment SET valid_to = CASE WHEN valid_from > \(day) THEN valid_from ELSE \(day) END
      WHERE id = \(assignment.id)
      """)
    var facts = ["class": assignment.schoolClass.rawValue, "on": day.description]
    facts["subject"] = assignment.subject?.rawValue
    try db.publish(
      Event("teacher.released", unit: unit, by: actor, of: assignment.person.rawValue, facts))
  }

  /// The last page of a class's assignments, as one word: two pages that show the same have the same.
  static func fingerprint(_ assignments: [StandingAssignment]) -> String {
    String(Secrets.hash(assignments.map(\.id).sorted().joined(separator: " ")).prefix(16))
  }

  /// The day from which a change of a class's assignments counts.
  ///
  /// - Throws: LOP-222 for a day before today or outside the year: what was, is not rewritten.
  static func firstDay(
    _ typed: Day?, in facts: ClassFacts, today: Day, in db: any Connection
  ) throws -> Day {
    let day = typed ?? today
    guard day >= today, day <= (try lastDay(of: facts.year, in: db)) else {
      throw UserError.assignmentOutsideYear
    }
    return day
  }

  // MARK: Changing

  /// One line of a class's table as the planner leaves it: exactly this person teaches it from the day on.
  struct Wish: Sendable {
    let subject: SchoolSubject.ID?
    let person: Person.ID?
  }

  /// Brings a class to what the planner wishes; lines that say what stands already change nothing.
  ///
  /// - Parameter seen: the fingerprint of the table that the planner saw.
  /// - Throws: LOP-223 when somebody changed it since, LOP-222, LOP-111 for a person or subject of elsewhere.
  static func plan(
    _ wishes: [Wish], in facts: ClassFacts, from typed: Day?, seen: String, by actor: Person.ID,
    in db: Transaction
  ) throws {
    try lockRoster(of: facts.unit, in: db)
    let today = Day(at: db.at)
    let standing = try standing(assignmentsIn: facts.id, from: today, in: db)
    guard fingerprint(standing) == seen else { throw UserError.assignmentsChanged }
    let day = try firstDay(typed, in: facts, today: today, in: db)
    let staff = Set(try staff(of: facts.unit, on: today, in: db))
    let subjects = Set(try subjects(of: facts.unit, in: db).map(\.id))
    for wish in wishes {
      let present = standing.filter { $0.subject == wish.subject && $0.validity.to == nil }
      guard present.first?.person != wish.person else { continue }
      guard wish.subject.map(subjects.contains) ?? true || wish.person == nil,
        wish.person.map(staff.contains) ?? true
      else { throw UserError.notFound }
      if let former = present.first { try end(former, on: day, unit: facts.unit, by: actor, in: db) }
      guard let person = wish.person, !present.contains(where: { $0.person == person }) else { continue }
      try assign(person, to: facts.id, subject: wish.subject, from: day, by: actor, in: db)
    }
  }

  /// One person takes a subject in several classes; where they teach it already nothing changes. A colleague who teaches
  /// it there as well goes on.
  static func assign(
    _ person: Person.ID, subject: SchoolSubject.ID, in classes: [SchoolClass.ID], unit: OrgUnit.ID,
    from typed: Day?, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    let today = Day(at: db.at)
    guard try isStaff(person, of: unit, on: today, in: db),
      try subjects(of: unit, in: db).contains(where: { $0.id == subject })
    else { throw UserError.notFound }
    let standing = try standing(assignmentsOf: person, in: unit, from: today, in: db)
    for id in unique(classes) {
      guard let facts = try facts(of: id, in: db), facts.unit == unit else { throw UserError.notFound }
      let day = try firstDay(typed, in: facts, today: today, in: db)
      if standing.contains(where: { $0.schoolClass == id && $0.subject == subject && $0.validity.to == nil })
      {
        continue
      }
      try assign(person, to: id, subject: subject, from: day, by: actor, in: db)
    }
  }
}
