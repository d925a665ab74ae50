import Dispatch
import Foundation
import Synchronization

/// Hears what other nodes committed (`LISTEN lopan`) and rings the bell here.
///
/// After each new connection everybody is rung, since news may have been missed without one.
final class PostgresListener: Sendable {
  private let settings: PostgresSettings
  private let queue = DispatchQueue(label: "lopan.postgres.listener")
  private let started = Atomic(false)
  private let stopped = Atomic(false)
  /// Ends the wait: a pipe, read end and write end.
  private let pipe: (read: Int32, write: Int32)

  init(_ settings: PostgresSettings) {
    self.settings = settings
    var ends: [Int32] = [-1, -1]
    let made = Glibc.pipe(&ends)
    precondition(made == 0, "no file descriptor left")
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    pipe = (ends[0], ends[1])
  }

  deinit {
    Glibc.close(pipe.read)
    Glibc.close(pipe.write)
  }

  func start() {
    guard !started.exchange(true, ordering: .relaxed) else { return }
    queue.async { self.run() }
  }

  func stop() {
    stopped.store(true, ordering: .relaxed)
    var byte: UInt8 = 0
    _ = Glibc.write(pipe.write, &byte, 1)
  }

  private func run() {
    var pause: Int32 = 100
    while !stopped.load(ordering: .relaxed) {
      do {
        let link = try PostgresLink(settings, until: .now() + settings.connectSeconds)
        _ = try link.exchange([.plain("LISTEN lopan")])
        Bell.shared.ringAll()
        pause = 100
        try listen(link)
      } catch {
        // Tried again below; subscribers lose time, not events.
        _ = wait(milliseconds: pause, on: [])
        pause = min(pause * 2, 5_000)
      }
    }
  }

  private func listen(_ link: PostgresLink) throws {
    while !stopped.load(ordering: .relaxed) {
      for payload in try link.notifications() { Self.ring(payload) }
      // A silent link is asked for a sign of life: a half-open connection tells nothing by itself.
      if wait(milliseconds: 20_000, on: [link.socket]) == 0 { _ = try link.exchange([.plain("SELECT 1")]) }
    }
  }

  /// `unit:number`, `#topic:0`, or `*:0` after a restore.
  private static func ring(_ payload: String) {
    guard let colon = payload.lastIndex(of: ":"), payload[..<colon] != "*" else {
      return Bell.shared.ringAll()
    }
    Bell.shared.ring(String(payload[..<colon]))
  }

  private func wait(milliseconds: Int32, on sockets: [Int32]) -> Int32 {
    var descriptors = ([pipe.read] + sockets).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    return Glibc.poll(&descriptors, nfds_t(descriptors.count), milliseconds)
  }
}
