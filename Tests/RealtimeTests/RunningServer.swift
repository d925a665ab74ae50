import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Testing
import Web

/// A server on a loopback port that the system chose, stopped gracefully when `body` returns.
func withServer<Result>(
  sockets: SocketEndpoint, tls: TLSKeeper? = nil, loops: Int = 1,
  _ body: (_ port: Int, _ stop: @escaping @Sendable () async -> Void) async throws -> Result
) async throws -> Result {
  let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
  let (ports, started) = AsyncStream.makeStream(of: Int.self)
  let router = Router()
  router.get("/") { _, _ in "trang chủ" }
  var logger = Logger(label: "test")
  logger.logLevel = .critical
  let app = Application(
    router: router, server: secureServerBuilder(tls: tls, sockets: sockets),
    configuration: .init(address: .hostname("127.0.0.1", port: 0), backlog: ServerLimits.backlog),
    onServerRunning: { channel in started.yield(channel.localAddress?.port ?? 0) },
    eventLoopGroupProvider: .shared(group), logger: logger)
  let services = ServiceGroup(configuration: .init(services: [app], logger: logger))
  let run = Task { try await services.run() }
  let port = await ports.first { _ in true } ?? 0
  let stop: @Sendable () async -> Void = {
    await services.triggerGracefulShutdown()
    try? await run.value
  }
  do {
    let result = try await body(port, stop)
    await stop()
    try await group.shutdownGracefully()
    return result
  } catch {
    await stop()
    try await group.shutdownGracefully()
    throw error
  }
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
