import Identity
package import Rules
package import Storage

/// Changes of classes and of who is in them. Each writes its event in the same transaction.
extension Schools {
  package static func makeClass(
    in unit: OrgUnit.ID, year: SchoolYear.ID, name: String, grade: Int? = nil, by actor: Person.ID? = nil,
    in db: Transaction
  ) throws -> SchoolClass.ID {
    let id = Identifiers.make(SchoolClass.self)
    try db.run(
      """
      INSERT INTO school_class (id, unit_id, year_id, grade, name, name_key)
      VALUES (\(id), \(unit), \(year), \(grade ?? ClassNames.grade(of: name) ?? 0), \(name), \(ClassNames.key(name)))
      """)
    try db.publish(Event("class.made", unit: unit, by: actor, of: id.rawValue))
    return id
  }

  package static func makeSubject(
    _ name: String, in unit: OrgUnit.ID, by actor: Person.ID? = nil, in db: Transaction
  ) throws -> SchoolSubject.ID {
    let id = Identifiers.make(SchoolSubject.self)
    let name = VietnameseText.clean(name)
    try db.run(
      """
      INSERT INTO subject (id, unit_id, name, name_key) VALUES (\(id), \(unit), \(name), \(VietnameseText.folded(name)))
      """)
    try db.publish(Event("subject.made", unit: unit, by: actor, of: id.rawValue))
    return id
  }

  /// - Parameter subject: nil for the homeroom teacher; a new one takes over from the former.
  package static func assign(
    _ person: Person.ID, to schoolClass: SchoolClass.ID, subject: SchoolSubject.ID?, from day: Day,
    by actor: Person.ID? = nil, in db: Transaction
  ) throws {
    let unit = try unit(of: schoolClass, in: db)
    if subject == nil {
      try db.run(
        """
        UPDATE teaching_assignment SET valid_to = CASE WHEN valid_from > \(day) THEN valid_from ELSE \(day) END
        WHERE class_id = \(schoolClass) AND kind = 'homeroom' AND valid_to IS NULL
        """)
    }
    let kind = subject == nil ? "homeroom" : "subject"
    try db.run(
      """
      INSERT INTO teaching_assignment (id, person_id, class_id, subject_id, kind, valid_from)
      VALUES (\(Identifiers.make(SchoolClass.self)), \(person), \(schoolClass), \(subject), \(kind), \(day))
      """)
    var facts = ["class": schoolClass.rawValue, "kind": kind, "from": day.description]
    facts["subject"] = subject?.rawValue
    try db.publish(Event("teacher.assigned", unit: unit, by: actor, of: person.rawValue, facts))
  }

  package static func endAssignment(
    of person: Person.ID, in schoolClass: SchoolClass.ID, subject: SchoolSubject.ID?, on day: Day,
    by actor: Person.ID?, in db: Transaction
  ) throws {
    let ended = try db.run(
      """
      UPDATE teaching_assignment SET valid_to = \(day)
      WHERE person_id = \(person) AND class_id = \(schoolClass) AND COALESCE(subject_id, '') = \(subject?.rawValue ?? "")
        AND valid_to IS NULL AND valid_from <= \(day)
      """)
    guard ended == 1 else { throw UserError.notFound }
    try db.publish(
      Event(
        "teacher.released", unit: try unit(of: schoolClass, in: db), by: actor, of: person.rawValue,
        ["class": schoolClass.rawValue, "on": day.description]))
  }

  // MARK: Pupils

  /// Gives a pupil a place in a class; places in earlier school years end with it.
  ///
  /// - Throws: LOP-204 when the pupil has a class this year, LOP-205 when the number is taken.
  package static func enrol(
    _ person: Person.ID, in schoolClass: SchoolClass.ID, orderNumber: Int, code: String? = nil, from day: Day,
    by actor: Person.ID? = nil, in db: Transaction
  ) throws {
    guard let facts = try facts(of: schoolClass, in: db) else { throw UserError.notFound }
    try lockRoster(of: facts.unit, in: db)
    if try db.exists(
      "SELECT 1 FROM class_enrolment WHERE person_id = \(person) AND year_id = \(facts.year) AND valid_to IS NULL"
    ) {
      throw UserError.alreadyEnrolled
    }
    if try db.exists(
      """
      SELECT 1 FROM class_enrolment WHERE class_id = \(schoolClass) AND order_number = \(orderNumber) AND valid_to IS NULL
      """)
    {
      throw UserError.orderNumberTaken(orderNumber)
    }
    try register(person, in: facts.unit, code: code, in: db)
    try place(person, in: facts, orderNumber: orderNumber, from: day, because: .enrolled, in: db)
    try db.publish(
      Event(
        "pupil.enrolled", unit: facts.unit, by: actor, of: person.rawValue,
        ["class": schoolClass.rawValue, "number": "\(orderNumber)", "from": day.description]))
  }

  enum PlaceReason: String, SQLBindable { case enrolled, moved, renumbered }
  enum EndReason: String, SQLBindable { case moved, renumbered, left, newYear = "new_year" }

