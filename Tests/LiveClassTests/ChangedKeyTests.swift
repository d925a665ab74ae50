import Storage
import App
import Foundation
import HTTPTypes
import Rules
import TestKit
import Testing
import Web

/// The key of a lesson or class changed in the address, on every route of the live class.
@Suite struct ChangedKeyTests {
  struct Try: Sendable, CustomStringConvertible {
    let method: HTTPRequest.Method
    let path: String
    let actor: DemoSchool.Actor
    var description: String { "\(actor): \(method) \(path)" }
  }

  static let actions: Set<Action> = [
    .enterLesson, .raiseAlarm, .viewLessonRecord, .exportLessonRecord, .liftBan, .viewClassPassphrase,
    .rotateClassPassphrase,
  ]

  /// People of the first class and school, and what of theirs is refused for the lesson of another class of the school
  /// (nil: it is theirs to do).
  static let actors: [(actor: DemoSchool.Actor, mayInSchool: Set<Action>)] = [
    (.pupil, []), (.guardian, []), (.subjectTeacher, []), (.homeroomTeacher, []),
    (
      .head,
      [
        .enterLesson, .raiseAlarm, .viewLessonRecord, .exportLessonRecord, .liftBan, .viewClassPassphrase,
        .rotateClassPassphrase,
      ]
    ),
    (.itTeacher, []),
  ]

  @Test("another class's lesson opens by no address, and each attempt is on record")
  func changedKeys() async throws {
    try await withClassroom { classroom in
      let places = classroom.school.places
      let routes = classroom.school.application.routes.all.filter {
        Self.actions.contains($0.action) && ($0.path.contains(":lesson") || $0.path.contains(":class"))
      }
      #expect(routes.count == 9)
      let targets = [
        (places.lessonOfOtherClass, places.otherClass, true),
        (places.lessonOfOtherSchool, places.classOfOtherSchool, false),
      ]
      var tried = 0
      for (actor, mayInSchool) in Self.actors {
        let browser = try await classroom.browser(actor)
        for (lesson, schoolClass, isSameSchool) in targets {
          for route in routes where !(isSameSchool && mayInSchool.contains(route.action)) {
            let path = route.path.replacing(":lesson", with: lesson.rawValue)
              .replacing(":class", with: schoolClass.rawValue)
            let before = try await Self.records(classroom, browser.person)
            let answer =
              route.method == .get
              ? try await browser.get(path)
              : try await browser.post(path, ["confirmed": "1", "person": browser.person.rawValue])
            let attempt = Try(method: route.method, path: route.path, actor: actor)
            #expect(answer.status == 403, "\(attempt)")
            for foreign in DemoSchool.Actor.otherClass + DemoSchool.Actor.otherSchool {
              #expect(!answer.body.contains(foreign.name), "\(attempt)")
            }
            let news = try await Self.records(classroom, browser.person).dropFirst(before.count)
            #expect(news.map(\.1) == [route.action.rawValue], "\(attempt)")
            tried += 1
          }
        }
      }
      #expect(tried == 6 * 2 * 9 - 9)
      let wrote = try await classroom.database.read { db in
        try db.rows("SELECT COUNT(*) FROM alarm")[0].int(0)
          + db.rows("SELECT COUNT(*) FROM class_passphrase")[0].int(0)
      }
      #expect(wrote == 0)
    }
  }

  @Test("a key that leads nowhere is not found, in the same words for all")
  func unknownKeys() async throws {
    try await withClassroom { classroom in
      let browser = try await classroom.browser(.pupil)
      let nowhere = [
        "00000000-0000-0000-0000-000000000000", "khong-co", "..%2f..%2fetc%2fpasswd", "'%20OR%201=1--",
        classroom.school.places.ownClass.rawValue,
      ]
      for key in nowhere {
        for path in ["/lessons/\(key)", "/lessons/\(key)/record", "/lessons/\(key)/record.csv"] {
          #expect(try await browser.get(path).status == 404, "\(path)")
        }
        #expect(try await browser.post("/api/v1/lessons/\(key)/tickets").status == 404, "\(key)")
      }
      let page = try await browser.page()
      let answer = try await page.enter(.init(rawValue: nowhere[0]), ticket: nil)
      #expect(answer.code == "LOP-111")
    }
  }

  /// What the school's chain has of somebody's refusals: reason and action.
  private static func records(_ classroom: Classroom, _ person: Person.ID) async throws -> [(String, String)]
  {
    try await classroom.database.read { db in
      try db.rows(
        """
        SELECT body FROM ledger_event WHERE name = 'admission.refused' AND actor_id = \(person)
        ORDER BY unit_id, number
        """
      ).map { row in
        let facts = try JSONDecoder().decode([String: String].self, from: Data(row.text(0).utf8))
        return (facts["reason"] ?? "", facts["action"] ?? "")
      }
    }
  }
}
