import Foundation
import HTTPTypes
import Hummingbird
import Rules
import Storage
import Web

/// Everybody's own account: sessions, password, second factor.
extension IdentityFeature {
  @Sendable func accountPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSessions)
    return try await accountPage(viewer, error: nil, context)
  }

  func accountPage(_ viewer: Viewer, error: UserError?, _ context: AppContext) async throws
    -> Response
  {
    let now = database.now()
    let (sessions, factor, codes) = try await database.read { db in
      (
        try Sessions.list(of: viewer.account, in: db), try SignIns.factor(of: viewer.account, in: db),
        try RecoveryCodes.left(of: viewer.account, in: db)
      )
    }
    return AccountPages.account(
      viewer, sessions: sessions, hasSecondFactor: factor?.isConfirmed ?? false, codesLeft: codes,
      error: error,
      now: now
    ).response(in: context, status: error.map { .init(code: $0.kind.rawValue) } ?? .ok)
  }

  /// A new password ends every other session: whoever else knew the old one is out.
  @Sendable func createPassword(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSessions)
    let form = try await Form.read(request)
    do {
      let candidate = try await database.read { db -> (hash: String?, known: [String]) in
        let login = try Accounts.state(of: viewer.person.id, in: db)?.login ?? ""
        let details = try People.details(of: [viewer.person.id], in: db)[viewer.person.id]
        let hash = try SignIns.candidate(login: login, in: db)?.passwordHash
        return (hash, [login, viewer.person.name, details?.birthDate?.forPeople ?? ""])
      }
      guard try await hasher.verify(form.raw("current"), against: candidate.hash) else {
        throw UserError.wrongSignIn
      }
      guard form.raw("password") == form.raw("again") else { throw UserError.passwordsDiffer }
      let isStaff = !viewer.roles.isDisjoint(with: [
        .subjectTeacher, .homeroomTeacher, .head, .itTeacher, .officer,
      ])
      try SignInRules.check(password: form.raw("password"), minimum: isStaff ? 12 : 8, known: candidate.known)
      let hash = try await hasher.hash(form.raw("password"))
      try await database.write { db in try Accounts.setPassword(hash, of: viewer, in: db) }
      return .seeOther("/account")
    } catch let error as UserError {
      return try await accountPage(viewer, error: error, context)
    }
  }

  @Sendable func endSession(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSessions)
    let form = try await Form.read(request)
    guard let id: Session.ID = form.id("session") else { throw UserError.missingField("phiên") }
    try await database.write { (db) -> Void in
      _ = try Sessions.end(id, of: viewer.account, because: .endedElsewhere, in: db)
    }
    return .seeOther("/account")
  }

  @Sendable func endOtherSessions(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSessions)
    try await database.write { db in
      try Sessions.endAll(of: viewer.account, because: .endedElsewhere, except: viewer.session, in: db)
    }
    return .seeOther("/account")
  }

  @Sendable func signOut(_ request: Request, _ context: AppContext) async throws -> Response {
    if let viewer = context.viewer {
      try await database.write { (db) -> Void in
        _ = try Sessions.end(viewer.session, of: viewer.account, because: .signedOut, in: db)
      }
    }
    var response = Response.seeOther("/sign-in")
    response.headers[.setCookie] = SessionCookie.set(token: nil, isSecure: isSecure)
    return response
  }

  // MARK: Second factor

  /// Shows the secret only until it is confirmed; afterwards only asks for a code.
  @Sendable func secondFactorPage(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSecondFactor)
    return try await secondFactorPage(viewer, error: nil, context)
  }

  func secondFactorPage(_ viewer: Viewer, error: UserError?, _ context: AppContext) async throws
    -> Response
  {
    let (factor, login) = try await database.write { db in
      (
        try SignIns.offerFactor(to: viewer.account, in: db),
        try Accounts.state(of: viewer.person.id, in: db)?.login ?? ""
      )
    }
    let offer = factor.isConfirmed ? nil : factor.secret
    // A visitor of the demo has no telephone that knows the secret.
    let step = database.now().seconds / SecondFactor.period
    let demoCode =
      site.isDemo ? SecondFactor.code(secret: factor.secret, step: max(step, factor.lastStep + 1)) : nil
    return AccountPages.secondFactor(
      offer: offer, login: login, site: site.name, demoCode: demoCode,
      mayRecover: factor.isConfirmed && !viewer.isFullySignedIn, error: error
    )
    .response(in: context, status: error.map { .init(code: $0.kind.rawValue) } ?? .ok)
  }

  @Sendable func createSecondFactorCode(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSecondFactor)
    let form = try await Form.read(request)
    let typed = form["code"] ?? ""
    let login = "factor:" + viewer.account.rawValue
    let address = context.address
    let now = database.now()
    do {
      let failures = try await database.read {
        try SignIns.failures(login: login, address: address, device: nil, at: now, in: $0)
      }
      let wait = SignInRules.wait(after: failures, at: now)
      guard wait == 0 else { throw UserError.tooManyAttempts(waitMinutes: Int((wait + 59) / 60)) }
      let isRight = try await database.write { db in
        let isRight = try SignIns.useCode(typed, of: viewer.account, in: db)
        try SignIns.note(login: login, address: address, isKnownDevice: false, succeeded: isRight, in: db)
        if isRight { try Sessions.showedSecondFactor(viewer.session, in: db) }
        return isRight
      }
      guard isRight else { throw UserError.wrongSecondFactor }
      return .seeOther("/")
    } catch let error as UserError {
      return try await secondFactorPage(viewer, error: error, context)
    }
  }
}

extension Accounts {
  static func setPassword(_ hash: String, of viewer: Viewer, in db: Transaction) throws {
    guard
      let row = try db.row(
        "UPDATE account SET password_hash = \(hash) WHERE id = \(viewer.account) AND state = 'active' RETURNING unit_id"
      )
    else { throw UserError.accountLocked }
    try Sessions.endAll(of: viewer.account, because: .reset, except: viewer.session, in: db)
    try db.publish(
      Event("account.password_changed", unit: row.id(0), by: viewer.person.id, of: viewer.person.id.rawValue))
  }
}
