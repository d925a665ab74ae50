import Hummingbird
import Rules
import Storage
import Web

/// Years, subjects and classes: what a new school enters before anything else.
extension OrganisationFeature {
  func addSetupRoutes(to routes: inout Routes) {
    routes.get("/units/:unit/years", .editSchoolYears) { try await yearsPage($0, $1) }
    routes.post("/units/:unit/years", .editSchoolYears, addYear)
    routes.post("/units/:unit/years/:year/ending", .editSchoolYears, endYear)
    routes.get("/units/:unit/subjects", .editSubjects) { try await subjectsPage($0, $1) }
    routes.post("/units/:unit/subjects", .editSubjects) { request, context in
      try await changeSubjects(request, context) { form, unit, actor, db in
        let typed = (form["name"] ?? "").split(whereSeparator: { $0.isNewline || $0 == ";" }).map(String.init)
        guard typed.count <= 50 else { throw UserError.tooLong("Danh sách môn", limit: 50) }
        try Schools.addSubjects(form.all("subject") + typed, to: unit, by: actor, in: db)
      }
    }
    let subject = "/units/:unit/subjects/:subject"
    routes.post(subject + "/retirement", .editSubjects) { request, context in
      let id: SchoolSubject.ID = try context.id("subject")
      return try await changeSubjects(request, context) {
        try Schools.retireSubject(id, of: $1, by: $2, in: $3)
      }
    }
    routes.post(subject + "/restoration", .editSubjects) { request, context in
      let id: SchoolSubject.ID = try context.id("subject")
      return try await changeSubjects(request, context) {
        try Schools.restoreSubject(id, of: $1, by: $2, in: $3)
      }
    }
    routes.post("/units/:unit/classes", .importRoster, addClasses)
  }

  // MARK: Years

  private func yearsPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil, typed: Form? = nil
  ) async throws -> Response {
    let (_, unit, _) = try await require(.editSchoolYears, onUnit: context)
    let today = today
    let years = try await database.read { try Schools.years(of: unit.id, on: today, in: $0) }
    return SetupPages.years(unit, years, today: today, problem: problem, typed: typed)
      .response(in: context, status: .init(code: problem?.kind.rawValue ?? 200))
  }

  private func addYear(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, unit, _) = try await require(.editSchoolYears, onUnit: context)
    let form = try await Form.read(request)
    do {
      let proposal = try SetupForms.year(form)
      try await database.write { try Schools.addYear(proposal, to: unit.id, by: viewer.person.id, in: $0) }
      return .seeOther("/units/\(unit.id)/years")
    } catch let error as UserError {
      return try await yearsPage(request, context, problem: error, typed: form)
    }
  }

  private func endYear(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, unit, _) = try await require(.editSchoolYears, onUnit: context)
    let form = try await Form.read(request)
    let year: SchoolYear.ID = try context.id("year")
    do {
      guard let day = form["on"].flatMap({ Day($0) }) else { throw UserError.unreadableYear }
      try await database.write {
        try Schools.endYear(year, of: unit.id, on: day, by: viewer.person.id, in: $0)
      }
      return .seeOther("/units/\(unit.id)/years")
    } catch let error as UserError where error.kind != .notFound {
      return try await yearsPage(request, context, problem: error)
    }
  }

  // MARK: Subjects

  private func subjectsPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil
  ) async throws -> Response {
    let (_, unit, _) = try await require(.editSubjects, onUnit: context)
    let today = today
    let (subjects, levels) = try await database.read { db in
      let year = try Schools.year(for: unit.id, on: today, in: db)
      let classes = try year.map { try Schools.classes(of: unit.id, year: $0.id, in: db) } ?? []
      return (
        try Schools.subjectEntries(of: unit.id, on: today, in: db),
        Set(classes.compactMap { StandardSubjects.level(ofGrade: $0.grade) })
      )
    }
    return SetupPages.subjects(unit, subjects, levels: levels, problem: problem)
      .response(in: context, status: .init(code: problem?.kind.rawValue ?? 200))
  }

  private func changeSubjects(
    _ request: Request, _ context: AppContext,
    _ change: @escaping @Sendable (Form, OrgUnit.ID, Person.ID, Transaction) throws -> Void
  ) async throws -> Response {
    let (viewer, unit, _) = try await require(.editSubjects, onUnit: context)
    let form = try await Form.read(request)
    do {
      try await database.write { try change(form, unit.id, viewer.person.id, $0) }
      return .seeOther("/units/\(unit.id)/subjects")
    } catch let error as UserError where error.kind != .notFound {
      return try await subjectsPage(request, context, problem: error)
    }
  }

  // MARK: Classes

  private func addClasses(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, unit, _) = try await require(.importRoster, onUnit: context)
    let form = try await Form.read(request)
    let names = try form.required("names", label: "Tên lớp", limit: 1_000)
      .split(whereSeparator: { $0.isNewline || $0 == "," || $0 == ";" }).map(String.init)
    guard names.count <= 100 else { throw UserError.tooLong("Danh sách lớp", limit: 100) }
    try await database.write {
      try Schools.addClasses(names, to: unit.id, by: viewer.person.id, in: $0)
    }
    return .seeOther("/classes")
  }
}

enum SetupForms {
  /// - Throws: LOP-212, LOP-213 when a day is none.
  static func year(_ form: Form) throws(UserError) -> SchoolYearRules.Proposal {
    let name = try form.required("name", label: "Tên năm học", limit: 40)
    guard let first = form["first"].flatMap({ Day($0) }), let last = form["last"].flatMap({ Day($0) }) else {
      throw .unreadableYear
    }
    var terms: [SchoolYearRules.Span] = []
    for number in 1...4 {
      let (from, to) = (form["term-\(number)-first"], form["term-\(number)-last"])
      if from == nil, to == nil { continue }
      guard let from = from.flatMap({ Day($0) }), let to = to.flatMap({ Day($0) }) else {
        throw .unreadableTerms
      }
      terms.append(.init(first: from, last: to))
    }
    return .init(name: VietnameseText.clean(name), span: .init(first: first, last: last), terms: terms)
  }
}
