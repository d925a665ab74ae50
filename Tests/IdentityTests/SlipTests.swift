import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

@testable import Identity

@Suite struct SlipTests {
  @Test("a slip opens its account once, and the pupil is in at once", arguments: EngineKind.allCases)
  func once(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let account = try await school.issue("em.moi")
    let secret = try await school.slip(for: account)
    let first = try await school.activateByForm("em.moi", secret)
    #expect(first.status == 303 && first.location == "/")
    #expect(try await school.ask(.get, "/", cookie: first.cookieHeader).status == 200)
    #expect(try await school.state(account.person)?.state == .active)
    #expect(try await school.state(account.person)?.isVerified == false)
    let again = try await school.activateByForm("em.moi", secret, password: "một mật khẩu khác")
    #expect(again.status == 410 && again.code == "LOP-106")
    #expect(try await school.signInByForm("em.moi", password: "cầu vồng sau mưa").status == 303)
    #expect(try await school.eventNames().count { $0 == "account.activated" } == 1)
  }

  @Test("who comes in by a second slip is confirmed anew by an adult", arguments: EngineKind.allCases)
  func secondSlip(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let by = school.person(.homeroomTeacher)
    let issued = try await school.issue("em.moi")
    _ = try await school.activateByForm("em.moi", try await school.slip(for: issued))
    let active = try #require(try await school.state(issued.person))
    try await school.database.write { try Accounts.verify(active, by: by, in: $0) }
    let found = try await school.slip(for: active)
    #expect(try await school.activateByForm("em.moi", found, password: "một mật khẩu khác").status == 303)
    #expect(try await school.state(issued.person)?.isVerified == false)
  }

  @Test("typed as people type: small letters, blanks, no dashes", arguments: [0, 1, 2, 3])
  func typing(_ way: Int) async throws {
    let school = try await DemoSchool.make(.sqlite)
    let secret = try await school.slip(for: try await school.issue("em.moi"))
    let typed = [
      secret.lowercased(), secret.replacing("-", with: " "), secret.replacing("-", with: ""), " \(secret)\t",
    ][way]
    #expect(try await school.activateByForm("EM.MOI", typed).status == 303)
  }

  @Test("every slip that does not fit gets the same sentence", arguments: EngineKind.allCases)
  func sameSentence(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let accounts = [
      try await school.issue("het.han"), try await school.issue("thu.hoi"), try await school.issue("bi.khoa"),
      try await school.issue("nguoi.khac"), try await school.issue("em.moi"),
    ]
    let expired = try await school.slip(for: accounts[0], lifetime: 60)
    let revoked = try await school.slip(for: accounts[1])
    _ = try await school.slip(for: accounts[1])
    let locked = try await school.slip(for: accounts[2])
    let by = school.person(.homeroomTeacher)
    try await school.database.write { try Accounts.lock(accounts[2], by: by, reason: "lost", in: $0) }
    let others = try await school.slip(for: accounts[3])
    school.clock.advance(60)
    var answers: Set<String> = []
    for (login, secret) in [
      ("het.han", expired), ("thu.hoi", revoked), ("bi.khoa", locked), ("em.moi", others), ("em.moi", ""),
      ("em.moi", "AAAA-BBBB-CCCC"), ("khong.co.ai", others), ("khong.co.ai", "x"),
    ] {
      let answer = try await school.activateByForm(login, secret)
      #expect(answer.status == 410 && answer.code == "LOP-106" && answer.cookies == [], "\(login)")
      answers.insert(answer.text.replacing(login, with: "…"))
    }
    #expect(answers.count == 1)
    for account in accounts { #expect(try await school.state(account.person)?.state != .active) }
    // The other's slip was not used up by being tried with a wrong name.
    #expect(try await school.activateByForm("nguoi.khac", others).status == 303)
    // Nor that of the locked account: it works once the lock is gone.
    let account = try #require(try await school.state(accounts[2].person))
    try await school.database.write { try Accounts.unlock(account, by: by, in: $0) }
    #expect(try await school.activateByForm("bi.khoa", locked).status == 303)
  }

  @Test("of two who use a slip at once, one gets the account", arguments: EngineKind.allCases)
  func racing(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let secret = try await school.slip(for: try await school.issue("em.moi"))
    let won = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<6 {
        group.addTask {
          do {
            return try await school.database.write { db in
              _ = try Accounts.activate(
                login: "em.moi", secret: secret, passwordHash: "hash \(index)", in: db)
              return true
            }
          } catch { return false }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(won == 1)
  }

  @Test("printing a slip locks nobody out; using it ends what was open", arguments: EngineKind.allCases)
  func existingAccount(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let browser = try await school.signInElsewhere(as: .pupil)
    let secret = try await school.slip(for: try await school.account(.pupil))
    #expect(try await school.isSignedIn(browser))
    #expect(try await school.signInByForm(DemoSchool.Actor.pupil.login).status == 303)
    #expect(try await school.activateByForm(DemoSchool.Actor.pupil.login, secret).status == 303)
    #expect(try await !school.isSignedIn(browser))
    #expect(try await school.signInByForm(DemoSchool.Actor.pupil.login).code == "LOP-103")
  }

  @Test(
    "a password that is easy to guess keeps the slip",
    arguments: [
      "ngan", "12345678", "QuachTuongVi", "05092014", "em.moi.1", "aaaaaaaaaa",
      String(repeating: "mây ", count: 90),
    ])
  func weakPassword(_ password: String) async throws {
    let school = try await DemoSchool.make(.sqlite)
    let secret = try await school.slip(for: try await school.issue("em.moi.1"))
    let weak = try await school.activateByForm("em.moi.1", secret, password: password)
    #expect(weak.status == 422 && weak.code == "LOP-107")
    let different = try await school.activateByForm("em.moi.1", secret, again: "cầu vồng trước mưa")
    #expect(different.status == 422 && different.code == "LOP-109")
    #expect(try await school.activateByForm("em.moi.1", secret).status == 303)
  }

  @Test("without the slip a password tells nothing of whose account it is", arguments: EngineKind.allCases)
  func noOracle(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    _ = try await school.slip(for: try await school.issue("em.moi"))
    for password in ["05092014", "05/09/2014", "Quách Tường Vi", "một câu khác hẳn"] {
      let answer = try await school.activateByForm("em.moi", "AAAA-BBBB-CCCC", password: password)
      #expect(answer.status == 410 && answer.code == "LOP-106", "\(password)")
    }
  }

  @Test func aSlipIsStoredAsItsHash() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let secret = try await school.slip(for: try await school.issue("em.moi"))
    let stored = try await school.database.read { db in
      try db.rows("SELECT secret_hash FROM account_slip").map { $0.text(0) }
    }
    #expect(stored == [Secrets.hash("em.moi " + Secrets.normalisedSlip(secret))])
    let events = try await school.events().map(\.body).joined()
    #expect(!events.contains(secret) && !events.contains(Secrets.normalisedSlip(secret)))
  }

  @Test func slipsCanBeReadFromPaper() {
    let slips = (0..<300).map { _ in Secrets.slip() }
    #expect(Set(slips).count == 300)
    for slip in slips {
      #expect(slip.wholeMatch(of: /[A-Z3-9]{4}-[A-Z3-9]{4}-[A-Z3-9]{4}/) != nil)
      #expect(!slip.contains(/[IJOWZ012]/), "\(slip) has look-alikes")
    }
  }
}
