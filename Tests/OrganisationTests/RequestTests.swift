import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import Rules
import Storage
import TestKit
import Testing
import Web

@testable import Organisation

/// Asks the feature's own routes as one person; who that is stands in for the session gate.
private struct AskedBy: RouterMiddleware {
  let viewer: Viewer?

  func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.viewer = viewer
    return try await next(request, context)
  }
}

@Suite struct OrganisationRequestTests {
  private struct World {
    let school: SchoolFixture
    let schoolClass: SchoolClass.ID
    let pupil: Person.ID
    let guardian: Person.ID
    let other: SchoolClass.ID

    func viewer(_ person: Person.ID) async throws -> Viewer {
      let day = school.today
      let roles = try await school.database.read { try Schools.memberships(of: person, on: day, in: $0) }
      return Viewer(
        person: Person(id: person, name: "Người thử"), account: .init(rawValue: "a"),
        session: .init(rawValue: "s"),
        isVerified: true, isFullySignedIn: true, memberships: roles)
    }

    func ask(
      _ method: HTTPRequest.Method, _ path: String, as person: Person.ID?, body: String = "",
      type: String = "application/x-www-form-urlencoded"
    ) async throws -> (status: Int, text: String, location: String?) {
      let viewer = try await person.asyncMap { try await self.viewer($0) }
      let router = Router(context: AppContext.self)
      router.add(middleware: ErrorPages(isBusy: { _ in false }))
      router.add(middleware: AskedBy(viewer: viewer))
      OrganisationFeature(database: school.database, publicAddress: "lop.songxanh.example").routes.register(
        on: router)
      let app = Application(router: router, logger: Logger(label: "test"))
      return try await app.test(.router) { client in
        let headers: HTTPFields = [
          .contentType: type, .init("Sec-Fetch-Site")!: "same-origin",
        ]
        let response = try await client.executeRequest(
          uri: path, method: method, headers: headers, body: ByteBuffer(string: body))
        return (response.status.code, String(buffer: response.body), response.headers[.location])
      }
    }
  }

  private static func world() async throws -> World {
    let school = try await SchoolFixture.make(.sqlite)
    try await school.take(SchoolFixture.pupils)
    let schoolClass = try await school.schoolClass("6A2")
    let pupil = try await school.pupil("Nguyễn Văn An")
    let (teacher, day) = (school.teacher, school.today)
    try await school.database.write {
      try Schools.assign(teacher, to: schoolClass, subject: nil, from: day, in: $0)
    }
    return World(
      school: school, schoolClass: schoolClass, pupil: pupil,
      guardian: try #require(try await school.guardian(of: pupil)), other: try await school.schoolClass("6A3")
    )
  }

