import Crypto
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Decides whether a request gets the WebSocket it asks for.
struct SocketDoor: Sendable {
  let endpoint: SocketEndpoint
  let secure: Bool
  let logger: Logger

  /// As the HTTP decoder sees it: both fields are needed.
  static func asksForUpgrade(_ head: HTTPRequestHead) -> Bool {
    head.headers.contains(name: "Upgrade")
      && head.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
  }

  func isHere(_ head: HTTPRequestHead) -> Bool {
    head.uri.prefix(while: { $0 != "?" }) == endpoint.path
      && head.headers[canonicalForm: "Upgrade"].contains { $0.lowercased() == "websocket" }
  }

  func decide(_ head: HTTPRequestHead, _ channel: any Channel) -> EventLoopFuture<SocketDecision> {
    let loop = channel.eventLoop
    if let status = refusedForm(head) {
      logger.notice("socket refused", metadata: ["status": "\(status.code)"])
      return loop.makeSucceededFuture(.refuse(status))
    }
    guard let request = try? HTTPRequest(head, secure: secure, splitCookie: false) else {
      return loop.makeSucceededFuture(.refuse(.badRequest))
    }
    let asked = SocketRequest(head: request, remoteAddress: channel.remoteAddress)
    let endpoint = endpoint
    guard SocketOrigin.isOurs(origin: head.headers["Origin"], host: head.headers["Host"], secure: secure)
    else {
      logger.notice("socket refused", metadata: ["status": "403"])
      return loop.makeFutureWithTask {
        await endpoint.foreignPage(asked)
        return .refuse(.forbidden)
      }
    }
    return loop.makeFutureWithTask { await endpoint.authorise(asked) }
  }

  private func refusedForm(_ head: HTTPRequestHead) -> HTTPResponse.Status? {
    let keys = head.headers["Sec-WebSocket-Key"]
    guard head.method == .GET, head.version == .http1_1, keys.count == 1,
      Data(base64Encoded: keys[0])?.count == 16
    else { return .badRequest }
    return head.headers["Sec-WebSocket-Version"] == ["13"] ? nil : .upgradeRequired
  }

  /// RFC 6455 section 4.2.2; SHA-1 is the protocol's choice and protects nothing.
  static func acceptance(of key: String) -> String {
    Data(Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
      .base64EncodedString()
  }
}
