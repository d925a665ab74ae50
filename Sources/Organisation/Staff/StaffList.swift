import Identity
import Rules
import Storage
import Web

/// The staff of a school as the pages show it.
enum StaffList {
  struct Row: Sendable {
    let person: Person.ID
    let name: String
    let functions: [UnitFunction]
    /// “Toán 6A1, 6A2”, the homeroom class first.
    let work: [String]
    let account: AccountRecord?
  }

  struct Member: Sendable {
    struct Work: Sendable {
      let assignment: Schools.StandingAssignment
      let className: String
      /// Nil for the homeroom teacher.
      let subject: String?
    }

    let row: Row
    let unit: Schools.Unit
    let email: String?
    let held: [Schools.HeldFunction]
    let work: [Work]
    let hasFactor: Bool
    /// What `StaffRules` lets the viewer do about this colleague.
    let offers: Set<StaffRules.Step>
    let mayHandHeadOn: Bool
    let classes: [Schools.ClassFacts]
    let subjects: [(id: SchoolSubject.ID, name: String)]
  }

  static func rows(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [Row] {
    let staff = try Schools.staff(of: unit, on: day, in: db)
    let names = try People.names(of: staff, in: db)
    let accounts = try Accounts.states(of: staff, in: db)
    let held = Dictionary(grouping: try Schools.holders(in: unit, on: day, in: db)) { $0.person }
    let standing = try Schools.standing(assignmentsOfSchool: unit, from: day, in: db)
    let work = Dictionary(grouping: standing, by: \.person)
    let classes = try Schools.facts(of: Schools.unique(standing.map(\.schoolClass)), in: db)
    let subjects = try Schools.subjectNames(Schools.unique(standing.compactMap(\.subject)), in: db)
    return staff.map { person in
      Row(
        person: person, name: names[person] ?? "", functions: held[person, default: []].map(\.function),
        work: words(work[person, default: []], classes, subjects), account: accounts[person])
    }.sorted { VietnameseNameOrder.precedes($0.name, $1.name) }
  }

  private static func words(
    _ assignments: [Schools.StandingAssignment], _ classes: [SchoolClass.ID: Schools.ClassFacts],
    _ subjects: [SchoolSubject.ID: String]
  ) -> [String] {
    let bySubject = Dictionary(grouping: assignments) { $0.subject.map { subjects[$0] ?? "" } ?? "" }
    return bySubject.keys.sorted().map { subject in
      let names = bySubject[subject, default: []].compactMap { classes[$0.schoolClass] }
        .sorted(by: Schools.precedes).map(\.name)
      return "\(subject.isEmpty ? "Chủ nhiệm" : subject) \(Schools.unique(names).joined(separator: ", "))"
    }
  }

  static func member(
    _ person: Person.ID, of unit: Schools.Unit, seenBy viewer: Person.ID, on day: Day, in db: any Connection
  ) throws -> Member? {
    guard let row = try rows(of: unit.id, on: day, in: db).first(where: { $0.person == person }) else {
      return nil
    }
    let standing = try Schools.standing(assignmentsOf: person, in: unit.id, from: day, in: db)
    let facts = try Schools.facts(of: Schools.unique(standing.map(\.schoolClass)), in: db)
    let subjects = try Schools.subjectNames(Schools.unique(standing.compactMap(\.subject)), in: db)
    let actor = try Schools.standing(of: viewer, in: unit.id, on: day, in: db)
    let target = try Schools.standing(of: person, in: unit.id, on: day, in: db)
    let year = try Schools.year(for: unit.id, on: day, in: db)
    return Member(
      row: row, unit: unit, email: try People.email(of: person, in: db),
      held: try Schools.functions(of: person, in: unit.id, from: day, in: db),
      work: standing.map { assignment in
        .init(
          assignment: assignment, className: facts[assignment.schoolClass]?.name ?? "",
          subject: assignment.subject.map { subjects[$0] ?? "" })
      },
      hasFactor: try row.account.map { try Accounts.hasFactor($0.id, in: db) } ?? false,
      offers: offers(
        by: actor, to: target, isOneself: viewer == person,
        leadsElsewhere: try Schools.leadsElsewhere(person, than: unit.id, on: day, in: db)),
      mayHandHeadOn: actor == .head,
      classes: try year.map { try Schools.classes(of: unit.id, year: $0.id, in: db) } ?? [],
      subjects: try Schools.subjects(of: unit.id, in: db))
  }

  private static func offers(
    by actor: StaffRules.Standing, to target: StaffRules.Standing, isOneself: Bool, leadsElsewhere: Bool
  ) -> Set<StaffRules.Step> {
    Set(
      StaffRules.Step.allCases.filter { step in
        (try? StaffRules.check(
          .init(step, by: actor, to: target, isOneself: isOneself, leadsElsewhere: leadsElsewhere))) != nil
      })
  }

  /// Somebody with an account of this school, such as a guardian, or who comes back: no second person is made of them.
  ///
  /// - Throws: LOP-225 for a login of nobody here or of a pupil, LOP-220.
  static func take(login: String, into unit: OrgUnit.ID, by actor: Person.ID, in db: Transaction) throws {
    let today = Day(at: db.at)
    guard let account = try Accounts.account(login: login, in: db), account.unit == unit,
      try !Schools.memberships(of: account.person, on: today, in: db).contains(where: { $0.role == .pupil })
    else { throw UserError.unknownLogin }
    try Schools.join(account.person, staffOf: unit, from: today, by: actor, in: db)
    if account.state == .closed { try Accounts.reopen(account, by: actor, in: db) }
  }
}

enum StaffForms {
  struct Line: Sendable, Equatable {
    let name: String
    let email: String?
  }

  /// One colleague a line: name, semicolon, address where there is one.
  ///
  /// - Throws: LOP-121 for none, LOP-219 with the first line that cannot be read.
  static func people(_ text: String) throws(UserError) -> [Line] {
    var people: [Line] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let parts = line.split(separator: ";", omittingEmptySubsequences: false).map {
        VietnameseText.clean(String($0))
      }
      if parts.allSatisfy(\.isEmpty) { continue }
      let email = parts.count > 1 && !parts[1].isEmpty ? parts[1] : nil
      let isReadable =
        parts.count <= 2 && (2...100).contains(parts[0].count) && parts[0].contains(where: \.isLetter)
        && !parts[0].contains("@") && email.map(isAddress) ?? true
      guard isReadable, people.count < 200 else { throw .unreadableStaffLine(index + 1) }
      people.append(Line(name: parts[0], email: email))
    }
    guard !people.isEmpty else { throw .missingField("Họ và tên") }
    return people
  }

  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && text.utf8.count <= 254
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 }
  }
}
