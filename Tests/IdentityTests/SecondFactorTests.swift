import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

@testable import Identity

@Suite struct SecondFactorTests {
  /// RFC 6238, appendix B, the SHA-1 column; the last six of its eight digits.
  @Test(
    "codes are those of the standard",
    arguments: [
      (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
      (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
  func vectors(_ second: Int64, _ code: String) {
    let secret = SecondFactor.base32(Array("12345678901234567890".utf8))
    #expect(SecondFactor.code(secret: secret, step: second / 30) == code)
  }

  /// RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
    ("foobar", "MZXW6YTBOI"),
  ])
  func base32(_ text: String, _ encoded: String) {
    #expect(SecondFactor.base32(Array(text.utf8)) == encoded)
    #expect(SecondFactor.bytes(base32: encoded) == Array(text.utf8))
  }

  private let secret = DemoSchool.factorSecret
  private let now = DemoSchool.start

  @Test func theClockMayBeOneStepOff() {
    let current = now.seconds / 30
    for (offset, isTaken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
      let code = SecondFactor.code(secret: secret, step: current + Int64(offset))
      let step = SecondFactor.step(of: code, secret: secret, lastStep: 0, at: now)
      #expect((step != nil) == isTaken, "offset \(offset)")
    }
  }

  @Test("a code is used once, and no older one after it")
  func reuse() {
    let current = now.seconds / 30
    let codes = (-1...1).map { SecondFactor.code(secret: secret, step: current + $0) }
    for (code, last, isTaken) in [
      (codes[1], current, false), (codes[0], current, false), (codes[2], current, true),
      (codes[1], current - 1, true),
    ] {
      #expect((SecondFactor.step(of: code, secret: secret, lastStep: last, at: now) != nil) == isTaken)
    }
  }

  @Test(arguments: ["", "12345", "1234567", "abcdef", "１２３４５６", "000000000000", " "])
  func whatIsNoCodeIsRefused(_ typed: String) {
    #expect(SecondFactor.step(of: typed, secret: secret, lastStep: 0, at: now) == nil)
  }

  @Test func blanksInACodeAreFine() {
    let code = SecondFactor.code(secret: secret, step: now.seconds / 30)
    let typed = " \(code.prefix(3)) \(code.suffix(3))"
    #expect(SecondFactor.step(of: typed, secret: secret, lastStep: 0, at: now) != nil)
  }

  @Test func newSecretsDiffer() {
    let secrets = (0..<50).map { _ in SecondFactor.newSecret() }
    #expect(Set(secrets).count == 50 && secrets.allSatisfy { SecondFactor.bytes(base32: $0).count == 20 })
  }

  // MARK: Through the pages

  @Test("a password alone opens nothing for heads and officers", arguments: EngineKind.allCases)
  func required(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    for actor in [DemoSchool.Actor.head, .deputyHead, .officer] {
      let cookie = try await school.signInByForm(actor.login).cookieHeader
      for path in ["/", "/account", "/classes", "/units", "/lessons/\(school.lesson)"] {
        let answer = try await school.ask(.get, path, cookie: cookie)
        #expect(answer.status == 303 && answer.location == "/second-factor", "\(path) by \(actor)")
      }
      let page = try await school.ask(.get, "/second-factor", cookie: cookie)
      #expect(page.status == 200 && !page.text.contains(DemoSchool.factorSecret.prefix(4) + " "))
      let wrong = try await school.ask(
        .post, "/second-factor/codes", cookie: cookie, body: Array("code=000000".utf8))
      #expect(wrong.status == 403 && wrong.code == "LOP-108")
      let code = SecondFactor.code(secret: DemoSchool.factorSecret, step: school.clock.time.seconds / 30)
      let right = try await school.ask(
        .post, "/second-factor/codes", cookie: cookie, body: Array("code=\(code)".utf8))
      #expect(right.status == 303 && right.location == "/")
      #expect(try await school.ask(.get, "/", cookie: cookie).status == 200)
      // The same code, read over the shoulder, in a browser with the stolen password.
      let thief = try await school.signInByForm(actor.login).cookieHeader
      let again = try await school.ask(
        .post, "/second-factor/codes", cookie: thief, body: Array("code=\(code)".utf8))
      #expect(again.status == 403 && again.code == "LOP-108")
      #expect(try await school.ask(.get, "/", cookie: thief).location == "/second-factor")
      // Leaving needs no code.
      #expect(try await school.ask(.post, "/sign-out", cookie: thief).location == "/sign-in")
      #expect(try await school.ask(.get, "/", cookie: thief).location == "/sign-in?next=/")
    }
  }

  @Test("others are asked only once they have turned it on", arguments: EngineKind.allCases)
  func voluntary(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let browser = try await school.signInElsewhere(as: .subjectTeacher, showsFactor: false)
    #expect(try await school.isSignedIn(browser))
    let offer = try await school.ask(.get, "/second-factor", cookie: browser.cookie)
    let groups = try #require(offer.text.firstMatch(of: /<code>([A-Z2-7 ]+)<\/code>/)).output.1
    let secret = groups.replacing(" ", with: "")
    let reload = try await school.ask(.get, "/second-factor", cookie: browser.cookie)
    #expect(reload.text.contains(groups), "reloading the page keeps the secret")
    let code = SecondFactor.code(secret: String(secret), step: school.clock.time.seconds / 30)
    _ = try await school.ask(
      .post, "/second-factor/codes", cookie: browser.cookie, body: Array("code=\(code)".utf8))
    #expect(try await school.isSignedIn(browser))
    let later = try await school.ask(.get, "/second-factor", cookie: browser.cookie)
    #expect(!later.text.contains(groups), "a confirmed secret is never shown again")
    let other = try await school.signInElsewhere(as: .subjectTeacher, showsFactor: false)
    #expect(try await school.ask(.get, "/", cookie: other.cookie).location == "/second-factor")
  }

  @Test("guessing codes is slowed, and the right one waits as well", arguments: EngineKind.allCases)
  func guessing(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let thief = try await school.signInElsewhere(as: .head, showsFactor: false)
    for _ in 0..<5 {
      let answer = try await school.ask(
        .post, "/second-factor/codes", cookie: thief.cookie, body: Array("code=000000".utf8))
      #expect(answer.code == "LOP-108")
    }
    let code = SecondFactor.code(secret: DemoSchool.factorSecret, step: school.clock.time.seconds / 30)
    let answer = try await school.ask(
      .post, "/second-factor/codes", cookie: thief.cookie, body: Array("code=\(code)".utf8))
    #expect(answer.status == 429 && answer.code == "LOP-104")
    #expect(try await school.isSignedIn(try await school.signInElsewhere(as: .head)), "who is in stays in")
  }

  @Test("of two uses of one code at once, one counts", arguments: EngineKind.allCases)
  func racing(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let account = try await school.account(.head).id
    let code = SecondFactor.code(secret: DemoSchool.factorSecret, step: school.clock.time.seconds / 30)
    let uses = try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<6 {
        group.addTask { try await school.database.write { try SignIns.useCode(code, of: account, in: $0) } }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(uses.count { $0 } == 1)
  }
}
