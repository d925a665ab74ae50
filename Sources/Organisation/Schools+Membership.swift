package import Rules
package import Storage

extension Schools {
  /// Every reason for which a person has rights on a day: asked on each request, so one question with indexed parts.
  package static func memberships(
    of person: Person.ID, on day: Day, in db: any Connection
  ) throws -> [Membership] {
    try db.rows(
      """
      SELECT 'pupil', school_class.unit_id, school_class.id, NULL, NULL
      FROM class_enrolment JOIN school_class ON school_class.id = class_enrolment.class_id
      WHERE class_enrolment.person_id = \(person) AND class_enrolment.valid_from <= \(day)
        AND (class_enrolment.valid_to IS NULL OR class_enrolment.valid_to > \(day))
      UNION ALL
      SELECT 'guardian', school_class.unit_id, school_class.id, guardian_relation.child_id, NULL
      FROM guardian_relation
      JOIN class_enrolment ON class_enrolment.person_id = guardian_relation.child_id
      JOIN school_class ON school_class.id = class_enrolment.class_id
      WHERE guardian_relation.guardian_id = \(person) AND guardian_relation.valid_from <= \(day)
        AND (guardian_relation.valid_to IS NULL OR guardian_relation.valid_to > \(day))
        AND class_enrolment.valid_from <= \(day)
        AND (class_enrolment.valid_to IS NULL OR class_enrolment.valid_to > \(day))
      UNION ALL
      SELECT teaching_assignment.kind, school_class.unit_id, school_class.id, NULL, NULL
      FROM teaching_assignment JOIN school_class ON school_class.id = teaching_assignment.class_id
      WHERE teaching_assignment.person_id = \(person) AND teaching_assignment.valid_from <= \(day)
        AND (teaching_assignment.valid_to IS NULL OR teaching_assignment.valid_to > \(day))
      UNION ALL
      SELECT unit_function.function, unit_function.unit_id, NULL, NULL, unit_attribute.kind
      FROM unit_function JOIN unit_attribute ON unit_attribute.unit_id = unit_function.unit_id
      WHERE unit_function.holder_id = \(person) AND unit_function.valid_from <= \(day)
        AND (unit_function.valid_to IS NULL OR unit_function.valid_to > \(day))
        AND unit_attribute.valid_from <= \(day) AND (unit_attribute.valid_to IS NULL OR unit_attribute.valid_to > \(day))
      """
    ).compactMap { row in
      role(row.text(0), unitKind: row.optionalText(4)).map {
        Membership($0, unit: row.id(1), schoolClass: row.optionalID(2), child: row.optionalID(3))
      }
    }
  }

  private static func role(_ text: String, unitKind: String?) -> Role? {
    if let kind = unitKind.flatMap(UnitKind.init(rawValue:)) {
      return UnitFunction(rawValue: text)?.role(in: kind)
    }
    return switch text {
    case "pupil": .pupil
    case "guardian": .guardian
    case "homeroom": .homeroomTeacher
    case "subject": .subjectTeacher
    default: nil
    }
  }

  // MARK: What a permission is asked about

  package static func subject(ofClass id: SchoolClass.ID, on day: Day, in db: any Connection) throws
    -> Subject?
  {
    guard let facts = try facts(of: id, in: db) else { return nil }
    return Subject(unit: facts.unit, above: try ancestors(of: facts.unit, on: day, in: db), schoolClass: id)
  }

  /// A pupil with class and school; anybody else with the first unit in which they hold a role.
  package static func subject(ofPerson person: Person.ID, on day: Day, in db: any Connection) throws
    -> Subject
  {
    let memberships = try memberships(of: person, on: day, in: db)
    let pupil = memberships.first { $0.role == .pupil }
    let unit = (pupil ?? memberships.first { $0.role != .guardian })?.unit
    return Subject(
      unit: unit, above: try unit.map { try ancestors(of: $0, on: day, in: db) } ?? [],
      schoolClass: pupil?.schoolClass,
      person: person)
  }

  package static func subject(ofUnit unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> Subject {
    Subject(unit: unit, above: try ancestors(of: unit, on: day, in: db))
  }
}
