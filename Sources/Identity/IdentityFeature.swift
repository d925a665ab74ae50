import Foundation
import Rules
package import Storage
package import Web

/// Accounts, sessions, second factor and the pages for them: who somebody is, and that it is really they.
package struct IdentityFeature: Sendable {
  package static let migrations = IdentityMigrations.all

  let database: Database
  let hasher: PasswordHasher
  let site: Site
  /// Cookies are `Secure` unless the server itself speaks plain HTTP.
  let isSecure: Bool
  let memberships: SessionGate.MembershipsPort
  /// Shown under the sign-in form of a demo school.
  let demoAccounts: [DemoAccount]

  package init(
    database: Database, hasher: PasswordHasher, site: Site, isSecure: Bool,
    memberships: @escaping SessionGate.MembershipsPort, demoAccounts: [DemoAccount] = []
  ) {
    self.database = database
    self.hasher = hasher
    self.site = site
    self.isSecure = isSecure
    self.memberships = memberships
    self.demoAccounts = demoAccounts
  }

  package var routes: Routes {
    var routes = Routes()
    routes.get("/sign-in", .signIn, signInPage)
    routes.post("/sessions", .signIn, createSession)
    routes.get("/activate", .activateAccount, activationPage)
    routes.post("/activations", .activateAccount, createActivation)
    routes.get("/second-factor", .manageOwnSecondFactor, secondFactorPage)
    routes.post("/second-factor/codes", .manageOwnSecondFactor, createSecondFactorCode)
    routes.post("/second-factor/recovery", .manageOwnSecondFactor, useRecoveryCode)
    routes.post("/account/recovery-codes", .manageOwnRecoveryCodes, createRecoveryCodes)
    routes.get("/account", .manageOwnSessions, accountPage)
    routes.post("/account/password", .manageOwnSessions, createPassword)
    routes.post("/account/sessions/end", .manageOwnSessions, endSession)
    routes.post("/account/sessions/end-others", .manageOwnSessions, endOtherSessions)
    // Also for who has not shown the second factor yet: leaving needs no right.
    routes.post("/sign-out", .signIn, signOut)
    return routes
  }
}

/// A sign-in that the demo offers; never exists outside a demo database.
package struct DemoAccount: Sendable {
  package let who: String
  package let login: String
  package let password: String

  package init(who: String, login: String, password: String) {
    self.who = who
    self.login = login
    self.password = password
  }
}
