import HTTPTypes
import Identity
import Organisation
import Rules
import Storage
import TestKit
import Testing

/// Names and fields that are meant to become markup, to turn the direction of reading, or to be a formula.
@Suite struct HostileTextTests {
  /// Stored as a name of everybody who can be seen.
  static let markup = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp; An"
  static let hidden = "N\u{202E}guy\u{200B}ễ\u{2066}n\u{FEFF} Hoài\u{0000}\u{0007} An\u{00AD}"

  private static func school(named name: String, _ kind: EngineKind = .sqlite) async throws -> DemoSchool {
    let school = try await DemoSchool.make(kind)
    let people = DemoSchool.Actor.people.map(school.person)
    try await school.database.write { db in
      for person in people {
        try People.correct(person, name: name, birthDate: nil, sex: .unknown, phone: nil, in: db)
      }
    }
    return school
  }

  private static func pages(_ school: DemoSchool) -> [(String, DemoSchool.Actor)] {
    let (own, pupil) = (school.places.ownClass, school.person(.pupil))
    return [
      ("/", .pupil), ("/", .guardian), ("/", .subjectTeacher), ("/", .homeroomTeacher), ("/", .head),
      ("/account", .officer), ("/classes", .head), ("/classes/\(own)", .homeroomTeacher),
      ("/classes/\(own)/accounts", .homeroomTeacher), ("/classes/\(own)/accounts?show=guardians", .head),
      ("/classes/\(own)/accounts/\(pupil)", .homeroomTeacher), ("/children/\(pupil)", .guardian),
      ("/timetable", .guardian), ("/timetable", .subjectTeacher), ("/classes/\(own)/timetable", .head),
      ("/classes/\(own)/timetable/lessons/\(school.lesson)", .head),
      ("/units/\(school.places.school)", .officer),
      ("/lessons/\(school.lesson)", .subjectTeacher), ("/lessons/\(school.lesson)", .pupil),
      ("/lessons/\(school.lesson)/record", .head), ("/alarms", .head),
    ]
  }

  @Test func markupInNamesIsShownAsText() async throws {
    let school = try await Self.school(named: Self.markup)
    var shown = 0
    for (path, actor) in Self.pages(school) {
      let page = try await school.ask(.get, path, as: actor)
      #expect(page.status == 200, "\(path) by \(actor)")
      #expect(!page.text.contains("<script>") && !page.text.contains("<img src=x"), "\(path) by \(actor)")
      #expect(!page.text.contains("\"'&amp; An"), "\(path) by \(actor)")
      if page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") { shown += 1 }
    }
    #expect(shown >= 18)
    let slips = try await school.ask(
      .post, "/classes/\(school.places.ownClass)/slips", as: .homeroomTeacher,
      body: "person=\(school.person(.pupil))")
    #expect(slips.text.contains("&lt;script&gt;alert") && !slips.text.contains("<script>alert"))
  }

  @Test(arguments: EngineKind.allCases)
  func invisibleCharactersNeverReachAPage(_ kind: EngineKind) async throws {
    let school = try await Self.school(named: Self.hidden, kind)
    for (path, actor) in Self.pages(school) {
      let page = try await school.ask(.get, path, as: actor)
      #expect(page.status == 200, "\(path) by \(actor)")
      #expect(!page.text.unicodeScalars.contains { $0 != "\n" && VietnameseText.isInvisible($0) }, "\(path)")
    }
    let home = try await school.ask(.get, "/", as: .pupil)
    #expect(home.text.contains("Nguyễn Hoài An"))
  }

  @Test func aNameIsNoFormula() async throws {
    let school = try await Self.school(named: "=HYPERLINK(\"http://xau.example\",\"An\")")
    let file = try await school.ask(.get, "/lessons/\(school.lesson)/record.csv", as: .head)
    #expect(file.status == 200 && file.text.contains("\"'=HYPERLINK(\"\"http"))
    #expect(!file.text.contains("\"=") && !file.text.contains(",="))
  }

