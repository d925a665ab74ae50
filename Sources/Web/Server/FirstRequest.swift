import HTTPTypes
import NIOCore
import NIOHTTP1

/// Reads the first request on an HTTP/1.1 connection and makes of it a page's connection, a socket, or a
/// refusal.
///
/// In place of NIO's upgrade handler: that one loses a request that asks for an upgrade and does not get it
/// (its head is not passed on), so that a refused socket would never be answered.
final class FirstRequest: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case awaited
    /// A socket was asked for; it is opened when it is allowed and the request is complete.
    case deciding(accepted: SocketOpening?, complete: Bool)
    /// What arrives meanwhile belongs to the socket.
    case opening(early: [NIOAny])
    case settled
  }

  private let door: SocketDoor?
  private let encoder: HTTPResponseEncoder
  private let decoder: ByteToMessageHandler<HTTPRequestDecoder>
  private let addPageHandlers: () throws -> OpenConnection
  private let result: EventLoopPromise<OpenConnection>
  private var state = State.awaited
  /// The other side's `Sec-WebSocket-Key`.
  private var key = ""

  init(
    door: SocketDoor?, encoder: HTTPResponseEncoder, decoder: ByteToMessageHandler<HTTPRequestDecoder>,
    result: EventLoopPromise<OpenConnection>, addPageHandlers: @escaping () throws -> OpenConnection
  ) {
    self.door = door
    self.encoder = encoder
    self.decoder = decoder
    self.result = result
    self.addPageHandlers = addPageHandlers
  }

  /// Fails the result of a connection that ended before its first request; later it is fulfilled already.
  func handlerRemoved(context: ChannelHandlerContext) { result.fail(ChannelError.eof) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch state {
    case .awaited:
      if case .head(let head) = Self.unwrapInboundIn(data) { take(head, context) }
    case .deciding(let accepted, _):
      switch Self.unwrapInboundIn(data) {
      case .end:
        state = .deciding(accepted: accepted, complete: true)
        openIfReady(context)
      case .head, .body: refuse(.badRequest, context)
      }
    case .opening(var early):
      early.append(data)
      state = .opening(early: early)
    case .settled: break
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError { return refuse(.badRequest, context) }
    context.fireErrorCaught(error)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  private func take(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let upgrades = SocketDoor.asksForUpgrade(head)
    guard let door, upgrades, door.isHere(head) else { return becomePages(head, upgrades, context) }
    state = .deciding(accepted: nil, complete: false)
    door.decide(head, context.channel).hop(to: context.eventLoop).assumeIsolated().whenSuccess { decision in
      guard case .deciding(_, let complete) = self.state else { return }
      switch decision {
      case .refuse(let status): self.refuse(status, context)
      case .accept(let open):
        self.key = head.headers["Sec-WebSocket-Key"].first ?? ""
        self.state = .deciding(accepted: open, complete: complete)
        self.openIfReady(context)
      }
    }
  }

  private func becomePages(_ head: HTTPRequestHead, _ upgrades: Bool, _ context: ChannelHandlerContext) {
    var head = head
    if upgrades {
      // The decoder stops for good after a request that asks for an upgrade: one answer, then the connection
      // ends.
      head.headers.remove(name: "Upgrade")
      head.headers.replaceOrAdd(name: "Connection", value: "close")
    }
    do {
      try guardian(context).requestArrived()
      let connection = try addPageHandlers()
      state = .settled
      result.succeed(connection)
      context.fireChannelRead(Self.wrapInboundOut(.head(head)))
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    } catch {
      context.close(promise: nil)
    }
  }

  private func openIfReady(_ context: ChannelHandlerContext) {
    guard case .deciding(let accepted?, complete: true) = state else { return }
    state = .opening(early: [])
    let pipeline = context.pipeline.syncOperations
    pipeline.removeHandler(decoder).assumeIsolated().flatMap {
      let head = HTTPResponseHead(
        version: .http1_1, status: .switchingProtocols,
        headers: [
          "upgrade": "websocket", "connection": "upgrade",
          "sec-websocket-accept": SocketDoor.acceptance(of: self.key),
        ])
      context.writeAndFlush(Self.wrapOutboundOut(.head(head)), promise: nil)
      return pipeline.removeHandler(self.encoder)
    }.whenComplete { removed in
      do {
        try removed.get()
        self.becomeSocket(try accepted(context.channel), try self.guardian(context), context)
      } catch {
        context.close(promise: nil)
      }
    }
  }

  private func becomeSocket(
    _ run: @escaping @Sendable () async -> Void, _ guardian: ConnectionGuard, _ context: ChannelHandlerContext
  ) {
    // A socket has its own heartbeat and its own bound on what waits to be sent.
    let pipeline = context.pipeline.syncOperations
    pipeline.removeHandler(guardian, promise: nil)
    result.succeed(.socket(run))
    guard case .opening(let early) = state else { return }
    state = .settled
    for data in early { context.fireChannelRead(data) }
    pipeline.removeHandler(self, promise: nil)
  }

  private func refuse(_ status: HTTPResponse.Status, _ context: ChannelHandlerContext) {
    if case .settled = state { return }
    state = .settled
    result.succeed(.refused)
    var headers: HTTPHeaders = ["content-length": "0", "connection": "close"]
    if status == .upgradeRequired { headers.add(name: "sec-websocket-version", value: "13") }
    let head = HTTPResponseHead(
      version: .http1_1, status: .init(statusCode: status.code, reasonPhrase: status.reasonPhrase),
      headers: headers)
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  private func guardian(_ context: ChannelHandlerContext) throws -> ConnectionGuard {
    try context.pipeline.syncOperations.handler(type: ConnectionGuard.self)
  }
}
