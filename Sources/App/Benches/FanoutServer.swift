import Foundation
import Hummingbird
import LiveClass
package import Logging
import NIOCore
import NIOPosix
import Realtime
import Rules
import Synchronization
import Web

/// Running lessons whose pages need no cookie: what the fan-out bench loads.
package enum FanoutServer {
  /// Serves until it is told to end. Connection `n` to `/live?ROOM` takes seat `n` of that room, pupils only.
  package static func run(port: Int, rooms: Int, seats: Int, logger: Logger) async throws {
    let school = try await BenchSchool.make(classes: rooms, pupils: seats, logger: logger)
    let bench = LiveBench(school.live)
    for one in school.classes {
      let connection = SocketConnection(toNobodyOn: MultiThreadedEventLoopGroup.singleton.next())
      try await bench.open(
        one.lesson,
        by: try LiveBench.candidate(
          one.teacher.viewer, key: one.teacher.key, lesson: one.lesson, on: connection))
    }
    let taken = Mutex(Array(repeating: 0, count: rooms))
    let classes = school.classes
    let socket = bench.socket { request in
      guard let room = Int(request.query), classes.indices.contains(room) else { return nil }
      let number = taken.withLock { taken in
        defer { taken[room] += 1 }
        return taken[room] % seats
      }
      return .init(viewer: classes[room].pupils[number].viewer, lesson: classes[room].lesson)
    }
    let router = Router(context: AppContext.self)
    router.get("/healthz") { _, _ in "ok\n" }
    var application = Application(
      router: router, server: secureServerBuilder(tls: nil, sockets: socket),
      configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: ServerLimits.backlog),
      onServerRunning: { channel in
        FileHandle.standardOutput.write(Data("ready \(channel.localAddress?.port ?? 0)\n".utf8))
      }, logger: logger)
    application.addServices(school.live.service)
    try await application.runService()
    await school.remove()
  }
}
