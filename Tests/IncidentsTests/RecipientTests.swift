import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

@testable import Incidents

/// Who is told of what, with the people of a real school behind the functions.
@Suite struct RecipientTests {
  typealias Actor = DemoSchool.Actor

  struct Case: Sendable, CustomStringConvertible {
    let kind: AlarmKind
    let reporter: Actor?
    var about: Actor?
    let atOnce: [String]
    /// Added within the next two minutes.
    let later: [String]
    var exceptions: [String] = []
    var description: String {
      "\(kind) by \(reporter.map(\.rawValue) ?? "the system") about \(about?.rawValue ?? "nobody known")"
    }
  }

  static let adults = ["head: head", "teacherInCharge: subjectTeacher"]
  static let steps = ["deputyHead: deputyHead", "homeroomTeacher: homeroomTeacher"]

  static let cases: [Case] = [
    .init(kind: .stranger, reporter: .pupil, atOnce: adults + ["guardian: guardian"], later: steps),
    .init(
      kind: .badContent, reporter: .classmate, atOnce: adults + ["guardian: otherGuardian"], later: steps),
    // No guardian is recorded: the homeroom teacher stands in and telephones.
    .init(
      kind: .stranger, reporter: .thirdPupil, atOnce: adults + ["guardian: homeroomTeacher"], later: steps),
    .init(
      kind: .needsHelp, reporter: .pupil, atOnce: ["teacherInCharge: subjectTeacher"],
      later: ["homeroomTeacher: homeroomTeacher"]),
    .init(kind: .stranger, reporter: .subjectTeacher, atOnce: ["head: head"], later: steps),
    .init(kind: .securityLost, reporter: .guardian, atOnce: adults, later: steps),
    .init(kind: .stranger, reporter: .head, atOnce: ["teacherInCharge: subjectTeacher"], later: steps),
    .init(
      kind: .doubleUse, reporter: nil, about: .pupil,
      atOnce: ["guardian: guardian", "teacherInCharge: subjectTeacher"],
      later: ["homeroomTeacher: homeroomTeacher"]),
    .init(kind: .teacherLost, reporter: nil, atOnce: [], later: steps + ["head: head"]),
    .init(
      kind: .stranger, reporter: .pupil, about: .guardian,
      atOnce: adults + ["guardian: homeroomTeacher", "homeroomTeacher: homeroomTeacher"],
      later: ["deputyHead: deputyHead"],
      exceptions: [" subject"]),
    .init(
      kind: .badContent, reporter: .pupil, about: .subjectTeacher,
      atOnce: [
        "deputyHead: deputyHead", "guardian: guardian", "head: head", "homeroomTeacher: homeroomTeacher",
      ],
      later: []),
    .init(
      kind: .stranger, reporter: .pupil, about: .head,
      atOnce: ["deputyHead: deputyHead", "guardian: guardian", "teacherInCharge: subjectTeacher"],
      later: ["homeroomTeacher: homeroomTeacher"], exceptions: ["receivingAuthority unfilled"]),
  ]

  @Test("each alarm reaches those whom the rules name, and never its subject", arguments: cases)
  func recipients(_ alarm: Case) async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(alarm.kind, by: alarm.reporter, about: alarm.about))
      #expect(try await f.told(id) == alarm.atOnce.sorted())
      try await f.passes(2 * .minute)
      #expect(try await f.told(id) == (alarm.atOnce + alarm.later).sorted())
      #expect(try await f.exceptions(id) == alarm.exceptions)
      if let subject = alarm.about, subject != .pupil {
        #expect(try await f.message(id, to: subject) == nil)
      }
      #expect(try await f.message(id, to: .pupilOfOtherClass) == nil)
      #expect(try await f.count("alarm.raised") == 1)
    }
  }

  @Test func whomItIsAboutDoesNotReadItEither() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil, about: .guardian))
      let page = try await f.school.ask(.get, "/alarms/\(id)", as: .guardian)
      #expect(page.status == 403)
      let list = try await f.school.ask(.get, "/alarms", as: .guardian)
      #expect(!list.text.contains(id.rawValue))
      let record = try await f.school.ask(.get, "/alarms/\(id)", as: .head)
      #expect(record.text.contains("Một người không được báo vì là người được nêu trong vụ việc."))
    }
  }

  @Test(
    "the same press within ten seconds is one alarm, a new one later is another",
    arguments: EngineKind.allCases)
  func samePress(_ kind: EngineKind) async throws {
    try await AlarmFixture.with(kind) { f in
      var raised = [try await f.raise(by: .pupil)]
      f.school.clock.advance(9)
      raised.append(try await f.raise(by: .pupil))
      raised.append(try await f.raise(by: .classmate))
      raised.append(try await f.raise(.needsHelp, by: .pupil))
      f.school.clock.advance(1)
      raised.append(try await f.raise(by: .pupil))
      #expect(raised.map { $0 != nil } == [true, false, true, true, true])
    }
  }
}
