package import Rules
package import Storage

extension Outbox {
  /// A person's messages on their pages, the newest first: what a page shows when it opens, and again after
  /// its connection was lost.
  ///
  /// - Parameter limit: 1 … 200.
  package static func messages(
    for person: Person.ID, unreadOnly: Bool, limit: Int = 50, in db: any Connection
  ) throws -> [OutboxMessage] {
    let unread: SQL = unreadOnly ? "AND read_at IS NULL" : ""
    return try db.rows(
      """
      SELECT \(OutboxMessage.columns) FROM outbox_message
      WHERE recipient_person_id = \(person) AND channel = 'page' AND sent_at IS NOT NULL \(unread)
      ORDER BY created_at DESC, id DESC LIMIT \(min(max(limit, 1), 200))
      """
    ).map(OutboxMessage.init)
  }

  package static func unreadCount(for person: Person.ID, in db: any Connection) throws -> Int {
    try db.row(
      """
      SELECT COUNT(*) FROM outbox_message WHERE recipient_person_id = \(person) AND channel = 'page'
        AND sent_at IS NOT NULL AND read_at IS NULL
      """)?.int(0) ?? 0
  }

  /// One of the recipient's pages shows the message: it need not be pushed again.
  ///
  /// - Returns: false when there is no such message for this person.
  @discardableResult
  package static func markDelivered(
    _ id: OutboxMessage.ID, by person: Person.ID, in db: Transaction
  ) throws -> Bool {
    try db.row(
      """
      UPDATE outbox_message SET delivered_at = COALESCE(delivered_at, \(db.at)), next_at = NULL,
        taken_by = NULL, taken_until = NULL
      WHERE id = \(id) AND recipient_person_id = \(person) AND channel = 'page' AND sent_at IS NOT NULL
      RETURNING id
      """) != nil
  }

  /// The recipient has read it. Reading twice keeps the first time; reading an alarm is an event.
  ///
  /// - Returns: false when there is no such message for this person; nothing is changed then.
  @discardableResult
  package static func markRead(
    _ id: OutboxMessage.ID, by person: Person.ID, in db: Transaction
  ) throws -> Bool {
    guard try markDelivered(id, by: person, in: db) else { return false }
    let first = try db.row(
      """
      UPDATE outbox_message SET read_at = \(db.at) WHERE id = \(id) AND read_at IS NULL
      RETURNING unit_id, kind, cause_id, urgency
      """)
    if let first, first.text(3) == MessageUrgency.urgent.rawValue {
      try db.publish(
        Event(
          "message.read", unit: first.id(0), by: person, of: id.rawValue,
          ["kind": first.text(1), "cause": first.text(2)]))
    }
    return true
  }

  /// Everybody who was to be told of something, in the order of posting.
  package static func receipts(of cause: String, in db: any Connection) throws -> [MessageReceipt] {
    try db.rows(
      """
      SELECT id, recipient_person_id, channel, created_at, sent_at, delivered_at, read_at, given_up_at,
        last_error
      FROM outbox_message WHERE cause_id = \(cause) ORDER BY created_at, id LIMIT 10000
      """
    ).map { row in
      MessageReceipt(
        message: row.id(0), recipient: row.id(1), channel: MessageChannel(rawValue: row.text(2)) ?? .page,
        createdAt: row.time(3), sentAt: row.optionalTime(4), deliveredAt: row.optionalTime(5),
        readAt: row.optionalTime(6), givenUpAt: row.optionalTime(7), reason: row.optionalText(8))
    }
  }
}

extension MessageChannel: SQLBindable {}
extension MessageUrgency: SQLBindable {}

extension OutboxMessage {
  static let columns: SQL =
    """
    id, unit_id, recipient_person_id, kind, cause_id, subject, body, link, urgency, created_at, expires_at,
    read_at, attempts
    """

  init(_ row: Row) {
    self.init(
      id: row.id(0), unit: row.id(1), recipient: row.id(2), kind: row.text(3), cause: row.text(4),
      subject: row.text(5), body: row.text(6), link: row.optionalText(7),
      urgency: MessageUrgency(rawValue: row.text(8)) ?? .normal, createdAt: row.time(9),
      expiresAt: row.optionalTime(10), readAt: row.optionalTime(11), attempts: row.int(12))
  }
}
