import Rules
import Storage
import TestKit
import Testing

/// “Có người lạ”, from the pupil's touch to the pages of those who must know.
@Suite struct AlarmInLessonTests {
  @Test("an alarm is on the teacher's, the guardian's and the head's pages, and on no child's")
  func reachesTheAdults() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await FrameTests.lesson(classroom)
      let guardian = try await classroom.page(.guardian)
      let head = try await classroom.page(.head)
      let others = [try await classroom.page(.otherGuardian), try await classroom.page(.headOfOtherSchool)]
      try await pupil.does("alarm")
      try await pupil.hears("that it was received") { $0.isEvent("alarmReceived") }
      let inRoom = try await teacher.hears("the alarm") { $0.isEvent("alarm") }
      #expect(inRoom.alarm == "stranger" && inRoom.person == pupil.browser.person.rawValue)
      for page in [teacher, guardian, head] {
        let notice = try await page.hears("the notice") { $0.t == "notice" }
        #expect(notice.urgent == true && notice.title == "Có người lạ – lớp 6A1")
        // The notice leaves the school by letter as well: it names no child.
        for actor in DemoSchool.Actor.ownClass {
          #expect(!page.heard.contains { $0.t == "notice" && $0.text?.contains(actor.name) == true })
        }
        try page.say("shown", ["id": notice.id ?? ""])
        #expect(try await page.browser.get(notice.path ?? "").status == 200)
      }
      let rows = try await Self.addressees(classroom)
      #expect(rows == ["guardian": .guardian, "head": .head, "teacherInCharge": .subjectTeacher])
      try await eventually("all three are marked as shown") {
        try await classroom.database.read { db in
          try db.rows(
            "SELECT COUNT(*) FROM outbox_message WHERE channel = 'page' AND delivered_at IS NOT NULL")[0].int(
              0)
        } == 3
      }
      for page in [classmate] + others {
        _ = try await page.ask("nothing")
        #expect(!page.heard.contains { $0.t == "notice" || $0.isEvent("alarm") })
      }
    }
  }

  @Test("the alarm works from the lobby, and while everything is stopped")
  func worksFromEverywhere() async throws {
    try await withClassroom { classroom in
      let waiting = try await classroom.page(.classmate, in: "lobby")
      try await waiting.does("help")
      try await waiting.does("alarm")
      let teacher = try await classroom.openLesson()
      let pupil = try await classroom.page(.pupil, in: "room")
      try await teacher.does("freeze")
      try await pupil.does("alarm")
      try await teacher.hears("the alarm") { $0.isEvent("alarm", of: pupil.browser.person.rawValue) }
      let kinds = try await classroom.database.read {
        try $0.rows("SELECT kind FROM alarm ORDER BY kind").map { $0.text(0) }
      }
      #expect(kinds == ["needsHelp", "stranger", "stranger"])
    }
  }

  @Test("without a script the alarm is two forms, and the same adults are told")
  func byPlainForm() async throws {
    try await withClassroom { classroom in
      let guardian = try await classroom.page(.guardian)
      let teacher = try await classroom.page(.subjectTeacher)
      let pupil = try await classroom.browser(.pupil)
      let path = "/lessons/\(classroom.lesson)/alarms"
      let first = try await pupil.post(path, ["kind": "stranger"])
      #expect(first.status == 200 && first.body.contains("Báo ngay: có người lạ"))
      #expect(try await Self.addressees(classroom).isEmpty)
      let second = try await pupil.post(path, ["kind": "stranger", "confirmed": "1"])
      #expect(second.status == 201 && second.body.contains("Em làm đúng rồi"))
      for page in [guardian, teacher] {
        try await page.hears("the notice") { $0.t == "notice" && $0.urgent == true }
      }
      #expect(try await Self.addressees(classroom).count == 3)
    }
  }

  @Test("a second device is an alarm to the family and the teacher")
  func secondDevice() async throws {
    try await withClassroom { classroom in
      _ = try await classroom.openLesson()
      _ = try await classroom.page(.pupil, in: "room")
      let guardian = try await classroom.page(.guardian)
      let thief = try await classroom.otherBrowser(.pupil).page()
      let answer = try await thief.enter(classroom.lesson, ticket: try await thief.browser.ticket())
      #expect(answer.code == "LOP-415")
      let notice = try await guardian.hears("the notice") { $0.t == "notice" }
      #expect(notice.title?.contains("hai thiết bị") == true)
      #expect(
        try await Self.addressees(classroom) == ["guardian": .guardian, "teacherInCharge": .subjectTeacher])
    }
  }

  static func addressees(_ classroom: Classroom) async throws -> [String: DemoSchool.Actor] {
    let rows = try await classroom.database.read {
      try $0.rows("SELECT recipient, person_id FROM alarm_addressee").map { ($0.text(0), $0.text(1)) }
    }
    return Dictionary(
      rows.compactMap { recipient, person in
        DemoSchool.Actor.people.first { classroom.school.person($0).rawValue == person }.map {
          (recipient, $0)
        }
      }, uniquingKeysWith: { $1 })
  }
}
