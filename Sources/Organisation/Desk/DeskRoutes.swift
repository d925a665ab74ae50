import Hummingbird
import Identity
import Rules
import Storage
import Web

extension OrganisationFeature {
  func addDeskRoutes(to routes: inout Routes) {
    let account = "/classes/:class/accounts/:person"
    routes.get("/classes/:class/accounts", .viewAccountDesk, showDesk)
    routes.get(account, .viewAccountDesk, showAccount)
    routes.post("/classes/:class/verifications", .verifyAccount, verifySeveral)
    routes.post(account + "/verification", .verifyAccount) { request, context in
      try await change(.verifyAccount, request, context) { account, _, db in
        guard let viewer = context.viewer else { throw UserError.signInNeeded }
        try Accounts.verify(account, by: viewer, in: db)
      }
    }
    routes.post(account + "/password-reset", .resetAccount) { request, context in
      try await change(.resetAccount, request, context) { try Accounts.reset($0, by: $1, in: $2) }
    }
    routes.post(account + "/session-ending", .endSessions) { request, context in
      try await change(.endSessions, request, context) { try Accounts.endSessions($0, by: $1, in: $2) }
    }
    routes.post(account + "/unlocking", .lockAccount) { request, context in
      try await change(.lockAccount, request, context) { try Accounts.unlock($0, by: $1, in: $2) }
    }
    routes.post(account + "/lock", .lockAccount, lock)
  }

  // MARK: Looking

  private func showDesk(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, facts, subject) = try await require(
      .viewAccountDesk, onClass: try context.id("class"), context)
    let filter = DeskPages.Filter(rawValue: request.query("show") ?? "") ?? .all
    let today = today
    let rows = try await database.read { try Desk.rows(of: facts.id, on: today, in: $0) }
    return DeskPages.desk(facts, rows, filter, Powers(viewer: viewer, subject: subject)).response(in: context)
  }

  private func showAccount(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, facts, subject) = try await require(
      .viewAccountDesk, onClass: try context.id("class"), context)
    let person: Person.ID = try context.id("person")
    let today = today
    let rows = try await database.read { try Desk.rows(of: facts.id, on: today, in: $0) }
    guard let row = rows.first(where: { $0.person == person }) else { throw UserError.notFound }
    return DeskPages.account(facts, row, Powers(viewer: viewer, subject: subject)).response(in: context)
  }

  // MARK: Changing

  /// What all changes of one account share: who, what, the account of this very class, the change, back to the account.
  private func change(
    _ action: Action, _ request: Request, _ context: AppContext,
    _ body: @escaping @Sendable (AccountRecord, Person.ID, Transaction) throws -> Void
  ) async throws -> Response {
    let (viewer, facts, _) = try await require(action, onClass: try context.id("class"), context)
    let person: Person.ID = try context.id("person")
    try await database.write { db in
      let account = try Desk.account(of: person, in: facts.id, on: Day(at: db.at), in: db)
      try body(account, viewer.person.id, db)
    }
    return .seeOther("/classes/\(facts.id)/accounts/\(person)")
  }

  private func lock(_ request: Request, _ context: AppContext) async throws -> Response {
    // The right before the form: nobody learns anything from how a form is read.
    _ = try await require(.lockAccount, onClass: try context.id("class"), context)
    let form = try await Form.read(request)
    let reason = Desk.LockReason(rawValue: form["reason"] ?? "") ?? .other
    return try await change(.lockAccount, request, context) {
      try Accounts.lock($0, by: $1, reason: reason.rawValue, in: $2)
    }
  }

  /// “Xác nhận cả lớp đã kích hoạt”, or those who are ticked. Who is not ready is passed over.
  private func verifySeveral(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, facts, _) = try await require(.verifyAccount, onClass: try context.id("class"), context)
    let form = try await Form.read(request)
    let chosen = Set(form.all("person").map(Person.ID.init(rawValue:)))
    let wholeClass = form.isChecked("whole_class")
    guard wholeClass || !chosen.isEmpty else { throw UserError.nobodyChosen }
    try await database.write { db in
      let rows = try Desk.rows(of: facts.id, on: Day(at: db.at), in: db)
      let ready = rows.filter { row in
        !row.isStaff && row.account?.state == .active && row.account?.isVerified == false
          && (wholeClass ? !row.isGuardian : chosen.contains(row.person))
      }
      var done: Set<Person.ID> = []
      for row in ready where done.insert(row.person).inserted {
        if let account = row.account { try Accounts.verify(account, by: viewer, in: db) }
      }
    }
    return .seeOther("/classes/\(facts.id)/accounts")
  }
}
