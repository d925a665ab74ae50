import Hummingbird
import Identity
import Rules
import Storage
import Web

/// Who teaches what where: one table for each class, one list for each colleague, one overview.
extension OrganisationFeature {
  func addAssignmentRoutes(to routes: inout Routes) {
    routes.get("/units/:unit/assignments", .editAssignments, showOverview)
    routes.get("/classes/:class/teachers", .viewRoster) { try await teachersPage($0, $1) }
    routes.post("/classes/:class/teachers", .editAssignments, planTeachers)
    routes.post("/classes/:class/teachers/endings", .editAssignments, endTeacher)
    let person = "/units/:unit/staff/:person"
    routes.post(person + "/assignments", .editAssignments) { request, context in
      try await changeMember(.editAssignments, request, context) { form, one, db in
        guard let subject: SchoolSubject.ID = form.id("subject") else { throw UserError.missingField("Môn") }
        let classes = form.all("class").map(SchoolClass.ID.init(rawValue:))
        guard !classes.isEmpty else { throw UserError.missingField("Lớp") }
        try Schools.assign(
          one.target, subject: subject, in: classes, unit: one.unit, from: form["from"].flatMap { Day($0) },
          by: one.actor, in: db)
      }
    }
    routes.post(person + "/assignment-endings", .editAssignments) { request, context in
      try await changeMember(.editAssignments, request, context) { form, one, db in
        let today = Day(at: db.at)
        try Schools.lockRoster(of: one.unit, in: db)
        let own = try Schools.standing(assignmentsOf: one.target, in: one.unit, from: today, in: db)
        guard let chosen = own.first(where: { $0.id == form["assignment"] }) else { throw UserError.notFound }
        try Schools.end(chosen, on: today, unit: one.unit, by: one.actor, in: db)
      }
    }
  }

  private func showOverview(_ request: Request, _ context: AppContext) async throws -> Response {
    let (_, unit, _) = try await require(.editAssignments, onUnit: context)
    let today = today
    let rows = try await database.read { try ClassTeachers.overview(of: unit.id, on: today, in: $0) }
    return AssignmentPages.overview(unit, rows).response(in: context)
  }

  // MARK: One class

  private func teachersPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil, typed: Form? = nil
  ) async throws -> Response {
    let (viewer, facts, subject) = try await require(.viewRoster, onClass: try context.id("class"), context)
    let powers = Powers(viewer: viewer, subject: subject)
    let today = today
    let view = try await database.read { db in
      try ClassTeachers.load(facts, withChoices: powers.may(.editAssignments), on: today, in: db)
    }
    return AssignmentPages.ofClass(view, powers, today: today, problem: problem, typed: typed)
      .response(in: context, status: .init(code: problem?.kind.rawValue ?? 200))
  }

  private func planTeachers(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, facts, _) = try await require(.editAssignments, onClass: try context.id("class"), context)
    let form = try await Form.read(request)
    do {
      try await database.write { db in
        let subjects = try Schools.subjects(of: facts.unit, in: db).map(\.id)
        // A line that the page did not send says nothing.
        let wishes = ([nil] + subjects.map { $0 }).filter { !form.all(ClassTeachers.field($0)).isEmpty }.map {
          Schools.Wish(subject: $0, person: form.id(ClassTeachers.field($0)))
        }
        try Schools.plan(
          wishes, in: facts, from: form["from"].flatMap { Day($0) }, seen: form["seen"] ?? "",
          by: viewer.person.id, in: db)
      }
      return .seeOther("/classes/\(facts.id)/teachers")
    } catch let error as UserError {
      return try await teachersPage(request, context, problem: error, typed: form)
    }
  }

  private func endTeacher(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, facts, _) = try await require(.editAssignments, onClass: try context.id("class"), context)
    let form = try await Form.read(request)
    try await database.write { db in
      let today = Day(at: db.at)
      try Schools.lockRoster(of: facts.unit, in: db)
      let standing = try Schools.standing(assignmentsIn: facts.id, from: today, in: db)
      guard let chosen = standing.first(where: { $0.id == form["assignment"] }) else {
        throw UserError.notFound
      }
      try Schools.end(chosen, on: today, unit: facts.unit, by: viewer.person.id, in: db)
    }
    return .seeOther("/classes/\(facts.id)/teachers")
  }
}

/// The teachers of a class as its page shows them.
struct ClassTeachers: Sendable {
  struct Line: Sendable {
    /// Nil for the homeroom teacher.
    let subject: SchoolSubject.ID?
    let name: String
    /// The first is the one that the table changes.
    let assignments: [Schools.StandingAssignment]
  }

  struct Overview: Sendable {
    let facts: Schools.ClassFacts
    let homeroom: String?
    /// Subjects of the school that somebody teaches here.
    let taught: Int
    let subjects: Int
  }

  let facts: Schools.ClassFacts
  let lines: [Line]
  let names: [Person.ID: String]
  /// Who can be chosen, in Vietnamese order; empty where nothing is to be chosen.
  let choices: [(id: Person.ID, name: String)]
  let fingerprint: String

  static func field(_ subject: SchoolSubject.ID?) -> String { subject.map { "subject-\($0)" } ?? "homeroom" }

  static func load(
    _ facts: Schools.ClassFacts, withChoices: Bool, on day: Day, in db: any Connection
  ) throws -> ClassTeachers {
    let standing = try Schools.standing(assignmentsIn: facts.id, from: day, in: db)
    let active = try Schools.subjects(of: facts.unit, in: db)
    let others = Schools.unique(standing.compactMap(\.subject)).filter { id in
      !active.contains { $0.id == id }
    }
    let otherNames = try Schools.subjectNames(others, in: db)
    let staff = withChoices ? try Schools.staff(of: facts.unit, on: day, in: db) : []
    let names = try People.names(of: Schools.unique(staff + standing.map(\.person)), in: db)
    let line = { (subject: SchoolSubject.ID?, name: String) in
      Line(
        subject: subject, name: name,
        assignments: standing.filter { $0.subject == subject }.sorted {
          $0.validity.to == nil && $1.validity.to != nil
        })
    }
    return ClassTeachers(
      facts: facts,
      lines: [line(nil, "Chủ nhiệm")] + active.map { line($0.id, $0.name) }
        + others.map { line($0, otherNames[$0] ?? "") },
      names: names,
      choices: staff.map { ($0, names[$0] ?? "") }.sorted { VietnameseNameOrder.precedes($0.1, $1.1) },
      fingerprint: Schools.fingerprint(standing))
  }

  static func overview(of unit: OrgUnit.ID, on day: Day, in db: any Connection) throws -> [Overview] {
    guard let year = try Schools.year(for: unit, on: day, in: db) else { return [] }
    let classes = try Schools.classes(of: unit, year: year.id, in: db)
    let byClass = Dictionary(
      grouping: try Schools.standing(assignmentsOfSchool: unit, from: day, in: db), by: \.schoolClass)
    let homerooms = try Schools.homeroomTeachers(of: classes.map(\.id), on: day, in: db)
    let names = try People.names(of: Schools.unique(Array(homerooms.values)), in: db)
    let subjects = Set(try Schools.subjects(of: unit, in: db).map(\.id))
    return classes.map { facts in
      let taught = Set(byClass[facts.id, default: []].compactMap(\.subject)).intersection(subjects)
      return Overview(
        facts: facts, homeroom: homerooms[facts.id].flatMap { names[$0] }, taught: taught.count,
        subjects: subjects.count)
    }
  }
}
