import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Rules
import Storage
import TestKit
import Testing
import Timetable
import Web

/// Stands in for the session gate.
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

@Suite struct TimetableRequestTests {
  private static func ask(
    _ school: TimetableFixture, _ method: HTTPRequest.Method, _ path: String, as person: Person.ID,
    _ roles: [Membership], body: String = ""
  ) async throws -> (status: Int, text: String) {
    let viewer = Viewer(
      person: Person(id: person, name: "Người thử"), account: .init(rawValue: "a"),
      session: .init(rawValue: "s"),
      isVerified: true, isFullySignedIn: true, memberships: roles)
    let router = Router(context: AppContext.self)
    router.add(middleware: ErrorPages(isBusy: { _ in false }))
    router.add(middleware: AskedBy(viewer: viewer))
    school.feature.routes.register(on: router)
    return try await Application(router: router, logger: Logger(label: "test")).test(.router) { client in
      let response = try await client.executeRequest(
        uri: path, method: method,
        headers: [
          .contentType: "application/x-www-form-urlencoded", .init("Sec-Fetch-Site")!: "same-origin",
        ],
        body: ByteBuffer(string: body))
      return (response.status.code, String(buffer: response.body))
    }
  }

  @Test func theHeadPlansAndOthersLook() async throws {
    let school = try await TimetableFixture.make(.sqlite)
    let (unit, id, other) = (school.unit, school.classes[0], school.classes[1])
    let head = [Membership(.head, unit: unit)]
    let teacher = [Membership(.subjectTeacher, unit: unit, schoolClass: id)]
    let pupil = [Membership(.pupil, unit: unit, schoolClass: id)]
    let path = "/classes/\(id)/timetable"
    let slot = "teaching=\(school.maths)+\(school.minh)&weekday=1&start=08%3A00&length=45&opening=15"
    func ask(_ method: HTTPRequest.Method, _ path: String, _ roles: [Membership], _ body: String = "")
      async throws
      -> (status: Int, text: String)
    {
      let person = roles[0].role == .subjectTeacher ? school.minh : school.head
      return try await Self.ask(school, method, path, as: person, roles, body: body)
    }
    #expect(try await ask(.post, path + "/slots", teacher, slot).status == 403)
    #expect(try await ask(.post, path + "/slots", pupil, slot).status == 403)
    #expect(try await ask(.post, path + "/slots", head, slot).status == 303)
    let clash = try await ask(.post, path + "/slots", head, slot)
    #expect(clash.status == 409 && clash.text.contains("LOP-493") && clash.text.contains("value=\"08:00\""))
    let early = try await ask(.post, path + "/slots", head, slot.replacing("opening=15", with: "opening=5"))
    #expect(early.status == 422 && early.text.contains("LOP-490"))
    let stranger = try await ask(
      .post, path + "/slots", head, slot.replacing("\(school.minh)", with: "\(school.huy)"))
    #expect(stranger.text.contains("LOP-496"))

    let week = "?week=\(school.monday)"
    #expect(try await ask(.get, "/timetable" + week, pupil).text.contains("Toán 6A2"))
    #expect(try await ask(.get, "/timetable" + week, teacher).text.contains("8:00 – 8:45"))
    #expect(try await ask(.get, "/timetable", head).text.contains("Lớp 6A3"))
    #expect(try await ask(.get, path + week, pupil).status == 200)
    #expect(!(try await ask(.get, path + week, pupil).text.contains("Thêm tiết")))
    #expect(try await ask(.get, "/classes/\(other)/timetable", pupil).status == 403)

    let lesson = try #require(try await school.ofClass().first).id
    let page = path + "/lessons/\(lesson)"
    #expect(try await ask(.get, page, head).text.contains("Cử dạy thay"))
    #expect(try await ask(.get, page, pupil).status == 403)
    let it = [Membership(.itTeacher, unit: unit)]
    #expect(try await ask(.post, page + "/substitute", it, "teacher=\(school.huy)").status == 403)
    #expect(try await ask(.post, page + "/substitute", head, "teacher=\(school.huy)").status == 303)
    #expect(try await ask(.get, path + week, pupil).text.contains("dạy thay"))
    #expect(try await ask(.post, page + "/substitute-withdrawal", head).status == 303)
    #expect(try await ask(.post, page + "/cancellation", it).status == 303)
    #expect(try await ask(.get, path + week, head).text.contains("Đã hủy"))
  }
}
