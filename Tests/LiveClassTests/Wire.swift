import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// One TCP connection to the server under test, as bytes.
final class Wire: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var hasEnded = false
  }

  private let state = Mutex(State())
  private let opened = Mutex<(any Channel)?>(nil)
  /// Called on the connection's loop after new bytes came and when it ended.
  private let onChange = Mutex<(@Sendable () -> Void)?>(nil)

  static func connect(_ port: Int) async throws -> Wire {
    let wire = Wire()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Receiver(wire: wire))
        }
      }.connect(host: "127.0.0.1", port: port).get()
    wire.opened.withLock { $0 = channel }
    return wire
  }

  var hasEnded: Bool { state.withLock { $0.hasEnded } }
  var bytes: [UInt8] { state.withLock { $0.bytes } }

  func listen(_ body: @escaping @Sendable () -> Void) {
    onChange.withLock { $0 = body }
    body()
  }

  func send(_ bytes: [UInt8]) {
    opened.withLock { $0 }?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  /// The line breaks: no farewell.
  func cut() { opened.withLock { $0 }?.close(promise: nil) }

  /// What `body` takes off the front.
  func take<T>(_ body: (inout [UInt8]) -> T) -> T { state.withLock { body(&$0.bytes) } }

  fileprivate func received(_ new: ByteBuffer) {
    state.withLock { $0.bytes += new.readableBytesView }
    onChange.withLock { $0 }?()
  }

  fileprivate func ended() {
    state.withLock { $0.hasEnded = true }
    onChange.withLock { $0 }?()
  }
}

private final class Receiver: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let wire: Wire

  init(wire: Wire) { self.wire = wire }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { wire.received(Self.unwrapInboundIn(data)) }
  func channelInactive(context: ChannelHandlerContext) { wire.ended() }
  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// What a page is answered.
struct WireAnswer: Sendable {
  let status: Int
  /// Names in lower case.
  let headers: [String: String]
  let body: String

  /// - Parameter bytes: a whole answer, the connection being closed after it.
  init?(_ bytes: [UInt8]) {
    guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      return nil
    }
    self.status = status
    headers = Dictionary(
      lines.dropFirst().compactMap { line in
        line.firstIndex(of: ":").map {
          (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
        }
      }, uniquingKeysWith: { $0 + ", " + $1 })
    let rest = Array(bytes[end.upperBound...])
    let isChunked = headers["transfer-encoding"]?.lowercased() == "chunked"
    body = String(decoding: isChunked ? Self.joined(rest) : rest, as: UTF8.self)
  }

  private static func joined(_ bytes: [UInt8]) -> [UInt8] {
    var (result, at) = ([UInt8](), 0)
    while let end = bytes[at...].firstIndex(of: 13),
      let size = Int(String(decoding: bytes[at..<end], as: UTF8.self), radix: 16), size > 0,
      end + 2 + size <= bytes.count
    {
      result += bytes[(end + 2)..<(end + 2 + size)]
      at = min(end + 2 + size + 2, bytes.count)
    }
    return result
  }
}

/// Something that a test waited for did not come.
struct NeverCame: Error { let what: String }

/// Waits until a condition holds. The limit is only for a test that fails; it counts looks, not seconds, so that a
/// machine that stands still for a minute fails nothing.
func eventually(_ what: String, looks: Int = 5_000, _ holds: () async throws -> Bool) async throws {
  for _ in 0..<looks {
    if try await holds() { return }
    try await Task.sleep(for: .milliseconds(2))
  }
  throw NeverCame(what: what)
}
