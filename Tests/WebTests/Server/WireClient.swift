import Hummingbird
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization
import Testing
import Web

/// A client that sends exactly the bytes it is told to.
final class WireClient: Sendable {
  private let receiver: Receiver
  private let channel: any Channel

  private init(channel: any Channel, receiver: Receiver) {
    self.channel = channel
    self.receiver = receiver
  }

  static func open(_ port: Int, tls: NIOSSLContext? = nil) async throws -> WireClient {
    let receiver = Receiver()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).channelInitializer {
      channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost")) }
        try pipeline.addHandler(receiver)
      }
    }.connect(host: "127.0.0.1", port: port).get()
    return WireClient(channel: channel, receiver: receiver)
  }

  var text: String { receiver.seen.withLock { String(decoding: $0.bytes, as: UTF8.self) } }
  var status: Int? { text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst(9).prefix(3)) : nil }
  var hasEnded: Bool { receiver.seen.withLock { $0.ended } }

  func send(_ text: String) { send(Array(text.utf8)) }
  func send(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }
  func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }
  func end() { channel.close(promise: nil) }

  private final class Receiver: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let seen = Mutex((bytes: [UInt8](), ended: false))

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      seen.withLock { $0.bytes += Self.unwrapInboundIn(data).readableBytesView }
    }
    func channelInactive(context: ChannelHandlerContext) { seen.withLock { $0.ended = true } }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

/// A server on a loopback port that the system chose: `/` greets, `/length` counts a body, `/big` never ends.
func withPages<Result>(
  tls: TLSKeeper? = nil, sockets: SocketEndpoint? = nil, limits: ServerLimits = .init(),
  _ body: (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Result
) async throws -> Result {
  let (ports, started) = AsyncStream.makeStream(of: Int.self)
  let router = Router()
  router.get("/") { request, _ in "trang chủ \(request.head.scheme ?? "?")" }
  router.post("/length") { request, _ in
    var count = 0
    for try await part in request.body { count += part.readableBytes }
    return "\(count)"
  }
  router.get("/big") { _, _ in
    Response(
      status: .ok,
      body: .init { writer in
        for _ in 0..<10_000 { try await writer.write(ByteBuffer(repeating: 65, count: 65_536)) }
        try await writer.finish(nil)
      })
  }
  let app = Application(
    router: router, server: secureServerBuilder(tls: tls, sockets: sockets, limits: limits),
    configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: ServerLimits.backlog),
    onServerRunning: { channel in started.yield(channel.localAddress?.port ?? 0) }, logger: .silent)
  let services = ServiceGroup(configuration: .init(services: [app], logger: .silent))
  let run = Task { try await services.run() }
  let port = await ports.first { _ in true } ?? 0
  let stop: @Sendable () async -> Void = {
    await services.triggerGracefulShutdown()
    try? await run.value
  }
  do {
    let result = try await body(port, stop)
    await stop()
    return result
  } catch {
    await stop()
    throw error
  }
}

extension Logger {
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Waits for a condition, at most `limit`; a test that waits in vain fails at the line that asked.
func eventually(
  _ what: Comment, limit: Duration = .seconds(10), at place: SourceLocation = #_sourceLocation,
  _ condition: () throws -> Bool
) async rethrows {
  let end = ContinuousClock.now + limit
  while try !condition() {
    guard ContinuousClock.now < end else {
      Issue.record(what, sourceLocation: place)
      return
    }
    try? await Task.sleep(for: .milliseconds(2))
  }
}
