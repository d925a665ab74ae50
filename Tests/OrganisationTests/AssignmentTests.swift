import HTTPTypes
import Identity
import Rules
import Storage
import TestKit
import Testing

@testable import Organisation

@Suite struct AssignmentTests {
  private static func teachers(_ pages: SchoolPages, on day: Day? = nil) async throws -> [String] {
    let (id, day) = (pages.schoolClass, day ?? pages.school.today)
    return try await pages.school.database.read { db in
      let assignments = try Schools.assignments(in: id, on: day, in: db)
      let names = try People.names(of: assignments.map(\.person), in: db)
      let subjects = try Schools.subjectNames(assignments.compactMap(\.subject), in: db)
      return assignments.map { "\($0.subject.flatMap { subjects[$0] } ?? "CN"): \(names[$0.person] ?? "")" }
        .sorted()
    }
  }

  private static func seen(_ pages: SchoolPages) async throws -> String {
    let page = try await pages.ask(.get, "/classes/\(pages.schoolClass)/teachers", as: pages.it)
    return String(try #require(page.text.firstMatch(of: /name="seen" value="([0-9a-f]+)"/)).output.1)
  }

  private static func colleague(_ name: String, _ pages: SchoolPages) async throws -> Person.ID {
    let (unit, head) = (pages.school.school, pages.school.head)
    return try await pages.school.database.write {
      try Schools.engage(name: name, email: nil, staffOf: unit, by: head, in: $0)
    }
  }

  @Test(
    "the table of a class is saved as a whole, from a day on, and the past stays",
    arguments: EngineKind.allCases)
  func theTable(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let huy = try await Self.colleague("Lê Quang Huy", pages)
    let path = "/classes/\(pages.schoolClass)/teachers"
    let seen = try await Self.seen(pages)
    let wish = "seen=\(seen)&homeroom=\(huy)&subject-\(pages.maths)=\(huy)"
    let late = try await pages.ask(.post, path, as: pages.it, wish + "&from=2026-09-04")
    #expect(late.status == 422 && late.text.contains("LOP-222"))
    let after = try await pages.ask(.post, path, as: pages.it, wish + "&from=2027-06-01")
    #expect(after.status == 422 && after.text.contains("LOP-222"))
    let stranger = try await pages.ask(
      .post, path, as: pages.it, "seen=\(seen)&homeroom=\(pages.stranger)&from=2026-09-05")
    #expect(stranger.status == 404 || stranger.text.contains("LOP-111"))
    #expect(try await Self.teachers(pages) == ["Toán: Trần Thị Minh"])
    #expect(try await pages.ask(.post, path, as: pages.it, wish + "&from=2026-09-07").status == 303)
    #expect(try await Self.teachers(pages) == ["Toán: Trần Thị Minh"])
    #expect(
      try await Self.teachers(pages, on: Day("2026-09-07")!) == ["CN: Lê Quang Huy", "Toán: Lê Quang Huy"])
    let stale = try await pages.ask(.post, path, as: pages.school.head, wish + "&from=2026-09-08")
    #expect(stale.status == 409 && stale.text.contains("LOP-223"))
  }

  @Test func savingWhatStandsChangesNothing() async throws {
    let pages = try await SchoolPages.make()
    let path = "/classes/\(pages.schoolClass)/teachers"
    let before = try await pages.school.eventCount()
    let body = "seen=\(try await Self.seen(pages))&homeroom=&subject-\(pages.maths)=\(pages.school.teacher)"
    #expect(try await pages.ask(.post, path, as: pages.it, body).status == 303)
    #expect(try await pages.school.eventCount() == before)
    let cleared = "seen=\(try await Self.seen(pages))&subject-\(pages.maths)="
    #expect(try await pages.ask(.post, path, as: pages.it, cleared).status == 303)
    #expect(try await Self.teachers(pages) == [])
    #expect(try await pages.events("teacher.released").count == 1)
  }

  @Test("one person takes a subject in several classes", arguments: EngineKind.allCases)
  func severalClasses(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let huy = try await Self.colleague("Lê Quang Huy", pages)
    let other = try await pages.school.schoolClass("6A3")
    let path = "\(pages.unit)/staff/\(huy)"
    let body = "subject=\(pages.maths)&class=\(pages.schoolClass)&class=\(other)"
    for _ in 1...2 {
      #expect(try await pages.ask(.post, path + "/assignments", as: pages.it, body).status == 303)
    }
    #expect(try await Self.teachers(pages) == ["Toán: Lê Quang Huy", "Toán: Trần Thị Minh"])
    let page = try await pages.ask(.get, path, as: pages.it)
    #expect(page.text.contains("6A3") && page.text.contains("Kết thúc hôm nay"))
    #expect(
      try await pages.ask(.post, path + "/assignments", as: pages.it, "subject=\(pages.maths)").status == 422)
    let foreign = "subject=\(pages.maths)&class=\(pages.school.year)"
    #expect(try await pages.ask(.post, path + "/assignments", as: pages.it, foreign).status == 404)
    let id = try #require(page.text.firstMatch(of: /name="assignment" value="([^"]+)"/)).output.1
    #expect(
      try await pages.ask(.post, path + "/assignment-endings", as: pages.it, "assignment=\(id)").status == 303
    )
    // An assignment of somebody else is not ended from this page.
    let (schoolClass, day, teacher) = (pages.schoolClass, pages.school.today, pages.school.teacher)
    let minh = try #require(
      try await pages.school.database.read {
        try Schools.standing(assignmentsIn: schoolClass, from: day, in: $0)
      }.first { $0.person == teacher })
    #expect(
      try await pages.ask(.post, path + "/assignment-endings", as: pages.it, "assignment=\(minh.id)").status
        == 404)
  }
}
