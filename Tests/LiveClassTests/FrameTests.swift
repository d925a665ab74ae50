import Storage
import Foundation
import Media
import Rules
import TestKit
import Testing

/// What a page sends that is in the room, and tries to do what is not its own.
@Suite struct FrameTests {
  /// A frame by `pupil`; “@classmate” and the like stand for keys.
  struct Frame: Sendable, CustomStringConvertible {
    let t: String
    let fields: [String: String]
    let told: String
    var on: Bool?
    var description: String { "\(t) \(fields.sorted { $0.key < $1.key }) \(on.map { "\($0)" } ?? "")" }

    init(_ t: String, _ fields: [String: String] = [:], on: Bool? = nil, _ told: String = "LOP-440") {
      self.t = t
      self.fields = fields
      self.on = on
      self.told = told
    }
  }

  static let frames: [Frame] =
    ["@classmate", "@subjectTeacher"].flatMap { other in
      [
        Frame("hand", ["person": other], on: false), Frame("mute", ["person": other]),
        Frame("remove", ["person": other]), Frame("remove", ["person": other, "scope": "schoolClass"]),
        Frame("reconnect", ["person": other]),
        Frame("allow", ["person": other, "kind": "microphone"], on: true),
        Frame("allow", ["person": other, "kind": "camera"], on: false),
      ]
    } + [
      Frame("allow", ["person": "@pupil", "kind": "microphone"], on: true),
      Frame("allow", ["person": "@pupil", "kind": "screen"], on: true),
      Frame("liftBan", ["person": "@thirdPupil"]), Frame("remove", ["person": "@pupilOfOtherClass"]),
      Frame("open"), Frame("end"), Frame("lock"), Frame("unlock"), Frame("freeze"), Frame("unfreeze"),
      Frame("muteAll"), Frame("chatMode", ["mode": "open"]), Frame("erase", ["message": "1"]),
      Frame("chat", ["text": "xin chào", "person": "@subjectTeacher"], "LOP-443"),
    ]

