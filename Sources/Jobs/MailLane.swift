import Logging
import Rules
import Storage

/// Hands posted e-mails to the mail server.
///
/// At least once: when this node dies between the server's acceptance and our note of it, the message goes
/// out again with the same Message-ID.
struct MailLane: Lane {
  struct Item: Sendable {
    let message: OutboxMessage
    let lease: Lease
  }

  /// How one attempt ended; the text is a short code without anybody's address.
  enum Outcome: Sendable, Equatable {
    case sent
    case failed(String)
    case givenUp(String)
    /// Stopped by us: it does not count against the message.
    case interrupted
  }

  static let topic = "jobs.mail"

  let database: Database
  let wakeUp = WakeUp()
  let mail: MailDelivery?
  let width: Int
  let leaseSeconds: Int64
  let logger: Logger

  func nextDue() async throws -> Timestamp? {
    let (now, seconds) = (database.now(), leaseSeconds)
    return try await database.read { db in
      let free = try db.row(
        """
        SELECT next_at FROM outbox_message WHERE channel = 'email' AND next_at IS NOT NULL
          AND \(Lease.isFree(at: now, seconds: seconds)) ORDER BY next_at LIMIT 1
        """)
      let taken = try db.row(
        """
        SELECT taken_until FROM outbox_message WHERE channel = 'email' AND taken_until IS NOT NULL
          AND NOT \(Lease.isFree(at: now, seconds: seconds)) ORDER BY taken_until LIMIT 1
        """)
      return [free?.time(0), taken?.time(0)].compactMap { $0 }.min()
    }
  }

  func take(_ count: Int) async throws -> [Item] {
    let seconds = leaseSeconds
    return try await database.write { db in
      let lease = Lease(from: db.at, seconds: seconds)
      let due: SQL =
        "channel = 'email' AND next_at <= \(db.at) AND \(Lease.isFree(at: db.at, seconds: seconds))"
      // The condition stands twice: PostgreSQL asks the outer one again when another node changed the row
      // meanwhile.
      return try db.rows(
        """
        UPDATE outbox_message SET taken_by = \(lease.token), taken_until = \(lease.until),
          attempts = attempts + 1
        WHERE \(due) AND id IN (SELECT id FROM outbox_message WHERE \(due)
          ORDER BY CASE urgency WHEN 'urgent' THEN 0 ELSE 1 END, next_at, id LIMIT \(count))
        RETURNING \(OutboxMessage.columns)
        """
      ).map { Item(message: OutboxMessage($0), lease: lease) }
    }
  }

  func perform(_ item: Item) async {
    var outcome = await attempt(item.message)
    let wait = DeliveryRules.wait(afterAttempt: item.message.attempts, .email, item.message.urgency)
    if case .failed(let reason) = outcome, wait == nil { outcome = .givenUp(reason) }
    log(outcome, item.message)
    do {
      let end = outcome
      try await database.settle { try Self.store(end, of: item, retryAfter: wait ?? 0, in: $0) }
    } catch {
      // The lease ends by itself; the message may go out twice, never not at all.
      logger.warning("message not settled", metadata: ["message": "\(item.message.id)", "error": "\(error)"])
    }
  }

  private func attempt(_ message: OutboxMessage) async -> Outcome {
    if let end = message.expiresAt, end <= database.now() { return .givenUp("expired") }
    guard let mail else { return .givenUp("no-mail-server") }
    do {
      let text = try await database.read { try mail.emailAddress(message.recipient, $0) }
      guard let text, !text.isEmpty else { return .givenUp("no-address") }
      guard let address = MailAddress(text) else { return .givenUp("bad-address") }
      try await mail.transport.send(try mail.letter(for: message, to: address))
      return .sent
    } catch let failure as MailFailure {
      return failure.kind == .permanent ? .givenUp(failure.reason) : .failed(failure.reason)
    } catch is MailRefusal {
      return .givenUp("bad-header")
    } catch is CancellationError {
      return .interrupted
    } catch {
      if Task.isCancelled { return .interrupted }
      logger.warning("message not sent", metadata: ["message": "\(message.id)", "error": "\(error)"])
      return .failed("internal")
    }
  }

  private static func store(_ outcome: Outcome, of item: Item, retryAfter wait: Int64, in db: Transaction)
    throws
  {
    let change: SQL =
      switch outcome {
      case .sent: "sent_at = \(db.at), last_error = NULL, next_at = NULL"
      case .failed(let reason): "last_error = \(reason), next_at = \(db.at + wait)"
      case .givenUp(let reason): "last_error = \(reason), given_up_at = \(db.at), next_at = NULL"
      case .interrupted: "attempts = attempts - 1"
      }
    let message = item.message
    let changed = try db.run(
      """
      UPDATE outbox_message SET \(change), taken_by = NULL, taken_until = NULL
      WHERE id = \(message.id) AND taken_by = \(item.lease.token)
      """)
    guard changed == 1, case .givenUp(let reason) = outcome else { return }
    try db.publish(
      Event(
        "message.undelivered", unit: message.unit, by: nil, of: message.id.rawValue,
        ["kind": message.kind, "cause": message.cause, "channel": "email", "reason": reason]))
  }

  private func log(_ outcome: Outcome, _ message: OutboxMessage) {
    var metadata: Logger.Metadata = [
      "message": "\(message.id)", "kind": "\(message.kind)", "attempt": "\(message.attempts)",
    ]
    switch outcome {
    case .sent: logger.notice("message sent", metadata: metadata)
    case .interrupted: logger.debug("message interrupted", metadata: metadata)
    case .failed(let reason):
      metadata["reason"] = "\(reason)"
      logger.warning("message not sent yet", metadata: metadata)
    case .givenUp(let reason):
      metadata["reason"] = "\(reason)"
      logger.error("message given up", metadata: metadata)
    }
  }
}
