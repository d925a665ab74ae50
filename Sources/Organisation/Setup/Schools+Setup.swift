package import Rules
package import Storage
import Web

/// Years, subjects and classes as a school's own people set them up. Each change writes its event.
extension Schools {
  // MARK: Years

  struct YearEntry: Sendable, Equatable {
    let year: Year
    let terms: [SchoolYearRules.Span]
    /// False for a year that a superior unit set for its schools.
    let isOwn: Bool
    var span: SchoolYearRules.Span { .init(first: year.first, last: year.last) }
  }

  /// The years of a school and of the units above it, the latest first.
  static func years(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [YearEntry] {
    let setters = [unit] + (try ancestors(of: unit, on: day, in: db))
    let rows = try db.rows(
      """
      SELECT id, name, first_day, last_day, unit_id FROM school_year WHERE unit_id IN (\(list: setters))
      ORDER BY first_day DESC, id
      """)
    return try rows.map { row in
      let year = Year(id: row.id(0), name: row.text(1), first: row.day(2), last: row.day(3))
      let terms = try terms(of: year.id, in: db).map { SchoolYearRules.Span(first: $0.first, last: $0.last) }
      return YearEntry(year: year, terms: terms, isOwn: row.id(4) == unit)
    }
  }

  /// - Throws: LOP-212, LOP-213, LOP-214.
  static func addYear(
    _ proposal: SchoolYearRules.Proposal, to unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    let own = try years(of: unit, on: Day(at: db.at), in: db).filter(\.isOwn)
    try SchoolYearRules.check(proposal, beside: own.map(\.span))
    if own.contains(where: { $0.year.name == proposal.name }) { throw UserError.yearsOverlap }
    _ = try makeYear(
      of: unit, name: proposal.name, first: proposal.span.first, last: proposal.span.last,
      terms: proposal.terms.map { ($0.first, $0.last) }, by: actor, in: db)
  }

  /// Brings the last day of a year forward; terms that have begun end with it, later ones never were.
  ///
  /// - Throws: LOP-111 for a year of another unit, LOP-212.
  static func endYear(
    _ id: SchoolYear.ID, of unit: OrgUnit.ID, on day: Day, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    let today = Day(at: db.at)
    guard let entry = try years(of: unit, on: today, in: db).first(where: { $0.year.id == id && $0.isOwn })
    else { throw UserError.notFound }
    try SchoolYearRules.checkEnding(entry.span, on: day, today: today)
    try db.run("DELETE FROM term WHERE year_id = \(id) AND first_day >= \(day)")
    try db.run("UPDATE term SET last_day = \(day) WHERE year_id = \(id) AND last_day > \(day)")
    try db.run("UPDATE school_year SET last_day = \(day) WHERE id = \(id)")
    try db.publish(
      Event(
        "year.ended", unit: unit, by: actor, of: id.rawValue,
        ["on": day.description, "before": entry.year.last.description]))
  }

  // MARK: Subjects

  struct SubjectEntry: Sendable, Equatable {
    let id: SchoolSubject.ID
    let name: String
    let retiredOn: Day?
    /// Classes in which somebody teaches it now.
    let classes: Int
  }

  static func subjectEntries(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [SubjectEntry]
  {
    try db.rows(
      """
      SELECT id, name, retired_on,
        (SELECT count(DISTINCT class_id) FROM teaching_assignment WHERE teaching_assignment.subject_id = subject.id
          AND (valid_to IS NULL OR valid_to > \(day)))
      FROM subject WHERE unit_id = \(unit) ORDER BY name_key
      """
    ).map { SubjectEntry(id: $0.id(0), name: $0.text(1), retiredOn: $0.optionalDay(2), classes: $0.int(3)) }
  }

  /// Adds the subjects that are not there, and takes up again those that were retired.
  static func addSubjects(
    _ names: [String], to unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    let known = try subjectEntries(of: unit, on: Day(at: db.at), in: db)
    for name in unique(names.map(VietnameseText.clean)) where !name.isEmpty {
      guard name.count <= 60 else { throw UserError.tooLong("Tên môn", limit: 60) }
      let folded = VietnameseText.folded(name)
      if let entry = known.first(where: { VietnameseText.folded($0.name) == folded }) {
        if entry.retiredOn != nil { try restoreSubject(entry.id, of: unit, by: actor, in: db) }
      } else {
        _ = try makeSubject(name, in: unit, by: actor, in: db)
      }
    }
  }

  /// - Throws: LOP-111, LOP-221 while somebody teaches it.
  static func retireSubject(
    _ id: SchoolSubject.ID, of unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    let today = Day(at: db.at)
    guard let entry = try subjectEntries(of: unit, on: today, in: db).first(where: { $0.id == id }),
      entry.retiredOn == nil
    else { throw UserError.notFound }
    guard entry.classes == 0 else { throw UserError.subjectIsTaught }
    try db.run("UPDATE subject SET retired_on = \(today) WHERE id = \(id)")
    try db.publish(Event("subject.retired", unit: unit, by: actor, of: id.rawValue))
  }

  static func restoreSubject(
    _ id: SchoolSubject.ID, of unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    let restored = try db.run(
      "UPDATE subject SET retired_on = NULL WHERE id = \(id) AND unit_id = \(unit) AND retired_on IS NOT NULL"
    )
    guard restored == 1 else { throw UserError.notFound }
    try db.publish(Event("subject.restored", unit: unit, by: actor, of: id.rawValue))
  }

  // MARK: Classes

  /// Classes of the year that holds today: all of them or none.
  ///
  /// - Throws: LOP-203 without a year, LOP-224 for a name that is none or is taken.
  static func addClasses(
    _ names: [String], to unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction
  ) throws {
    try lockRoster(of: unit, in: db)
    guard let year = try year(for: unit, on: Day(at: db.at), in: db) else { throw UserError.noSchoolYear }
    var taken = Set(try classes(of: unit, year: year.id, in: db).map { ClassNames.key($0.name) })
    for name in names.map(VietnameseText.clean) where !name.isEmpty {
      guard name.count <= 20, ClassNames.grade(of: name) != nil, taken.insert(ClassNames.key(name)).inserted
      else { throw UserError.unusableClassName(String(name.prefix(30))) }
      _ = try makeClass(in: unit, year: year.id, name: name, by: actor, in: db)
    }
  }

  // MARK: How far a school is

  /// What a new school has done so far, for the list “Bắt đầu năm học”.
  package struct Progress: Sendable, Equatable {
    package let year: String?
    package let subjects: Int
    package let staff: Int
    package let classes: [SchoolClass.ID]
    /// Classes with a homeroom teacher and at least one taught subject.
    package let assigned: Int
    /// Classes with at least one pupil.
    package let filled: Int
  }

  package static func progress(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> Progress {
    let year = try year(for: unit, on: day, in: db)
    let classes = try year.map { try Schools.classes(of: unit, year: $0.id, in: db).map(\.id) } ?? []
    let homerooms = try homeroomTeachers(of: classes, on: day, in: db)
    let taught =
      classes.isEmpty
      ? []
      : try db.rows(
        """
        SELECT DISTINCT class_id FROM teaching_assignment
        WHERE class_id IN (\(list: classes)) AND kind = 'subject' AND valid_from <= \(day)
          AND (valid_to IS NULL OR valid_to > \(day))
        """
      ).map { $0.id(0) as SchoolClass.ID }
    let leaders = Set(
      try holders(in: unit, on: day, in: db).filter { $0.function != .counsellor }.compactMap(\.person))
    return Progress(
      year: year?.name, subjects: try subjects(of: unit, in: db).count,
      staff: try staff(of: unit, on: day, in: db).count { !leaders.contains($0) }, classes: classes,
      assigned: taught.count { homerooms[$0] != nil }, filled: try sizes(of: classes, on: day, in: db).count)
  }
}
