import Foundation
package import HTTPTypes
package import NIOCore

/// Who asks for a WebSocket, as far as the request says.
package struct SocketRequest: Sendable {
  /// Method, path with query, authority and header fields; cookies are for the authoriser to parse.
  package let head: HTTPRequest
  /// The other end of the connection; a proxy's address when one stands before us.
  package let remoteAddress: SocketAddress?

  package init(head: HTTPRequest, remoteAddress: SocketAddress?) {
    self.head = head
    self.remoteAddress = remoteAddress
  }

  /// The part after `?`, not decoded; "" when there is none.
  package var query: Substring {
    guard let path = head.path, let mark = path.firstIndex(of: "?") else { return "" }
    return path[path.index(after: mark)...]
  }
}

/// Puts the WebSocket's handlers into the pipeline, on the connection's event loop, and returns what runs as
/// long as the connection does.
package typealias SocketOpening = @Sendable (any Channel) throws -> @Sendable () async -> Void

package enum SocketDecision: Sendable {
  /// Answered as plain HTTP, before any 101.
  case refuse(HTTPResponse.Status)
  case accept(SocketOpening)
}

/// The one path at which the server speaks WebSocket. `Realtime` makes it; here is only what the upgrade
/// needs.
package struct SocketEndpoint: Sendable {
  /// Without query, `/live`.
  package let path: String
  /// May read the database. Must answer within `ServerLimits.opening`, or the connection is closed.
  package let authorise: @Sendable (SocketRequest) async -> SocketDecision
  /// Told of a request that is refused because a foreign page makes it, so that it can be recorded.
  package let foreignPage: @Sendable (SocketRequest) async -> Void

  package init(
    path: String, authorise: @escaping @Sendable (SocketRequest) async -> SocketDecision,
    foreignPage: @escaping @Sendable (SocketRequest) async -> Void = { _ in }
  ) {
    self.path = path
    self.authorise = authorise
    self.foreignPage = foreignPage
  }
}

package enum SocketOrigin {
  /// Whether a page of this very server asks. A foreign page could otherwise open our socket with the pupil's
  /// cookie.
  ///
  /// - Parameters:
  ///   - origin: the `Origin` fields; exactly one is required, programs that are no browser must send it too.
  ///   - host: the `Host` fields.
  ///   - secure: true when the connection itself is TLS; behind a proxy both schemes are possible.
  package static func isOurs(origin: [String], host: [String], secure: Bool) -> Bool {
    guard origin.count == 1, host.count == 1, let mark = origin[0].range(of: "://") else { return false }
    let scheme = origin[0][..<mark.lowerBound].lowercased()
    guard scheme == "https" || (scheme == "http" && !secure) else { return false }
    let usual = scheme == "https" ? ":443" : ":80"
    func plain(_ authority: some StringProtocol) -> String {
      let lower = authority.lowercased()
      return lower.hasSuffix(usual) ? String(lower.dropLast(usual.count)) : lower
    }
    let theirs = plain(origin[0][mark.upperBound...])
    return !theirs.isEmpty && theirs == plain(host[0])
  }
}
