import Foundation
import HTTPTypes
import Jobs
import Rules
import Storage
import TestKit
import Testing

@testable import Incidents

/// Receipts are the recipient's own, and alarms are read by those whom they concern.
@Suite struct ReceiptTests {
  typealias Actor = DemoSchool.Actor

  @Test("only the recipient's pages make a receipt, and the first time stays")
  func receipts() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil))
      let message = try #require(try await f.message(id, to: .guardian))
      for stranger in [Actor.otherGuardian, .head, .subjectTeacher, .pupil, .guardianOfOtherSchool] {
        let answer = try await f.school.ask(.post, "/messages/\(message.message)/read", as: stranger)
        #expect(answer.status == 404, "\(stranger)")
        let person = f.school.person(stranger)
        let isTheirs = try await f.school.database.write {
          try Outbox.markDelivered(message.message, by: person, in: $0)
        }
        #expect(!isTheirs)
      }
      #expect(try await f.school.ask(.post, "/messages/\(message.message)/read").status == 401)
      #expect(try await f.message(id, to: .guardian)?.deliveredAt == nil)
      let path = "/messages/\(message.message)/read"
      let json: HTTPFields = [.accept: "application/json"]
      #expect(try await f.school.ask(.post, path, as: .guardian, headers: json).status == 204)
      let first = f.school.clock.time
      f.school.clock.advance(5)
      #expect(try await f.school.ask(.post, path, as: .guardian, headers: json).status == 204)
      let receipt = try #require(try await f.message(id, to: .guardian))
      #expect(receipt.readAt == first && receipt.deliveredAt == first)
      #expect(try await f.message(id, to: .head)?.readAt == nil)
      #expect(try await f.count("message.read") == 1)
    }
  }

  @Test("opening the alarm is a receipt of the own message alone")
  func openingReads() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil))
      let page = try await f.school.ask(.get, "/alarms/\(id)", as: .head)
      #expect(page.status == 200 && page.text.contains("Có người lạ") && page.text.contains("Chưa xem"))
      #expect(try await f.message(id, to: .head)?.readAt == f.school.clock.time)
      #expect(try await f.message(id, to: .guardian)?.readAt == nil)
      #expect(try await f.school.ask(.get, "/alarms/\(id)", as: .guardian).text.contains("Đã đọc 07:50:00"))
    }
  }

  @Test("a second device that goes on trying is told of once a minute", arguments: EngineKind.allCases)
  func doubleUseIsToldOnce(_ kind: EngineKind) async throws {
    try await AlarmFixture.with(kind) { f in
      let first = try await f.raise(.doubleUse, by: nil, about: .pupil)
      f.school.clock.advance(30)
      let again = try await f.raise(.doubleUse, by: nil, about: .pupil)
      let other = try await f.raise(.doubleUse, by: nil, about: .classmate)
      f.school.clock.advance(31)
      let later = try await f.raise(.doubleUse, by: nil, about: .pupil)
      #expect(first != nil && again == nil && other != nil && later != nil)
    }
  }

  /// Who may read the alarm of `pupil` in 6A1, and who may not.
  static let readers: [(actor: Actor, status: Int)] = [
    (.subjectTeacher, 200), (.homeroomTeacher, 200), (.head, 200), (.deputyHead, 200), (.guardian, 200),
    (.pupil, 403), (.classmate, 403), (.otherGuardian, 403), (.teacherOfOtherClass, 403), (.itTeacher, 403),
    (.guardianOfOtherClass, 403), (.headOfOtherSchool, 403), (.teacherOfOtherSchool, 403),
    (.guardianOfOtherSchool, 403), (.officer, 403),
  ]

  @Test("a foreign alarm is neither read nor taken up")
  func foreignAlarms() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil))
      for (actor, status) in Self.readers {
        let page = try await f.school.ask(.get, "/alarms/\(id)", as: actor)
        #expect(page.status == status, "\(actor)")
        let list = try await f.school.ask(.get, "/alarms", as: actor)
        if status == 403 {
          #expect(!page.text.contains(Actor.guardian.name) && !list.text.contains(id.rawValue), "\(actor)")
          let taken = try await f.school.ask(.post, "/alarms/\(id)/acknowledgement", as: actor)
          #expect(taken.status == 403, "\(actor)")
        }
      }
      #expect(try await f.count("alarm.acknowledged") == 0)
      #expect(try await f.school.ask(.get, "/alarms/\(id)").status == 303)
    }
  }

  @Test("who was told may look and take it up, also when the class is theirs no more")
  func toldWithoutAPlace() async throws {
    try await AlarmFixture.with { f in
      let id = try #require(try await f.raise(by: .pupil))
      let person = f.school.person(.teacherOfOtherClass)
      #expect(try await f.school.ask(.get, "/alarms/\(id)", as: .teacherOfOtherClass).status == 403)
      try await f.school.database.write { db in
        try db.run(
          """
          INSERT INTO alarm_addressee (alarm_id, person_id, recipient, at)
          VALUES (\(id), \(person), 'teacherInCharge', \(db.at))
          """)
      }
      #expect(try await f.school.ask(.get, "/alarms/\(id)", as: .teacherOfOtherClass).status == 200)
      let taken = try await f.school.ask(.post, "/alarms/\(id)/acknowledgement", as: .teacherOfOtherClass)
      #expect(taken.status == 303)
    }
  }

  @Test(
    "an alarm that there is not is not found",
    arguments: ["00000000-0000-0000-0000-000000000000", "x", "%00", "..%2f"])
  func unknownAlarms(key: String) async throws {
    try await AlarmFixture.with { f in
      try await f.raise(by: .pupil)
      for actor in [Actor.head, .guardian, .pupil] {
        #expect(try await f.school.ask(.get, "/alarms/\(key)", as: actor).status == 404)
        #expect(try await f.school.ask(.post, "/alarms/\(key)/acknowledgement", as: actor).status == 404)
        #expect(try await f.school.ask(.post, "/messages/\(key)/read", as: actor).status == 404)
      }
    }
  }
}
