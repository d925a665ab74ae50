import Dispatch
import Foundation
import Logging
import Rules

/// Keeping the server and the link to it.
extension JanusMedia {
  /// Waits before the next try, by failures in a row: none after the first, so that a lesson has its picture
  /// back at once.
  static let waits: [Duration] = [
    .zero, .milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5),
  ]
  /// A link that held this long was no failure.
  static let settled = Duration.seconds(2)

  /// Until `stop` is called or the task is cancelled.
  package func run() async {
    var failures = 0
    while stopping == nil && !Task.isCancelled {
      let began = ContinuousClock.now
      do {
        try await serve()
      } catch {
        problem = error as? UserError
        logger.warning("media link ended", metadata: ["reason": "\(error)"])
      }
      if link != nil { emit(.serverLost) }
      if link != nil && ContinuousClock.now - began > Self.settled { failures = 0 }
      link = nil
      guard stopping == nil && !Task.isCancelled else { break }
      try? await Task.sleep(for: Self.waits[min(failures, Self.waits.count - 1)])
      failures += 1
    }
    await shutDown()
  }

  /// Makes `run` end the server and return.
  /// - Parameter leavingServer: lessons go on without us for `JanusSettings.reclaimSeconds`; for a quick
  ///   restart.
  package func stop(leavingServer: Bool = false) async {
    stopping = leavingServer ? .leavingServer : .endingServer
    await link?.lose()
  }

  private func shutDown() async {
    if stopping != .leavingServer {
      await supervisor?.end(serverPID, patience: .seconds(3))
      _ = book.dropLegs()
      save()
    }
    output.finish()
  }

  /// One life of one link.
  private func serve() async throws {
    let supervisor = try self.supervisor ?? JanusSupervisor(settings, logger: logger)
    self.supervisor = supervisor
    let socket = try await reach(supervisor)
    serverPID = socket.serverPID
    let link = JanusLink(socket, secret: supervisor.secrets.api)
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await self.receive(from: socket, link) }
        group.addTask { try await self.tick(link, log: supervisor.logPath) }
        group.addTask { try await self.keepAlive(link) }
        group.addTask {
          let chores = try await self.establish(link, supervisor)
          for await handle in chores { await self.detach([handle]) }
          throw JanusFailure.linkLost
        }
        // Whichever ends first ends all.
        defer { group.cancelAll() }
        do {
          try await group.next()
        } catch {
          await link.lose()
          throw error
        }
      }
    } catch let failure as JanusFailure where failure == .tooLate || failure == .outdated {
      // It runs but does not answer, or was started with other settings.
      await supervisor.end(serverPID, patience: failure == .outdated ? .seconds(3) : .zero)
      throw failure
    }
  }

  private func reach(_ supervisor: JanusSupervisor) async throws -> JanusSocket {
    if let socket = await supervisor.find() { return socket }
    await supervisor.end(serverPID, patience: .zero)
    _ = book.dropLegs()
    candidates = [:]
    save()
    starts += 1
    return try await supervisor.start()
  }

  private nonisolated func receive(from socket: JanusSocket, _ link: JanusLink) async throws {
    for await bytes in socket.messages {
      if let event = await link.receive(bytes) { await handle(event) }
    }
    throw JanusFailure.linkLost
  }

  /// Time limits four times a second, the log once.
  private nonisolated func tick(_ link: JanusLink, log path: String) async throws {
    var log = JanusLog(path: path)
    var count = 0
    while true {
      try await Task.sleep(for: .milliseconds(250))
      count += 1
      let late = await link.expire()
      if late > 0 { logger.warning("media server slow", metadata: ["requests": "\(late)"]) }
      if count % 4 == 0 { log.forward(to: logger) }
    }
  }

  /// A sign of life every 20 seconds; an answer that does not come in time ends the server.
  private func keepAlive(_ link: JanusLink) async throws {
    while true {
      try await Task.sleep(for: .seconds(20))
      guard let session = book.session else { continue }
      _ = try await link.request("keepalive", session: session, ending: .acknowledgement)
    }
  }
}
