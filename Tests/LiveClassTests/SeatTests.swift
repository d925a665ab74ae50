import Foundation
import Rules
import Storage
import TestKit
import Testing

/// One seat for each person, whatever happens to pages and lines.
@Suite struct SeatTests {
  @Test("a broken line keeps the seat; the same device comes back without a ticket")
  func reconnect() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await FrameTests.lesson(classroom)
      let person = pupil.browser.person.rawValue
      try await teacher.does("allow", ["person": person, "kind": "microphone", "on": true])
      try await teacher.does("chatMode", ["mode": "open"])
      try await pupil.does("hand")
      try await classmate.does("chat", ["text": "trước"])
      let seen = try await pupil.hears("a message") { $0.text == "trước" }
      pupil.cut()
      try await teacher.hears("the lost line") { $0.isEvent("lineLost", of: person) }
      try await classmate.does("chat", ["text": "trong lúc vắng"])
      let again = try await pupil.browser.page()
      #expect(try await again.enter(classroom.lesson, ticket: nil, after: seen.seq ?? 0).t == "ok")
      let room = try await again.hears("the room") { $0.t == "entered" && $0.place == "room" }
      #expect(room.you?.hand == true && room.you?.permits == ["microphone"])
      try await again.hears("what was missed") { $0.text == "trong lúc vắng" }
      #expect(!again.heard.contains { $0.text == "trước" })
      try await teacher.hears("that it is back") { $0.isEvent("joined", of: person) }
    }
  }

  @Test("who is turned away at a door keeps the seat that they have, and loses it with the line")
  func refusedBesideASeat() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      let other = classroom.school.places.lessonOfOtherClass
      #expect(try await pupil.enter(other, ticket: nil).code == "LOP-406")
      #expect(try await pupil.enter(classroom.lesson, ticket: "forged").code == "LOP-402")
      try await pupil.does("hand")
      pupil.cut()
      // Otherwise they would count as present to the end of the lesson.
      try await teacher.hears("the lost line") { $0.isEvent("lineLost", of: pupil.browser.person.rawValue) }
    }
  }

  @Test("who leaves hears nothing more, and comes back by the door alone")
  func leaving() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      try await teacher.does("chatMode", ["mode": "open"])
      try await pupil.does("leave")
      try await teacher.hears("who left") { $0.isEvent("left", of: pupil.browser.person.rawValue) }
      try await teacher.does("chat", ["text": "chỉ trong lớp"])
      try await teacher.hears("the message") { $0.text == "chỉ trong lớp" }
      #expect(try await pupil.ask("chat", ["text": "còn nghe"]).code == "LOP-441")
      #expect(!pupil.allText.contains("chỉ trong lớp"))
      #expect(try await pupil.enter(classroom.lesson, ticket: nil).code == "LOP-403")
    }
  }

  @Test("what comes after the end is decided and numbered by one room alone")
  func afterTheEnd() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await FrameTests.lesson(classroom)
      try await teacher.does("end")
      try await pupil.hears("the end") { $0.isEvent("ended") }
      // Old pages and new ones, at once.
      for _ in 0..<5 {
        async let late = classroom.page(.thirdPupil)
        #expect(try await pupil.ask("hand").code == "LOP-441")
        let page = try await late
        #expect(try await page.enter(classroom.lesson, ticket: nil).code == "LOP-403")
        #expect(
          try await page.enter(classroom.lesson, ticket: try await page.browser.ticket()).code == "LOP-414")
        #expect(try await classmate.ask("chat", ["text": "a"]).code == "LOP-441")
      }
      for page in [pupil, classmate, teacher] { page.cut() }
      let reasons = try await classroom.refusals().filter { $0.kind == "admissionRefused" }.map(\.reason)
      #expect(
        reasons.filter { $0 == "ticketMissing" }.count == 5
          && reasons.filter { $0 == "lessonEnded" }.count == 5)
    }
  }

  @Test(
    "a substitute appointed while the class waits comes in and is told of alarms; who was replaced does not come in"
  )
  func substituteWhileTheClassWaits() async throws {
    try await withClassroom { classroom in
      let pupil = try await classroom.page(.pupil, in: "lobby")
      let (school, lesson) = (classroom.school, classroom.lesson)
      let (substitute, head) = (school.person(.homeroomTeacher), school.person(.head))
      try await classroom.database.write { db in
        try db.run(
          """
          INSERT INTO substitute_decision (id, unit_id, lesson_id, substitute_id, decided_by, decided_at)
          VALUES ('01a1fd11-e0da-70ac-beb6-000000000001', \(school.places.school), \(lesson), \(substitute), \(head), \(db.at))
          """)
      }
      let replaced = try await classroom.page(.subjectTeacher)
      let refused = try await replaced.enter(lesson, ticket: try await replaced.browser.ticket())
      #expect(refused.t != "ok" && refused.code != nil)
      let teacher = try await classroom.page(.homeroomTeacher, in: "room")
      try await teacher.does("open")
      try await pupil.hears("the room") { $0.t == "entered" && $0.place == "room" }
      try await pupil.does("alarm")
      let told = try await classroom.database.read { db in
        try db.rows("SELECT person_id FROM alarm_addressee WHERE recipient = 'teacherInCharge'")
          .map { $0.id(0) as Person.ID }
      }
      #expect(told == [substitute])
    }
  }

  @Test("a script that goes on knocking or commanding is refused each time and fills no disk")
  func refusalsAreBounded() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      for _ in 1...50 {
        #expect(try await pupil.ask("end").code == "LOP-440")
        #expect(try await pupil.enter(classroom.lesson, ticket: "forged").code == "LOP-402")
      }
      let person = pupil.browser.person
      let rows = try await classroom.database.read { db in
        try db.rows(
          """
          SELECT 1 FROM live_event WHERE lesson_id = \(classroom.lesson) AND kind IN ('refused', 'admissionRefused')
            AND (person_id = \(person) OR by_id = \(person))
          """
        ).count
      }
      #expect(rows == 60)
      var codes: Set<String> = []
      for round in 1...70 { codes.insert(try await pupil.ask("hand", ["on": round % 2 == 1]).code ?? "ok") }
      #expect(codes.contains("LOP-464"))
      try await pupil.does("alarm")
      try await teacher.hears("the alarm") { $0.isEvent("alarm") }
    }
  }

  // MARK: Races

  @Test("one ticket, two pages at once: it admits one", arguments: EngineKind.allCases)
  func oneTicketTwice(_ kind: EngineKind) async throws {
    try await withClassroom(kind) { classroom in
      _ = try await classroom.openLesson()
      let browser = try await classroom.browser(.pupil)
      for round in 1...4 {
        let ticket = try await browser.ticket()
        let pages = [try await browser.page(), try await browser.page()]
        async let first = pages[0].enter(classroom.lesson, ticket: ticket)
        async let second = pages[1].enter(classroom.lesson, ticket: ticket)
        _ = try await [first.t, second.t]
        try await eventually("one page is left") { pages.filter(\.isOpen).count == 1 }
        let fresh = try await classroom.log("admission").filter {
          $0.person == browser.person && $0.body.contains("\"resumes\":false")
        }
        #expect(fresh.count == round)
        #expect(try await classroom.seats().filter { $0 == browser.person }.count == 1)
        let seated = try #require(pages.first { $0.isOpen })
        try await seated.does("leave")
        #expect(try await seated.enter(classroom.lesson, ticket: ticket).code == "LOP-403")
      }
    }
  }

  @Test("one pupil, two devices at once: one seat", arguments: EngineKind.allCases)
  func twoDevicesAtOnce(_ kind: EngineKind) async throws {
    try await withClassroom(kind) { classroom in
      _ = try await classroom.openLesson()
      for _ in 1...3 {
        let pages = [
          try await classroom.browser(.pupil).page(), try await classroom.otherBrowser(.pupil).page(),
        ]
        let tickets = [try await pages[0].browser.ticket(), try await pages[1].browser.ticket()]
        async let first = pages[0].enter(classroom.lesson, ticket: tickets[0])
        async let second = pages[1].enter(classroom.lesson, ticket: tickets[1])
        let answers = try await [first, second]
        #expect(answers.map(\.t).sorted() == ["no", "ok"])
        #expect(answers.compactMap(\.code) == ["LOP-415"])
        try await pages[answers[0].t == "ok" ? 0 : 1].does("leave")
      }
    }
  }

  // MARK: A killed program

  @Test("kill and restart lose no seat, chat, hand, ban, alarm or stay", arguments: EngineKind.allCases)
  func restart(_ kind: EngineKind) async throws {
    let classroom = try await Classroom.open(kind)
    let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
    let third = try await classroom.page(.thirdPupil, in: "room")
    try await teacher.does("chatMode", ["mode": "open"])
    try await pupil.does("chat", ["text": "đã gửi trước khi sập"])
    try await pupil.does("hand")
    try await teacher.does("allow", ["person": pupil.browser.person.rawValue, "kind": "camera", "on": true])
    try await teacher.does("remove", ["person": third.browser.person.rawValue])
    try await pupil.does("alarm")
    let before = try await classroom.seats()
    let number = try await Self.lastNumber(classroom)
    let again = try await classroom.killed()
    do {
      try await Self.isAllThere(again, seats: before, number: number)
    } catch {
      await again.stop()
      throw error
    }
    await again.stop()
  }

  private static func lastNumber(_ classroom: Classroom) async throws -> Int64 {
    let lesson = classroom.lesson
    return try await classroom.database.read {
      try $0.row("SELECT max(seq) FROM live_event WHERE lesson_id = \(lesson)")?.integer(0) ?? 0
    }
  }

  private static func isAllThere(_ classroom: Classroom, seats: [Person.ID], number: Int64) async throws {
    #expect(try await classroom.seats() == seats)
    // The lesson is taken up at the start, before anybody asks.
    try await eventually("every stay that was cut off is closed") {
      try await classroom.log("presenceEnded").filter { $0.body.contains("\"cut\":true") }
        .compactMap(\.person).sorted() == seats
    }
    let teacher = try await classroom.page(.subjectTeacher)
    #expect(try await teacher.enter(classroom.lesson, ticket: nil).t == "ok")
    let pupil = try await classroom.page(.pupil)
    #expect(try await pupil.enter(classroom.lesson, ticket: nil).t == "ok")
    let room = try await pupil.hears("the room") { $0.t == "entered" }
    #expect(room.place == "room" && room.you?.hand == true && room.you?.permits == ["camera"])
    #expect(room.chat == "open" && room.phase == "open")
    try await pupil.hears("the message from before") { $0.text == "đã gửi trước khi sập" }
    let third = try await classroom.page(.thirdPupil)
    #expect(
      try await third.enter(classroom.lesson, ticket: try await third.browser.ticket()).code == "LOP-409")
    try await pupil.does("chat", ["text": "lại đây rồi"])
    let news = try await teacher.hears("a new message") { $0.text == "lại đây rồi" }
    #expect(news.seq ?? 0 > number)
    // The same press, sent again because no answer had come: still one alarm.
    try await pupil.does("alarm")
    let alarms = try await classroom.database.read { db in
      (
        try db.rows("SELECT COUNT(*) FROM alarm")[0].int(0),
        try db.rows("SELECT COUNT(DISTINCT person_id) FROM alarm_addressee")[0].int(0)
      )
    }
    #expect(alarms.0 == 1 && alarms.1 == 3)
    let (checked, findings) = try await Ledger.verify(classroom.database)
    #expect(checked > 0 && findings.isEmpty)
  }
}
