import Hummingbird
import Identity
import Rules
import Storage
import Web

/// The people who work at a school: who they are, what they hold, that they go.
extension OrganisationFeature {
  func addStaffRoutes(to routes: inout Routes) {
    let person = "/units/:unit/staff/:person"
    routes.get("/units/:unit/staff", .viewStaff) { try await staffPage($0, $1) }
    routes.post("/units/:unit/staff", .editStaff, addStaff)
    routes.get(person, .viewStaff) { try await memberPage($0, $1) }
    routes.post(person + "/departure", .editStaff) { request, context in
      try await changeMember(.editStaff, request, context, goingTo: "") { _, one, db in
        try one.check(.leave, in: db)
        try Schools.leave(one.target, staffOf: one.unit, by: one.actor, in: db)
      }
    }
    routes.post(person + "/functions", .appointFunction) { request, context in
      try await changeMember(.appointFunction, request, context) { try appoint($0, $1, in: $2) }
    }
    routes.post(person + "/function-endings", .appointFunction) { request, context in
      try await changeMember(.appointFunction, request, context) { form, one, db in
        guard let function = form["function"].flatMap(UnitFunction.init(rawValue:)) else {
          throw UserError.missingField("Chức vụ")
        }
        try StaffRules.checkFunction(function, ending: true, by: try one.actorStanding(in: db), hasHead: true)
        try Schools.relieve(one.target, of: function, in: one.unit, by: one.actor, in: db)
      }
    }
  }

  private func appoint(_ form: Form, _ one: StaffCase, in db: Transaction) throws {
    guard let function = form["function"].flatMap(UnitFunction.init(rawValue:)),
      StaffRules.functions.contains(function)
    else { throw UserError.missingField("Chức vụ") }
    let today = Day(at: db.at)
    // Before anything is read: two deputies of a school without a head must not both find the place free.
    try Schools.lockRoster(of: one.unit, in: db)
    let hasHead = try Schools.holders(in: one.unit, on: today, in: db).contains { $0.function == .head }
    try StaffRules.checkFunction(
      function, ending: false, by: try one.actorStanding(in: db), hasHead: hasHead)
    let held = try Schools.functions(of: one.target, in: one.unit, from: today, in: db)
    guard !held.contains(where: { $0.function == function }) else { return }
    try Schools.appoint(one.target, as: function, of: one.unit, from: today, by: one.actor, in: db)
  }

  // MARK: The list

  private func staffPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil, typed: Form? = nil
  ) async throws -> Response {
    let (viewer, unit, subject) = try await require(.viewStaff, onUnit: context)
    let today = today
    let rows = try await database.read { try StaffList.rows(of: unit.id, on: today, in: $0) }
    return StaffPages.list(
      unit, rows, Powers(viewer: viewer, subject: subject), problem: problem, typed: typed
    ).response(in: context, status: .init(code: problem?.kind.rawValue ?? 200))
  }

  /// Several at once, one a line: a school has fifty colleagues. All of them or none.
  private func addStaff(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, unit, _) = try await require(.editStaff, onUnit: context)
    let form = try await Form.read(request)
    do {
      let known = form["login"]
      let people = try known == nil ? StaffForms.people(form["people"] ?? "") : []
      try await database.write { db in
        if let known {
          try StaffList.take(login: known, into: unit.id, by: viewer.person.id, in: db)
        }
        for one in people {
          _ = try Schools.engage(
            name: one.name, email: one.email, staffOf: unit.id, by: viewer.person.id, in: db)
        }
      }
      return .seeOther("/units/\(unit.id)/staff")
    } catch let error as UserError {
      return try await staffPage(request, context, problem: error, typed: form)
    }
  }

  // MARK: One colleague

  func memberPage(
    _ request: Request, _ context: AppContext, problem: UserError? = nil
  ) async throws -> Response {
    let (viewer, unit, subject) = try await require(.viewStaff, onUnit: context)
    let person: Person.ID = try context.id("person")
    let today = today
    let view = try await database.read { db in
      try StaffList.member(person, of: unit, seenBy: viewer.person.id, on: today, in: db)
    }
    guard let view else { throw UserError.notFound }
    return StaffPages.member(view, Powers(viewer: viewer, subject: subject), today: today, problem: problem)
      .response(in: context, status: .init(code: problem?.kind.rawValue ?? 200))
  }

  /// What all changes of one colleague share: who, what, a colleague of this very school, the change, back to the page.
  func changeMember(
    _ action: Action, _ request: Request, _ context: AppContext, goingTo end: String? = nil,
    _ change: @escaping @Sendable (Form, StaffCase, Transaction) throws -> Void
  ) async throws -> Response {
    let (viewer, unit, _) = try await require(action, onUnit: context)
    let person: Person.ID = try context.id("person")
    let form = try await Form.read(request)
    let one = StaffCase(unit: unit.id, actor: viewer.person.id, target: person)
    do {
      try await database.write { db in
        guard try Schools.isStaff(person, of: unit.id, on: Day(at: db.at), in: db) else {
          throw UserError.notFound
        }
        try change(form, one, db)
      }
      return .seeOther("/units/\(unit.id)/staff" + (end ?? "/\(person)"))
    } catch let error as UserError {
      guard error.kind != .notFound else { throw error }
      return try await memberPage(request, context, problem: error)
    }
  }
}

/// One person's step about a colleague of the same school.
struct StaffCase: Sendable {
  let unit: OrgUnit.ID
  let actor: Person.ID
  let target: Person.ID

  func actorStanding(in db: Transaction) throws -> StaffRules.Standing { try standing(of: actor, in: db) }

  private func standing(of person: Person.ID, in db: Transaction) throws -> StaffRules.Standing {
    try Schools.standing(of: person, in: unit, on: Day(at: db.at), in: db)
  }

  /// - Throws: LOP-215 … LOP-218, LOP-236, see `StaffRules`.
  func check(_ step: StaffRules.Step, didTheOtherHalf: Bool = false, in db: Transaction) throws {
    try StaffRules.check(
      .init(
        step, by: try standing(of: actor, in: db), to: try standing(of: target, in: db),
        isOneself: actor == target, didTheOtherHalf: didTheOtherHalf,
        leadsElsewhere: try Schools.leadsElsewhere(target, than: unit, on: Day(at: db.at), in: db)))
  }
}
