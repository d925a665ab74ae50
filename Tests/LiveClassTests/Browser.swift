import Crypto
import Foundation
import Rules
import TestKit
import Testing

/// One browser of one person: a cookie, a key of its own, requests over the network.
struct Browser: Sendable {
  let classroom: Classroom
  let actor: DemoSchool.Actor
  /// The whole `Cookie` header; nil when nobody is signed in.
  let cookie: String?
  let key: P256.Signing.PrivateKey

  var port: Int { classroom.port }
  var person: Person.ID { classroom.school.person(actor) }

  /// The start of a request up to its own headers.
  func head(_ method: String, _ path: String, origin: String? = nil) -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\nOrigin: \(origin ?? "http://localhost:\(port)")\r\n"
      + (cookie.map { "Cookie: \($0)\r\n" } ?? "")
  }

  func get(_ path: String) async throws -> WireAnswer {
    try await exchange(head("GET", path) + "Connection: close\r\n\r\n")
  }

  func post(_ path: String, _ form: [String: String] = [:]) async throws -> WireAnswer {
    let body = form.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
    return try await exchange(
      head("POST", path) + "Connection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
  }

  private func exchange(_ request: String) async throws -> WireAnswer {
    let wire = try await Wire.connect(port)
    wire.send(Array(request.utf8))
    try await eventually("an answer to \(request.prefix(80))") { wire.hasEnded }
    guard let answer = WireAnswer(wire.bytes) else { throw NeverCame(what: "an answer that is HTTP") }
    return answer
  }

  func askForTicket(_ lesson: Lesson.ID) async throws -> WireAnswer {
    try await post("/api/v1/lessons/\(lesson)/tickets")
  }

  func ticket(_ lesson: Lesson.ID? = nil) async throws -> String {
    struct Ticket: Decodable { let ticket: String }
    let answer = try await askForTicket(lesson ?? classroom.school.lesson)
    guard answer.status == 201 else { throw NeverCame(what: "a ticket: \(answer.status) \(answer.body)") }
    return try JSONDecoder().decode(Ticket.self, from: Data(answer.body.utf8)).ticket
  }

  func page(origin: String? = nil) async throws -> LessonPage {
    try await LessonPage.open(self, origin: origin)
  }

  /// A page that has come in.
  func page(in place: String, of lesson: Lesson.ID? = nil) async throws -> LessonPage {
    let page = try await page()
    try await page.comes(to: lesson, place)
    return page
  }

  /// The same cookie in the hands of somebody whose machine made a key of its own.
  func stolen() -> Browser {
    Browser(classroom: classroom, actor: actor, cookie: cookie, key: P256.Signing.PrivateKey())
  }
}
