package import Rules
package import Storage

/// Changes of units, years and functions. Each writes its event in the same transaction.
extension Schools {
  // MARK: Units

  /// - Parameters:
  ///   - code: school code or agency identifier.
  ///   - from: the first day on which the unit bears this name.
  package static func makeUnit(
    _ kind: UnitKind, name: String, code: String? = nil, from: Day, by actor: Person.ID? = nil,
    in db: Transaction
  ) throws -> OrgUnit.ID {
    let id = Identifiers.make(OrgUnit.self)
    try db.run("INSERT INTO unit (id, created_at) VALUES (\(id), \(db.at))")
    try addAttributes(of: id, kind, name: name, code: code, from: from, in: db)
    try db.publish(Event("unit.made", unit: id, by: actor, of: id.rawValue, ["kind": kind.rawValue]))
    return id
  }

  private static func addAttributes(
    of unit: OrgUnit.ID, _ kind: UnitKind, name: String, code: String?, from: Day, in db: Transaction
  ) throws {
    try db.run(
      """
      INSERT INTO unit_attribute (id, unit_id, kind, name, code, valid_from)
      VALUES (\(Identifiers.make(OrgUnit.self)), \(unit), \(kind), \(VietnameseText.clean(name)), \(code), \(from))
      """)
  }

  /// A new name or code from a day on; earlier days keep the old one.
  ///
  /// - Precondition: `day` is not before the day from which the present name holds.
  package static func rename(
    _ unit: OrgUnit.ID, name: String, code: String?, from day: Day, by actor: Person.ID?, in db: Transaction
  ) throws {
    guard
      let row = try db.row(
        "SELECT kind FROM unit_attribute WHERE unit_id = \(unit) AND valid_to IS NULL AND valid_from <= \(day)"
      ),
      let kind = UnitKind(rawValue: row.text(0))
    else { throw UserError.notFound }
    try db.run("UPDATE unit_attribute SET valid_to = \(day) WHERE unit_id = \(unit) AND valid_to IS NULL")
    try addAttributes(of: unit, kind, name: name, code: code, from: day, in: db)
    try db.publish(Event("unit.renamed", unit: unit, by: actor, of: unit.rawValue, ["from": day.description]))
  }

  /// - Throws: LOP-200 or LOP-201, see `UnitGraph.adding`.
  package static func makeEdge(
    from child: OrgUnit.ID, to parent: OrgUnit.ID, _ kind: UnitEdgeKind, validity: Validity,
    by actor: Person.ID? = nil, in db: Transaction
  ) throws {
    let edge = UnitEdge(child: child, parent: parent, kind: kind, validity: validity)
    try db.run("UPDATE unit_graph SET revision = revision + 1 WHERE id = 1")
    let known = try db.rows(
      "SELECT child_id, parent_id, kind, valid_from, valid_to FROM unit_edge WHERE kind = \(kind)")
    _ = try UnitGraph(known.map(Self.edge)).adding(edge)
    try db.run(
      """
      INSERT INTO unit_edge (id, child_id, parent_id, kind, valid_from, valid_to)
      VALUES (\(Identifiers.make(OrgUnit.self)), \(child), \(parent), \(kind), \(validity.from), \(validity.to))
      """)
    try db.publish(
      Event(
        "unit.placed", unit: child, by: actor, of: child.rawValue,
        ["parent": parent.rawValue, "kind": kind.rawValue, "from": validity.from.description]))
  }

  /// Ends an open edge; its earlier days stay.
  package static func endEdge(
    from child: OrgUnit.ID, to parent: OrgUnit.ID, _ kind: UnitEdgeKind, on day: Day, by actor: Person.ID?,
    in db: Transaction
  ) throws {
    try db.run("UPDATE unit_graph SET revision = revision + 1 WHERE id = 1")
    let ended = try db.run(
      """
      UPDATE unit_edge SET valid_to = \(day)
      WHERE child_id = \(child) AND parent_id = \(parent) AND kind = \(kind) AND valid_to IS NULL
        AND valid_from <= \(day)
      """)
    guard ended == 1 else { throw UserError.notFound }
    try db.publish(
      Event(
        "unit.released", unit: child, by: actor, of: child.rawValue,
        ["parent": parent.rawValue, "kind": kind.rawValue, "on": day.description]))
  }

