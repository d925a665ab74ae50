import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Rules
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite struct RecoveryCodesTests {
  private struct World {
    let database: Database
    let clock: FixedClock
    let viewer: Viewer
    let session: Session.ID
    static let password = "bốn từ dễ nhớ ghép lại"

    static func make(_ kind: EngineKind, withFactor: Bool = true) async throws -> World {
      let clock = FixedClock()
      let database = try await TemporaryDatabase.make(
        kind, migrations: Ledger.migrations + IdentityFeature.migrations, now: clock.now)
      let hash = try await PasswordHasher().hash(password)
      let unit = Identifiers.make(OrgUnit.self)
      let (person, account, session) = try await database.write { db in
        let person = try People.add(name: "Vũ Thị Hạnh", in: db)
        let account = try Accounts.issueActive(
          to: person, login: "ht.song", passwordHash: hash, verifiedBy: person, unit: unit, in: db)
        if withFactor { try Accounts.setDemoFactor("LOPANDEMOLOPANDEMOLOPANDEMOLOPAN", of: person, in: db) }
        let session = try Sessions.open(
          account, token: "token", deviceKey: nil, device: "thử", address: "127.0.0.1", in: db)
        return (person, account, session)
      }
      let viewer = Viewer(
        person: Person(id: person, name: "Vũ Thị Hạnh"), account: account, session: session, isVerified: true,
        isFullySignedIn: true, memberships: [Membership(.head, unit: unit)])
      return World(database: database, clock: clock, viewer: viewer, session: session)
    }

    func ask(_ path: String, _ body: String, isFullySignedIn: Bool = true) async throws -> (
      status: Int, text: String, location: String?
    ) {
      let viewer = Viewer(
        person: viewer.person, account: viewer.account, session: viewer.session, isVerified: true,
        isFullySignedIn: isFullySignedIn, memberships: viewer.memberships)
      let router = Router(context: AppContext.self)
      router.add(middleware: ErrorPages(isBusy: { _ in false }))
      router.add(middleware: AskedBy(viewer: viewer))
      IdentityFeature(
        database: database, hasher: PasswordHasher(), site: Site(name: "Trường thử", isDemo: false),
        isSecure: true,
        memberships: { _, _, _ in [] }
      ).routes.register(on: router)
      return try await Application(router: router, logger: Logger(label: "test")).test(.router) { client in
        let response = try await client.executeRequest(
          uri: path, method: .post,
          headers: [
            .contentType: "application/x-www-form-urlencoded", .init("Sec-Fetch-Site")!: "same-origin",
          ],
          body: ByteBuffer(string: body))
        return (response.status.code, String(buffer: response.body), response.headers[.location])
      }
    }

    func left() async throws -> Int? {
      let account = viewer.account
      return try await database.read { try RecoveryCodes.left(of: account, in: $0) }
    }

    func isFactorShown() async throws -> Bool {
      let now = clock.time
      return try await database.read { try Sessions.find(token: "token", at: now, in: $0) }?.secondFactorAt
        != nil
    }

    func codes() async throws -> [String] {
      let password = try #require(Self.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
      let page = try await ask("/account/recovery-codes", "current=\(password)")
      #expect(page.status == 200)
      return page.text.matches(of: /<code>([A-Z3-9-]{14})<\/code>/).map { String($0.output.1) }
    }
  }

  private struct AskedBy: RouterMiddleware {
    let viewer: Viewer

    func handle(
      _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
      var context = context
      context.viewer = viewer
      return try await next(request, context)
    }
  }

  @Test("ten codes are shown once, kept as hashes, and work once each", arguments: EngineKind.allCases)
  func oncePerCode(_ kind: EngineKind) async throws {
    let world = try await World.make(kind)
    #expect(try await world.left() == nil)
    let codes = try await world.codes()
    #expect(Set(codes).count == 10)
    #expect(try await world.left() == 10)
    let stored = try await world.database.read { db in
      try db.rows("SELECT code_hash FROM recovery_code").map { $0.text(0) }
    }
    #expect(stored.count == 10 && stored.allSatisfy { hash in !codes.contains { hash.contains($0) } })
    let typed = codes[3].lowercased().replacing("-", with: " ")
    let body = "recovery_code=\(typed.replacing(" ", with: "+"))"
    #expect(try await world.isFactorShown() == false)
    let used = try await world.ask("/second-factor/recovery", body, isFullySignedIn: false)
    #expect(used.status == 303 && used.location == "/account#recovery")
    #expect(try await world.isFactorShown())
    #expect(try await world.left() == 9)
    let again = try await world.ask("/second-factor/recovery", body, isFullySignedIn: false)
    #expect(again.status == 403 && again.text.contains("LOP-117"))
    #expect(try await world.left() == 9)
  }

  @Test("new codes replace the old ones; a reset of the factor ends them all", arguments: EngineKind.allCases)
  func replaced(_ kind: EngineKind) async throws {
    let world = try await World.make(kind)
    let old = try await world.codes()
    let new = try await world.codes()
    #expect(Set(old).isDisjoint(with: new))
    let stale = try await world.ask(
      "/second-factor/recovery", "recovery_code=\(old[0])", isFullySignedIn: false)
    #expect(stale.status == 403)
    let person = world.viewer.person.id
    try await world.database.write { db in
      guard let account = try Accounts.state(of: person, in: db) else { throw UserError.notFound }
      try Accounts.resetFactor(account, because: .lost, by: person, in: db)
    }
    #expect(try await world.left() == nil)
    let gone = try await world.ask(
      "/second-factor/recovery", "recovery_code=\(new[0])", isFullySignedIn: false)
    #expect(gone.status == 403)
    #expect(!(try await world.isFactorShown()))
  }

  @Test("codes of one account open no other", arguments: EngineKind.allCases)
  func bound(_ kind: EngineKind) async throws {
    let world = try await World.make(kind)
    let code = try await world.codes()[0]
    let unit = Identifiers.make(OrgUnit.self)
    let taken = try await world.database.write { db -> Bool in
      let other = try People.add(name: "Người khác", in: db)
      let account = try Accounts.issueActive(
        to: other, login: "khac", passwordHash: "x", verifiedBy: other, unit: unit, in: db)
      let viewer = Viewer(
        person: Person(id: other, name: "Người khác"), account: account, session: .init(rawValue: "s"),
        isVerified: true, isFullySignedIn: false, memberships: [])
      return try RecoveryCodes.use(code, by: viewer, in: db)
    }
    #expect(!taken)
    #expect(try await world.left() == 10)
  }

  @Test func theyNeedThePasswordAndASecondFactorAndGuessingIsSlowed() async throws {
    let world = try await World.make(.sqlite)
    let wrong = try await world.ask("/account/recovery-codes", "current=sai")
    #expect(wrong.status == 403 && wrong.text.contains("LOP-119") && !wrong.text.contains("<code>"))
    #expect(try await world.left() == nil)
    // Half signed in means the page that asks for the code, nothing more.
    let half = try await world.ask("/account/recovery-codes", "current=x", isFullySignedIn: false)
    #expect(half.location == "/second-factor")
    for _ in 1...5 {
      _ = try await world.ask(
        "/second-factor/recovery", "recovery_code=AAAA-AAAA-AAAA", isFullySignedIn: false)
    }
    let slowed = try await world.ask(
      "/second-factor/recovery", "recovery_code=AAAA-AAAA-AAAA", isFullySignedIn: false)
    #expect(slowed.status == 429 && slowed.text.contains("LOP-104"))
    let without = try await World.make(.sqlite, withFactor: false)
    let password = try #require(World.password.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
    let none = try await without.ask("/account/recovery-codes", "current=\(password)")
    #expect(none.status == 409 && none.text.contains("LOP-118"))
  }
}
