import Hummingbird
import Identity
import Rules
import Storage
import Web

/// The accounts of the staff: looked after by the IT teacher and the head, within `StaffRules`. Nobody sees a password.
extension OrganisationFeature {
  func addStaffAccountRoutes(to routes: inout Routes) {
    let person = "/units/:unit/staff/:person"
    // A secret is shown once, so these POSTs answer with a page.
    routes.post("/units/:unit/staff/slips", .issueSlips) { request, context in
      let (unit, slips) = try await issueStaffSlips(request, context)
      return SlipPages.sheet(slips, host: slipHost(request), .staff(of: unit)).response(in: context)
    }
    routes.post("/units/:unit/staff/slips.pdf", .issueSlips) { request, context in
      let (unit, slips) = try await issueStaffSlips(request, context)
      let bytes = try await printer.pdf(SlipPages.document(slips, host: slipHost(request), .staff(of: unit)))
      return .download(bytes, name: "phieu-tai-khoan-giao-vien.pdf", type: "application/pdf")
    }
    routes.post(person + "/verification", .verifyStaff) { request, context in
      try await changeAccount(.verifyStaff, .verify, request, context) {
        try Accounts.verify($0, by: $1, in: $3)
      }
    }
    routes.post(person + "/session-ending", .endSessions) { request, context in
      try await changeAccount(.endSessions, .endSessions, request, context) {
        try Accounts.endSessions($0, by: $1, in: $3)
      }
    }
    routes.post(person + "/lock", .lockAccount) { request, context in
      try await changeAccount(.lockAccount, .lock, request, context) { account, actor, form, db in
        let reason = Desk.LockReason(rawValue: form["reason"] ?? "") ?? .other
        try Accounts.lock(account, by: actor, reason: reason.rawValue, in: db)
      }
    }
    routes.post(person + "/unlocking", .lockAccount) { request, context in
      try await changeAccount(.lockAccount, .unlock, request, context) {
        try Accounts.unlock($0, by: $1, in: $3)
      }
    }
    routes.post(person + "/second-factor-reset", .resetSecondFactor) { request, context in
      try await changeAccount(.resetSecondFactor, .resetFactor, request, context) {
        account, actor, form, db in
        guard let reason = form["reason"].flatMap(Accounts.FactorReason.init(rawValue:)) else {
          throw UserError.missingField("Lý do")
        }
        try Accounts.resetFactor(account, because: reason, by: actor, in: db)
      }
    }
  }

  private func changeAccount(
    _ action: Action, _ step: StaffRules.Step, _ request: Request, _ context: AppContext,
    _ change: @escaping @Sendable (AccountRecord, Person.ID, Form, Transaction) throws -> Void
  ) async throws -> Response {
    try await changeMember(action, request, context) { form, one, db in
      guard let account = try Accounts.state(of: one.target, in: db) else { throw UserError.notFound }
      try one.check(step, didTheOtherHalf: try one.didTheOtherHalf(of: step, account, in: db), in: db)
      try change(account, one.actor, form, db)
    }
  }

  private func issueStaffSlips(
    _ request: Request, _ context: AppContext
  ) async throws -> (Schools.Unit, [SlipSheet.Slip]) {
    let (viewer, unit, _) = try await require(.issueSlips, onUnit: context)
    let form = try await Form.read(request)
    let chosen = Set(form.all("person").map(Person.ID.init(rawValue:)))
    let idle = form["scope"] == "idle"
    guard idle || !chosen.isEmpty else { throw UserError.nobodyChosen }
    guard chosen.count <= SlipSheet.most else { throw UserError.tooManySlips(most: SlipSheet.most) }
    let slips = try await database.write { db in
      try SlipSheet.issue(toStaff: idle ? nil : chosen, of: unit, by: viewer.person.id, in: db)
    }
    return (unit, slips)
  }
}

extension StaffCase {
  /// Whether the actor did within a day what together with this step would open the account.
  func didTheOtherHalf(
    of step: StaffRules.Step, _ account: AccountRecord, in db: Transaction
  ) throws -> Bool {
    let since = db.at - 1 * .day
    return switch step {
    case .issueSlip: try Accounts.resetFactor(of: account.id, by: actor, since: since, in: db)
    case .resetFactor: try Accounts.issuedSlip(for: account.id, by: actor, since: since, at: db.at, in: db)
    default: false
    }
  }
}

extension SlipSheet {
  /// - Parameter chosen: nil for all colleagues who have not activated their account.
  /// - Throws: LOP-217 for a leader whose second factor the same person took away, LOP-207, LOP-209.
  static func issue(
    toStaff chosen: Set<Person.ID>?, of unit: Schools.Unit, by actor: Person.ID, in db: Transaction
  ) throws -> [Slip] {
    try Schools.lockRoster(of: unit.id, in: db)
    let rows = try StaffList.rows(of: unit.id, on: Day(at: db.at), in: db).filter { row in
      chosen?.contains(row.person) ?? (row.account == nil || row.account?.state == .issued)
    }
    var slips: [Slip] = []
    for row in rows.prefix(most) {
      if row.account == nil { try Logins.issue(to: row.person, code: nil, unit: unit.id, by: actor, in: db) }
      guard let account = try Accounts.state(of: row.person, in: db), account.state != .locked,
        account.state != .closed
      else { continue }
      let one = StaffCase(unit: unit.id, actor: actor, target: row.person)
      try one.check(
        .issueSlip, didTheOtherHalf: try one.didTheOtherHalf(of: .issueSlip, account, in: db), in: db)
      let slip = try Accounts.issueSlip(for: account, by: actor, in: db)
      slips.append(
        Slip(
          orderNumber: nil, name: row.name, child: nil, school: unit.name, login: slip.login,
          secret: slip.secret, lastDay: Day(at: slip.expiresAt - 1)))
    }
    guard !slips.isEmpty else { throw rows.isEmpty ? UserError.nobodyChosen : UserError.slipForLocked }
    return slips
  }
}
