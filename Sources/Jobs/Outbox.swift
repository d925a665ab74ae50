package import Rules
package import Storage

/// Messages to people, posted in the transaction of what they tell of: either both are kept or neither.
package struct Outbox: Sendable {
  /// Brings a JSON text to every open page of a person; cheap, and allowed to lose it: the row is the truth.
  package typealias PushToPage = @Sendable (Person.ID, String) -> Void

  let pushToPage: PushToPage

  package init(pushToPage: @escaping PushToPage) { self.pushToPage = pushToPage }

  /// Posts a message on each of its channels. After the commit it is pushed to the recipient's open pages,
  /// and the e-mail worker is woken.
  ///
  /// Control and invisible characters in subject and body become blanks or vanish, a subject over 300
  /// characters is cut: an alarm is not stopped by the name of a class.
  /// - Returns: keys of the rows made, by channel; empty when all had been posted before.
  /// - Throws: `OutboxError` when the caller broke the rules above; storage errors.
  @discardableResult
  package func post(
    _ message: NewMessage, in db: Transaction
  ) throws -> [MessageChannel: OutboxMessage.ID] {
    let text = try MessageText(message)
    var posted: [MessageChannel: OutboxMessage.ID] = [:]
    for channel in message.channels.sorted(by: { $0.rawValue > $1.rawValue }) {
      guard let row = try insert(message, text, on: channel, in: db) else { continue }
      posted[channel] = row.id
      announce(row, on: channel, isDue: (message.dueAt ?? db.at) <= db.at, in: db)
    }
    return posted
  }

  private func insert(
    _ message: NewMessage, _ text: MessageText, on channel: MessageChannel, in db: Transaction
  ) throws -> OutboxMessage? {
    let id: OutboxMessage.ID = Identifiers.make()
    let due = max(message.dueAt ?? db.at, db.at)
    let isDue = due == db.at
    // A page message that is due stands on the recipient's list from the commit on; what remains is to see it
    // confirmed.
    let sentAt = channel == .page && isDue ? db.at : nil
    let nextAt =
      channel == .email || !isDue
      ? due : DeliveryRules.wait(afterAttempt: 1, .page, message.urgency).map { due + $0 }
    let attempts = channel == .page && isDue ? 1 : 0
    let made = try db.row(
      """
      INSERT INTO outbox_message (id, unit_id, recipient_person_id, channel, kind, cause_id, subject, body,
        link, urgency, dedupe_key, created_at, due_at, expires_at, next_at, attempts, sent_at)
      VALUES (\(id), \(message.unit), \(message.recipient), \(channel), \(message.kind), \(message.cause),
        \(text.subject), \(text.body), \(message.link), \(message.urgency), \(message.dedupeKey),
        \(db.at), \(due), \(message.expiresAt), \(nextAt), \(attempts), \(sentAt))
      ON CONFLICT (dedupe_key, recipient_person_id, channel) DO NOTHING RETURNING id
      """)
    guard made != nil else { return nil }
    return OutboxMessage(
      id: id, unit: message.unit, recipient: message.recipient, kind: message.kind, cause: message.cause,
      subject: text.subject, body: text.body, link: message.link, urgency: message.urgency, createdAt: db.at,
      expiresAt: message.expiresAt, readAt: nil, attempts: attempts)
  }

  private func announce(_ message: OutboxMessage, on channel: MessageChannel, isDue: Bool, in db: Transaction)
  {
    switch channel {
    case .email: db.wake(MailLane.topic)
    case .page:
      if isDue { db.afterCommit { [pushToPage] in pushToPage(message.recipient, message.json) } }
      db.wake(PageLane.topic)
    }
  }
}

/// Subject and body as they may be stored and sent.
struct MessageText {
  let subject: String
  let body: String

  init(_ message: NewMessage) throws(OutboxError) {
    guard !message.channels.isEmpty else { throw .noChannel }
    let cleaned = VietnameseText.clean(message.subject)
    guard !cleaned.isEmpty else { throw .emptySubject }
    subject = String(String.UnicodeScalarView(cleaned.unicodeScalars.prefix(300)))
    body = message.body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .map { VietnameseText.clean(String($0)) }.joined(separator: "\n")
    guard body.unicodeScalars.count <= 20_000 else { throw .bodyTooLong }
    if let link = message.link { guard Self.isOurs(link) else { throw .foreignLink } }
  }

  private static func isOurs(_ link: String) -> Bool {
    // A browser reads “//host” and “/\host” as another site.
    link.hasPrefix("/") && !link.hasPrefix("//") && link.utf8.count <= 500
      && link.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "\\") }
  }
}

extension OutboxMessage {
  /// What a page receives:
  /// `{"type":"message","id":…,"kind":…,"cause":…,"subject":…,"body":…,"link":…,"urgency":…,"at":…}`.
  package var json: String {
    var text = "{\"type\":\"message\""
    let fields: [(String, String?)] = [
      ("id", id.rawValue), ("kind", kind), ("cause", cause), ("subject", subject), ("body", body),
      ("link", link),
      ("urgency", urgency.rawValue),
    ]
    for (key, value) in fields {
      text += ",\"\(key)\":"
      if let value { JSONText.append(value, to: &text) } else { text += "null" }
    }
    return text + ",\"at\":\(createdAt.seconds)}"
  }
}
