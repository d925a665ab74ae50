import Foundation
import Identity
package import Rules
package import Storage

extension Schools {
  private static let factColumns: SQL =
    """
    school_class.id, school_class.unit_id, school_class.year_id, school_year.name, school_class.grade, school_class.name
    FROM school_class JOIN school_year ON school_year.id = school_class.year_id
    """

  private static func facts(_ row: Row) -> ClassFacts {
    ClassFacts(
      id: row.id(0), unit: row.id(1), year: row.id(2), yearName: row.text(3), grade: row.int(4),
      name: row.text(5))
  }

  package static func facts(of id: SchoolClass.ID, in db: any Connection) throws -> ClassFacts? {
    try db.row("SELECT \(factColumns) WHERE school_class.id = \(id)").map(facts)
  }

  package static func facts(of ids: [SchoolClass.ID], in db: any Connection) throws -> [SchoolClass.ID:
    ClassFacts]
  {
    guard !ids.isEmpty else { return [:] }
    let rows = try db.rows("SELECT \(factColumns) WHERE school_class.id IN (\(list: ids))")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id(0), facts($0)) })
  }

  package static func className(_ id: SchoolClass.ID, in db: any Connection) throws -> String? {
    try db.row("SELECT name FROM school_class WHERE id = \(id)")?.text(0)
  }

  /// The classes of a school in a year, by grade and name.
  package static func classes(
    of unit: OrgUnit.ID, year: SchoolYear.ID, in db: any Connection
  ) throws -> [ClassFacts] {
    try db.rows(
      "SELECT \(factColumns) WHERE school_class.unit_id = \(unit) AND school_class.year_id = \(year)"
    )
    .map(facts).sorted(by: precedes)
  }

  static func precedes(_ left: ClassFacts, _ right: ClassFacts) -> Bool {
    if left.grade != right.grade { return left.grade < right.grade }
    return left.name.compare(right.name, options: .numeric) == .orderedAscending
  }

  /// Pupils enrolled on a day, by class.
  package static func sizes(
    of ids: [SchoolClass.ID], on day: Day, in db: any Connection
  ) throws -> [SchoolClass.ID: Int] {
    guard !ids.isEmpty else { return [:] }
    let rows = try db.rows(
      """
      SELECT class_id, count(*) FROM class_enrolment
      WHERE class_id IN (\(list: ids)) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      GROUP BY class_id
      """)
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id(0), $0.int(1)) })
  }

  // MARK: Years

  /// The year that holds a day, set by the unit itself or by the nearest unit above it; of several the latest begun.
  package static func year(
    for unit: OrgUnit.ID, on day: Day, in db: any Connection
  ) throws -> Year? {
    for setter in [unit] + (try ancestors(of: unit, on: day, in: db)) {
      let row = try db.row(
        """
        SELECT id, name, first_day, last_day FROM school_year
        WHERE unit_id = \(setter) AND first_day <= \(day) AND last_day >= \(day) ORDER BY first_day DESC LIMIT 1
        """)
      if let row { return year(row) }
    }
    return nil
  }

  private static func year(_ row: Row) -> Year {
    Year(id: row.id(0), name: row.text(1), first: row.day(2), last: row.day(3))
  }

  /// Terms of a year, first and last day inclusive, by number.
  package static func terms(
    of year: SchoolYear.ID, in db: any Connection
  ) throws -> [(number: Int, first: Day, last: Day)] {
    try db.rows("SELECT number, first_day, last_day FROM term WHERE year_id = \(year) ORDER BY number")
      .map { ($0.int(0), $0.day(1), $0.day(2)) }
  }

  // MARK: Roster

  /// The pupils of a class on a day, by order number.
  package static func roster(
    of id: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> [RosterEntry] {
    let rows = try db.rows(
      """
      SELECT class_enrolment.person_id, class_enrolment.order_number, school_pupil.pupil_code, class_enrolment.valid_from
      FROM class_enrolment
      JOIN school_class ON school_class.id = class_enrolment.class_id
      LEFT JOIN school_pupil ON school_pupil.person_id = class_enrolment.person_id
        AND school_pupil.unit_id = school_class.unit_id
      WHERE class_enrolment.class_id = \(id) AND class_enrolment.valid_from <= \(day)
        AND (class_enrolment.valid_to IS NULL OR class_enrolment.valid_to > \(day))
      ORDER BY class_enrolment.order_number
      """)
    let people = try People.details(of: rows.map { $0.id(0) }, in: db)
    return rows.map { row in
      let person: Person.ID = row.id(0)
      return RosterEntry(
        person: person, name: people[person]?.person.name ?? "", orderNumber: row.int(1),
        code: row.optionalText(2),
        birthDate: people[person]?.birthDate, since: row.day(3))
    }
  }

  /// The place of a person in a class on a day; nil for who is not on the roster.
  package static func enrolment(
    of person: Person.ID, in schoolClass: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> Enrolment? {
    try db.row(
      """
      SELECT person_id, class_id, order_number, valid_from, valid_to FROM class_enrolment
      WHERE person_id = \(person) AND class_id = \(schoolClass) AND valid_from <= \(day)
        AND (valid_to IS NULL OR valid_to > \(day))
      """
    ).map(enrolment)
  }

  /// All places of a person that are open on a day: one, except in the days between two school years.
  package static func enrolments(
    of person: Person.ID, on day: Day, in db: any Connection
  ) throws -> [Enrolment] {
    try db.rows(
      """
      SELECT person_id, class_id, order_number, valid_from, valid_to FROM class_enrolment
      WHERE person_id = \(person) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY valid_from DESC
      """
    ).map(enrolment)
  }

  private static func enrolment(_ row: Row) -> Enrolment {
    Enrolment(
      person: row.id(0), schoolClass: row.id(1), orderNumber: row.int(2),
      validity: .init(from: row.day(3), to: row.optionalDay(4)))
  }
}
