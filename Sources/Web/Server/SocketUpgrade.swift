import Crypto
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Decides about one connection's request for a WebSocket, and opens it.
///
/// An own upgrader instead of NIO's: that one always adds a frame encoder which cannot be removed and would encode a
/// message once per receiver instead of once per topic.
final class SocketUpgrade: NIOTypedHTTPServerProtocolUpgrader {
  struct NotASocket: Error {}

  let supportedProtocol = "websocket"
  let requiredUpgradeHeaders: [String] = []

  private let endpoint: SocketEndpoint
  private let secure: Bool
  private let logger: Logger
  private let decision: NIOLoopBoundBox<SocketDecision?>

  init(endpoint: SocketEndpoint, secure: Bool, loop: any EventLoop, logger: Logger) {
    self.endpoint = endpoint
    self.secure = secure
    self.logger = logger
    decision = .makeEmptyBox(valueType: SocketDecision.self, eventLoop: loop)
  }

  /// What to answer instead of 101; nil when the request was for something else.
  var refusal: HTTPResponse.Status? {
    if case .refuse(let status) = decision.value { status } else { nil }
  }

  func buildUpgradeResponse(
    channel: any Channel, upgradeRequest head: HTTPRequestHead, initialResponseHeaders: HTTPHeaders
  ) -> EventLoopFuture<HTTPHeaders> {
    let loop = channel.eventLoop
    guard head.uri.prefix(while: { $0 != "?" }) == endpoint.path else { return loop.makeFailedFuture(NotASocket()) }
    return decide(head, channel).hop(to: loop).flatMapThrowing { [self] decision in
      self.decision.value = decision
      guard case .accept = decision else { throw NotASocket() }
      var headers = initialResponseHeaders
      headers.add(name: "Sec-WebSocket-Accept", value: Self.acceptance(of: head.headers["Sec-WebSocket-Key"][0]))
      return headers
    }
  }

  func upgrade(channel: any Channel, upgradeRequest: HTTPRequestHead) -> EventLoopFuture<OpenConnection> {
    channel.eventLoop.makeCompletedFuture {
      guard case .accept(let open) = decision.value else { throw NotASocket() }
      decision.value = nil
      // A socket has its own heartbeat and its own bound on what waits to be sent.
      let pipeline = channel.pipeline.syncOperations
      pipeline.removeHandler(try pipeline.handler(type: ConnectionGuard.self), promise: nil)
      pipeline.removeHandler(try pipeline.handler(type: FirstRequestErrors.self), promise: nil)
      return .socket(try open(channel))
    }
  }

  private func decide(_ head: HTTPRequestHead, _ channel: any Channel) -> EventLoopFuture<SocketDecision> {
    let loop = channel.eventLoop
    if let status = refusedForm(head) {
      logger.notice("socket refused", metadata: ["status": "\(status.code)"])
      return loop.makeSucceededFuture(.refuse(status))
    }
    guard let request = try? HTTPRequest(head, secure: secure, splitCookie: false) else {
      return loop.makeSucceededFuture(.refuse(.badRequest))
    }
    let asked = SocketRequest(head: request, remoteAddress: channel.remoteAddress)
    let authorise = endpoint.authorise
    return loop.makeFutureWithTask { await authorise(asked) }
  }

  private func refusedForm(_ head: HTTPRequestHead) -> HTTPResponse.Status? {
    let keys = head.headers["Sec-WebSocket-Key"]
    guard head.method == .GET, head.version == .http1_1, keys.count == 1,
      Data(base64Encoded: keys[0])?.count == 16
    else { return .badRequest }
    guard head.headers["Sec-WebSocket-Version"] == ["13"] else { return .upgradeRequired }
    guard SocketOrigin.isOurs(origin: head.headers["Origin"], host: head.headers["Host"], secure: secure) else {
      return .forbidden
    }
    return nil
  }

  /// RFC 6455 section 4.2.2; SHA-1 is the protocol's choice and protects nothing.
  static func acceptance(of key: String) -> String {
    Data(Insecure.SHA1.hash(data: Data((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8))).base64EncodedString()
  }
}

/// Answers one request with a status and closes.
final class RefusingHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let status: HTTPResponse.Status

  init(status: HTTPResponse.Status) { self.status = status }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .end = Self.unwrapInboundIn(data) else { return }
    var headers: HTTPHeaders = ["content-length": "0", "connection": "close"]
    if status == .upgradeRequired { headers.add(name: "sec-websocket-version", value: "13") }
    let head = HTTPResponseHead(
      version: .http1_1, status: .init(statusCode: status.code, reasonPhrase: status.reasonPhrase), headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }
}

/// Answers what is no HTTP at all with 400, as long as no request was understood on this connection.
final class FirstRequestErrors: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard error is HTTPParserError else { return context.fireErrorCaught(error) }
    let headers: HTTPHeaders = ["content-length": "0", "connection": "close"]
    let head = HTTPResponseHead(version: .http1_1, status: .badRequest, headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }
}
