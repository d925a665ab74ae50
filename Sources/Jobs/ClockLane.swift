import Logging
import Rules
import Storage

/// Handles deadlines that fall due, on whichever node takes them first.
struct ClockLane: Lane {
  struct Item: Sendable {
    let clock: DueClock
    let lease: Lease
  }

  static let topic = "jobs.clocks"

  let database: Database
  let handlers: [String: ClockHandler]
  let wakeUp = WakeUp()
  let width: Int
  let leaseSeconds: Int64
  let logger: Logger

  /// Only kinds that this program knows: during an upgrade another node may know more.
  private var kinds: [String] { handlers.keys.sorted() }

  func nextDue() async throws -> Timestamp? {
    guard !handlers.isEmpty else { return nil }
    let (kinds, now, seconds) = (kinds, database.now(), leaseSeconds)
    return try await database.read { db in
      let free = try db.row(
        """
        SELECT next_at FROM due_clock WHERE next_at IS NOT NULL AND kind IN (\(list: kinds))
          AND \(Lease.isFree(at: now, seconds: seconds)) ORDER BY next_at LIMIT 1
        """)
      let taken = try db.row(
        """
        SELECT taken_until FROM due_clock WHERE taken_until IS NOT NULL AND kind IN (\(list: kinds))
          AND NOT \(Lease.isFree(at: now, seconds: seconds)) ORDER BY taken_until LIMIT 1
        """)
      return [free?.time(0), taken?.time(0)].compactMap { $0 }.min()
    }
  }

  func take(_ count: Int) async throws -> [Item] {
    let (kinds, seconds) = (kinds, leaseSeconds)
    let taken = try await database.write { db in
      let lease = Lease(from: db.at, seconds: seconds)
      let due: SQL = "next_at <= \(db.at) AND \(Lease.isFree(at: db.at, seconds: seconds))"
      // The condition stands twice: PostgreSQL asks the outer one again when another node changed the row
      // meanwhile.
      return try db.rows(
        """
        UPDATE due_clock SET taken_by = \(lease.token), taken_until = \(lease.until), attempts = attempts + 1
        WHERE \(due) AND id IN (
          SELECT id FROM due_clock WHERE \(due) AND kind IN (\(list: kinds))
          ORDER BY next_at, id LIMIT \(count))
        RETURNING id, unit_id, kind, subject_id, version, due_at, attempts
        """
      ).map { Item(clock: DueClock($0), lease: lease) }
    }
    return taken.sorted { ($0.clock.dueAt, $0.clock.id) < ($1.clock.dueAt, $1.clock.id) }
  }

  func perform(_ item: Item) async {
    let clock = item.clock
    guard let handler = handlers[clock.kind] else { return }
    do {
      let isOurs = try await database.settle { db in
        guard try Self.finish(item, in: db) else { return false }
        try handler.run(clock, db)
        return true
      }
      // Replaced, cancelled, or taken by another node while this one was stopped for longer than the lease.
      if !isOurs {
        logger.notice("clock no longer ours", metadata: ["clock": "\(clock.id)", "kind": "\(clock.kind)"])
      }
    } catch {
      await release(item, after: error)
    }
  }

  private static func finish(_ item: Item, in db: Transaction) throws -> Bool {
    try db.run(
      """
      UPDATE due_clock SET done_at = \(db.at), outcome = \(ClockOutcome.ran), next_at = NULL, taken_by = NULL,
        taken_until = NULL, last_error = NULL
      WHERE id = \(item.clock.id) AND taken_by = \(item.lease.token) AND done_at IS NULL
      """) == 1
  }

  private func release(_ item: Item, after error: any Error) async {
    let clock = item.clock
    logger.error(
      "clock handler failed",
      metadata: [
        "clock": "\(clock.id)", "kind": "\(clock.kind)", "attempt": "\(clock.attempts)", "error": "\(error)",
      ])
    let wait = DeliveryRules.waitForClock(afterAttempt: clock.attempts)
    let reason = String(String(describing: error).prefix(300))
    do {
      _ = try await database.settle { db in
        try db.run(
          """
          UPDATE due_clock SET next_at = \(db.at + wait), taken_by = NULL, taken_until = NULL,
            last_error = \(reason)
          WHERE id = \(clock.id) AND taken_by = \(item.lease.token) AND done_at IS NULL
          """)
      }
    } catch {
      // The lease ends by itself.
      logger.warning("clock not released", metadata: ["clock": "\(clock.id)", "error": "\(error)"])
    }
  }
}
