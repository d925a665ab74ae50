import HTTPTypes
import Rules
import Storage
import Synchronization
import TestKit
import Testing

@testable import Identity

@Suite struct AccountTests {
  @Test("only an activated account is confirmed, and once", arguments: EngineKind.allCases)
  func verification(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let by = school.person(.homeroomTeacher)
    let issued = try await school.issue("em.moi")
    await #expect(throws: UserError.notActivated) {
      try await school.database.write { try Accounts.verify(issued, by: by, in: $0) }
    }
    let account = try await school.account(.unverifiedPupil)
    try await school.database.write { try Accounts.verify(account, by: by, in: $0) }
    #expect(try await school.account(.unverifiedPupil).verifiedAt == school.clock.time)
    await #expect(throws: UserError.alreadyVerified) {
      try await school.database.write { try Accounts.verify(account, by: by, in: $0) }
    }
    let events = try await school.events().filter { $0.name == "account.verified" }
    #expect(events.count == 1 && events.first?.actor == by)
  }

  private enum Change: CaseIterable { case lock, reset, endSessions, slip }

  @Test("lock, reset, ending and a used slip end every session at once", arguments: EngineKind.allCases)
  func endings(_ kind: EngineKind) async throws {
    for change in Change.allCases {
      let school = try await DemoSchool.make(kind)
      let browsers = [
        try await school.signInElsewhere(as: .pupil), try await school.signInElsewhere(as: .pupil),
      ]
      let other = try await school.signInElsewhere(as: .classmate)
      let told = Told()
      SessionEnds.shared.listen { told.note($0) }
      let account = try await school.account(.pupil)
      #expect(account.openSessions == 2)
      try await perform(change, on: account, school)
      for browser in browsers { #expect(try await !school.isSignedIn(browser), "\(change)") }
      #expect(try await school.isSignedIn(other), "\(change)")
      #expect(told.all.isSuperset(of: browsers.map(\.session)), "live connections are told of \(change)")
      #expect(!told.all.contains(other.session))
      #expect(try await school.account(.pupil).openSessions == 0)
    }
  }

  private func perform(_ change: Change, on account: AccountRecord, _ school: DemoSchool) async throws {
    let by = school.person(.homeroomTeacher)
    try await school.database.write { db in
      switch change {
      case .lock: try Accounts.lock(account, by: by, reason: "lost", in: db)
      case .reset: try Accounts.reset(account, by: by, in: db)
      case .endSessions: try Accounts.endSessions(account, by: by, in: db)
      case .slip:
        let slip = try Accounts.issueSlip(for: account, by: by, in: db)
        _ = try Accounts.activate(
          login: account.login, secret: slip.secret, passwordHash: DemoSchool.passwordHash, in: db)
      }
    }
  }

  @Test("a change that fails ends no session and tells nobody", arguments: EngineKind.allCases)
  func rolledBack(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let browser = try await school.signInElsewhere(as: .pupil)
    let told = Told()
    SessionEnds.shared.listen { told.note($0) }
    let account = try await school.account(.pupil)
    let by = school.person(.homeroomTeacher)
    await #expect(throws: UserError.notFound) {
      try await school.database.write { db in
        try Accounts.lock(account, by: by, reason: "lost", in: db)
        throw UserError.notFound
      }
    }
    #expect(try await school.isSignedIn(browser))
    #expect(!told.all.contains(browser.session))
  }

  @Test("after a reset neither password nor factor nor confirmation is left", arguments: EngineKind.allCases)
  func reset(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let account = try await school.account(.pupil)
    let by = school.person(.homeroomTeacher)
    try await school.database.write {
      try Accounts.setDemoFactor(DemoSchool.factorSecret, of: account.person, in: $0)
    }
    try await school.database.write { try Accounts.reset(account, by: by, in: $0) }
    let after = try await school.account(.pupil)
    #expect(after.state == .issued && !after.isVerified)
    #expect(try await school.database.read { try SignIns.factor(of: account.id, in: $0) == nil })
    #expect(try await school.signInByForm(account.login).code == "LOP-103")
    let secret = try await school.slip(for: after)
    #expect(try await school.activateByForm(account.login, secret).status == 303)
    #expect(try await school.account(.pupil).isVerified == false, "the owner is confirmed again")
  }

  @Test("unlocking brings back what was, but no session", arguments: EngineKind.allCases)
  func unlocking(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let (account, by) = (try await school.account(.pupil), school.person(.homeroomTeacher))
    let browser = try await school.signInElsewhere(as: .pupil)
    try await school.database.write { try Accounts.lock(account, by: by, reason: "lost", in: $0) }
    try await school.database.write { try Accounts.lock(account, by: by, reason: "lost", in: $0) }
    #expect(try await school.signInByForm(account.login).code == "LOP-105")
    try await school.database.write { try Accounts.unlock(account, by: by, in: $0) }
    #expect(try await !school.isSignedIn(browser))
    #expect(try await school.signInByForm(account.login).status == 303)
    #expect(
      try await school.eventNames().count { $0 == "account.locked" } == 2, "the school's first and this")
    let new = try await school.issue("em.moi")
    try await school.database.write { try Accounts.lock(new, by: by, reason: "lost", in: $0) }
    try await school.database.write { try Accounts.unlock(new, by: by, in: $0) }
    #expect(try await school.state(new.person)?.state == .issued)
  }

  // MARK: One's own sessions

  @Test(
    "a session ends 30 days after its last use, 12 hours with a second factor", arguments: EngineKind.allCases
  )
  func expiry(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let pupil = try await school.signInElsewhere(as: .pupil)
    let head = try await school.signInElsewhere(as: .head)
    school.clock.advance(12 * .hour - 1)
    #expect(try await school.isSignedIn(head))
    #expect(try await school.isSignedIn(pupil))
    school.clock.advance(12 * .hour)
    #expect(try await !school.isSignedIn(head))
    school.clock.advance(29 * .day)
    #expect(try await school.isSignedIn(pupil))
    school.clock.advance(30 * .day)
    #expect(try await !school.isSignedIn(pupil))
  }

  @Test("nobody ends another's session by its key", arguments: EngineKind.allCases)
  func foreignSession(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let victim = try await school.signInElsewhere(as: .classmate)
    let (first, second) = (
      try await school.signInElsewhere(as: .pupil), try await school.signInElsewhere(as: .pupil)
    )
    for (session, actorLeft) in [(victim, true), (second, false)] {
      let answer = try await school.ask(
        .post, "/account/sessions/end", cookie: first.cookie, body: Array("session=\(session.session)".utf8))
      #expect(answer.status == 303)
      #expect(try await school.isSignedIn(session) == actorLeft)
    }
    let third = try await school.signInElsewhere(as: .pupil)
    _ = try await school.ask(.post, "/account/sessions/end-others", cookie: first.cookie)
    #expect(try await !school.isSignedIn(third))
    #expect(try await school.isSignedIn(first))
    #expect(try await school.isSignedIn(victim))
    let page = try await school.ask(.get, "/account", cookie: first.cookie)
    #expect(!page.text.contains(victim.session.rawValue))
  }

  @Test("a new password needs the old one, and ends all other sessions", arguments: EngineKind.allCases)
  func newPassword(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let own = try await school.signInElsewhere(as: .pupil)
    let other = try await school.signInElsewhere(as: .pupil)
    func change(_ current: String, _ new: String, again: String? = nil) async throws -> DemoSchool.Answer {
      let form = "current=\(encoded(current))&password=\(encoded(new))&again=\(encoded(again ?? new))"
      return try await school.ask(.post, "/account/password", cookie: own.cookie, body: Array(form.utf8))
    }
    let new = "diều giấy bay cao"
    #expect(try await change("sai rồi", new).code == "LOP-103")
    #expect(try await change(DemoSchool.password, new, again: new + "!").code == "LOP-109")
    #expect(try await change(DemoSchool.password, DemoSchool.Actor.pupil.name).code == "LOP-107")
    #expect(try await school.isSignedIn(other))
    #expect(try await change(DemoSchool.password, new).status == 303)
    #expect(try await !school.isSignedIn(other))
    #expect(try await school.isSignedIn(own))
    #expect(try await school.signInByForm(DemoSchool.Actor.pupil.login).code == "LOP-103")
    #expect(try await school.signInByForm(DemoSchool.Actor.pupil.login, password: new).status == 303)
  }

  @Test("staff choose longer passwords than pupils")
  func staffPassword() async throws {
    let school = try await DemoSchool.make(.sqlite)
    for (actor, status) in [
      (DemoSchool.Actor.pupil, 303), (.guardian, 303), (.subjectTeacher, 422), (.itTeacher, 422),
      (.head, 422),
    ] {
      let form = "current=\(encoded(DemoSchool.password))&password=tr4ngR%21m&again=tr4ngR%21m"
      #expect(
        try await school.ask(.post, "/account/password", as: actor, body: form).status == status, "\(actor)")
    }
  }

  @Test("two accounts of one name are refused by the schema", arguments: EngineKind.allCases)
  func oneLogin(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    _ = try await school.issue("em.moi")
    await #expect(throws: StorageError.self) { _ = try await school.issue("EM.MOI") }
  }
}

/// Sessions whose end was told.
private final class Told: Sendable {
  private let sessions = Mutex<Set<Session.ID>>([])
  func note(_ session: Session.ID) { sessions.withLock { _ = $0.insert(session) } }
  var all: Set<Session.ID> { sessions.withLock { $0 } }
}
