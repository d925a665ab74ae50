package import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Rules

extension DemoSchool {
  /// What came back.
  package struct Answer: Sendable {
    package let status: Int
    package let text: String
    package let headers: HTTPFields

    package var location: String? { headers[.location] }
    /// All `Set-Cookie` headers.
    package var cookies: [String] { headers[values: .setCookie] }
  }

  /// Who says that a form comes from where.
  package enum Origin: Sendable {
    /// As a browser on one of our own pages.
    case own
    /// Nothing, as a program or an old browser.
    case silent
    /// As a form on somebody else's page.
    case foreign
    case text(String)
  }

  /// One request through the whole application: all middleware, the gate, the handlers, without a network.
  ///
  /// - Parameters:
  ///   - path: with its query.
  ///   - headers: more of them; they win over what would be sent otherwise.
  package func ask(
    _ method: HTTPRequest.Method, _ path: String, as actor: Actor = .nobody, body: String = "",
    type: String = "application/x-www-form-urlencoded", origin: Origin = .own, headers: HTTPFields = [:]
  ) async throws -> Answer {
    try await ask(
      method, path, cookie: try await signIn(as: actor)?.cookie, body: Array(body.utf8), type: type,
      origin: origin, headers: headers)
  }

  /// - Parameter cookie: the whole `Cookie` header; nil for none.
  package func ask(
    _ method: HTTPRequest.Method, _ path: String, cookie: String?, body: [UInt8] = [],
    type: String = "application/x-www-form-urlencoded", origin: Origin = .own, headers: HTTPFields = [:]
  ) async throws -> Answer {
    var sent: HTTPFields = [:]
    sent[.cookie] = cookie
    if method != .get {
      sent[.contentType] = type
      switch origin {
      case .own: sent[.origin] = "http://localhost"
      case .foreign: sent[.origin] = "https://xau.example"
      case .text(let text): sent[.origin] = text
      case .silent: break
      }
    }
    for header in headers { sent[header.name] = header.value }
    let app = Application(responder: responder, logger: Self.logger)
    let fields = sent
    return try await app.test(.router) { client in
      let response = try await client.executeRequest(
        uri: path, method: method, headers: fields, body: method == .get ? nil : ByteBuffer(bytes: body))
      return Answer(
        status: response.status.code, text: String(buffer: response.body), headers: response.headers)
    }
  }
}