  /// - Throws: LOP-202 when the unit would become its own successor.
  package static func succeed(_ succession: UnitSuccession, by actor: Person.ID?, in db: Transaction) throws {
    try db.run("UPDATE unit_graph SET revision = revision + 1 WHERE id = 1")
    let made = try db.rows("SELECT unit_id, successor_id, kind, document, effective FROM unit_successor")
    try UnitSuccessionRules.check(succession, beside: made.map(Self.succession))
    try db.run(
      """
      INSERT INTO unit_successor (id, unit_id, successor_id, kind, document, effective)
      VALUES (\(Identifiers.make(OrgUnit.self)), \(succession.unit), \(succession.successor), \(succession.kind),
        \(succession.document), \(succession.effective))
      """)
    try db.publish(
      Event(
        "unit.succeeded", unit: succession.unit, by: actor, of: succession.successor?.rawValue,
        [
          "kind": succession.kind.rawValue, "document": succession.document,
          "on": succession.effective.description,
        ]))
  }

  // MARK: Functions

  /// Puts somebody into a function from a day on. A new head takes over from the former one.
  package static func appoint(
    _ person: Person.ID, as function: UnitFunction, of unit: OrgUnit.ID, from day: Day,
    by actor: Person.ID? = nil,
    in db: Transaction
  ) throws {
    if function == .head {
      let former = try db.rows(
        """
        UPDATE unit_function SET valid_to = CASE WHEN valid_from > \(day) THEN valid_from ELSE \(day) END
        WHERE unit_id = \(unit) AND function = 'head' AND valid_to IS NULL RETURNING holder_id
        """)
      for row in former {
        try db.publish(
          Event(
            "function.ended", unit: unit, by: actor, of: row.optionalText(0),
            ["function": function.rawValue, "on": day.description]))
      }
    }
    try db.run(
      """
      INSERT INTO unit_function (id, unit_id, function, holder_id, valid_from)
      VALUES (\(Identifiers.make(OrgUnit.self)), \(unit), \(function), \(person), \(day))
      """)
    try db.publish(
      Event(
        "function.appointed", unit: unit, by: actor, of: person.rawValue,
        ["function": function.rawValue, "from": day.description]))
  }

  /// A function held by somebody outside the system, reached by telephone or mail.
  package static func nameContact(
    _ contact: String, as function: UnitFunction, of unit: OrgUnit.ID, from day: Day,
    by actor: Person.ID? = nil,
    in db: Transaction
  ) throws {
    try db.run(
      """
      INSERT INTO unit_function (id, unit_id, function, contact, valid_from)
      VALUES (\(Identifiers.make(OrgUnit.self)), \(unit), \(function), \(contact), \(day))
      """)
    try db.publish(
      Event(
        "function.named", unit: unit, by: actor, ["function": function.rawValue, "from": day.description]))
  }

  package static func dismiss(
    _ person: Person.ID, as function: UnitFunction, of unit: OrgUnit.ID, on day: Day, by actor: Person.ID?,
    in db: Transaction
  ) throws {
    let ended = try db.run(
      """
      UPDATE unit_function SET valid_to = \(day)
      WHERE unit_id = \(unit) AND function = \(function) AND holder_id = \(person) AND valid_to IS NULL
        AND valid_from <= \(day)
      """)
    guard ended > 0 else { throw UserError.notFound }
    try db.publish(
      Event(
        "function.ended", unit: unit, by: actor, of: person.rawValue,
        ["function": function.rawValue, "on": day.description]))
  }

  // MARK: Years

  /// - Parameter terms: first and last day, both inclusive, in order.
  package static func makeYear(
    of unit: OrgUnit.ID, name: String, first: Day, last: Day, terms: [(first: Day, last: Day)] = [],
    by actor: Person.ID? = nil, in db: Transaction
  ) throws -> SchoolYear.ID {
    let id = Identifiers.make(SchoolYear.self)
    try db.run(
      """
      INSERT INTO school_year (id, unit_id, name, first_day, last_day)
      VALUES (\(id), \(unit), \(name), \(first), \(last))
      """)
    for (index, term) in terms.enumerated() {
      try db.run(
        "INSERT INTO term (year_id, number, first_day, last_day) VALUES (\(id), \(index + 1), \(term.first), \(term.last))"
      )
    }
    try db.publish(Event("year.made", unit: unit, by: actor, of: id.rawValue, ["name": name]))
    return id
  }
}
