import HTTPTypes
import Jobs
import Rules
import Storage
import TestKit
import Testing

@testable import Incidents

/// What the clock does about an alarm that nobody has taken up, and what stops it.
@Suite struct EscalationTests {
  private static let atOnce = ["guardian: guardian", "head: head", "teacherInCharge: subjectTeacher"]
  private static let homeroom = "homeroomTeacher: homeroomTeacher"

  @Test(
    "nobody answers: the homeroom teacher after a minute, the deputy after two",
    arguments: EngineKind.allCases)
  func step(_ kind: EngineKind) async throws {
    try await AlarmFixture.with(kind) { f in
      let id = try #require(try await f.raise(by: .pupil))
      try await f.passes(59)
      #expect(try await f.told(id) == Self.atOnce)
      try await f.passes(1)
      #expect(try await f.told(id) == (Self.atOnce + [Self.homeroom]).sorted())
      try await f.passes(59)
      #expect(try await f.message(id, to: .deputyHead) == nil)
      try await f.passes(1)
      #expect(try await f.message(id, to: .deputyHead) != nil)
      try await f.passes(.hour)
      let receipts = try await f.school.database.read { try Outbox.receipts(of: id.rawValue, in: $0) }
      // Each of the five once on the page and once by letter.
      #expect(receipts.count == 10)
      #expect(try await f.school.database.read { try DueClocks.pending(of: id.rawValue, in: $0) }.isEmpty)
    }
  }

  @Test("whoever of the school takes it up stops the clock; the family does not")
  func acknowledgement() async throws {
    try await AlarmFixture.with { f in
      let first = try #require(try await f.raise(by: .pupil))
      #expect(try await f.school.ask(.post, "/alarms/\(first)/acknowledgement", as: .guardian).status == 303)
      try await f.passes(60)
      #expect(try await f.told(first).contains(Self.homeroom))
      #expect(try await f.school.ask(.post, "/alarms/\(first)/acknowledgement", as: .head).status == 303)
      try await f.passes(.hour)
      #expect(try await f.message(first, to: .deputyHead) == nil)
    }
  }

  @Test("who takes it up before the clock comes to them stops it as well")
  func earlyAcknowledgement() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil))
      #expect(
        try await f.school.ask(.post, "/alarms/\(id)/acknowledgement", as: .homeroomTeacher).status == 303)
      try await f.passes(.hour)
      #expect(try await f.told(id) == Self.atOnce)
    }
  }

  @Test("taking it up twice is once, with one event")
  func twice() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil))
      let path = "/alarms/\(id)/acknowledgement"
      async let one = f.school.ask(.post, path, as: .subjectTeacher)
      async let two = f.school.ask(.post, path, as: .subjectTeacher)
      let statuses = try await [one.status, two.status]
      #expect(statuses == [303, 303])
      f.school.clock.advance(30)
      #expect(try await f.school.ask(.post, path, as: .subjectTeacher).status == 303)
      #expect(try await f.school.ask(.post, path, as: .head).status == 303)
      #expect(try await f.count("alarm.acknowledged") == 2)
      let page = try await f.school.ask(.get, "/alarms/\(id)", as: .head)
      #expect(page.text.contains("Bạn đã nhận xử lý"))
      #expect(page.text.contains("Nhận xử lý 07:50:00") && page.text.contains("Nhận xử lý 07:50:30"))
    }
  }
}
