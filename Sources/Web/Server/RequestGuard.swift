import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends requests that are too large or trickle in. One per HTTP/1.1 connection and one per HTTP/2 stream.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limits: ServerLimits
  private var received = 0
  private var began = NIODeadline.now()
  private var unanswered = 0
  private var refused = false
  private var bodyTimer: Scheduled<Void>?
  private var stallTimer: Scheduled<Void>?

  init(limits: ServerLimits) { self.limits = limits }

  func handlerRemoved(context: ChannelHandlerContext) { disarm() }

  func channelInactive(context: ChannelHandlerContext) {
    disarm()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !refused else { return }
    switch Self.unwrapInboundIn(data) {
    case .head(let head):
      unanswered += 1
      if let length = head.headerFields[.contentLength].flatMap({ Int($0) }), length > limits.body {
        return refuse(context)
      }
      (received, began) = (0, .now())
      watchBody(context)
    case .body(let bytes):
      received += bytes.readableBytes
      if received > limits.body { return refuse(context) }
    case .end:
      bodyTimer?.cancel()
      bodyTimer = nil
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = Self.unwrapOutboundIn(data) { unanswered -= 1 }
    context.write(data, promise: promise)
  }

  /// On an HTTP/2 stream this is the peer's flow control, which the guard of the connection cannot see.
  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stallTimer?.cancel()
    stallTimer = nil
    if !context.channel.isWritable {
      stallTimer = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(limits.stalledWrite)) {
        context.close(promise: nil)
      }
    }
    context.fireChannelWritabilityChanged()
  }

  private func watchBody(_ context: ChannelHandlerContext) {
    bodyTimer?.cancel()
    let allowed = limits.requestGrace + Int64(received / max(1, limits.slowestBody))
    bodyTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: began + .seconds(allowed)) {
      let earned = self.limits.requestGrace + Int64(self.received / max(1, self.limits.slowestBody))
      if NIODeadline.now() < self.began + .seconds(earned) { return self.watchBody(context) }
      context.close(promise: nil)
    }
  }

  /// 413 when nobody else is answering on this connection, then closed: the rest of the body is not read.
  private func refuse(_ context: ChannelHandlerContext) {
    refused = true
    disarm()
    guard unanswered == 1, received == 0 else { return context.close(promise: nil) }
    let head = HTTPResponse(
      status: .contentTooLarge, headerFields: [.connection: "close", .contentLength: "0"])
    context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      context.close(promise: nil)
    }
  }

  private func disarm() {
    bodyTimer?.cancel()
    stallTimer?.cancel()
    (bodyTimer, stallTimer) = (nil, nil)
  }
}
