import Media
import Rules
import TestKit
import Testing

extension Intruder {
  /// Frames of pages that no room has let in: never, or only into the lobby.
  static let withoutAdmission: [Intruder] = [
    outside("a subscribe-only leg without a place", "watch", ["feeds": ["feed-1"], "fresh": true]),
    outside(
      "a publication without a place", "publish",
      ["leg": "cam", "sdp": FakeMedia.description(["audio sendonly"])]),
    outside("an answer to no offer without a place", "watched", ["sdp": FakeMedia.description([])]),
    outside("a candidate without a place", "candidate", ["leg": "cam"]),
    outside("a message without a place", "chat", ["text": "cho tớ vào với"]),
    outside("a teacher's command without a place", "open", [:]),
    lobby("a subscribe-only leg from the lobby", "watch", ["feeds": ["feed-1"], "fresh": true], "LOP-441"),
    lobby(
      "a publication from the lobby", "publish",
      ["leg": "cam", "sdp": FakeMedia.description(["audio sendonly"])], "MED-004"),
    lobby(
      "an answer to no offer from the lobby", "watched", ["sdp": FakeMedia.description(["audio recvonly"])],
      "MED-004"),
    lobby("low data from the lobby", "lowData", ["on": false], "MED-004"),
    lobby("a message from the lobby", "chat", ["text": "ai mở cửa với"], "LOP-441"),
    lobby("a hand from the lobby", "hand", [:], "LOP-441"),
  ]

  private static func outside(_ route: String, _ t: String, _ fields: [String: any Sendable]) -> Intruder {
    .init(route, by: .pupil, told: "LOP-441", .chain, "notAdmitted") { classroom in
      let teacher = try await classroom.openLesson()
      try await teacher.publishes()
      let page = try await classroom.page(.pupil)
      return Attempt(try await page.ask(t, fields), on: page)
    }
  }

  /// The teacher has locked the door and goes on teaching: who comes now waits outside.
  private static func lobby(
    _ route: String, _ t: String, _ fields: [String: any Sendable], _ code: String
  ) -> Intruder {
    .init(route, by: .pupil, told: code, .command, code, hasSeat: true) { classroom in
      let teacher = try await classroom.openLesson()
      try await teacher.publishes()
      try await teacher.does("lock")
      let page = try await classroom.page(.pupil, in: "lobby")
      return Attempt(try await page.ask(t, fields), on: page)
    }
  }
}

extension LessonPage {
  /// Waits until the media server knows this person: the rooms tell it apart from everything else.
  func isKnownToMedia() async throws {
    let (classroom, person) = (browser.classroom, browser.person)
    try await eventually("\(browser.actor) is known to the media server") {
      await classroom.media.participants(in: .init(rawValue: classroom.lesson.rawValue))
        .contains { $0.id.rawValue == person.rawValue }
    }
  }

  func publishes(_ sections: [String] = ["audio sendonly", "video sendonly"], on leg: String = "cam")
    async throws
  {
    try await isKnownToMedia()
    let answer = try await ask("publish", ["leg": leg, "sdp": FakeMedia.description(sections)])
    guard answer.t == "answer" else { throw NeverCame(what: "an answer, not \(answer.code ?? answer.t)") }
  }
}