  @Test("a pupil does nothing in another's name, and each attempt stands in the log")
  func framesInAnothersName() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await Self.lesson(classroom)
      try await classmate.does("hand")
      let before = try await Self.state(classroom)
      for frame in Self.frames {
        var fields: [String: any Sendable] = frame.fields.mapValues { value in
          value.hasPrefix("@")
            ? classroom.school.person(.init(rawValue: String(value.dropFirst())) ?? .pupil).rawValue : value
        }
        fields["on"] = frame.on
        let answer = try await pupil.ask(frame.t, fields)
        #expect(answer.code == frame.told, "\(frame)")
      }
      #expect(try await Self.state(classroom) == before)
      let me = pupil.browser.person.rawValue
      let recorded = try await classroom.refusals().filter { $0.kind == "refused" && $0.person == me }
      #expect(recorded.map(\.reason) == Self.frames.map(\.told))
      #expect(teacher.isOpen && classmate.isOpen)
      for page in [teacher, classmate] {
        #expect(!page.heard.contains { $0.isEvent("chat") || $0.isEvent("frozen") || $0.isEvent("permits") })
      }
    }
  }

  @Test("a message and a hand are their sender's, whatever the frame says")
  func forgedAuthor() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await Self.lesson(classroom)
      try await teacher.does("chatMode", ["mode": "open"])
      let other = classroom.school.person(.classmate).rawValue
      let forged: [String: any Sendable] = [
        "person": other, "name": "Cô Vân", "role": "teacher", "seq": 1, "text": "mai nghỉ nhé",
      ]
      try await pupil.does("chat", forged)
      try await pupil.does("hand", forged.merging(["on": true]) { $1 })
      let chat = try await teacher.hears("the message") { $0.isEvent("chat") }
      #expect(chat.person == pupil.browser.person.rawValue)
      #expect(chat.name == "01. Nguyễn Hoài An – 6A1")
      let hand = try await teacher.hears("the hand") { $0.isEvent("hand") }
      #expect(hand.person == pupil.browser.person.rawValue)
    }
  }

  // MARK: Media

  @Test(
    "nobody sends what was not allowed, on no leg",
    arguments: [
      ("cam", "audio sendonly", "MED-001"), ("cam", "video sendonly", "MED-001"),
      ("screen", "video sendonly", "MED-001"), ("watch", "audio sendonly", "LOP-126"),
      ("classmate", "audio sendonly", "LOP-126"), ("cam", "application sendrecv", "MED-001"),
    ])
  func publication(leg: String, section: String, told: String) async throws {
    try await withClassroom { classroom in
      let (_, pupil, _) = try await Self.lesson(classroom)
      try await pupil.isKnownToMedia()
      let answer = try await pupil.ask(
        "publish",
        [
          "leg": leg, "sdp": FakeMedia.description([section]),
          "person": classroom.school.person(.subjectTeacher).rawValue,
        ])
      #expect(answer.code == told)
      #expect(await classroom.media.stats().feeds == 0)
      #expect(
        try await classroom.refusals().contains {
          $0.kind == "refused" && $0.reason == told && $0.person == pupil.browser.person.rawValue
        })
    }
  }

  @Test("pictures of another lesson are not to be had from this one")
  func feedsOfAnotherLesson() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await Self.lesson(classroom)
      try await teacher.publishes(["audio sendonly"])
      let other = classroom.school.places.lessonOfOtherClass
      let far = try await classroom.page(.teacherOfOtherClass, in: "room", of: other)
      try await far.does("open")
      try await eventually("the other teacher is known") {
        await !classroom.media.participants(in: .init(rawValue: other.rawValue)).isEmpty
      }
      _ = try await far.ask("publish", ["leg": "cam", "sdp": FakeMedia.description(["video sendonly"])])
      let foreign = await classroom.media.feeds(in: .init(rawValue: other.rawValue)).map(\.id.rawValue)
      let own = await classroom.media.feeds(in: .init(rawValue: classroom.lesson.rawValue)).map(\.id.rawValue)
      #expect(foreign.count == 1 && own.count == 1)
      try await pupil.isKnownToMedia()
      let offer = try await pupil.ask("watch", ["feeds": foreign + own, "fresh": true])
      #expect(offer.t == "offer" && offer.feeds?.map(\.feed) == own)
    }
  }

  @Test("a permit that was taken back holds no longer")
  func permitTakenBack() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await Self.lesson(classroom)
      let person = pupil.browser.person.rawValue
      try await teacher.does("allow", ["person": person, "kind": "microphone", "on": true])
      try await pupil.publishes(["audio sendonly"])
      try await teacher.does("mute", ["person": person])
      let again = try await pupil.ask(
        "publish", ["leg": "cam", "sdp": FakeMedia.description(["audio sendonly"], connection: 2)])
      #expect(again.code == "MED-001")
      let room = MediaRoom.ID(rawValue: classroom.lesson.rawValue)
      try await eventually("muted at the media server") {
        await classroom.media.participants(in: room).first { $0.id.rawValue == person }?.muted.contains(
          .audio)
          == true
      }
    }
  }

  // MARK: A lesson with three

  static func lesson(_ classroom: Classroom) async throws -> (LessonPage, LessonPage, LessonPage) {
    let teacher = try await classroom.openLesson()
    let pupil = try await classroom.page(.pupil, in: "room")
    return (teacher, pupil, try await classroom.page(.classmate, in: "room"))
  }

  /// Seats and state of the lesson, as stored.
  static func state(_ classroom: Classroom) async throws -> [String] {
    try await classroom.database.read { db in
      try db.rows(
        "SELECT person_id, place, is_live, permits, hand_up FROM live_seat ORDER BY person_id"
      ).map { "\($0.text(0)) \($0.text(1)) \($0.int(2)) \($0.int(3)) \($0.int(4))" }
        + db.rows("SELECT phase, is_locked, is_frozen, chat_mode FROM live_lesson ORDER BY lesson_id").map {
          "\($0.text(0)) \($0.int(1)) \($0.int(2)) \($0.text(3))"
        } + db.rows("SELECT person_id FROM lesson_ban").map { "ban \($0.text(0))" }
    }
  }
}
