import Identity
import Rules
import Storage
import TestKit
import Testing

/// Every way into a lesson that the school was promised is shut. Each is tried over the network, against the whole
/// application, while a lesson runs; each must be refused, show nothing, and leave a record with its reason.
@Suite struct IntruderTests {
  @Test(
    "nobody comes in by another way than the door",
    arguments: Intruder.withoutSession + Intruder.ofOthers + Intruder.withTickets + Intruder.removed
      + Intruder.accounts + Intruder.outsideHours + Intruder.withoutAdmission)
  func refused(_ intruder: Intruder) async throws {
    try await withClassroom { classroom in
      let attempt = try await intruder.attempt(classroom)
      #expect(attempt.told == intruder.told)
      for word in Self.hidden(from: intruder.actor) { #expect(!attempt.saw.contains(word), "\(word)") }
      let refusals = try await classroom.refusals()
      #expect(
        refusals.contains { $0.kind == intruder.record.rawValue && $0.reason == intruder.reason },
        "\(refusals)")
      if intruder.actor != .nobody {
        let seats = try await classroom.seats()
        #expect(seats.contains(classroom.school.person(intruder.actor)) == intruder.hasSeat)
      }
    }
  }

  /// What no answer to an intruder may hold: the names of the class, and anything of the room.
  static func hidden(from actor: DemoSchool.Actor) -> [String] {
    let names = DemoSchool.Actor.ownClass.filter { $0 != actor }.map(\.name)
    return names + ["\"place\":\"room\"", "\"roster\":", "\"people\":", "\"feed\":"]
  }

  @Test("who guesses the class password five times must wait, also with the right one")
  func passwordGuessed() async throws {
    try await withClassroom { classroom in
      let homeroom = try await classroom.browser(.homeroomTeacher)
      let door = "/classes/\(classroom.school.places.ownClass)"
      #expect(try await homeroom.post("\(door)/door", ["needed": "1"]).status == 303)
      let schoolClass = classroom.school.places.ownClass
      let word = try await classroom.database.read { db in
        try db.row("SELECT text FROM class_passphrase WHERE class_id = \(schoolClass)")?.text(0) ?? ""
      }
      #expect(try await homeroom.get("\(door)/passphrase").body.contains(word) && !word.isEmpty)
      let page = try await classroom.page(.pupil)
      func knock(_ password: String?) async throws -> String {
        let ticket = try await page.browser.ticket()
        return try await page.enter(classroom.lesson, ticket: ticket, password: password).code ?? "ok"
      }
      #expect(try await knock(nil) == "LOP-412")
      for guess in ["123456", "mật khẩu", word + " ", String(word.dropLast()), "' OR 1=1 --"] {
        // The fourth differs by a letter, the third only by a blank: that is no guess.
        #expect(try await knock(guess) == (guess == word + " " ? "ok" : "LOP-411"))
        if guess == word + " " { try await page.does("leave") }
      }
      #expect(try await knock("năm con mèo") == "LOP-411")
      #expect(try await knock(word) == "LOP-410")
      classroom.clock.advance(10 * .minute)
      #expect(try await knock(word) == "ok")
      let reasons = try await classroom.refusals().map(\.reason)
      #expect(reasons.filter { $0 == "passwordWrong" }.count == 2 * 5)
      #expect(Set(reasons) == ["passwordMissing", "passwordWrong", "passwordTriesUsedUp"])
      #expect(!page.allText.contains(word))
    }
  }

  @Test("guesses at the same moment are counted as well", arguments: EngineKind.allCases)
  func guessesAtOnce(_ kind: EngineKind) async throws {
    try await withClassroom(kind) { classroom in
      let homeroom = try await classroom.browser(.homeroomTeacher)
      let door = "/classes/\(classroom.school.places.ownClass)/door"
      #expect(try await homeroom.post(door, ["needed": "1"]).status == 303)
      var pages: [(LessonPage, String)] = []
      for _ in 0..<12 {
        let page = try await classroom.page(.pupil)
        pages.append((page, try await page.browser.ticket()))
      }
      let codes = try await withThrowingTaskGroup(of: String?.self) { group in
        for (number, (page, ticket)) in pages.enumerated() {
          group.addTask {
            try await page.enter(classroom.lesson, ticket: ticket, password: "đoán \(number)").code
          }
        }
        return try await group.reduce(into: [String]()) { $0.append($1 ?? "ok") }
      }
      #expect(codes.filter { $0 == "LOP-411" }.count == 5)
      #expect(codes.filter { $0 == "LOP-410" }.count == 7)
    }
  }

  /// Nobody signed in and no lesson named: there is no school whose record it could join; the log has it.
  @Test func theSocketWantsASession() async throws {
    try await withClassroom { classroom in
      #expect(try await classroom.page(.nobody).status == 403)
      let head = try await classroom.school.signInElsewhere(as: .head, showsFactor: false)
      let halfSignedIn = Browser(
        classroom: classroom, actor: .head, cookie: head.cookie, key: head.key)
      #expect(try await halfSignedIn.page().status == 403)
    }
  }

  @Test func aSessionThatEndsTakesItsPagesAlong() async throws {
    try await withClassroom { classroom in
      let teacher = try await classroom.openLesson()
      let pupil = try await classroom.page(.pupil, in: "room")
      let account = try await classroom.school.account(.pupil)
      let by = classroom.school.person(.homeroomTeacher)
      try await classroom.database.write { try Accounts.lock(account, by: by, reason: "other", in: $0) }
      #expect(try await pupil.ends() == 1008)
      try await teacher.hears("that the pupil is gone") {
        $0.isEvent("left", of: account.person.rawValue) || $0.isEvent("lineLost", of: account.person.rawValue)
      }
      try await eventually("the seat is given up") { try await !classroom.seats().contains(account.person) }
      #expect(try await pupil.browser.askForTicket(classroom.lesson).status == 401)
      #expect(try await pupil.browser.page().status == 403)
      #expect(try await classroom.refusals().contains { $0.reason == "accountLocked" })
    }
  }
}