  @Test func eachPageOpensForThoseWhoMaySeeItAlone() async throws {
    let world = try await Self.world()
    let (head, teacher) = (world.school.head, world.school.teacher)
    let (pupil, guardian, schoolClass) = (world.pupil, world.guardian, world.schoolClass)
    let rows: [(String, Person.ID, Int, String)] = [
      ("/classes", head, 200, "6A3"), ("/classes", teacher, 200, "6A2"), ("/classes", pupil, 403, "LOP-101"),
      ("/classes/\(schoolClass)", teacher, 200, "Nguyễn Văn An"),
      ("/classes/\(schoolClass)", guardian, 403, "LOP-101"),
      ("/classes/\(world.other)", teacher, 403, "LOP-101"),
      ("/classes/\(world.other)", head, 200, "Vũ Đình Khôi"),
      ("/classes/\(schoolClass)/accounts", teacher, 200, "2301000001"),
      ("/classes/\(schoolClass)/accounts?show=guardians", teacher, 200, "Lê Thị Hoa"),
      ("/classes/\(schoolClass)/accounts", pupil, 403, "LOP-101"),
      ("/classes/\(schoolClass)/accounts/\(pupil)", teacher, 200, "Nguyễn Văn An"),
      ("/classes/\(world.other)/accounts/\(pupil)", head, 404, "LOP-111"),
      ("/classes/import", head, 200, "Tệp danh sách"), ("/classes/import", teacher, 403, "LOP-101"),
      ("/units", head, 200, "Sông Xanh"), ("/units", teacher, 403, "LOP-101"),
      ("/units/\(world.school.school)", head, 200, "Suối Mây"),
      ("/units/\(world.school.commune)", head, 403, "LOP-101"),
      ("/children/\(pupil)", guardian, 200, "Nguyễn Văn An"), ("/children/\(pupil)", pupil, 403, "LOP-101"),
      ("/classes/\(SchoolClass.ID(rawValue: "0190a2c4-0000-7000-8000-000000000000"))", head, 404, "LOP-111"),
    ]
    for (path, person, status, holds) in rows {
      let answer = try await world.ask(.get, path, as: person)
      #expect(answer.status == status, "\(path)")
      #expect(answer.text.contains(holds), "\(path) should hold \(holds)")
      if status != 200 { #expect(!answer.text.contains("2301000001") && !answer.text.contains("Nguyễn Văn")) }
    }
  }

  @Test func nobodyElseChangesAnAccount() async throws {
    let world = try await Self.world()
    let path = "/classes/\(world.schoolClass)/accounts/\(world.pupil)"
    let (head, teacher, pupil, guardian) = (
      world.school.head, world.school.teacher, world.pupil, world.guardian
    )
    let rows: [(String, Person.ID, Int)] = [
      ("\(path)/verification", head, 403), ("\(path)/verification", guardian, 403),
      ("\(path)/verification", pupil, 403),
      ("\(path)/verification", teacher, 409), ("\(path)/password-reset", head, 403),
      ("\(path)/lock", pupil, 403), ("\(path)/lock", teacher, 303), ("\(path)/unlocking", head, 303),
      ("\(path)/session-ending", guardian, 403), ("\(path)/password-reset", teacher, 303),
      ("/classes/\(world.schoolClass)/slips", guardian, 403), ("/children/\(pupil)/verification", pupil, 403),
      ("/children/\(pupil)/verification", guardian, 409),
      ("/classes/\(world.other)/accounts/\(pupil)/lock", head, 404),
    ]
    for (path, person, status) in rows {
      #expect(try await world.ask(.post, path, as: person, body: "reason=lost").status == status, "\(path)")
    }
  }

  @Test func slipsAreShownOnceAndOpenTheAccount() async throws {
    let world = try await Self.world()
    let answer = try await world.ask(
      .post, "/classes/\(world.schoolClass)/slips", as: world.school.teacher, body: "person=\(world.pupil)")
    #expect(answer.status == 200)
    #expect(
      answer.text.contains("lop.songxanh.example/activate") && answer.text.contains("<svg class=\"qr\""))
    let secret = try #require(answer.text.firstMatch(of: /[A-Z3-9]{4}-[A-Z3-9]{4}-[A-Z3-9]{4}/)).output
    try await world.school.database.write { db in
      _ = try Accounts.activate(login: "2301000001", secret: String(secret), passwordHash: "hash", in: db)
    }
    #expect(
      try await world.ask(
        .post, "/classes/\(world.schoolClass)/verifications", as: world.school.teacher, body: "whole_class=1"
      ).status == 303)
    #expect(try await world.school.account(of: world.pupil)?.isVerified == true)
    let again = try await world.ask(.get, "/classes/\(world.schoolClass)/accounts", as: world.school.teacher)
    #expect(!again.text.contains(secret))
  }

  /// A homeroom teacher must not take over the head's account because the head's child is in the class.
  @Test func staffAccountsAreNotTouchedFromAClass() async throws {
    let world = try await Self.world()
    let (head, pupil, unit, day) = (world.school.head, world.pupil, world.school.school, world.school.today)
    try await world.school.database.write { db in
      try Schools.relate(head, to: pupil, as: .mother, unit: unit, from: day, in: db)
      _ = try Accounts.issue(to: head, login: "hieutruong", unit: unit, by: nil, in: db)
    }
    let path = "/classes/\(world.schoolClass)/accounts/\(head)"
    for change in ["password-reset", "lock", "session-ending", "verification"] {
      let answer = try await world.ask(.post, "\(path)/\(change)", as: world.school.teacher)
      #expect(answer.status == 403 && answer.text.contains("LOP-210"), "\(change)")
    }
    let slip = try await world.ask(
      .post, "/classes/\(world.schoolClass)/slips", as: world.school.teacher, body: "person=\(head)")
    #expect(slip.status == 403 && slip.text.contains("LOP-210"))
  }

  @Test func importThroughThePage() async throws {
    let world = try await Self.world()
    let preview = try await world.school.preview(
      SchoolFixture.pupils.dropLast() + ["2,2301000005,Vũ Đình Khôi,31/02/2014,Nam,6A3,Kinh,,"])
    let path = "/classes/import/\(preview.run)"
    let page = try await world.ask(.get, path, as: world.school.head)
    #expect(page.status == 200)
    for part in ["LOP-359", "Dân tộc", "31/02/2014", preview.fingerprint] {
      #expect(page.text.contains(part))
    }
    #expect(try await world.ask(.get, path, as: world.school.teacher).status == 403)
    #expect(try await world.ask(.post, path + "/confirmation", as: world.school.teacher).status == 403)
    let stale = try await world.ask(.post, path + "/confirmation", as: world.school.head, body: "plan=0")
    #expect(stale.status == 409 && stale.text.contains("LOP-231"))
    let done = try await world.ask(
      .post, path + "/confirmation", as: world.school.head, body: "plan=\(preview.fingerprint)")
    #expect(done.status == 303 && done.location == path)
    #expect(try await world.ask(.get, path, as: world.school.head).text.contains("Đã lưu"))
  }

  @Test func aFileIsSentAndAnUnreadableOneIsExplainedOnTheForm() async throws {
    let world = try await Self.world()
    func send(_ file: String, as person: Person.ID) async throws -> (
      status: Int, text: String, location: String?
    ) {
      let body =
        "--edge\r\nContent-Disposition: form-data; name=\"extent\"\r\n\r\npart\r\n"
        + "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"lop.csv\"\r\n\r\n\(file)\r\n--edge--\r\n"
      return try await world.ask(
        .post, "/classes/import", as: person, body: body, type: "multipart/form-data; boundary=edge")
    }
    let list = String(decoding: SchoolFixture.list([SchoolFixture.pupils[0]]), as: UTF8.self)
    let good = try await send(list, as: world.school.head)
    #expect(good.status == 303)
    let page = try await world.ask(.get, try #require(good.location), as: world.school.head)
    #expect(page.text.contains("Không có gì thay đổi"))
    let bad = try await send("chỉ có một câu", as: world.school.head)
    #expect(bad.status == 422 && bad.text.contains("LOP-3") && bad.text.contains("Tệp danh sách"))
    #expect(try await send(list, as: world.school.teacher).status == 403)
  }

  @Test func slipsBecomeAPDF() async throws {
    let world = try await Self.world()
    let answer = try await world.ask(
      .post, "/classes/\(world.schoolClass)/slips.pdf", as: world.school.teacher, body: "scope=idle")
    #expect(answer.status == 200 && answer.text.hasPrefix("%PDF"))
  }
}

extension Optional {
  fileprivate func asyncMap<T>(_ body: (Wrapped) async throws -> T) async rethrows -> T? {
    if let self { try await body(self) } else { nil }
  }
}
