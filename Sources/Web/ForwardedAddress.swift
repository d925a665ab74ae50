import HTTPTypes
package import Hummingbird
import NIOCore

/// Behind a proxy on this machine: the client's address as the proxy names it, so that limits count people, not the proxy.
///
/// Only the last entry of `X-Forwarded-For` is read, the one that the proxy itself added: everything before it came from the
/// client, who may write what he likes. And only when the connection comes from this machine, because on any other the
/// header is the client's own.
package struct ForwardedAddress: RouterMiddleware {
  package init() {}

  package func handle(
    _ request: Request, context: AppContext, next: (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    if let client = Self.client(request.headers[values: .xForwardedFor], from: context.remoteAddress) {
      context.remoteAddress = client
    }
    return try await next(request, context)
  }

  /// Nil when the peer is no proxy of this machine or named nobody.
  static func client(_ fields: [String], from peer: SocketAddress?) -> SocketAddress? {
    guard let peer, isThisMachine(peer), let last = fields.last?.split(separator: ",").last else {
      return nil
    }
    let text = last.drop { $0 == " " }
    return try? SocketAddress(ipAddress: String(text.prefix { $0 != " " }), port: 0)
  }

  private static func isThisMachine(_ peer: SocketAddress) -> Bool {
    guard let address = peer.ipAddress else { return true }
    return address == "::1" || address.hasPrefix("127.")
  }
}

extension HTTPField.Name {
  /// The name is a literal without any character that a field name may not have.
  static let xForwardedFor = HTTPField.Name("X-Forwarded-For")!
}
