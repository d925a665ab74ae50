import App
import Foundation
import HTTPTypes
import Rules
import Storage
import TestKit
import Testing
import Web

/// The interface for programs: its description and its refusals.
@Suite struct DescriptionTests {
  private struct Document: Decodable {
    let openapi: String
    let paths: [String: [String: Operation]]
  }

  private struct Operation: Decodable {
    struct Parameter: Decodable {
      let name: String
      let required: Bool
      let `in`: String
    }
    let summary: String
    let operationId: String
    let parameters: [Parameter]
  }

  @Test func theDescriptionNamesEveryRouteForPrograms() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let answer = try await school.ask(.get, "/api/v1/openapi.json")
    #expect(answer.status == 200 && answer.headers[.contentType] == "application/json")
    expectHeaders(answer, "the description")
    let document = try JSONDecoder().decode(Document.self, from: Data(answer.text.utf8))
    #expect(document.openapi.hasPrefix("3.1"))
    let routes = school.application.routes.all.filter(\.isAPI)
    #expect(!routes.isEmpty)
    for route in routes {
      let segments = route.path.split(separator: "/").map {
        $0.hasPrefix(":") ? "{\($0.dropFirst())}" : "\($0)"
      }
      let operation = try #require(
        document.paths["/" + segments.joined(separator: "/")]?[route.method.rawValue.lowercased()])
      #expect(!operation.summary.isEmpty)
      let names = route.path.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
      #expect(operation.parameters.map(\.name) == names)
      #expect(operation.parameters.allSatisfy { $0.required && $0.in == "path" })
    }
    let operations = document.paths.values.flatMap(\.values)
    #expect(operations.count == routes.count)
    #expect(Set(operations.map(\.operationId)).count == operations.count, "an operation's name is its own")
  }

  @Test("a program gets problem details with the code, a person a page", arguments: [401, 403, 404])
  func refusalsForPrograms(_ status: Int) async throws {
    let school = try await DemoSchool.make(.sqlite)
    let actor: DemoSchool.Actor = status == 401 ? .nobody : .guardian
    let lesson = status == 404 ? "0190a2c4-0000-7000-8000-000000000000" : "\(school.lesson)"
    let answer = try await school.ask(.post, "/api/v1/lessons/\(lesson)/tickets", as: actor)
    #expect(answer.status == status && answer.headers[.contentType] == "application/problem+json")
    struct Problem: Decodable {
      let type: String
      let title: String
      let status: Int
      let code: String
    }
    let problem = try JSONDecoder().decode(Problem.self, from: Data(answer.text.utf8))
    #expect(problem.status == status && problem.type == "urn:lopan:\(problem.code)" && !problem.title.isEmpty)
    let page = try await school.ask(.get, "/nowhere", as: actor)
    #expect(page.status == 404 && page.text.contains("LOP-111"))
    expectHeaders(page, "a page that does not exist")
  }

  @Test func methodsThatNoRouteKnowsAreRefused() async throws {
    let school = try await DemoSchool.make(.sqlite)
    for method in [HTTPRequest.Method.put, .delete, .patch, .options, .trace] {
      let answer = try await school.ask(method, "/lessons/\(school.lesson)", as: .head)
      #expect([404, 405].contains(answer.status), "\(method)")
      expectHeaders(answer, "\(method)")
    }
  }

  @Test func healthTellsNothing() async throws {
    let school = try await DemoSchool.make(.sqlite)
    let health = try await school.ask(.get, "/healthz")
    #expect(health.status == 200 && health.text == "ok\n")
    let ready = try await school.ask(.get, "/readyz")
    #expect(ready.status == 200 && ready.text == "")
    for answer in [health, ready] { expectHeaders(answer, "health") }
  }

  @Test func withTLSBrowsersAreToldToComeBackByTLSAlone() async throws {
    let school = try await DemoSchool.make(.sqlite, isPlainHTTP: false)
    for path in ["/sign-in", "/", "/nowhere", "/assets/x/css/lopan.css", "/api/v1/openapi.json"] {
      expectHeaders(try await school.ask(.get, path), path, isTLS: true)
    }
  }
}