  /// Known to the school from now on; a code that is given replaces what was known.
  static func register(_ person: Person.ID, in unit: OrgUnit.ID, code: String?, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO school_pupil (unit_id, person_id, pupil_code) VALUES (\(unit), \(person), \(code?.uppercased()))
      ON CONFLICT (unit_id, person_id) DO UPDATE SET
        pupil_code = COALESCE(excluded.pupil_code, school_pupil.pupil_code)
      """)
  }

  /// Adds the row alone; the caller has closed the former place of this year, and publishes.
  static func place(
    _ person: Person.ID, in facts: ClassFacts, orderNumber: Int, from day: Day, because reason: PlaceReason,
    in db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE class_enrolment SET valid_to = CASE WHEN valid_from > \(day) THEN valid_from ELSE \(day) END,
        end_reason = \(EndReason.newYear)
      WHERE person_id = \(person) AND valid_to IS NULL AND year_id <> \(facts.year)
      """)
    try db.run(
      """
      INSERT INTO class_enrolment (id, person_id, class_id, year_id, order_number, valid_from, reason)
      VALUES (\(Identifiers.make(SchoolClass.self)), \(person), \(facts.id), \(facts.year), \(orderNumber), \(day),
        \(reason))
      """)
  }

  /// Ends the place of this year; the row stays for questions about earlier days.
  static func endPlace(
    of person: Person.ID, in year: SchoolYear.ID, on day: Day, because reason: EndReason, in db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE class_enrolment SET valid_to = CASE WHEN valid_from > \(day) THEN valid_from ELSE \(day) END,
        end_reason = \(reason)
      WHERE person_id = \(person) AND year_id = \(year) AND valid_to IS NULL
      """)
  }

  /// Takes a pupil off the roster and ends every session of the account, so that a running lesson lets go as well.
  package static func remove(
    _ person: Person.ID, from schoolClass: SchoolClass.ID, on day: Day, by actor: Person.ID?,
    in db: Transaction
  ) throws {
    guard let facts = try facts(of: schoolClass, in: db),
      try enrolment(of: person, in: schoolClass, on: day, in: db) != nil
    else { throw UserError.notFound }
    try lockRoster(of: facts.unit, in: db)
    try endPlace(of: person, in: facts.year, on: day, because: .left, in: db)
    if let account = try Accounts.state(of: person, in: db), account.openSessions > 0 {
      try Accounts.endSessions(account, by: actor ?? person, in: db)
    }
    try db.publish(
      Event(
        "pupil.left", unit: facts.unit, by: actor, of: person.rawValue,
        ["class": schoolClass.rawValue, "on": day.description]))
  }

  // MARK: Guardians

  /// Records that somebody is a guardian of a pupil.
  ///
  /// - Parameters:
  ///   - isContact: the one whom the class list names; a new contact takes over from the former.
  ///   - nameKnown: false when only a telephone number is known.
  package static func relate(
    _ guardian: Person.ID, to child: Person.ID, as kind: Guardianship.Kind, isContact: Bool = false,
    nameKnown: Bool = true, unit: OrgUnit.ID, from day: Day, by actor: Person.ID? = nil, in db: Transaction
  ) throws {
    let open = try db.row(
      "SELECT from_list FROM guardian_relation WHERE guardian_id = \(guardian) AND child_id = \(child) AND valid_to IS NULL"
    )
    if let open, open.flag(0) || !isContact { return }
    if isContact { try endContact(of: child, unit: unit, on: day, by: actor, in: db) }
    if open != nil {
      try db.run(
        "UPDATE guardian_relation SET from_list = 1 WHERE guardian_id = \(guardian) AND child_id = \(child) AND valid_to IS NULL"
      )
      return
    }
    try db.run(
      """
      INSERT INTO guardian_relation (id, guardian_id, child_id, kind, from_list, name_known, valid_from)
      VALUES (\(Identifiers.make(Person.self)), \(guardian), \(child), \(kind), \(isContact), \(nameKnown), \(day))
      """)
    try db.publish(
      Event(
        "guardian.related", unit: unit, by: actor, of: child.rawValue,
        ["guardian": guardian.rawValue, "kind": kind.rawValue, "from": day.description]))
  }

  /// The former contact is a guardian no longer: a wrong number on the list must not keep its access.
  private static func endContact(
    of child: Person.ID, unit: OrgUnit.ID, on day: Day, by actor: Person.ID?, in db: Transaction
  ) throws {
    let ended = try db.rows(
      """
      UPDATE guardian_relation SET valid_to = CASE WHEN valid_from > \(day) THEN valid_from ELSE \(day) END
      WHERE child_id = \(child) AND from_list = 1 AND valid_to IS NULL RETURNING guardian_id
      """)
    for row in ended {
      try db.publish(
        Event(
          "guardian.released", unit: unit, by: actor, of: child.rawValue,
          ["guardian": row.text(0), "on": day.description]))
    }
  }

  // MARK: Parts

  static func unit(of schoolClass: SchoolClass.ID, in db: any Connection) throws -> OrgUnit.ID {
    guard let row = try db.row("SELECT unit_id FROM school_class WHERE id = \(schoolClass)") else {
      throw UserError.notFound
    }
    return row.id(0)
  }

  /// Puts changes of one school's roster one after another, on both engines, by the lock of its row.
  static func lockRoster(of unit: OrgUnit.ID, in db: Transaction) throws {
    let locked = try db.run("UPDATE school_roster SET revision = revision + 1 WHERE unit_id = \(unit)")
    if locked == 0 { try Logins.open(unit, in: db) }
  }
}
