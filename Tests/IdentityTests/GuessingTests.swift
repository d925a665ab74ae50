import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

@testable import Identity

/// Guessing is slowed; a school behind one address is not shut out by it.
@Suite struct GuessingTests {
  private static let wrong = "không phải mật khẩu"

  @Test("after five mistakes the right password waits too, and the wait ends", arguments: EngineKind.allCases)
  func oneAccount(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let login = DemoSchool.Actor.pupil.login
    for _ in 0..<5 { #expect(try await school.signInByForm(login, password: Self.wrong).code == "LOP-103") }
    let refused = try await school.signInByForm(login)
    #expect(refused.status == 429 && refused.code == "LOP-104" && refused.text.contains("1 phút"))
    #expect(try await school.signInByForm(DemoSchool.Actor.classmate.login).status == 303, "others sign in")
    school.clock.advance(61)
    #expect(try await school.signInByForm(login).status == 303)
    for _ in 0..<4 { #expect(try await school.signInByForm(login, password: Self.wrong).code == "LOP-103") }
    #expect(try await school.signInByForm(login).status == 303, "a success forgives what was before")
  }

  @Test("an hour of guessing tries few passwords", arguments: EngineKind.allCases)
  func anHour(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let now = school.clock.time
    let tried = try await school.database.write { db in
      var tried = 0
      for second in stride(from: Int64(0), to: 3_600, by: 20) {
        let failures = try SignIns.failures(
          login: "dn.pupil", address: "198.51.100.7", device: nil, at: now + second, in: db)
        guard SignInRules.wait(after: failures, at: now + second) == 0 else { continue }
        tried += 1
        try SignIns.note(
          login: "dn.pupil", address: "198.51.100.7", isKnownDevice: false, succeeded: false, in: db)
        try db.run("UPDATE sign_in_attempt SET at = \(now + second) WHERE at = \(db.at)")
      }
      return tried
    }
    #expect((5...12).contains(tried))
  }

  @Test(
    "a classmate's guessing elsewhere does not hold back the pupil's own browser",
    arguments: EngineKind.allCases)
  func knownDevice(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let login = DemoSchool.Actor.pupil.login
    let own = try await school.signInByForm(login).cookieHeader
    for _ in 0..<8 { _ = try await school.signInByForm(login, password: Self.wrong) }
    #expect(try await school.signInByForm(login).status == 429)
    #expect(try await school.signInByForm(login, cookie: own).status == 303)
    // Another account's browser is no known device of this one.
    let other = try await school.signInByForm(DemoSchool.Actor.classmate.login).cookieHeader
    #expect(try await school.signInByForm(login, cookie: other).status == 429)
    // Nor is the cookie a licence to guess.
    for _ in 0..<20 { _ = try await school.signInByForm(login, password: Self.wrong, cookie: own) }
    #expect(try await school.signInByForm(login, cookie: own).status == 429)
  }

  @Test(
    "one address that tries many names waits; a known browser behind it does not",
    arguments: EngineKind.allCases)
  func spraying(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let login = DemoSchool.Actor.pupil.login
    let own = try await school.signInByForm(login).cookieHeader
    // One success gives room for two names more.
    try await note(school, failing: 22, succeeding: 0, address: "unix")
    #expect(try await school.signInByForm(DemoSchool.Actor.classmate.login).status == 429)
    #expect(try await school.signInByForm(login, cookie: own).status == 303)
    school.clock.advance(10 * .minute + 1)
    #expect(try await school.signInByForm(DemoSchool.Actor.classmate.login).status == 303)
  }

  /// Any morning of a school: many sign in, some mistype, in any order.
  @Test("a school behind one address never locks out who makes no mistake", arguments: EngineKind.allCases)
  func sharedAddress(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    for seed in UInt64(1)...4 {
      var generator = SeededGenerator(seed)
      let address = "203.0.113.\(seed)"
      // At most two of three get it wrong the first time.
      let morning = (0..<60).map { _ in Int.random(in: 0..<3, using: &generator) }
      let now = school.clock.time
      let waits = try await school.database.write { db in
        try morning.enumerated().map { index, luck -> Int64 in
          let login = "sang\(seed).\(index)"
          let failures = try SignIns.failures(login: login, address: address, device: nil, at: now, in: db)
          for _ in 0..<luck {
            try SignIns.note(login: login, address: address, isKnownDevice: false, succeeded: false, in: db)
          }
          try SignIns.note(login: login, address: address, isKnownDevice: false, succeeded: true, in: db)
          return SignInRules.wait(after: failures, at: now)
        }
      }
      #expect(waits.allSatisfy { $0 == 0 }, "seed \(seed)")
    }
  }

  @Test("what others do from elsewhere is not counted against an address", arguments: EngineKind.allCases)
  func otherAddresses(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    try await note(school, failing: 500, succeeding: 0, address: "198.51.100.7")
    #expect(try await school.signInByForm(DemoSchool.Actor.pupil.login).status == 303)
  }

  @Test("guessing slips is slowed like guessing passwords", arguments: EngineKind.allCases)
  func slips(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let account = try await school.issue("em.moi")
    let secret = try await school.slip(for: account)
    for _ in 0..<5 { #expect(try await school.activateByForm("em.moi", "AAAA-BBBB-CCCC").code == "LOP-106") }
    let refused = try await school.activateByForm("em.moi", secret)
    #expect(refused.status == 429 && refused.code == "LOP-104")
    school.clock.advance(61)
    #expect(try await school.activateByForm("em.moi", secret).status == 303)
    // And over many names from one address.
    try await note(school, failing: 30, succeeding: 0, address: "unix")
    let other = try await school.issue("em.khac")
    let slip = try await school.slip(for: other)
    #expect(try await school.activateByForm("em.khac", slip).status == 429)
  }

  private func note(
    _ school: DemoSchool, failing: Int, succeeding: Int, address: String
  ) async throws {
    try await school.database.write { db in
      for index in 0..<failing + succeeding {
        try SignIns.note(
          login: "ai.do.\(index)", address: address, isKnownDevice: false, succeeded: index >= failing, in: db
        )
      }
    }
  }
}
