import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Logging
import Rules
import Storage
import TestKit
import Web

@testable import Organisation

/// A school whose pages are asked by its head, its IT teacher, a teacher, a pupil and somebody of another school.
struct SchoolPages {
  let school: SchoolFixture
  let it: Person.ID
  let pupil: Person.ID
  let stranger: Person.ID
  let schoolClass: SchoolClass.ID
  let maths: SchoolSubject.ID

  var unit: String { "/units/\(school.school)" }

  static func make(_ kind: EngineKind = .sqlite) async throws -> SchoolPages {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let schoolClass = try await school.schoolClass("6A2")
    let (id, head, teacher, day) = (school.school, school.head, school.teacher, school.today)
    let (it, stranger, maths) = try await school.database.write { db in
      let it = try People.add(name: "Đặng Văn Lâm", in: db)
      try Schools.appoint(it, as: .itTeacher, of: id, from: day, in: db)
      let maths = try Schools.makeSubject("Toán", in: id, in: db)
      try Schools.assign(teacher, to: schoolClass, subject: maths, from: day, in: db)
      let other = try Schools.makeUnit(
        .school, name: "Trường THCS Núi Hồng", code: "NUIHONG", from: day, in: db)
      let stranger = try People.add(name: "Ngô Thị Bảy", in: db)
      try Schools.appoint(stranger, as: .head, of: other, from: day, in: db)
      for (person, login) in [
        (head, "ht.song"), (it, "cntt.song"), (teacher, "gv.minh"), (stranger, "ht.nui"),
      ] {
        _ = try Accounts.issueActive(
          to: person, login: login, passwordHash: "none", verifiedBy: person == teacher ? nil : person,
          unit: id,
          in: db)
      }
      return (it, stranger, maths)
    }
    return SchoolPages(
      school: school, it: it, pupil: try await school.pupil("Nguyễn Văn An"), stranger: stranger,
      schoolClass: schoolClass, maths: maths)
  }

  private struct AskedBy: RouterMiddleware {
    let viewer: Viewer

    func handle(
      _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
      var context = context
      context.viewer = viewer
      return try await next(request, context)
    }
  }

  func ask(
    _ method: HTTPRequest.Method, _ path: String, as person: Person.ID, _ body: String = ""
  ) async throws -> (status: Int, text: String, location: String?) {
    let day = school.today
    let roles = try await school.database.read { try Schools.memberships(of: person, on: day, in: $0) }
    let viewer = Viewer(
      person: Person(id: person, name: "Người thử"), account: .init(rawValue: "a"),
      session: .init(rawValue: "s"), isVerified: true, isFullySignedIn: true, memberships: roles)
    let router = Router(context: AppContext.self)
    router.add(middleware: ErrorPages(isBusy: { _ in false }))
    router.add(middleware: AskedBy(viewer: viewer))
    OrganisationFeature(database: school.database, publicAddress: "lop.songxanh.example").routes.register(
      on: router)
    return try await Application(router: router, logger: Logger(label: "test")).test(.router) { client in
      let response = try await client.executeRequest(
        uri: path, method: method,
        headers: [
          .contentType: "application/x-www-form-urlencoded", .init("Sec-Fetch-Site")!: "same-origin",
        ],
        body: ByteBuffer(string: body))
      return (response.status.code, String(buffer: response.body), response.headers[.location])
    }
  }

  /// One request and what must and must not come of it.
  struct Row {
    let method: HTTPRequest.Method
    let path: String
    let person: Person.ID
    let body: String
    let status: Int
    let holds: String

    init(
      _ method: HTTPRequest.Method, _ path: String, _ person: Person.ID, _ body: String = "", _ status: Int,
      _ holds: String = ""
    ) {
      self.method = method
      self.path = path
      self.person = person
      self.body = body
      self.status = status
      self.holds = holds
    }
  }

  func events(_ name: String) async throws -> [LedgerEvent] {
    let unit = school.school
    return try await school.database.read { try Ledger.events(of: unit, after: 0, limit: 1_000, in: $0) }
      .filter {
        $0.name == name
      }
  }
}
