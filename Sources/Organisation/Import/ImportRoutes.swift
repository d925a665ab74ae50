import Hummingbird
import Rules
import Storage
import Web

extension OrganisationFeature {
  func addImportRoutes(to routes: inout Routes) {
    routes.get("/classes/import", .importRoster, chooseFile)
    routes.post("/classes/import", .importRoster, readFile)
    routes.get("/classes/import/:run", .importRoster, showPreview)
    routes.post("/classes/import/:run/decisions", .importRoster, decide)
    routes.post("/classes/import/:run/confirmation", .importRoster, confirm)
    routes.post("/classes/import/:run/discarding", .importRoster, discard)
  }

  /// The school for which somebody imports; with several, the one that the form names.
  private func school(_ context: AppContext, named: OrgUnit.ID? = nil) throws -> (Viewer, OrgUnit.ID) {
    let viewer = try context.requireSomewhere(.importRoster)
    let own = viewer.units(as: .head) + viewer.units(as: .itTeacher)
    guard let unit = named ?? own.first else { throw UserError.notAllowed }
    return (try context.require(.importRoster, on: Subject(unit: unit)), unit)
  }

  /// A run with the viewer who may import into its school.
  private func run(_ context: AppContext) async throws -> (
    viewer: Viewer, unit: OrgUnit.ID, run: ImportRun.ID
  ) {
    let run: ImportRun.ID = try context.id("run")
    let unit = try await database.read { try ImportStore.unit(of: run, in: $0) }
    let viewer = try context.require(.importRoster, on: Subject(unit: unit))
    guard let unit else { throw UserError.importNotOpen }
    return (viewer, unit, run)
  }

  // MARK: Choosing a file

  private func chooseFile(_ request: Request, _ context: AppContext) async throws -> Response {
    let (_, unit) = try school(context)
    return try await choosePage(unit).response(in: context)
  }

  private func choosePage(_ unit: OrgUnit.ID, problem: UserError? = nil) async throws -> Page {
    let today = today
    let (year, classes) = try await database.read { db -> (String?, [Schools.ClassFacts]) in
      guard let year = try Schools.year(for: unit, on: today, in: db) else { return (nil, []) }
      return (year.name, try Schools.classes(of: unit, year: year.id, in: db))
    }
    return ImportPages.choose(unit, yearName: year, classes: classes, problem: problem)
  }

  /// What is wrong with the file is said above the form, so that another file can be chosen at once.
  private func readFile(_ request: Request, _ context: AppContext) async throws -> Response {
    let (_, ownUnit) = try school(context)
    var unit = ownUnit
    do {
      let form = try await Form.read(request, limit: ClassListImport.fileLimit + 64 * 1_024)
      let (viewer, named) = try school(context, named: form.id("unit"))
      unit = named
      guard let file = form.files.first(where: { $0.field == "file" }) else { throw UserError.noFileChosen }
      let preview = try await imports.preview(
        bytes: file.bytes, fileName: file.name, unit: unit, className: form["class"],
        wholeClasses: form["extent"] != "part", by: viewer.person.id)
      return .seeOther("/classes/import/\(preview.run)")
    } catch let error as UserError where error != .notAllowed {
      return try await choosePage(unit, problem: error)
        .response(in: context, status: .init(code: error.kind.rawValue))
    }
  }

  // MARK: Preview and confirmation

  private func showPreview(_ request: Request, _ context: AppContext) async throws -> Response {
    let (_, unit, run) = try await run(context)
    if let outcome = try await database.read({ try ImportStore.outcome(of: run, unit: unit, in: $0) }) {
      return ImportPages.done(outcome).response(in: context)
    }
    return ImportPages.preview(try await imports.look(at: run, unit: unit)).response(in: context)
  }

  private func decide(_ request: Request, _ context: AppContext) async throws -> Response {
    let (_, unit, run) = try await run(context)
    let form = try await Form.read(request)
    var answers: [Int: Person.ID?] = [:]
    for index in 0..<1_000 {
      guard let answer = form["row-\(index)"] else { continue }
      answers[index] = .some(answer == "new" ? nil : Person.ID(rawValue: answer))
    }
    let fingerprint = try form.required("plan", label: "Bản xem trước")
    try await imports.decide(answers, of: run, unit: unit, fingerprint: fingerprint)
    return .seeOther("/classes/import/\(run)")
  }

  private func confirm(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, unit, run) = try await run(context)
    let form = try await Form.read(request)
    let fingerprint = try form.required("plan", label: "Bản xem trước")
    try await imports.confirm(run, unit: unit, fingerprint: fingerprint, by: viewer.person.id)
    return .seeOther("/classes/import/\(run)")
  }

  private func discard(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, unit, run) = try await run(context)
    try await imports.discard(run, unit: unit, by: viewer.person.id)
    return .seeOther("/classes/import")
  }
}
