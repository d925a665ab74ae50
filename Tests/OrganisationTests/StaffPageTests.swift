import HTTPTypes
import Foundation
import Identity
import Rules
import Storage
import TestKit
import Testing

@testable import Organisation

@Suite struct StaffPageTests {
  private static func post(
    _ pages: SchoolPages, _ path: String, as person: Person.ID, _ body: String = ""
  ) async throws -> (status: Int, text: String) {
    let answer = try await pages.ask(.post, pages.unit + path, as: person, body)
    return (answer.status, answer.text)
  }

  private static func staff(_ pages: SchoolPages) async throws -> [StaffList.Row] {
    let (unit, day) = (pages.school.school, pages.school.today)
    return try await pages.school.database.read { try StaffList.rows(of: unit, on: day, in: $0) }
  }

  @Test func severalColleaguesAreAddedAtOnceAndGetOneSlipEach() async throws {
    let pages = try await SchoolPages.make()
    let before = try await Self.staff(pages).count
    let unreadable = try await Self.post(
      pages, "/staff", as: pages.it, "people=L%C3%AA+Quang+Huy%0Ahuy%40truong.example")
    #expect(
      unreadable.status == 422 && unreadable.text.contains("LOP-219") && unreadable.text.contains("Dòng 2"))
    #expect(unreadable.text.contains("Lê Quang Huy"), "what was typed is kept")
    let good = try await Self.post(
      pages, "/staff", as: pages.it,
      "people=B%C3%B9i+Th%E1%BB%8B+Cam%3B+cam%40truong.example%0A%0AH%E1%BB%93+V%C4%83n+%3Cb%3ES%C3%A1u%3C%2Fb%3E"
    )
    #expect(good.status == 303)
    let list = try await pages.ask(.get, "\(pages.unit)/staff", as: pages.it)
    #expect(
      list.text.contains("Bùi Thị Cam") && list.text.contains("&lt;b&gt;") && !list.text.contains("<b>Sáu"))
    #expect(try await Self.staff(pages).count >= before + 2)
    let sheet = try await Self.post(pages, "/staff/slips", as: pages.it, "scope=idle")
    #expect(sheet.status == 200 && sheet.text.contains("báo người phụ trách CNTT"))
    let secrets = sheet.text.matches(of: /[A-Z3-9]{4}-[A-Z3-9]{4}-[A-Z3-9]{4}/).map { String($0.output) }
    #expect(Set(secrets).count >= 2)
    let again = try await pages.ask(.get, "\(pages.unit)/staff", as: pages.it)
    #expect(secrets.allSatisfy { !again.text.contains($0) })
  }

  @Test("a guardian who starts to teach keeps one account", arguments: EngineKind.allCases)
  func guardianBecomesStaff(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let mother = try #require(try await pages.school.guardian(of: pages.pupil))
    let login = try #require(try await pages.school.account(of: mother)).login
    let pupilLogin = try #require(try await pages.school.account(of: pages.pupil)).login
    #expect(try await Self.post(pages, "/staff", as: pages.it, "login=\(login)").status == 303)
    #expect(try await Self.staff(pages).contains { $0.person == mother && $0.account?.login == login })
    let twice = try await Self.post(pages, "/staff", as: pages.it, "login=\(login)")
    #expect(twice.status == 409 && twice.text.contains("LOP-220"))
    for other in [pupilLogin, "nobody"] {
      let refused = try await Self.post(pages, "/staff", as: pages.it, "login=\(other)")
      #expect(refused.status == 422 && refused.text.contains("LOP-225"), "\(other)")
    }
    // From now on a homeroom teacher may not touch the account.
    let day = pages.school.today
    #expect(
      try await pages.school.database.read { try Schools.staff(among: [mother], on: day, in: $0) } == [mother]
    )
  }

  /// Attack prevented: an officer who also teaches at a school is taken for any colleague there.
  @Test("the account of another unit's leader is not a school's to open", arguments: EngineKind.allCases)
  func leadersElsewhere(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let school = pages.school
    let officer = try await school.database.write { db in
      let person = try People.add(name: "Ngô Thị Yến", in: db)
      _ = try Accounts.issue(to: person, login: "so.yen", unit: school.department, by: nil, in: db)
      try Schools.appoint(person, as: .officer, of: school.department, from: SchoolFixture.began, in: db)
      try Schools.join(person, staffOf: school.school, from: school.today, by: nil, in: db)
      return person
    }
    #expect(try await Self.post(pages, "/staff", as: pages.it, "login=so.yen").status == 422)
    for actor in [pages.it, school.head] {
      for step in ["lock", "unlocking", "session-ending", "second-factor-reset", "verification"] {
        let answer = try await Self.post(pages, "/staff/\(officer)/\(step)", as: actor, "reason=lost")
        #expect(answer.status == 403 && answer.text.contains("LOP-236"), "\(step)")
      }
      let slip = try await Self.post(pages, "/staff/slips", as: actor, "person=\(officer)")
      #expect(slip.status == 403 && slip.text.contains("LOP-236") && !slip.text.contains("/activate"))
    }
  }

  @Test("who leaves school loses functions, assignments and sessions at once", arguments: EngineKind.allCases)
  func leaving(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let (teacher, head, unit, day) = (
      pages.school.teacher, pages.school.head, pages.school.school, pages.school.today
    )
    try await pages.school.database.write { db in
      try Schools.appoint(teacher, as: .deputyHead, of: unit, from: day, by: head, in: db)
      guard let account = try Accounts.state(of: teacher, in: db) else { throw UserError.notFound }
      _ = try Sessions.open(
        account.id, token: "t", deviceKey: nil, device: "thử", address: "127.0.0.1", in: db)
    }
    let path = "/staff/\(teacher)/departure"
    let byIT = try await Self.post(pages, path, as: pages.it)
    #expect(byIT.status == 403 && byIT.text.contains("LOP-216"))
    #expect(try await pages.school.account(of: teacher)?.openSessions == 1)
    #expect(try await Self.post(pages, path, as: head).status == 303)
    let roles = try await pages.school.database.read { try Schools.memberships(of: teacher, on: day, in: $0) }
    #expect(roles.isEmpty)
    let account = try #require(try await pages.school.account(of: teacher))
    #expect(account.openSessions == 0 && account.state == .closed)
    #expect(!(try await Self.staff(pages).contains { $0.person == teacher }))
    #expect(try await pages.ask(.get, "\(pages.unit)/staff/\(teacher)", as: head).status == 404)
    for name in ["staff.left", "function.ended", "teacher.released", "account.closed"] {
      #expect(try await pages.events(name).last?.subject == teacher.rawValue, "\(name)")
    }
    #expect(try await Self.post(pages, path, as: head).status == 404)
    // The past is as it was.
    let yesterday = day.adding(days: -1)
    #expect(
      try await pages.school.database.read { try Schools.holders(in: unit, on: yesterday, in: $0) }.count == 1
    )
    // And back again: the same account, which waits for a slip.
    #expect(try await Self.post(pages, "/staff", as: head, "login=gv.minh").status == 303)
    let back = try #require(try await pages.school.account(of: teacher))
    #expect(back.state == .issued && !back.isVerified && back.id == account.id)
  }

  @Test("a guardian who leaves the staff stays a guardian", arguments: EngineKind.allCases)
  func leavingAndStaying(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let (teacher, pupil, unit, day) = (
      pages.school.teacher, pages.pupil, pages.school.school, pages.school.today
    )
    try await pages.school.database.write { db in
      try Schools.relate(teacher, to: pupil, as: .mother, unit: unit, from: day, in: db)
    }
    #expect(try await Self.post(pages, "/staff/\(teacher)/departure", as: pages.it).status == 303)
    let roles = try await pages.school.database.read { try Schools.memberships(of: teacher, on: day, in: $0) }
    #expect(roles.map(\.role) == [.guardian])
    #expect(try await pages.school.account(of: teacher)?.state == .active)
  }

  @Test func theHeadGivesFunctionsAndHandsTheOwnOneOn() async throws {
    let pages = try await SchoolPages.make()
    let (teacher, head) = (pages.school.teacher, pages.school.head)
    let path = "/staff/\(teacher)/functions"
    #expect(try await Self.post(pages, path, as: head, "function=police_contact").status == 422)
    #expect(try await Self.post(pages, path, as: head, "function=counsellor").status == 303)
    #expect(try await Self.post(pages, path, as: head, "function=deputy_head").status == 303)
    let page = try await pages.ask(.get, "\(pages.unit)/staff/\(teacher)", as: head)
    #expect(page.text.contains("Tư vấn học đường") && page.text.contains("Phó hiệu trưởng"))
    // A deputy acts for the head, but does not take the head's place.
    let coup = try await Self.post(pages, path, as: teacher, "function=head")
    #expect(coup.status == 403 && coup.text.contains("LOP-216"))
    let end = try await Self.post(pages, "/staff/\(head)/function-endings", as: teacher, "function=head")
    #expect(end.status == 409 && end.text.contains("LOP-218"))
    #expect(
      try await Self.post(pages, "/staff/\(teacher)/function-endings", as: head, "function=counsellor").status
        == 303)
    #expect(try await Self.post(pages, path, as: head, "function=head").status == 303)
    let (unit, day) = (pages.school.school, pages.school.today)
    let heads = try await pages.school.database.read { try Schools.holders(in: unit, on: day, in: $0) }.filter
    {
      $0.function == .head
    }
    #expect(heads.map(\.person) == [teacher])
    #expect(try await pages.events("function.ended").map(\.subject) == [teacher.rawValue, head.rawValue])
  }

  @Test("the account desk: verified, locked, unlocked by others only", arguments: EngineKind.allCases)
  func accounts(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let (teacher, head, it) = (pages.school.teacher, pages.school.head, pages.it)
    for (path, person, body, status, code) in [
      ("/staff/\(it)/verification", it, "", 403, "LOP-215"),
      ("/staff/\(it)/lock", it, "reason=lost", 403, "LOP-215"),
      ("/staff/\(teacher)/verification", it, "", 303, ""),
      ("/staff/\(teacher)/verification", head, "", 409, "LOP-113"),
      ("/staff/\(head)/lock", it, "reason=lost", 403, "LOP-216"),
      ("/staff/\(teacher)/lock", it, "reason=lost", 303, ""),
      ("/staff/slips", it, "person=\(teacher)", 409, "LOP-209"),
      ("/staff/\(teacher)/unlocking", head, "", 303, ""),
      ("/staff/slips", it, "person=\(teacher)", 200, "gv.minh"),
      ("/staff/slips", it, "person=\(pages.pupil)", 422, "LOP-207"), ("/staff/slips", it, "", 422, "LOP-207"),
      ("/staff/\(pages.pupil)/lock", head, "reason=lost", 404, "LOP-111"),
    ] {
      let answer = try await Self.post(pages, path, as: person, body)
      #expect(
        answer.status == status && (code.isEmpty || answer.text.contains(code)),
        "\(path) \(answer.text.suffix(300))")
    }
    #expect(try await pages.events("account.verified").last?.actor == it)
  }

  @Test(
    "a second factor is taken away with a reason, and never with the slip by one person",
    arguments: EngineKind.allCases)
  func secondFactor(_ kind: EngineKind) async throws {
    let pages = try await SchoolPages.make(kind)
    let (head, it, teacher) = (pages.school.head, pages.it, pages.school.teacher)
    let unit = pages.school.school
    let day = pages.school.today
    try await pages.school.database.write { db in
      for person in [head, teacher] {
        try Accounts.setDemoFactor("LOPANDEMOLOPANDEMOLOPANDEMOLOPAN", of: person, in: db)
      }
    }
    #expect(
      try await Self.post(pages, "/staff/\(teacher)/second-factor-reset", as: it, "reason=").status == 422)
    #expect(
      try await Self.post(pages, "/staff/\(teacher)/second-factor-reset", as: it, "reason=lost").status == 303
    )
    #expect(try await Self.post(pages, "/staff/slips", as: it, "person=\(teacher)").status == 200)
    // The head's: first the slip, then the reset; and the other way round.
    #expect(try await Self.post(pages, "/staff/slips", as: it, "person=\(head)").status == 200)
    let second = try await Self.post(pages, "/staff/\(head)/second-factor-reset", as: it, "reason=lost")
    #expect(second.status == 403 && second.text.contains("LOP-217"))
    // A slip that waits in a drawer is a half as well.
    pages.school.clock.advance(1 * .day + 1)
    let waited = try await Self.post(pages, "/staff/\(head)/second-factor-reset", as: it, "reason=lost")
    #expect(waited.status == 403 && waited.text.contains("LOP-217"))
    pages.school.clock.advance(13 * .day)
    #expect(
      try await Self.post(pages, "/staff/\(head)/second-factor-reset", as: it, "reason=lost").status == 303)
    let third = try await Self.post(pages, "/staff/slips", as: it, "person=\(head)")
    #expect(third.status == 403 && third.text.contains("LOP-217") && !third.text.contains("/activate"))
    // A second person may.
    try await pages.school.database.write {
      try Schools.appoint(teacher, as: .itTeacher, of: unit, from: day, in: $0)
    }
    #expect(try await Self.post(pages, "/staff/slips", as: teacher, "person=\(head)").status == 200)
    let resets = try await pages.events("account.factor_reset")
    #expect(resets.map(\.actor) == [it, it] && resets.allSatisfy { $0.facts["reason"] == "lost" })
  }
}
