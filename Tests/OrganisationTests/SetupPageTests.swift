import HTTPTypes
import Identity
import Organisation
import Rules
import Storage
import TestKit
import Testing

/// Requests of a new school: years, subjects, classes, staff, assignments. A row says who asks for what and what comes of
/// it; every POST has rows for people who may not.
@Suite struct SetupPageTests {
  private static func check(_ rows: [SchoolPages.Row], _ pages: SchoolPages) async throws {
    for row in rows {
      let answer = try await pages.ask(row.method, row.path, as: row.person, row.body)
      #expect(
        answer.status == row.status, "\(row.method) \(row.path) \(row.body): \(answer.text.suffix(600))")
      #expect(
        row.holds.isEmpty || answer.text.contains(row.holds),
        "\(row.method) \(row.path) should hold \(row.holds)")
      if row.status == 403 || row.status == 404 {
        for secret in ["Vũ Thị Hạnh", "Trần Thị Minh", "gv.minh", "Toán"] {
          #expect(!answer.text.contains(secret), "\(row.path) must not hold \(secret)")
        }
      }
    }
  }

  @Test("pages of a school open for its head and IT teacher alone")
  func whoSees() async throws {
    let pages = try await SchoolPages.make()
    let (head, it, teacher) = (pages.school.head, pages.it, pages.school.teacher)
    var rows: [SchoolPages.Row] = []
    for (path, holds) in [
      ("/years", "2026-2027"), ("/subjects", "Toán"), ("/staff", "Trần Thị Minh"),
      ("/assignments", "Lớp 6A2"),
      ("/staff/\(teacher)", "gv.minh"),
    ] {
      rows += [head, it].map { .init(.get, pages.unit + path, $0, "", 200, holds) }
      rows += [teacher, pages.pupil, pages.stranger].map {
        .init(.get, pages.unit + path, $0, "", 403, "LOP-101")
      }
    }
    rows += [
      .init(.get, "/classes/\(pages.schoolClass)/teachers", teacher, "", 200, "Trần Thị Minh"),
      .init(.get, "/classes/\(pages.schoolClass)/teachers", it, "", 200, "Lưu phân công"),
      .init(.get, "/classes/\(pages.schoolClass)/teachers", pages.pupil, "", 403, "LOP-101"),
      .init(.get, "/classes/\(pages.schoolClass)/teachers", pages.stranger, "", 403, "LOP-101"),
      .init(.get, "\(pages.unit)/staff/\(pages.pupil)", head, "", 404, "LOP-111"),
      .init(.get, "\(pages.unit)/staff/\(pages.stranger)", head, "", 404, "LOP-111"),
    ]
    try await Self.check(rows, pages)
    let seen = try await pages.ask(.get, "/classes/\(pages.schoolClass)/teachers", as: teacher)
    #expect(!seen.text.contains("Lưu phân công") && !seen.text.contains("<select"))
  }

  @Test("nobody else changes a school")
  func whoChanges() async throws {
    let pages = try await SchoolPages.make()
    let teacher = pages.school.teacher
    let one = "\(pages.unit)/staff/\(teacher)"
    var rows: [SchoolPages.Row] = []
    for (path, body) in [
      ("\(pages.unit)/years", "name=N&first=2027-08-01&last=2028-05-31"),
      ("\(pages.unit)/subjects", "name=Văn"), ("\(pages.unit)/subjects/\(pages.maths)/retirement", ""),
      ("\(pages.unit)/subjects/\(pages.maths)/restoration", ""), ("\(pages.unit)/classes", "names=6A9"),
      ("\(pages.unit)/staff", "people=A%20B"), ("\(pages.unit)/staff/slips", "scope=idle"),
      ("\(pages.unit)/staff/slips.pdf", "scope=idle"), ("\(one)/verification", ""),
      ("\(one)/session-ending", ""),
      ("\(one)/lock", "reason=lost"), ("\(one)/unlocking", ""), ("\(one)/second-factor-reset", "reason=lost"),
      ("\(one)/departure", ""), ("\(one)/functions", "function=it_teacher"),
      ("\(one)/function-endings", "function=it_teacher"), ("\(one)/assignments", "subject=\(pages.maths)"),
      ("\(one)/assignment-endings", "assignment=x"), ("/classes/\(pages.schoolClass)/teachers", "homeroom="),
      ("/classes/\(pages.schoolClass)/teachers/endings", "assignment=x"),
    ] {
      rows += [teacher, pages.pupil, pages.stranger].map { .init(.post, path, $0, body, 403, "LOP-101") }
    }
    // Functions are the head's to give: an IT teacher must not make themselves head.
    rows += ["functions", "function-endings"].flatMap { step in
      [teacher, pages.it].map {
        .init(.post, "\(pages.unit)/staff/\($0)/\(step)", pages.it, "function=head", 403, "LOP-101")
      }
    }
    let before = try await pages.school.eventCount()
    try await Self.check(rows, pages)
    #expect(try await pages.school.eventCount() == before, "a refusal changes nothing")
  }

  @Test func yearsFollowOneAnother() async throws {
    let pages = try await SchoolPages.make()
    let path = "\(pages.unit)/years"
    let next =
      "name=2027–2028&first=2027-08-01&last=2028-05-31&term-1-first=2027-09-05&term-1-last=2028-01-18"
    try await Self.check(
      [
        .init(.post, path, pages.it, next.replacing("2027-08-01", with: "2027-05-01"), 409, "LOP-214"),
        .init(.post, path, pages.it, next.replacing("2027-08-01", with: "ngày mai"), 422, "LOP-212"),
        .init(.post, path, pages.it, next.replacing("2027-09-05", with: "2027-07-01"), 422, "LOP-213"),
        .init(.post, path, pages.it, next.replacing("name=2027–2028", with: "name="), 422, "LOP-121"),
        .init(.post, path, pages.it, next, 303), .init(.post, path, pages.it, next, 409, "LOP-214"),
        .init(.get, path, pages.it, "", 200, "Học kỳ 1: 05/09/2027 – 18/01/2028"),
        .init(.post, "\(path)/\(pages.school.year)/ending", pages.it, "on=2026-09-04", 422, "LOP-212"),
        .init(.post, "\(path)/\(pages.school.year)/ending", pages.it, "on=2027-05-20", 303),
        .init(.get, path, pages.it, "", 200, "đến hết ngày 20/05/2027"),
        .init(.post, "\(path)/\(pages.maths)/ending", pages.it, "on=2027-05-20", 404, "LOP-111"),
      ], pages)
    #expect(try await pages.events("year.made").count == 2)
    #expect(try await pages.events("year.ended").first?.facts["on"] == "2027-05-20")
  }

  @Test func subjectsComeFromTheProgrammeAndGoWhenNobodyTeachesThem() async throws {
    let pages = try await SchoolPages.make()
    let path = "\(pages.unit)/subjects"
    try await Self.check(
      [
        .init(.get, path, pages.it, "", 200, "Khoa học tự nhiên"),
        .init(.post, path, pages.it, "subject=Ng%E1%BB%AF+v%C4%83n&subject=To%C3%A1n", 303),
        .init(.get, path, pages.it, "", 200, "Trường đang dạy 2 môn"),
        .init(.post, path, pages.it, "name=C%E1%BB%9D+vua%3Bng%E1%BB%AF+V%C4%82N", 303),
        .init(.get, path, pages.it, "", 200, "Trường đang dạy 3 môn"),
        .init(.post, path, pages.it, "name=\(String(repeating: "a", count: 61))", 422, "LOP-122"),
        .init(.post, "\(path)/\(pages.maths)/retirement", pages.it, "", 409, "LOP-221"),
      ], pages)
    let unit = pages.school.school
    let chess = try #require(
      try await pages.school.database.read { try Schools.subjects(of: unit, in: $0) }.first {
        $0.name == "Cờ vua"
      })
    try await Self.check(
      [
        .init(.post, "\(path)/\(chess.id)/retirement", pages.it, "", 303),
        .init(.get, path, pages.it, "", 200, "Đã ngừng dạy"),
        .init(.post, "\(path)/\(chess.id)/retirement", pages.it, "", 404, "LOP-111"),
        .init(.post, path, pages.it, "name=c%E1%BB%9D+vua", 303),
        .init(.get, path, pages.it, "", 200, "Trường đang dạy 3 môn"),
      ], pages)
    #expect(try await pages.events("subject.retired").count == 1)
    #expect(try await pages.events("subject.restored").count == 1)
  }

  @Test func classesAreAddedAllOrNone() async throws {
    let pages = try await SchoolPages.make()
    try await Self.check(
      [
        .init(.post, "\(pages.unit)/classes", pages.it, "names=7A1%2C+6a2", 409, "LOP-224"),
        .init(.post, "\(pages.unit)/classes", pages.it, "names=7A1%2C+x%3Cb%3E", 409, "LOP-224"),
        .init(.get, "/classes", pages.it, "", 200, "Lớp 6A2"),
      ], pages)
    #expect(!(try await pages.ask(.get, "/classes", as: pages.it).text.contains("7A1")))
    try await Self.check(
      [
        .init(.post, "\(pages.unit)/classes", pages.it, "names=7A1%2C+7A2", 303),
        .init(.get, "/classes", pages.it, "", 200, "Lớp 7A2"),
      ], pages)
  }
}
