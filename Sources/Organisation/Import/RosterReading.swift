import Identity
import Rules
import Storage

/// The roster of a school as a class list is compared with it.
enum RosterReading {
  /// All pupils with a place this year.
  static func rows(of unit: OrgUnit.ID, year: SchoolYear.ID, in db: any Connection) throws -> [RosterRow] {
    let places = try db.rows(
      """
      SELECT class_enrolment.person_id, school_class.name, class_enrolment.order_number, school_pupil.pupil_code
      FROM class_enrolment
      JOIN school_class ON school_class.id = class_enrolment.class_id
      LEFT JOIN school_pupil ON school_pupil.person_id = class_enrolment.person_id
        AND school_pupil.unit_id = school_class.unit_id
      WHERE school_class.unit_id = \(unit) AND class_enrolment.year_id = \(year) AND class_enrolment.valid_to IS NULL
      ORDER BY school_class.grade, school_class.name_key, class_enrolment.order_number
      """)
    let pupils: [Person.ID] = places.map { $0.id(0) }
    let contacts = try contacts(of: pupils, in: db)
    let people = try People.details(of: pupils, in: db)
    return places.map { place in
      let pupil: Person.ID = place.id(0)
      let details = people[pupil]
      return RosterRow(
        pupil: pupil, className: place.text(1), orderNumber: place.int(2), pupilCode: place.optionalText(3),
        name: details?.person.name ?? "", birthDate: details?.birthDate, sex: sex(details?.sex),
        guardian: contacts[pupil]?.contact ?? .init())
    }
  }

  private static func sex(_ sex: People.Sex?) -> ClassListEntry.Sex {
    switch sex {
    case .male: .male
    case .female: .female
    case .unknown, nil: .unknown
    }
  }

  /// Whom the class list names for a child.
  struct Contact {
    let guardian: Person.ID
    let contact: GuardianContact
  }

  static func contacts(of children: [Person.ID], in db: any Connection) throws -> [Person.ID: Contact] {
    guard !children.isEmpty else { return [:] }
    let rows = try db.rows(
      """
      SELECT child_id, guardian_id, name_known FROM guardian_relation
      WHERE child_id IN (\(list: children)) AND from_list = 1 AND valid_to IS NULL
      """)
    let people = try People.details(of: Schools.unique(rows.map { $0.id(1) }), in: db)
    return Dictionary(
      rows.map { row in
        let guardian: Person.ID = row.id(1)
        let name = row.flag(2) ? people[guardian]?.person.name : nil
        return (
          row.id(0), Contact(guardian: guardian, contact: .init(name: name, phone: people[guardian]?.phone))
        )
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Somebody who was a pupil here and has no place this year: last year's pupils, and those who left.
  struct Former {
    let pupil: Person.ID
    let code: String?
    let foldedName: String
    let birthDate: Day?

    /// Name or birth date agree and the other does not speak against it.
    func mayBe(_ entry: ClassListEntry) -> Bool {
      let sameName = foldedName == VietnameseText.folded(entry.name)
      guard let own = birthDate, let other = entry.birthDate else { return sameName }
      return own == other || sameName
    }

    /// Enough to know the pupil again without a code.
    func isSurely(_ entry: ClassListEntry) -> Bool {
      foldedName == VietnameseText.folded(entry.name) && birthDate != nil && birthDate == entry.birthDate
        && (code == nil || entry.pupilCode == nil)
    }
  }

  static func former(of unit: OrgUnit.ID, year: SchoolYear.ID, in db: any Connection) throws -> [Former] {
    let rows = try db.rows(
      """
      SELECT person_id, pupil_code FROM school_pupil
      WHERE unit_id = \(unit) AND NOT EXISTS (
        SELECT 1 FROM class_enrolment
        WHERE class_enrolment.person_id = school_pupil.person_id AND class_enrolment.year_id = \(year)
          AND class_enrolment.valid_to IS NULL)
      """)
    var former: [Former] = []
    // In parts, because an engine takes only so many values in one statement.
    for start in stride(from: 0, to: rows.count, by: 5_000) {
      let part = rows[start..<min(start + 5_000, rows.count)]
      let people = try People.details(of: part.map { $0.id(0) }, in: db)
      for row in part {
        guard let details = people[row.id(0)] else { continue }
        former.append(
          Former(
            pupil: details.person.id, code: row.optionalText(1),
            foldedName: VietnameseText.folded(details.person.name), birthDate: details.birthDate))
      }
    }
    return former
  }
}
