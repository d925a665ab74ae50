import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

/// S3-27: nobody enters before an adult has confirmed them, and the adult is one who was confirmed.
@Suite struct VerifierTests {
  private static let asks: [(actor: DemoSchool.Actor, path: @Sendable (DemoSchool) -> String, body: String)] =
    [
      (.guardian, { "/children/\($0.person(.pupil))/verification" }, ""),
      (.homeroomTeacher, { "/children/\($0.person(.pupil))/verification" }, ""),
      (.homeroomTeacher, { "/classes/\($0.places.ownClass)/verifications" }, "whole_class=1"),
      (.homeroomTeacher, { "/classes/\($0.places.ownClass)/accounts/\($0.person(.pupil))/verification" }, ""),
    ]

  @Test("who was not confirmed confirms nobody", arguments: asks.indices)
  func unconfirmed(_ index: Int) async throws {
    let (actor, path, body) = Self.asks[index]
    let school = try await DemoSchool.make(.sqlite)
    try await Self.unverify([actor, .pupil], school)
    let refused = try await school.ask(.post, path(school), as: actor, body: body)
    #expect(refused.status == 403 && refused.text.contains("LOP-235"))
    #expect(try await Self.isVerified(.pupil, school) == false)
    try await school.database.write { db in
      try db.run(
        "UPDATE account SET verified_at = 1, verified_by = person_id WHERE person_id = \(school.person(actor))"
      )
    }
    #expect(try await school.ask(.post, path(school), as: actor, body: body).status == 303)
    #expect(try await Self.isVerified(.pupil, school))
  }

  @Test func aParentIsToldWhomToAsk() async throws {
    let school = try await DemoSchool.make(.sqlite)
    try await Self.unverify([.guardian, .pupil], school)
    let page = try await school.ask(.get, "/children/\(school.person(.pupil))", as: .guardian)
    #expect(page.status == 200 && page.text.contains("Hãy nhờ giáo viên chủ nhiệm"))
    #expect(!page.text.contains("/verification"))
  }

  private static func unverify(_ actors: [DemoSchool.Actor], _ school: DemoSchool) async throws {
    let people = actors.map { school.person($0) }
    try await school.database.write { db in
      for person in people {
        try db.run("UPDATE account SET verified_at = NULL, verified_by = NULL WHERE person_id = \(person)")
      }
    }
  }

  private static func isVerified(_ actor: DemoSchool.Actor, _ school: DemoSchool) async throws -> Bool {
    let person = school.person(actor)
    return try await school.database.read { db in
      try db.exists("SELECT 1 FROM account WHERE person_id = \(person) AND verified_at IS NOT NULL")
    }
  }
}
