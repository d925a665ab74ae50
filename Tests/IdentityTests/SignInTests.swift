import Crypto
import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

@testable import Identity

@Suite struct SignInTests {
  @Test("nothing tells an unknown name from a wrong password", arguments: EngineKind.allCases)
  func sameAnswer(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    _ = try await school.issue("chua.kichhoat")
    let logins = [
      DemoSchool.Actor.pupil.login, "khong.co.ai", DemoSchool.Actor.lockedPupil.login, "chua.kichhoat",
      DemoSchool.Actor.head.login,
    ]
    var pages: Set<String> = []
    for login in logins {
      let answer = try await school.signInByForm(login, password: "không phải mật khẩu")
      #expect(answer.status == 403 && answer.code == "LOP-103" && answer.cookies == [], "\(login)")
      pages.insert(answer.text.replacing(login, with: "…"))
    }
    #expect(pages.count == 1)
  }

  @Test func theRightPasswordOfALockedAccountSaysSo() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let answer = try await school.signInByForm(DemoSchool.Actor.lockedPupil.login)
    #expect(answer.status == 403 && answer.code == "LOP-105" && answer.cookies == [])
  }

  @Test("an empty password opens no account without one", arguments: ["", " ", "\u{0}"])
  func emptyPassword(_ password: String) async throws {
    let school = try await DemoSchool.make(.sqlite)
    _ = try await school.issue("chua.kichhoat")
    #expect(try await school.signInByForm("chua.kichhoat", password: password).code == "LOP-103")
  }

  @Test func capitalsInANameDoNotMatterInAPasswordTheyDo() async throws {
    let school = try await DemoSchool.make(.sqlite)
    #expect(try await school.signInByForm("DN.PUPIL").status == 303)
    let shouted = DemoSchool.password.uppercased()
    #expect(try await school.signInByForm("dn.pupil", password: shouted).code == "LOP-103")
    #expect(try await school.signInByForm("dn.pupil", password: DemoSchool.password + " ").code == "LOP-103")
  }

  // MARK: Cookies

  @Test("the session's cookie is out of reach of scripts and of other sites", arguments: [true, false])
  func cookies(_ isPlain: Bool) async throws {
    let school = try await DemoSchool.make(.sqlite, isPlainHTTP: isPlain)
    let answer = try await school.signInByForm(DemoSchool.Actor.pupil.login)
    #expect(answer.status == 303 && answer.cookies.count == 2)
    for cookie in answer.cookies {
      let parts = cookie.split(separator: ";").map { $0.trimmingPrefix(" ").description }
      for part in ["HttpOnly", "SameSite=Lax", "Path=/"] { #expect(parts.contains(part), "\(cookie)") }
      #expect(!parts.contains { $0.hasPrefix("Domain") })
      #expect(cookie.hasPrefix("__Host-") == !isPlain && parts.contains("Secure") == !isPlain, "\(cookie)")
    }
    #expect(try await school.ask(.get, "/", cookie: answer.cookieHeader).status == 200)
    let out = try await school.ask(.post, "/sign-out", cookie: answer.cookieHeader)
    let cleared = try #require(out.cookies.first)
    #expect(
      cleared.contains("=; ") && cleared.contains("Max-Age=0") && cleared.contains("Secure") == !isPlain)
    #expect(try await school.ask(.get, "/", cookie: answer.cookieHeader).status == 303)
  }

  @Test("the database holds no secret that would open a session", arguments: EngineKind.allCases)
  func hashesOnly(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let cookies = try await school.signInByForm(DemoSchool.Actor.pupil.login).cookieHeader
    let secrets = cookies.split(separator: ";").compactMap { $0.split(separator: "=").last.map(String.init) }
    #expect(secrets.count == 2 && secrets.allSatisfy { $0.count == 43 })
    let stored = try await school.database.read { db in
      try db.rows("SELECT token_hash FROM session").map { $0.text(0) }
        + (try db.rows("SELECT token_hash FROM known_device").map { $0.text(0) })
    }
    #expect(Set(stored).isDisjoint(with: secrets))
    #expect(secrets.allSatisfy { stored.contains(Secrets.hash($0)) })
  }

  @Test(
    "cookies that are nobody's open nothing",
    arguments: [
      "__Host-lopan=", "__Host-lopan=x", "__Host-lopan", "lopan=\u{0}", "__Host-lopan=;__Host-lopan=",
      "__Host-lopan=' OR 1=1--", "__Host-lopanX=y", String(repeating: "__Host-lopan=a;", count: 300),
    ])
  func foreignCookies(_ cookie: String) async throws {
    let school = try await DemoSchool.make(.sqlite)
    #expect(try await school.ask(.get, "/", cookie: cookie).location == "/sign-in?next=/")
  }

  // MARK: Where it leads

  @Test(
    "after signing in one stays on this site",
    arguments: [
      ("/lessons/a?b=c", "/lessons/a?b=c"), ("", "/"), ("//xau.example", "/"), ("///xau.example", "/"),
      ("https://xau.example", "/"), ("/\\xau.example", "/"), ("\\\\xau.example", "/"),
      ("/\t/xau.example", "/"),
      ("/\r\nSet-Cookie: a=b", "/"), ("javascript:alert(1)", "/"), (" //xau.example", "/"), ("lessons", "/"),
      ("/\u{202E}", "/"), ("/" + String(repeating: "a", count: 400), "/"),
    ])
  func redirects(_ next: String, _ wanted: String) async throws {
    let school = try await DemoSchool.make(.sqlite)
    #expect(try await school.signInByForm(DemoSchool.Actor.pupil.login, next: next).location == wanted)
    let page = try await school.ask(.get, "/sign-in?next=\(encoded(next))")
    #expect(page.text.contains("name=\"next\" value=\"\(wanted)\""))
  }

  @Test func whoIsSentToSignInComesBack() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let path = "/lessons/\(school.lesson)"
    let sent = try await school.ask(.get, path)
    #expect(sent.location == "/sign-in?next=\(path)")
    let form = try await school.ask(.get, try #require(sent.location))
    #expect(form.text.contains("name=\"next\" value=\"\(path)\""))
  }

  // MARK: Devices

  @Test("a session is bound to a real key alone", arguments: EngineKind.allCases)
  func deviceKey(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let key = DeviceKeyTests.key.publicKey.x963Representation.base64URL
    for (typed, stored) in [(key, key), ("", nil), ("rubbish", nil), (String(key.dropLast(4)), nil)] {
      let cookie = try await school.signInByForm(DemoSchool.Actor.pupil.login, key: typed).cookieHeader
      let token = try #require(SessionCookie.token(in: [.cookie: cookie]))
      let now = school.clock.time
      let found = try await school.database.read { try Sessions.find(token: token, at: now, in: $0) }
      #expect(found != nil && found?.deviceKey == stored)
    }
  }

  @Test func theListOfSessionsNamesBrowsersNotStrings() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let form = "login=dn.pupil&password=\(encoded(DemoSchool.password))"
    let answer = try await school.ask(
      .post, "/sessions", body: form, headers: [.userAgent: "<b>Firefox/1</b> Android \u{202E}"])
    let page = try await school.ask(.get, "/account", cookie: answer.cookieHeader)
    #expect(page.text.contains("Firefox trên điện thoại Android") && !page.text.contains("<b>Firefox"))
  }

  @Test func passwordsAreHashedByArgon2idWithWork() async throws {
    let hasher = PasswordHasher(threads: 1)
    let hash = try await hasher.hash("cầu vồng sau mưa")
    let parts = hash.split(separator: "$")
    let memory = parts[2].firstMatch(of: /m=(\d+)/).flatMap { Int($0.output.1) } ?? 0
    #expect(parts[0] == "argon2id" && memory >= 19_456 && parts[2].contains("t=2"))
    #expect(try await hasher.hash("cầu vồng sau mưa") != hash, "each hash has its own salt")
    #expect(try await hasher.verify("cầu vồng sau mưa", against: hash))
    #expect(try await !hasher.verify("cầu vồng sau mưa ", against: hash))
    #expect(try await !hasher.verify("a password that nobody has", against: nil))
    #expect(try await !hasher.verify("x", against: "no hash"))
  }
}
