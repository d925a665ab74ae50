import Identity
package import Rules
package import Storage

/// Who works at a school, and what happens to their rights when they come and go.
extension Schools {
  /// Everybody who is on the staff of a unit on a day: entered as such, teaching, or holding a function.
  package static func staff(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [Person.ID] {
    try db.rows(
      """
      SELECT person_id FROM staff_member
      WHERE unit_id = \(unit) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      UNION
      SELECT teaching_assignment.person_id FROM teaching_assignment
      JOIN school_class ON school_class.id = teaching_assignment.class_id
      WHERE school_class.unit_id = \(unit) AND teaching_assignment.valid_from <= \(day)
        AND (teaching_assignment.valid_to IS NULL OR teaching_assignment.valid_to > \(day))
      UNION
      SELECT holder_id FROM unit_function
      WHERE unit_id = \(unit) AND holder_id IS NOT NULL AND valid_from <= \(day)
        AND (valid_to IS NULL OR valid_to > \(day))
      """
    ).map { $0.id(0) }
  }

  static func isStaff(
    _ person: Person.ID, of unit: OrgUnit.ID, on day: Day, in db: any Connection
  ) throws -> Bool { try staff(of: unit, on: day, in: db).contains(person) }

  /// What somebody is in a school, for `StaffRules`.
  static func standing(
    of person: Person.ID, in unit: OrgUnit.ID, on day: Day, in db: any Connection
  ) throws -> StaffRules.Standing {
    let held = Set(
      try holders(in: unit, on: day, in: db).filter { $0.person == person }.map(\.function))
    if held.contains(.head) { return .head }
    if held.contains(.deputyHead) { return .deputy }
    return held.contains(.itTeacher) ? .itTeacher : .other
  }

  /// Whether somebody is head, deputy or officer of another unit.
  static func leadsElsewhere(
    _ person: Person.ID, than unit: OrgUnit.ID, on day: Day, in db: any Connection
  ) throws -> Bool {
    try db.exists(
      """
      SELECT 1 FROM unit_function
      WHERE holder_id = \(person) AND unit_id <> \(unit) AND function IN ('head', 'deputy_head', 'officer')
        AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      """)
  }

  /// A function as it is held or will be, with its days.
  struct HeldFunction: Sendable, Equatable {
    let function: UnitFunction
    let validity: Validity
  }

  static func functions(
    of person: Person.ID, in unit: OrgUnit.ID, from day: Day, in db: any Connection
  ) throws -> [HeldFunction] {
    try db.rows(
      """
      SELECT function, valid_from, valid_to FROM unit_function
      WHERE unit_id = \(unit) AND holder_id = \(person) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY valid_from, id
      """
    ).compactMap { row in
      UnitFunction(rawValue: row.text(0)).map {
        HeldFunction(function: $0, validity: .init(from: row.day(1), to: row.optionalDay(2)))
      }
    }
  }

  // MARK: Coming

  /// - Throws: LOP-220 for somebody who is on the staff already.
  package static func join(
    _ person: Person.ID, staffOf unit: OrgUnit.ID, from day: Day, by actor: Person.ID?, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    guard try !isStaff(person, of: unit, on: day, in: db) else { throw UserError.alreadyStaff }
    try db.run(
      """
      INSERT INTO staff_member (id, unit_id, person_id, valid_from)
      VALUES (\(Identifiers.make(Person.self)), \(unit), \(person), \(day))
      """)
    try db.publish(
      Event("staff.joined", unit: unit, by: actor, of: person.rawValue, ["from": day.description]))
  }

  /// A new colleague with an account that waits for its slip.
  static func engage(
    name: String, email: String?, staffOf unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws -> Person.ID {
    let person = try People.add(name: name, email: email, in: db)
    try join(person, staffOf: unit, from: Day(at: db.at), by: actor, in: db)
    try Logins.issue(to: person, code: nil, unit: unit, by: actor, in: db)
    return person
  }

  // MARK: Going

  /// Somebody leaves a school today: functions, assignments and every session end in this transaction, so that a running
  /// lesson lets go at once; an account that is left without any role is closed.
  ///
  /// - Throws: LOP-111 for somebody who is not on the staff.
  package static func leave(
    _ person: Person.ID, staffOf unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    let today = Day(at: db.at)
    guard try isStaff(person, of: unit, on: today, in: db) else { throw UserError.notFound }
    for held in try functions(of: person, in: unit, from: today, in: db) {
      try endFunction(held.function, of: person, in: unit, by: actor, in: db)
    }
    for assignment in try standing(assignmentsOf: person, in: unit, from: today, in: db) {
      try end(assignment, on: today, unit: unit, by: actor, in: db)
    }
    try db.run(
      """
      UPDATE staff_member SET valid_to = CASE WHEN valid_from > \(today) THEN valid_from ELSE \(today) END
      WHERE unit_id = \(unit) AND person_id = \(person) AND (valid_to IS NULL OR valid_to > \(today))
      """)
    try db.publish(
      Event("staff.left", unit: unit, by: actor, of: person.rawValue, ["on": today.description]))
    guard let account = try Accounts.state(of: person, in: db) else { return }
    if try memberships(of: person, on: today, in: db).isEmpty,
      try staff(among: [person], on: today, in: db).isEmpty
    {
      try Accounts.close(account, by: actor, in: db)
    } else {
      try Accounts.endSessions(account, by: actor, in: db)
    }
  }

  /// Ends a function at once. Its rights end with it, so the sessions do as well: a page that is open must not keep them.
  static func relieve(
    _ person: Person.ID, of function: UnitFunction, in unit: OrgUnit.ID, by actor: Person.ID,
    in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    try endFunction(function, of: person, in: unit, by: actor, in: db)
    if let account = try Accounts.state(of: person, in: db) {
      try Accounts.endSessions(account, by: actor, in: db)
    }
  }

  /// Also one that has not begun.
  private static func endFunction(
    _ function: UnitFunction, of person: Person.ID, in unit: OrgUnit.ID, by actor: Person.ID,
    in db: Transaction
  ) throws {
    let today = Day(at: db.at)
    let ended = try db.run(
      """
      UPDATE unit_function SET valid_to = CASE WHEN valid_from > \(today) THEN valid_from ELSE \(today) END
      WHERE unit_id = \(unit) AND function = \(function) AND holder_id = \(person)
        AND (valid_to IS NULL OR valid_to > \(today))
      """)
    guard ended > 0 else { throw UserError.notFound }
    try db.publish(
      Event(
        "function.ended", unit: unit, by: actor, of: person.rawValue,
        ["function": function.rawValue, "on": today.description]))
  }
}
