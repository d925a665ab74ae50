package import NIOCore
import Synchronization

/// One open WebSocket, as the rest of the program sees it. Usable from any thread; text only.
///
/// What `send` and `close` do happens in the order of their calls. Between `send` and a `Hub`'s publications
/// no order is promised: a subscriber that must not miss anything subscribes held (`Hub.subscribe`).
package final class SocketConnection: Sendable {
  /// Unique in this process; never reused.
  package let id: UInt64
  /// What the other side sent, in order. One reader; ends when the connection does.
  package let messages: SocketMessages
  package let remoteAddress: SocketAddress?

  let loop: any EventLoop
  let handler: NIOLoopBoundBox<SocketHandler?>
  private let ended = Mutex<SocketCloseCode?>(nil)
  private static let counter = Atomic<UInt64>(0)

  init(channel: any Channel, limits: SocketLimits) {
    loop = channel.eventLoop
    remoteAddress = channel.remoteAddress
    id = Self.counter.add(1, ordering: .relaxed).newValue
    let handler = NIOLoopBoundBox<SocketHandler?>.makeEmptyBox(valueType: SocketHandler.self, eventLoop: loop)
    self.handler = handler
    let loop = loop
    messages = SocketMessages(
      inbox: SocketInbox(bound: limits.unhandled) { loop.execute { handler.value?.resumeReading() } })
  }

  /// A connection to nobody: what is sent goes nowhere, nothing is received. For benches of what stands before
  /// the socket.
  package init(toNobodyOn loop: any EventLoop) {
    self.loop = loop
    remoteAddress = nil
    id = Self.counter.add(1, ordering: .relaxed).newValue
    handler = NIOLoopBoundBox<SocketHandler?>.makeEmptyBox(valueType: SocketHandler.self, eventLoop: loop)
    messages = SocketMessages(inbox: SocketInbox(bound: 1) {})
  }

  /// Why it ended; nil while it is open.
  package var closeCode: SocketCloseCode? { ended.withLock { $0 } }
  package var isOpen: Bool { closeCode == nil }

  /// Nothing happens when the connection is closed or closing.
  package func send(_ text: String) { send(frame: SocketFrame.text(text)) }

  /// - Parameter text: UTF-8, not checked.
  package func send(_ text: ByteBuffer) { send(frame: SocketFrame.text(text)) }

  /// Begins the closing hand-shake; what was sent before still goes out. The first call counts.
  package func close(_ code: SocketCloseCode, _ reason: String = "") {
    onLoop { $0.close(code, reason) }
  }

  /// Calls once, on the event loop, when the connection has ended; at once when it already has. Must not
  /// wait.
  package func onClose(_ body: @escaping @Sendable (SocketCloseCode) -> Void) {
    let tell: @Sendable () -> Void = { [self] in
      if let handler = handler.value { handler.onClose(body) } else { body(closeCode ?? .lost) }
    }
    if loop.inEventLoop { tell() } else { loop.execute(tell) }
  }

  func markEnded(_ code: SocketCloseCode) {
    ended.withLock { if $0 == nil { $0 = code } }
    messages.inbox.end()
  }

  private func send(frame: ByteBuffer) {
    onLoop { handler in
      handler.write(frame)
      handler.flushAtEndOfTurn()
    }
  }

  private func onLoop(_ body: @escaping @Sendable (SocketHandler) -> Void) {
    // Always through the loop's queue, even on the loop: otherwise calls from two threads could overtake each
    // other.
    loop.execute { [handler] in
      if let handler = handler.value { body(handler) }
    }
  }
}

extension SocketConnection: Hashable {
  package static func == (left: SocketConnection, right: SocketConnection) -> Bool { left === right }
  package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
