import Foundation
import HTTPTypes
import Hummingbird
import Rules
import Storage
import Web

extension IdentityFeature {
  @Sendable func signInPage(_ request: Request, _ context: AppContext) async throws -> Response {
    if context.viewer != nil { return .seeOther("/") }
    let next = safePath(request.uri.queryParameters["next"].map(String.init))
    return SignInPages.signIn(next: next, login: "", error: nil, demo: demoAccounts).response(in: context)
  }

  /// Signing in: limit, candidate, password, then a session bound to the browser's own key.
  @Sendable func createSession(_ request: Request, _ context: AppContext) async throws -> Response {
    let form = try await Form.read(request)
    let login = String((form["login"] ?? "").lowercased().prefix(60))
    let next = safePath(form["next"])
    do {
      let cookies = try await signIn(login: login, form: form, request: request, context: context)
      var response = Response.seeOther(next)
      for cookie in cookies { response.headers.append(.init(name: .setCookie, value: cookie)) }
      return response
    } catch let error as UserError {
      return SignInPages.signIn(next: next, login: login, error: error, demo: demoAccounts)
        .response(in: context, status: .init(code: error.kind.rawValue))
    }
  }

  /// - Returns: the cookies to set.
  private func signIn(
    login: String, form: Form, request: Request, context: AppContext
  ) async throws -> [String] {
    let device = SessionCookie.device(in: request.headers)
    let address = context.address
    let now = database.now()
    let (failures, candidate) = try await database.read { db in
      (
        try SignIns.failures(login: login, address: address, device: device, at: now, in: db),
        try SignIns.candidate(login: login, in: db)
      )
    }
    let wait = SignInRules.wait(after: failures, at: now)
    guard wait == 0 else { throw UserError.tooManyAttempts(waitMinutes: Int((wait + 59) / 60)) }
    let isRight = try await hasher.verify(form.raw("password"), against: candidate?.passwordHash)
    guard isRight, let candidate, candidate.state == .active || candidate.state == .locked else {
      try await noteFailure(login: login, address: address, failures: failures, candidate: candidate)
      throw UserError.wrongSignIn
    }
    // Only somebody who knows the password learns that the account is locked.
    guard candidate.state == .active else { throw UserError.accountLocked }
    return try await openSession(for: candidate, login: login, device: device, form: form, request, context)
  }

  private func noteFailure(
    login: String, address: String, failures: SignInRules.Failures, candidate: SignIns.Candidate?
  ) async throws {
    try await database.write { db in
      try SignIns.note(
        login: login, address: address, isKnownDevice: failures.isKnownDevice, succeeded: false, in: db)
      if let candidate {
        try db.publish(Event("sign_in.refused", unit: candidate.unit, by: nil, of: candidate.person.rawValue))
      }
    }
  }

  private func openSession(
    for candidate: SignIns.Candidate, login: String, device: String?, form: Form, _ request: Request,
    _ context: AppContext
  ) async throws -> [String] {
    let token = Secrets.token()
    let deviceToken = device ?? Secrets.token()
    let key = form["device_key"].flatMap(DeviceSignature.accepted)
    let label = BrowserLabel.describe(request.headers[.userAgent] ?? "")
    let address = context.address
    try await database.write { db in
      let session = try Sessions.open(
        candidate.account, token: token, deviceKey: key, device: label, address: address, in: db)
      try SignIns.note(login: login, address: address, isKnownDevice: device != nil, succeeded: true, in: db)
      try SignIns.remember(device: deviceToken, for: candidate.account, in: db)
      try db.publish(
        Event(
          "session.opened", unit: candidate.unit, by: candidate.person, of: session.rawValue,
          ["address": address]))
    }
    return [
      SessionCookie.set(token: token, isSecure: isSecure),
      SessionCookie.setDevice(deviceToken, isSecure: isSecure),
    ]
  }

  // MARK: Activation

  @Sendable func activationPage(_ request: Request, _ context: AppContext) async throws -> Response {
    SignInPages.activation(login: "", error: nil).response(in: context)
  }

  /// Guessing slips is counted like guessing passwords: by login and by address.
  @Sendable func createActivation(_ request: Request, _ context: AppContext) async throws -> Response {
    let form = try await Form.read(request)
    let login = String((form["login"] ?? "").lowercased().prefix(60))
    let address = context.address
    let device = SessionCookie.device(in: request.headers)
    do {
      let now = database.now()
      let failures = try await database.read {
        try SignIns.failures(login: login, address: address, device: device, at: now, in: $0)
      }
      let wait = SignInRules.wait(after: failures, at: now)
      guard wait == 0 else { throw UserError.tooManyAttempts(waitMinutes: Int((wait + 59) / 60)) }
      guard form.raw("password") == form.raw("again") else { throw UserError.passwordsDiffer }
      let secret = form["secret"] ?? ""
      let known = try await knownWords(login: login, secret: secret, at: now)
      try SignInRules.check(password: form.raw("password"), minimum: 8, known: known)
      let hash = try await hasher.hash(form.raw("password"))
      do {
        try await database.write {
          _ = try Accounts.activate(login: login, secret: secret, passwordHash: hash, in: $0)
        }
      } catch let error as UserError {
        try await database.write {
          try SignIns.note(
            login: login, address: address, isKnownDevice: failures.isKnownDevice, succeeded: false, in: $0)
        }
        throw error
      }
      let cookies = try await signIn(login: login, form: form, request: request, context: context)
      var response = Response.seeOther("/")
      for cookie in cookies { response.headers.append(.init(name: .setCookie, value: cookie)) }
      return response
    } catch let error as UserError {
      return SignInPages.activation(login: login, error: error)
        .response(in: context, status: .init(code: error.kind.rawValue))
    }
  }

  /// What the new password must not be made of. Without the slip that is the login alone: a refusal must not tell a
  /// stranger whose name or birth date the password holds.
  private func knownWords(login: String, secret: String, at now: Timestamp) async throws -> [String] {
    try await database.read { db in
      guard try Accounts.fits(login: login, secret: secret, at: now, in: db),
        let candidate = try SignIns.candidate(login: login, in: db),
        let details = try People.details(of: [candidate.person], in: db)[candidate.person]
      else { return [login] }
      return [login, details.person.name, details.birthDate?.forPeople ?? ""]
    }
  }

  /// Attack prevented: a link to the sign-in page that leads to another site afterwards.
  func safePath(_ path: String?) -> String {
    guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), !path.contains("\\"), path.utf8.count < 300,
      path.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
    else { return "/" }
    return path
  }
}
