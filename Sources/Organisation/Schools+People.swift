package import Rules
package import Storage

extension Schools {
  // MARK: Teachers

  /// Everybody assigned to a class on a day, the homeroom teacher first.
  package static func assignments(
    in schoolClass: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> [Assignment] {
    try db.rows(
      """
      SELECT person_id, class_id, subject_id FROM teaching_assignment
      WHERE class_id = \(schoolClass) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY kind, valid_from, id
      """
    ).map(assignment)
  }

  package static func assignments(
    of person: Person.ID, on day: Day, in db: any Connection
  ) throws -> [Assignment] {
    try db.rows(
      """
      SELECT person_id, class_id, subject_id FROM teaching_assignment
      WHERE person_id = \(person) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY kind, valid_from, id
      """
    ).map(assignment)
  }

  private static func assignment(_ row: Row) -> Assignment {
    Assignment(person: row.id(0), schoolClass: row.id(1), subject: row.optionalID(2))
  }

  /// Everybody who teaches or looks after a class on a day, each once, the homeroom teacher first.
  package static func teachers(
    of schoolClass: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> [Person.ID] {
    unique(try assignments(in: schoolClass, on: day, in: db).map(\.person))
  }

  package static func homeroomTeacher(
    of schoolClass: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> Person.ID? {
    try assignments(in: schoolClass, on: day, in: db).first(where: \.isHomeroom)?.person
  }

  /// Homeroom teachers of several classes, for a list.
  package static func homeroomTeachers(
    of classes: [SchoolClass.ID], on day: Day, in db: any Connection
  ) throws -> [SchoolClass.ID: Person.ID] {
    guard !classes.isEmpty else { return [:] }
    let rows = try db.rows(
      """
      SELECT class_id, person_id FROM teaching_assignment
      WHERE class_id IN (\(list: classes)) AND kind = 'homeroom' AND valid_from <= \(day)
        AND (valid_to IS NULL OR valid_to > \(day))
      """)
    return Dictionary(rows.map { ($0.id(0), $0.id(1)) }, uniquingKeysWith: { first, _ in first })
  }

  /// Everybody who teaches in a school on a day, each once.
  package static func teachers(
    inSchool unit: OrgUnit.ID, on day: Day, in db: any Connection
  ) throws -> [Person.ID] {
    try db.rows(
      """
      SELECT DISTINCT teaching_assignment.person_id FROM teaching_assignment
      JOIN school_class ON school_class.id = teaching_assignment.class_id
      WHERE school_class.unit_id = \(unit) AND teaching_assignment.valid_from <= \(day)
        AND (teaching_assignment.valid_to IS NULL OR teaching_assignment.valid_to > \(day))
      """
    ).map { $0.id(0) }
  }

  // MARK: Subjects

  /// The subjects that a school teaches now; retired ones keep their lessons and records.
  package static func subjects(
    of unit: OrgUnit.ID, in db: any Connection
  ) throws -> [(id: SchoolSubject.ID, name: String)] {
    try db.rows(
      "SELECT id, name FROM subject WHERE unit_id = \(unit) AND retired_on IS NULL ORDER BY name_key"
    ).map { ($0.id(0), $0.text(1)) }
  }

  package static func subjectNames(
    _ ids: [SchoolSubject.ID], in db: any Connection
  ) throws -> [SchoolSubject.ID: String] {
    guard !ids.isEmpty else { return [:] }
    let rows = try db.rows("SELECT id, name FROM subject WHERE id IN (\(list: ids))")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id(0), $0.text(1)) })
  }

  // MARK: Guardians

  /// The guardians of children on a day, the class list's contact first.
  package static func guardianships(
    of children: [Person.ID], on day: Day, in db: any Connection
  ) throws -> [Person.ID: [Guardianship]] {
    guard !children.isEmpty else { return [:] }
    let rows = try db.rows(
      """
      SELECT guardian_id, child_id, kind, from_list FROM guardian_relation
      WHERE child_id IN (\(list: children)) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY from_list DESC, valid_from, id
      """)
    return Dictionary(grouping: rows.map(guardianship), by: \.child)
  }

  package static func guardians(
    of child: Person.ID, on day: Day, in db: any Connection
  ) throws -> [Person.ID] {
    try guardianships(of: [child], on: day, in: db)[child, default: []].map(\.guardian)
  }

  package static func children(
    of guardian: Person.ID, on day: Day, in db: any Connection
  ) throws -> [Person.ID] {
    try db.rows(
      """
      SELECT child_id FROM guardian_relation
      WHERE guardian_id = \(guardian) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      ORDER BY valid_from, id
      """
    ).map { $0.id(0) }
  }

  private static func guardianship(_ row: Row) -> Guardianship {
    Guardianship(
      guardian: row.id(0), child: row.id(1), kind: .init(rawValue: row.text(2)) ?? .guardian,
      isContact: row.flag(3))
  }

  /// Whether a person is on the roster of a class on a day, or a guardian of somebody who is.
  ///
  /// Attack prevented: an account of another class put into the address of one's own class.
  package static func belongs(
    _ person: Person.ID, to schoolClass: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> Bool {
    try db.exists(
      """
      SELECT 1 FROM class_enrolment
      WHERE class_id = \(schoolClass) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
        AND (person_id = \(person) OR person_id IN (
          SELECT child_id FROM guardian_relation
          WHERE guardian_id = \(person) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))))
      """)
  }
}

extension Schools {
  /// Those of these persons who are on a staff, teach or hold a function anywhere on a day.
  package static func staff(
    among persons: [Person.ID], on day: Day, in db: any Connection
  ) throws -> Set<Person.ID> {
    guard !persons.isEmpty else { return [] }
    let rows = try db.rows(
      """
      SELECT person_id FROM teaching_assignment
      WHERE person_id IN (\(list: persons)) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      UNION
      SELECT holder_id FROM unit_function
      WHERE holder_id IN (\(list: persons)) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      UNION
      SELECT person_id FROM staff_member
      WHERE person_id IN (\(list: persons)) AND valid_from <= \(day) AND (valid_to IS NULL OR valid_to > \(day))
      """)
    return Set(rows.map { $0.id(0) })
  }
}
