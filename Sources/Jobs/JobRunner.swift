package import Logging
import Rules
import ServiceLifecycle
package import Storage

/// How much is done at once, and for how long a worker may be silent before another takes over.
package struct JobLimits: Sendable {
  package var clocksAtOnce = 4
  package var mailsAtOnce = 4
  /// Longer than any handler's transaction takes.
  package var clockLeaseSeconds: Int64 = 60
  /// Longer than `SMTPSettings.Limits.whole`.
  package var mailLeaseSeconds: Int64 = 180
  /// After this the rows are looked at even when nobody rang.
  package var longestWait: Duration = .seconds(30)
  /// What mails under way get when the application stops; then they are broken off and sent after the
  /// restart.
  package var grace: Duration = .seconds(5)

  package init() {}
}

/// Runs what falls due on this node, beside any number of other nodes on the same database.
package struct JobRunner: Service {
  private let clocks: ClockLane
  private let pages: PageLane
  private let mails: MailLane
  private let limits: JobLimits
  private let logger: Logger
  private let stop = WakeUp()

  /// - Parameters:
  ///   - handlers: of all features, one for each kind of deadline.
  ///   - mail: nil when no mail server is set up: e-mails are then given up with the reason `no-mail-server`.
  package init(
    database: Database, handlers: [ClockHandler], outbox: Outbox, mail: MailDelivery?,
    limits: JobLimits = .init(), logger: Logger
  ) {
    precondition(Set(handlers.map(\.kind)).count == handlers.count, "two handlers for one kind of clock")
    clocks = ClockLane(
      database: database, handlers: Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) }),
      width: limits.clocksAtOnce, leaseSeconds: limits.clockLeaseSeconds, logger: logger)
    pages = PageLane(database: database, pushToPage: outbox.pushToPage)
    mails = MailLane(
      database: database, mail: mail, width: limits.mailsAtOnce, leaseSeconds: limits.mailLeaseSeconds,
      logger: logger)
    self.limits = limits
    self.logger = logger
  }

  /// Returns after a graceful shutdown or when cancelled.
  package func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await runLanes() }
        group.addTask {
          await stop.rung(after: 0)
          try? await Task.sleep(for: limits.grace)
        }
        // The lanes have ended, or their time of grace is over.
        await group.next()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      stop.ring()
      wakeUp()
    }
  }

  /// Looks for work now, such as after the clock was set.
  package func wakeUp() {
    clocks.wakeUp.ring()
    pages.wakeUp.ring()
    mails.wakeUp.ring()
  }

  private func runLanes() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await run(clocks) }
      group.addTask { await run(pages) }
      group.addTask { await run(mails) }
    }
  }

  private func run<L: Lane>(_ lane: L) async {
    let loop = LaneLoop(
      lane: lane, now: clocks.database.now, stop: stop, longestWait: limits.longestWait, logger: logger)
    // Listens before the first look at the rows, so that nothing is posted unheard in between.
    let wakeUps = clocks.database.wakeUps(on: L.topic)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in wakeUps { lane.wakeUp.ring() } }
      await loop.run()
      group.cancelAll()
    }
  }
}
