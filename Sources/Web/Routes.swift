package import HTTPTypes
package import Hummingbird
package import Rules

/// One route with the one action that it performs: there is no route without a row in the permission table.
package struct RouteDeclaration: Sendable {
  package typealias Handler = @Sendable (Request, AppContext) async throws -> Response

  package let method: HTTPRequest.Method
  /// Segments, `/classes/:class/desk`.
  package let path: String
  package let action: Action
  /// One English sentence for `/api/v1/openapi.json`; only routes below `/api/` have it.
  package let summary: String?
  package let handler: Handler

  package var isAPI: Bool { path.hasPrefix("/api/") }
}

/// The routes of one feature, collected in its `XFeature.swift`.
package struct Routes: Sendable {
  package private(set) var all: [RouteDeclaration] = []

  package init() {}

  package mutating func get(_ path: String, _ action: Action, _ handler: @escaping RouteDeclaration.Handler) {
    add(.get, path, action, nil, handler)
  }

  package mutating func post(_ path: String, _ action: Action, _ handler: @escaping RouteDeclaration.Handler)
  {
    add(.post, path, action, nil, handler)
  }

  /// A route for programs, JSON in and out, described in the OpenAPI document.
  package mutating func api(
    _ method: HTTPRequest.Method, _ path: String, _ action: Action, summary: String,
    _ handler: @escaping RouteDeclaration.Handler
  ) {
    precondition(path.hasPrefix("/api/v1/"), "an API route stands below /api/v1")
    add(method, path, action, summary, handler)
  }

  package mutating func append(_ other: Routes) { all += other.all }

  private mutating func add(
    _ method: HTTPRequest.Method, _ path: String, _ action: Action, _ summary: String?,
    _ handler: @escaping RouteDeclaration.Handler
  ) {
    all.append(.init(method: method, path: path, action: action, summary: summary, handler: handler))
  }

  /// Puts every route on a router, behind the gate.
  package func register(on router: Router<AppContext>) {
    for route in all {
      router.on(RouterPath(route.path), method: route.method) { request, context in
        try await Gate.pass(request, context, to: route)
      }
    }
  }
}

/// What every request to a route passes: signed in unless the action is public, and the declared permission really asked.
enum Gate {
  static func pass(_ request: Request, _ context: AppContext, to route: RouteDeclaration) async throws
    -> Response
  {
    var context = context
    context.action = route.action
    if !route.action.isPublic {
      guard let viewer = context.viewer else { throw UserError.signInNeeded }
      if !viewer.isFullySignedIn, route.action != .manageOwnSecondFactor {
        return .redirect(to: "/second-factor", type: .normal)
      }
    }
    if route.method != .get { try SameOrigin.check(request) }
    let response = try await route.handler(request, context)
    guard route.action.isPublic || context.trace.wasAsked(route.action) else {
      throw UnaskedPermission(route: "\(route.method) \(route.path)", action: route.action)
    }
    return response
  }
}

/// A route answered without asking the permission table for its action: a fault of the program, so nothing is shown.
struct UnaskedPermission: Error {
  let route: String
  let action: Action
}

/// Attack prevented: cross-site request forgery. A browser says where a form comes from; only our own pages may post.
enum SameOrigin {
  static func check(_ request: Request) throws(UserError) {
    if let origin = request.headers[.origin] {
      guard let host = request.head.authority, origin == "https://\(host)" || origin == "http://\(host)"
      else {
        throw .foreignForm
      }
      return
    }
    // The name is a literal without any character that a field name may not have.
    if let site = request.headers[HTTPField.Name("Sec-Fetch-Site")!] {
      guard site == "same-origin" else { throw .foreignForm }
      return
    }
    throw .foreignForm
  }
}

extension Request {
  /// A query value, cleaned; unknown parameters are ignored.
  package func query(_ name: String) -> String? {
    uri.queryParameters[Substring(name)].map { VietnameseText.clean(String($0)) }.flatMap {
      $0.isEmpty ? nil : $0
    }
  }

  package func cookie(_ name: String) -> String? { cookies[name]?.value }
}

extension AppContext {
  /// A key in the path. A key that is no key finds nothing.
  package func id<T>(_ name: String) throws(UserError) -> Identifier<T> {
    guard let text = parameters.get(name), text.utf8.count == 36,
      text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) || $0 == 45 })
    else { throw .notFound }
    return .init(rawValue: text)
  }
}
