package import Hummingbird
import Foundation
package import HTTPTypes
package import Rules
package import Storage
package import Web

/// Who is asking: reads the session cookie and loads the person with all roles, in one read.
package struct SessionGate: RouterMiddleware {
  /// The roles that a person holds on a day; the organisation answers.
  package typealias MembershipsPort = @Sendable (Person.ID, Day, any Connection) throws -> [Membership]

  let database: Database
  let site: Site
  let memberships: MembershipsPort

  package init(database: Database, site: Site, memberships: @escaping MembershipsPort) {
    self.database = database
    self.site = site
    self.memberships = memberships
  }

  package func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.site = site
    if !request.uri.path.hasPrefix("/assets/"), let token = SessionCookie.token(in: request.headers) {
      context.viewer = try await viewer(token: token)
    }
    return try await next(request, context)
  }

  /// The viewer of a cookie; nil for none. Also asked when a live connection opens.
  package func viewer(token: String) async throws -> Viewer? {
    let now = database.now()
    let memberships = memberships
    let found = try await database.read { db -> (OpenSession, [Membership])? in
      guard let session = try Sessions.find(token: token, at: now, in: db) else { return nil }
      return (session, try memberships(session.person.id, Day(at: now), db))
    }
    guard let (session, roles) = found else { return nil }
    // Written at most every ten minutes: a page view is no write.
    if now - session.lastSeenAt > 10 * .minute {
      try? await database.write { try Sessions.touch(session.id, in: $0) }
    }
    let needsFactor = session.hasSecondFactor || roles.contains { $0.role.needsSecondFactor }
    return Viewer(
      person: session.person, account: session.account, session: session.id, isVerified: session.isVerified,
      isFullySignedIn: !needsFactor || session.secondFactorAt != nil, memberships: roles)
  }
}

/// The cookie that carries the session's secret, and the one that only says “this browser was here before”.
package enum SessionCookie {
  static let name = "__Host-lopan"
  static let plainName = "lopan-plain"
  static let deviceName = "__Host-lopan-device"
  static let plainDeviceName = "lopan-device-plain"

  package static func token(in headers: HTTPFields) -> String? {
    value(name, in: headers) ?? value(plainName, in: headers)
  }
  static func device(in headers: HTTPFields) -> String? {
    value(deviceName, in: headers) ?? value(plainDeviceName, in: headers)
  }

  private static func value(_ name: String, in headers: HTTPFields) -> String? {
    for header in headers[values: .cookie] {
      for piece in header.split(separator: ";") {
        let piece = piece.drop { $0 == " " }
        guard piece.hasPrefix(name), piece.dropFirst(name.count).first == "=" else { continue }
        return String(piece.dropFirst(name.count + 1))
      }
    }
    return nil
  }

  /// `Secure` with the `__Host-` prefix on HTTPS; the plain form only where the server itself speaks plain HTTP on loopback.
  static func set(token: String?, isSecure: Bool) -> String {
    let name = isSecure ? name : plainName
    guard let token else {
      return "\(name)=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
    }
    return
      "\(name)=\(token); Path=/; Max-Age=\(Sessions.lifetime); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
  }

  static func setDevice(_ token: String, isSecure: Bool) -> String {
    let name = isSecure ? deviceName : plainDeviceName
    return
      "\(name)=\(token); Path=/; Max-Age=\(400 * Int64.day); HttpOnly; SameSite=Lax\(isSecure ? "; Secure" : "")"
  }
}
