import Foundation
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Rules

/// Turns every failure into a sentence with a stable code: a page for people, problem details (RFC 9457) for programs.
package struct ErrorPages: RouterMiddleware {
  /// Tells which technical errors mean that storage is busy, so that the sentence can say “try again”.
  let isBusy: @Sendable (any Error) -> Bool

  package init(isBusy: @escaping @Sendable (any Error) -> Bool) { self.isBusy = isBusy }

  package func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as UserError {
      if error == .signInNeeded, request.method == .get, !request.wantsJSON {
        return .seeOther("/sign-in?next=\(request.uri.path.urlQueryEncoded)")
      }
      return answer(error, request, context)
    } catch let error as any HTTPResponseError where error.status.code < 500 {
      return answer(error.status == .notFound ? .notFound : .unreadableForm, request, context)
    } catch {
      let reference = Self.reference()
      context.logger.error("request failed", metadata: ["reference": "\(reference)", "error": "\(error)"])
      return answer(
        isBusy(error) ? .storageBusy(reference: reference) : .technical(reference: reference), request,
        context)
    }
  }

  private func answer(_ error: UserError, _ request: Request, _ context: AppContext) -> Response {
    let status = HTTPResponse.Status(code: error.kind.rawValue)
    if request.wantsJSON { return Self.problem(error, status) }
    return Page(
      "Chưa làm được",
      body: """
        <section class="notice" data-code="\(error.code.rawValue)">
        <h1>Chưa làm được việc này</h1>
        <p>\(error.sentence)</p>
        <p><a class="button" href="/">Về trang đầu</a></p>
        <p class="hint">Mã: \(error.code.rawValue)</p>
        </section>
        """
    ).response(in: context, status: status)
  }

  /// RFC 9457; `type` carries the stable code.
  static func problem(_ error: UserError, _ status: HTTPResponse.Status) -> Response {
    struct Problem: Encodable {
      let type: String
      let title: String
      let status: Int
      let code: String
    }
    let problem = Problem(
      type: "urn:lopan:\(error.code.rawValue)", title: error.sentence, status: status.code,
      code: error.code.rawValue)
    guard var response = try? Response.json(problem, status: status) else { return Response(status: status) }
    response.headers[.contentType] = "application/problem+json"
    return response
  }

  /// Short enough to read out on the telephone.
  private static func reference() -> String {
    var random = SystemRandomNumberGenerator()
    let letters = Array("BCDFGHKLMNPQRSTVX23456789")
    return String((0..<6).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
  }
}

extension Request {
  package var wantsJSON: Bool {
    uri.path.hasPrefix("/api/") || (headers[.accept]?.contains("application/json") ?? false)
  }
}

extension String {
  /// For a value inside a query.
  package var urlQueryEncoded: String {
    addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~/"))) ?? ""
  }
}

extension AppContext {
  /// The path of this request, for marking the place in the navigation.
  var currentPath: String { endpointPath ?? "" }
}

/// Headers that every answer carries. No inline script or style anywhere: the policy is strict.
package struct SecurityHeaders: RouterMiddleware {
  let isTLS: Bool

  package init(isTLS: Bool) { self.isTLS = isTLS }

  package func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    response.headers[.contentSecurityPolicy] =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
      + "media-src 'self' blob:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    response.headers[.xContentTypeOptions] = "nosniff"
    // The names are literals without any character that a field name may not have.
    response.headers[HTTPField.Name("Referrer-Policy")!] = "same-origin"
    response.headers[HTTPField.Name("Permissions-Policy")!] =
      "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()"
    response.headers[HTTPField.Name("Cross-Origin-Opener-Policy")!] = "same-origin"
    response.headers[HTTPField.Name("Cross-Origin-Resource-Policy")!] = "same-origin"
    if isTLS { response.headers[.strictTransportSecurity] = "max-age=31536000" }
    return response
  }
}

/// Squeezes pages for the pupil on a weak line.
package struct CompressedPages: RouterMiddleware {
  package init() {}

  package func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    guard request.acceptsGzip, response.headers[.contentEncoding] == nil,
      response.headers[.contentType]?.hasPrefix("text/html") ?? false,
      let length = response.body.contentLength, length > 1_024
    else { return response }
    let collector = BodyCollector()
    try await response.body.write(collector)
    let squeezed = Gzip.compress(collector.bytes, level: 1)
    response.headers[.contentEncoding] = "gzip"
    response.headers[.vary] = "Accept-Encoding"
    response.headers[.contentLength] = nil
    response.body = .init(byteBuffer: ByteBuffer(bytes: squeezed))
    return response
  }
}

private final class BodyCollector: ResponseBodyWriter {
  private(set) var bytes: [UInt8] = []

  func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer.readableBytesView) }
  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
