import NIOCore

/// Lets go of a connection that takes a place without using it. Stands first in the pipeline, below TLS.
///
/// Four rules: opened in time; some byte in some direction now and then; no reader that takes nothing; gone
/// soon after a stop was asked for. The last also frees HTTP/2 connections whose peer fell silent: a polite
/// GOAWAY exchange alone would wait for it for ever.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let limits: ServerLimits
  private let began = NIODeadline.now()
  private var opened = false
  private var lastMove = NIODeadline.now()
  private var unwritableSince: NIODeadline?
  private var stopBefore: NIODeadline?
  private var timer: Scheduled<Void>?

  init(limits: ServerLimits) { self.limits = limits }

  /// The first request's head has been understood: from now on the protocol's own handlers watch too.
  func requestArrived() { opened = true }

  func handlerAdded(context: ChannelHandlerContext) { arm(context) }

  func handlerRemoved(context: ChannelHandlerContext) { disarm() }

  func channelInactive(context: ChannelHandlerContext) {
    disarm()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastMove = .now()
    context.fireChannelRead(data)
  }

  func flush(context: ChannelHandlerContext) {
    lastMove = .now()
    context.flush()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    unwritableSince = context.channel.isWritable ? nil : .now()
    context.fireChannelWritabilityChanged()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent {
      guard opened else { return context.close(promise: nil) }
      stopBefore = .now() + .seconds(limits.shutdown)
      disarm()
      arm(context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private var deadline: NIODeadline {
    var first = lastMove + .seconds(limits.quiet)
    if !opened { first = min(first, began + .seconds(limits.opening)) }
    if let unwritableSince { first = min(first, unwritableSince + .seconds(limits.stalledWrite)) }
    if let stopBefore { first = min(first, stopBefore) }
    return first
  }

  private func arm(_ context: ChannelHandlerContext) {
    // Looks at least every quarter of the shortest wait: cheaper than a new timer at each byte.
    let step = max(1, min(limits.opening, limits.stalledWrite, limits.quiet) * 250)
    let next = min(deadline, .now() + .milliseconds(step))
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
      self.timer = nil
      if NIODeadline.now() >= self.deadline { context.close(promise: nil) } else { self.arm(context) }
    }
  }

  private func disarm() {
    timer?.cancel()
    timer = nil
  }
}
