import NIOCore
import NIOWebSocket

/// The WebSocket protocol on one connection: last in the pipeline, after the frame decoder. Event loop only.
final class SocketHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = ByteBuffer

  enum Phase: Equatable {
    case open
    /// A close frame was sent; nothing more is, and what comes is not looked at.
    case closing(SocketCloseCode)
    case ended
  }

  let connection: SocketConnection
  private let limits: SocketLimits
  private let count: SocketCount
  private(set) var phase = Phase.open
  /// Whether the hub will flush this connection before the turn ends.
  var hubTouched = false
  private var context: ChannelHandlerContext?
  private var rate: SocketRate
  private var fragments: ByteBuffer?
  private var heard = NIODeadline.now()
  private var nextPing = NIODeadline.now()
  private var reading = true
  private var flushScheduled = false
  private var overrun = false
  private var timer: Scheduled<Void>?
  private var closeHooks: [(SocketCloseCode) -> Void] = []

  init(connection: SocketConnection, limits: SocketLimits, count: SocketCount) {
    self.connection = connection
    self.limits = limits
    self.count = count
    rate = limits.rate()
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    connection.handler.value = self
    count.changed(by: 1)
    heard = .now()
    // Spread: after a restart all pages of a school come back within a second and would be pinged together
    // ever after.
    nextPing = heard + .nanoseconds(.random(in: 0...max(1, limits.ping.nanoseconds)))
    armHeartbeat(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { end(.lost) }

  func channelInactive(context: ChannelHandlerContext) {
    end(.lost)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let now = NIODeadline.now()
    heard = now
    let frame = Self.unwrapInboundIn(data)
    guard phase == .open else {
      // Only the answer to our close frame still matters.
      if phase != .ended, frame.opcode == .connectionClose { context.close(promise: nil) }
      return
    }
    guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return close(.protocolError) }
    guard rate.admit(at: now) else { return close(.policy, "too many messages") }
    switch frame.opcode {
    case .text where fragments == nil, .continuation where fragments != nil: take(frame)
    case .binary: close(.unsupported, "text only")
    case .ping:
      write(SocketFrame.pong(frame.unmaskedData))
      flushAtEndOfTurn()
    case .pong: break
    case .connectionClose: answerClose(frame.unmaskedData, context)
    default: close(.protocolError)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case NIOWebSocketError.invalidFrameLength: close(.tooBig)
    case is NIOWebSocketError: close(.protocolError)
    default: context.close(promise: nil)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent {
      close(.restart, "server stops")
    } else if event as? ChannelEvent == .inputClosed {
      // The server lets peers close one half. A page that closed its half is gone; staying would leak the
      // connection.
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }
}

extension SocketHandler {
  private func take(_ frame: WebSocketFrame) {
    var data = frame.unmaskedData
    if var begun = fragments {
      fragments = nil
      begun.writeBuffer(&data)
      data = begun
    }
    guard data.readableBytes <= limits.message else { return close(.tooBig) }
    guard frame.fin else { return fragments = data }
    guard let text = String(validating: data.readableBytesView, as: UTF8.self) else {
      return close(.invalidText)
    }
    if !connection.messages.inbox.put(text) { setReading(false) }
  }

  func resumeReading() { setReading(true) }

  private func setReading(_ on: Bool) {
    guard reading != on, phase != .ended, let context else { return }
    reading = on
    heard = .now()
    // Cannot fail on a channel of ours: every one knows autoRead.
    try? context.channel.syncOptions?.setOption(.autoRead, value: on)
  }
}

extension SocketHandler {
  /// Adds a whole frame to what is to be sent, without flushing.
  ///
  /// False when the reader is too slow: from then on nothing more is sent, and `flush` says good-bye.
  @discardableResult
  func write(_ frame: ByteBuffer) -> Bool {
    guard phase == .open, !overrun, let context else { return false }
    if !context.channel.isWritable {
      context.flush()
      guard phase == .open, context.channel.isWritable else {
        overrun = true
        return false
      }
    }
    context.write(Self.wrapOutboundOut(frame), promise: nil)
    return true
  }

  func flush() {
    guard phase == .open else { return }
    if overrun { return close(.tryAgain, "too slow") }
    context?.flush()
  }

  /// One system call for all that is sent within this turn of the loop.
  func flushAtEndOfTurn() {
    guard !flushScheduled else { return }
    flushScheduled = true
    connection.loop.assumeIsolated().execute {
      self.flushScheduled = false
      self.flush()
    }
  }

  func onClose(_ hook: @escaping (SocketCloseCode) -> Void) {
    if phase == .ended { hook(connection.closeCode ?? .lost) } else { closeHooks.append(hook) }
  }

  func close(_ code: SocketCloseCode, _ reason: String = "") {
    guard phase == .open, let context else { return }
    phase = .closing(code)
    fragments = nil
    setReading(true)
    context.writeAndFlush(Self.wrapOutboundOut(SocketFrame.close(code, reason)), promise: nil)
    // The other side may never answer, or never read: a slow reader has the frame behind all that waits for
    // it.
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: limits.closing) {
      context.close(promise: nil)
    }
  }

  private func answerClose(_ payload: ByteBuffer, _ context: ChannelHandlerContext) {
    var payload = payload
    guard payload.readableBytes > 0 else { return answer(.unnamed, context) }
    guard let number = payload.readInteger(as: UInt16.self), SocketCloseCode(rawValue: number).mayBeSent
    else {
      return close(.protocolError)
    }
    guard String(validating: payload.readableBytesView, as: UTF8.self) != nil else {
      return close(.invalidText)
    }
    answer(.init(rawValue: number), context)
  }

  private func answer(_ code: SocketCloseCode, _ context: ChannelHandlerContext) {
    close(code)
    context.flush()
    // Ours is the last word of the hand-shake; what the kernel holds is still delivered after the close.
    if phase != .ended { context.close(promise: nil) }
  }

  private func end(_ broken: SocketCloseCode) {
    guard phase != .ended else { return }
    let code = if case .closing(let code) = phase { code } else { broken }
    phase = .ended
    timer?.cancel()
    (timer, context, fragments) = (nil, nil, nil)
    connection.handler.value = nil
    connection.markEnded(code)
    count.changed(by: -1)
    let hooks = closeHooks
    closeHooks = []
    for hook in hooks { hook(code) }
  }
}

extension SocketHandler {
  private func armHeartbeat(_ context: ChannelHandlerContext) {
    let next = min(nextPing, heard + limits.silence)
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) {
      guard self.phase == .open else { return }
      let now = NIODeadline.now()
      // While we do not read, silence is our own doing.
      if !self.reading { self.heard = now }
      if now >= self.heard + self.limits.silence { return context.close(promise: nil) }
      if now >= self.nextPing {
        self.nextPing = now + self.limits.ping
        self.write(SocketFrame.ping())
        self.flush()
      }
      if self.phase == .open { self.armHeartbeat(context) }
    }
  }
}
