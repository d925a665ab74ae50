import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Rules
import TestKit
import Testing

@testable import Web

@Suite struct GateTests {
  private struct Knock: RouterMiddleware {
    let viewer: Viewer?

    func handle(
      _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
    ) async throws -> Response {
      var context = context
      context.viewer = viewer
      return try await next(request, context)
    }
  }

  private struct Fault: Error {}

  private static func viewer(isFullySignedIn: Bool = true) -> Viewer {
    let unit = OrgUnit.ID(rawValue: "unit")
    return Viewer(
      person: Person(id: .init(rawValue: "p"), name: "Người thử"), account: .init(rawValue: "a"),
      session: .init(rawValue: "s"), isVerified: true, isFullySignedIn: isFullySignedIn,
      memberships: [Membership(.head, unit: unit)])
  }

  private func ask(
    _ method: HTTPRequest.Method = .get, _ action: Action = .viewHome, as viewer: Viewer? = viewer(),
    path: String = "/x", headers: HTTPFields = [:], isBusy: Bool = false,
    _ handler: @escaping RouteDeclaration.Handler
  ) async throws -> (status: Int, text: String, headers: HTTPFields) {
    var routes = Routes()
    if method == .get { routes.get(path, action, handler) } else { routes.post(path, action, handler) }
    let router = Router(context: AppContext.self)
    router.add(middleware: ErrorPages(isBusy: { _ in isBusy }))
    router.add(middleware: Knock(viewer: viewer))
    routes.register(on: router)
    let app = Application(router: router, logger: DemoSchool.logger)
    return try await app.test(.router) { client in
      let answer = try await client.executeRequest(uri: path, method: method, headers: headers, body: nil)
      return (answer.status.code, String(buffer: answer.body), answer.headers)
    }
  }

  @Test("a route that forgets to ask for its right shows nothing")
  func unaskedPermission() async throws {
    let forgotten = try await ask { _, _ in
      Response(status: .ok, body: .init(byteBuffer: .init(string: "secret")))
    }
    #expect(
      forgotten.status == 503 && forgotten.text.contains("LOP-124") && !forgotten.text.contains("secret"))
    let another = try await ask { _, context in
      try context.require(.manageOwnSessions)
      return Response(status: .ok, body: .init(byteBuffer: .init(string: "secret")))
    }
    #expect(another.status == 503 && !another.text.contains("secret"))
    let asked = try await ask { _, context in
      try context.require(.viewHome)
      return Response(status: .ok)
    }
    #expect(asked.status == 200)
    #expect(try await ask(.get, .readPublicPage, as: nil) { _, _ in Response(status: .ok) }.status == 200)
  }

  @Test func whoIsHalfSignedInReachesNoHandler() async throws {
    let half = Self.viewer(isFullySignedIn: false)
    for action in Action.allCases where !action.isPublic && action != .manageOwnSecondFactor {
      let answer = try await ask(.get, action, as: half) { _, _ in
        Issue.record("\(action) was reached")
        return Response(status: .ok)
      }
      #expect(answer.status == 303 && answer.headers[.location] == "/second-factor", "\(action)")
    }
  }

  @Test("a fault shows a reference and nothing of itself", arguments: [true, false], [true, false])
  func faults(_ isBusy: Bool, _ isProgram: Bool) async throws {
    let answer = try await ask(
      headers: isProgram ? [.accept: "application/json"] : [:], isBusy: isBusy
    ) { _, _ in throw Fault() }
    #expect(answer.status == 503 && answer.text.contains(isBusy ? "LOP-125" : "LOP-124"))
    #expect(!answer.text.contains("Fault"))
    #expect(
      answer.headers[.contentType]?.hasPrefix(isProgram ? "application/problem+json" : "text/html") ?? false)
  }

  @Test(
    "forms are taken from our own pages alone",
    arguments: [
      ("http://localhost", nil, true), ("https://localhost", nil, true), (nil, "same-origin", true),
      (nil, nil, false), ("null", nil, false), ("http://localhost.xau.example", nil, false),
      ("http://localhost:8080", nil, false), ("HTTP://LOCALHOST", nil, false), ("", nil, false),
      (nil, "same-site", false), (nil, "cross-site", false), (nil, "none", false),
      // The origin decides where there is one.
      ("https://xau.example", "same-origin", false), ("http://localhost", "cross-site", true),
    ] as [(String?, String?, Bool)])
  func origins(_ origin: String?, _ site: String?, _ isTaken: Bool) async throws {
    var headers: HTTPFields = [:]
    headers[.origin] = origin
    headers[.init("Sec-Fetch-Site")!] = site
    let answer = try await ask(.post, .signIn, headers: headers) { _, _ in Response(status: .created) }
    #expect(answer.status == (isTaken ? 201 : 403))
  }

  @Test func keysInThePathAreKeys() async throws {
    for (text, isKey) in [
      ("0190a2c4-0000-7000-8000-000000000000", true), ("0190A2C4-0000-7000-8000-000000000000", false),
      ("0190a2c4-0000-7000-8000-00000000000g", false), ("0190a2c4", false),
      ("0190a2c4-0000-7000-8000-0000000000000", false),
    ] {
      var routes = Routes()
      routes.get("/x/:lesson", .readPublicPage) { _, context in
        let id: Lesson.ID = try context.id("lesson")
        return Response(status: id.rawValue == text ? .ok : .badRequest)
      }
      let router = Router(context: AppContext.self)
      router.add(middleware: ErrorPages(isBusy: { _ in false }))
      routes.register(on: router)
      let app = Application(router: router, logger: DemoSchool.logger)
      let status = try await app.test(.router) {
        try await $0.executeRequest(uri: "/x/\(text)", method: .get, headers: [:], body: nil).status.code
      }
      #expect(status == (isKey ? 200 : 404), "\(text)")
    }
  }
}
