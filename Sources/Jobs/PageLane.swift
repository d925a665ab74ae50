import Rules
import Storage

/// Pushes page messages that fall due later, and urgent ones again until a page has confirmed them.
///
/// No lease: the next push is stored before this one is made, so a crash in between costs one push, not the
/// message, which stands on the recipient's list all the time.
struct PageLane: Lane {
  static let topic = "jobs.pages"

  let database: Database
  let pushToPage: Outbox.PushToPage
  let width = 100
  let wakeUp = WakeUp()

  func nextDue() async throws -> Timestamp? {
    try await database.read { db in
      try db.row(
        """
        SELECT next_at FROM outbox_message WHERE channel = 'page' AND next_at IS NOT NULL
        ORDER BY next_at LIMIT 1
        """)?.time(0)
    }
  }

  func take(_ count: Int) async throws -> [OutboxMessage] {
    try await database.write { db in
      let due: SQL = "channel = 'page' AND next_at <= \(db.at)"
      let messages = try db.rows(
        """
        UPDATE outbox_message SET attempts = attempts + 1, sent_at = COALESCE(sent_at, \(db.at)),
          next_at = NULL
        WHERE \(due) AND id IN (
          SELECT id FROM outbox_message WHERE \(due) ORDER BY next_at, id LIMIT \(count))
        RETURNING \(OutboxMessage.columns)
        """
      ).map(OutboxMessage.init)
      let live = messages.filter { message in message.expiresAt.map { $0 > db.at } ?? true }
      for message in live {
        guard let wait = DeliveryRules.wait(afterAttempt: message.attempts, .page, message.urgency) else {
          continue
        }
        try db.run("UPDATE outbox_message SET next_at = \(db.at + wait) WHERE id = \(message.id)")
      }
      return live
    }
  }

  func perform(_ message: OutboxMessage) async { pushToPage(message.recipient, message.json) }
}