  @Test("what was typed into a form comes back as text", arguments: EngineKind.allCases)
  func typedMarkup(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let typed = [
      "\"><script>alert(1)</script>", "a\u{0}b", "\u{202E}nimda", "' OR '1'='1", "\\", "{{7*7}}", "%s%n",
      String(repeating: "ạ", count: 20_000), "\u{FFFE}", "𝒶", "é\u{301}\u{301}",
    ]
    for text in typed {
      let field = formEncoded(text)
      for (path, form) in [
        ("/sessions", "login=\(field)&password=\(field)&next=\(field)&device_key=\(field)"),
        ("/activations", "login=\(field)&secret=\(field)&password=\(field)&again=\(field)"),
      ] {
        let answer = try await school.ask(.post, path, body: form)
        #expect(
          [403, 410, 413, 422, 429].contains(answer.status), "\(path) \(text.prefix(20)): \(code(answer))")
        #expect(!answer.text.contains("<script>alert"), "\(path)")
      }
      for (path, form) in [
        ("/account/sessions/end", "session=\(field)"),
        ("/classes/\(school.places.ownClass)/slips", "person=\(field)"),
        ("/classes/\(school.places.ownClass)/verifications", "person=\(field)"),
        (
          "/classes/\(school.places.ownClass)/timetable/slots",
          "teaching=\(field)&start=\(field)&weekday=\(field)"
        ),
        ("/lessons/\(school.lesson)/bans/lifted", "person=\(field)"),
        ("/second-factor/codes", "code=\(field)"),
      ] {
        let actor: DemoSchool.Actor = path.hasSuffix("/verifications") ? .homeroomTeacher : .head
        let answer = try await school.ask(.post, path, as: actor, body: form)
        #expect(answer.status < 500, "\(path) \(text.prefix(20)): \(code(answer))")
        #expect(!answer.text.contains("<script>alert"), "\(path)")
      }
    }
  }

  @Test("queries that mean nothing change nothing", arguments: EngineKind.allCases)
  func oddQueries(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let odd = [
      "", "x", "%00", "%ff", "2026-02-30", "99999999999-01-01", "-1", "9999-12-31", "0001-01-01",
      "%3Cscript%3E",
    ]
    for value in odd {
      for path in [
        "/classes/\(school.places.ownClass)?day=", "/units?day=", "/units/\(school.places.school)?day=",
        "/timetable?week=", "/classes/\(school.places.ownClass)/timetable?week=",
        "/classes/\(school.places.ownClass)/accounts?show=",
      ] {
        let answer = try await school.ask(.get, path + value, as: .head)
        #expect(answer.status == 200, "\(path)\(value): \(code(answer))")
        #expect(!answer.text.contains("<script>"), "\(path)\(value)")
      }
    }
  }

  @Test(
    "bodies that are no form are refused",
    arguments: [
      ("application/json", "{}"), ("text/plain", "login=a"), ("multipart/form-data", "x"),
      ("multipart/form-data; boundary=", "--"), ("multipart/form-data; boundary=e", "--e\r\nno end"),
      ("application/x-www-form-urlencoded", "a=%zz"), ("application/x-www-form-urlencoded", "a=%ff"),
      ("application/x-www-form-urlencoded", String(repeating: "a=1&", count: 2_001)),
    ])
  func unreadableForms(_ type: String, _ body: String) async throws {
    let school = try await DemoSchool.make(.sqlite)
    let answer = try await school.ask(.post, "/sessions", body: body, type: type)
    #expect([415, 422].contains(answer.status), "\(code(answer))")
  }

  /// The file's name is stored and shown; its contents are refused.
  @Test func aFileNameIsText() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let body =
      "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"<script>\u{202E}vsc.exe\"\r\n\r\n"
      + "STT,Họ và tên,Lớp\n1,<script>alert(3)</script> Vi,6A1\n\r\n--edge--\r\n"
    let answer = try await school.ask(
      .post, "/classes/import", as: .head, body: body, type: "multipart/form-data; boundary=edge")
    let page = try await school.ask(.get, try #require(answer.location), as: .head)
    #expect(page.status == 200 && !page.text.contains("<script>") && !page.text.contains("\u{202E}"))
  }
}
