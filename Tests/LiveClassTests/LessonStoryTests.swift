import Media
import Rules
import Storage
import TestKit
import Testing

/// The lesson as it should go, from the lobby to the record, each page over its own socket.
@Suite struct LessonStoryTests {
  @Test("the teacher opens, those who wait come in, all see the same")
  func fromLobbyToRoom() async throws {
    try await withClassroom { classroom in
      let pupil = try await classroom.page(.pupil, in: "lobby")
      #expect(pupil.heard.last { $0.t == "entered" }?.text?.contains("Em đến đúng nơi rồi") == true)
      let teacher = try await classroom.page(.subjectTeacher, in: "room")
      let seen = try #require(teacher.heard.first { $0.t == "entered" })
      #expect(seen.phase == "scheduled" && seen.waiting == [pupil.browser.person.rawValue])
      #expect(
        seen.roster?.map(\.name)
          == DemoSchool.Actor.ownClass.enumerated().map { "0\($0 + 1). \($1.name) – 6A1" })
      try await teacher.does("open")
      let room = try await pupil.hears("that it is let in") { $0.t == "entered" && $0.place == "room" }
      #expect(room.roster == nil && room.waiting == nil && room.phase == "open")
      #expect(
        room.people?.map(\.person).sorted() == [teacher, pupil].map(\.browser.person.rawValue).sorted())
      #expect(room.you?.permits == [] && room.chat == "off")
      let classmate = try await classroom.page(.classmate, in: "room")
      for page in [teacher, pupil] {
        let joined = try await page.hears("who joined") {
          $0.isEvent("joined", of: classmate.browser.person.rawValue)
        }
        #expect(joined.name == "02. Trần Bảo Bình – 6A1" && joined.role == "pupil")
      }
    }
  }

  @Test("what one writes all read in one order, and an erased message is read no more")
  func chat() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await FrameTests.lesson(classroom)
      #expect(try await pupil.ask("chat", ["text": "có ai không"]).code == "LOP-443")
      try await teacher.does("chatMode", ["mode": "open"])
      for text in ["một", "hai", "ba"] { try await pupil.does("chat", ["text": text]) }
      try await classmate.does("chat", ["text": "bốn"])
      for page in [teacher, pupil, classmate] {
        try await page.hears("the last message") { $0.isEvent("chat") && $0.text == "bốn" }
        let chat = page.heard.filter { $0.isEvent("chat") }
        #expect(chat.map(\.text) == ["một", "hai", "ba", "bốn"])
        #expect(chat.compactMap(\.seq) == chat.compactMap(\.seq).sorted())
      }
      let second = try #require(teacher.heard.first { $0.text == "hai" }?.seq)
      try await teacher.does("erase", ["message": "\(second)"])
      try await classmate.hears("the erasure") { $0.isEvent("erased") && $0.message == "\(second)" }
      let late = try await classroom.page(.thirdPupil, in: "room")
      try await late.hears("what was missed") { $0.text == "bốn" }
      #expect(late.heard.filter { $0.isEvent("chat") }.map(\.text) == ["một", "ba", "bốn"])
      #expect(late.heard.contains { $0.isEvent("gone") && $0.seq == second })
      // The copy stays in the log.
      #expect(try await classroom.log("chat").contains { $0.body.contains("hai") })
    }
  }

  @Test("hands, permits and muting reach the whole class and the media server")
  func handsAndPermits() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await FrameTests.lesson(classroom)
      let person = pupil.browser.person.rawValue
      try await pupil.does("hand")
      try await classmate.hears("the hand") { $0.isEvent("hand", of: person) && $0.up == true }
      try await teacher.does("allow", ["person": person, "kind": "microphone", "on": true])
      try await pupil.hears("the permit") {
        $0.isEvent("permits", of: person) && $0.permits == ["microphone"]
      }
      try await pupil.publishes(["audio sendonly"])
      let feeds = try await classmate.hears("a feed") { $0.t == "feeds" && $0.feeds?.isEmpty == false }
      #expect(feeds.feeds?.map(\.person) == [person])
      try await teacher.does("hand", ["on": false, "person": person])
      try await classmate.hears("the hand down") { $0.isEvent("hand", of: person) && $0.up == false }
      try await teacher.does("muteAll")
      try await pupil.hears("the end of the permit") { $0.isEvent("permits", of: person) && $0.permits == [] }
      let room = MediaRoom.ID(rawValue: classroom.lesson.rawValue)
      try await eventually("muted at the server") {
        await classroom.media.participants(in: room).first { $0.id.rawValue == person }?.muted.contains(
          .audio) == true
      }
    }
  }

  @Test("a locked door keeps the late outside, “stop” holds all, and the end closes the room")
  func lockStopEnd() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      try await teacher.does("lock")
      let late = try await classroom.page(.thirdPupil, in: "lobby")
      try await teacher.hears("who waits") { $0.isEvent("waiting", of: late.browser.person.rawValue) }
      try await teacher.does("unlock")
      try await late.hears("that it is let in") { $0.t == "entered" && $0.place == "room" }
      try await teacher.does("freeze")
      try await pupil.hears("the stop") { $0.isEvent("frozen") }
      #expect(try await pupil.ask("hand").code == "LOP-442")
      #expect(try await pupil.ask("watch", ["feeds": [String]()]).code == "LOP-441")
      try await teacher.does("unfreeze")
      try await pupil.does("hand")
      try await teacher.does("remove", ["person": late.browser.person.rawValue])
      try await late.hears("that it was removed") { $0.isEvent("removed") }
      #expect(try await late.ends() == 1008)
      try await pupil.hears("who left") { $0.isEvent("left", of: late.browser.person.rawValue) }
      try await teacher.does("end")
      for page in [teacher, pupil] { try await page.hears("the end") { $0.isEvent("ended") } }
      #expect(try await pupil.ask("chat", ["text": "còn ai không"]).code == "LOP-441")
      #expect(try await classroom.seats() == [])
      try await eventually("the media room is closed") { await classroom.media.stats().rooms == 0 }
      let record = try await teacher.browser.get("/lessons/\(classroom.lesson)/record")
      #expect(
        record.status == 200 && record.body.contains("Bị đưa ra khỏi lớp, người quyết định: Dương Thị Vân"))
      #expect(record.body.contains("Từ chối") == false)
    }
  }

  @Test("a removed pupil comes back when a named adult lifts it")
  func liftedBan() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      let person = pupil.browser.person.rawValue
      try await teacher.does("remove", ["person": person])
      #expect(try await pupil.ends() == 1008)
      let homeroom = try await classroom.browser(.homeroomTeacher)
      let path = "/lessons/\(classroom.lesson)/bans/lifted"
      #expect(try await homeroom.post(path, ["person": person]).status == 303)
      _ = try await classroom.page(.pupil, in: "room")
      #expect(try await classroom.log("lesson.ban_lifted").count == 1)
    }
  }
}
