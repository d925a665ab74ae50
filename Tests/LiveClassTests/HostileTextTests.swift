import Foundation
import Rules
import TestKit
import Testing

/// Frames that are no frames, and messages that are more than words.
@Suite struct HostileTextTests {
  struct Garbage: Sendable, CustomStringConvertible {
    let description: String
    var opcode: UInt8 = 1
    let bytes: [UInt8]
    /// A refusal's code, or the code with which the line is closed.
    let ends: String

    init(_ description: String, _ text: String, _ ends: String = "LOP-126") {
      self.description = description
      bytes = Array(text.utf8)
      self.ends = ends
    }

    init(_ description: String, opcode: UInt8 = 1, bytes: [UInt8], _ ends: String) {
      self.description = description
      self.opcode = opcode
      self.bytes = bytes
      self.ends = ends
    }
  }

  static let garbage: [Garbage] = {
    var generator = SeededGenerator(7)
    let random = (0..<20_000).map { _ in UInt8.random(in: 128...255, using: &generator) }
    let deep = String(repeating: "[", count: 30_000)
    return [
      .init("random bytes", bytes: random, "1007"), .init("a binary frame", opcode: 2, bytes: random, "1003"),
      .init("a frame that means nothing", opcode: 5, bytes: [1, 2, 3], "1002"),
      .init(
        "a megabyte", "{\"t\":\"chat\",\"text\":\"" + String(repeating: "a", count: 1 << 20) + "\"}", "1009"),
      .init("ten megabytes", bytes: [UInt8](repeating: 65, count: 10 << 20), "1009"),
      .init("deep brackets", deep), .init("deep objects", String(repeating: "{\"t\":", count: 12_000)),
      .init("deep field", "{\"t\":\"chat\",\"text\":" + deep.prefix(20_000) + "}"),
      .init("closed deep", String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000)),
      .init("nothing", ""), .init("null", "null"), .init("a number", "42"), .init("an empty object", "{}"),
      .init("a type that is a number", "{\"t\":7}"), .init("an unknown type", "{\"t\":\"becomeTeacher\"}"),
      .init("a type of no characters", "{\"t\":\"\"}"),
      .init("a number too large", "{\"t\":\"enter\",\"after\":1e999}"),
      .init("a text for a number", "{\"t\":\"enter\",\"after\":\"1\"}"),
      .init(
        "a medium that there is not", "{\"t\":\"allow\",\"person\":\"x\",\"kind\":\"x-ray\",\"on\":true}"),
      .init("a mode that there is not", "{\"t\":\"chatMode\",\"mode\":\"anarchy\"}"),
      .init("a message that is no number", "{\"t\":\"erase\",\"message\":\"1 OR 1=1\"}"),
      .init("a lesson that is none", "{\"t\":\"enter\",\"lesson\":\"\\u0000'--\"}", "LOP-111"),
      .init(
        "a hand of a thousand faces",
        "{\"t\":\"hand\",\"on\":false,\"person\":\"\(String(repeating: "💥", count: 1_000))\"}", "LOP-445"),
      .init("cut short", "{\"t\":\"chat\",\"text\":\"xin"),
    ]
  }()

  @Test("garbage is refused with a sentence or ends its own line, and the room goes on")
  func garbageIsRefused() async throws {
    try await withClassroom { classroom in
      let teacher = try await classroom.openLesson()
      let classmate = try await classroom.page(.classmate, in: "room")
      var isUp = false
      for garbage in Self.garbage {
        let page = try await classroom.page(.pupil, in: "room")
        let before = page.heard.count
        page.send(opcode: garbage.opcode, garbage.bytes)
        if garbage.ends.hasPrefix("1") {
          let code = try await page.ends()
          // A server that has stopped reading may close before its farewell arrives.
          #expect(
            ["\(code)", code == 1006 ? garbage.ends : ""].contains(garbage.ends), "\(garbage): \(code)")
        } else {
          let answer = try await page.hears("an answer to \(garbage)", after: before) { $0.t == "no" }
          #expect(answer.code == garbage.ends && answer.text?.isEmpty == false, "\(garbage)")
        }
        isUp.toggle()
        let heard = teacher.heard.count
        try await classmate.does("hand", ["on": isUp])
        try await teacher.hears("the hand after \(garbage)", after: heard) { $0.isEvent("hand") }
      }
    }
  }

  @Test("who floods is sent away; nobody else notices")
  func flood() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, classmate) = try await FrameTests.lesson(classroom)
      for _ in 0..<400 { pupil.send("{\"t\":\"hand\"}") }
      #expect([1006, 1008].contains(try await pupil.ends()))
      try await classmate.does("hand")
      try await teacher.hears("the hand") { $0.isEvent("hand", of: classmate.browser.person.rawValue) }
    }
  }

  static let messages: [(typed: String, shown: String?)] = [
    ("<script>alert('x')</script> & \"</body>\"", "<script>alert('x')</script> & \"</body>\""),
    ("\u{202E}gnort oàv\u{202C} xin", "gnort oàv xin"), ("a\u{200B}b\u{FEFF}c\u{2060}d", "abcd"),
    ("hai\u{0}ba\u{7}", "haiba"), ("một\n\n\nhai\t\tba", "một hai ba"),
    ("Tiê\u{301}ng Viê\u{323}t", "Tiếng Việt"),
    ("${jndi:ldap://x} {{7*7}} %s' OR 1=1;--", "${jndi:ldap://x} {{7*7}} %s' OR 1=1;--"),
    ("=1+1", "=1+1"), (String(repeating: "a", count: 1_000), String(repeating: "a", count: 1_000)),
  ]

  static let refusedMessages: [(typed: String, told: String)] = [
    ("", "LOP-460"), (" \u{200B}\u{200D}\u{2066} ", "LOP-460"),
    (String(repeating: "b", count: 1_001), "LOP-461"),
    (String(repeating: "c", count: 60_000), "LOP-461"),
    (String(repeating: "e\u{301}", count: 4_000), "LOP-461"),
  ]

  @Test("a message is shown as text or refused, never anything else")
  func messagesAreText() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      try await teacher.does("chatMode", ["mode": "open"])
      for (typed, shown) in Self.messages {
        classroom.clock.advance(2)
        let before = teacher.heard.count
        try await pupil.does("chat", ["text": typed])
        let heard = try await teacher.hears("the message", after: before) { $0.isEvent("chat") }
        #expect(heard.text == shown)
        #expect(heard.name == "01. Nguyễn Hoài An – 6A1")
      }
      for (typed, told) in Self.refusedMessages {
        classroom.clock.advance(2)
        #expect(try await pupil.ask("chat", ["text": typed]).code == told, "\(typed.prefix(20))")
      }
      classroom.clock.advance(10)
      let link = "vào đây: http://localhost/lessons/\(classroom.lesson)"
      #expect(try await pupil.ask("chat", ["text": link]).code == "LOP-463")
      let stacked = "a" + String(repeating: "\u{301}", count: 500)
      try await pupil.does("chat", ["text": stacked])
      let heard = try await teacher.hears("the stacked marks") {
        $0.isEvent("chat") && $0.text?.unicodeScalars.count ?? 99 < 10 && $0.text != "abcd"
      }
      #expect(heard.text?.isEmpty == false)
      let record = try await teacher.browser.get("/lessons/\(classroom.lesson)/record").body
      #expect(!record.contains("<script>alert"))
    }
  }

  @Test("who writes too fast waits, the teacher later than a pupil")
  func tooFast() async throws {
    try await withClassroom { classroom in
      let (teacher, pupil, _) = try await FrameTests.lesson(classroom)
      try await teacher.does("chatMode", ["mode": "open"])
      for number in 1...6 {
        let answer = try await pupil.ask("chat", ["text": "\(number)"])
        #expect(answer.code == (number == 6 ? "LOP-464" : nil))
      }
      for number in 1...10 { try await teacher.does("chat", ["text": "\(number)"]) }
      classroom.clock.advance(2)
      try await pupil.does("chat", ["text": "được rồi"])
    }
  }
}
