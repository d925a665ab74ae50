package import Rules

/// A message to be told to one person, before it is posted.
package struct NewMessage: Sendable {
  /// The school: whose record it belongs to.
  package let unit: OrgUnit.ID
  package let recipient: Person.ID
  package let channels: Set<MessageChannel>
  /// Area and what it tells of, `incident.alarm`.
  package let kind: String
  /// The key of what it tells of; `receipts(of:)` finds all messages by it.
  package let cause: String
  package let subject: String
  /// Plain text, lines broken by `\n`. Privacy: an e-mail leaves the school, so the caller names nobody here
  /// whom the recipient's mail provider need not know.
  package let body: String
  /// Path on our own origin, `/incidents/…`.
  package let link: String?
  package let urgency: MessageUrgency
  /// Posting the same key to the same person again, on the same channel, does nothing.
  package let dedupeKey: String
  /// Not sent before this moment; nil for at once.
  package let dueAt: Timestamp?
  /// Worthless after this moment: an e-mail is then no longer sent.
  package let expiresAt: Timestamp?

  package init(
    unit: OrgUnit.ID, to recipient: Person.ID, by channels: Set<MessageChannel>, kind: String, cause: String,
    subject: String, body: String, link: String? = nil, urgency: MessageUrgency = .normal, dedupeKey: String,
    dueAt: Timestamp? = nil, expiresAt: Timestamp? = nil
  ) {
    self.unit = unit
    self.recipient = recipient
    self.channels = channels
    self.kind = kind
    self.cause = cause
    self.subject = subject
    self.body = body
    self.link = link
    self.urgency = urgency
    self.dedupeKey = dedupeKey
    self.dueAt = dueAt
    self.expiresAt = expiresAt
  }
}

/// A message as one channel keeps it.
package struct OutboxMessage: Sendable, Hashable {
  package typealias ID = Identifier<OutboxMessage>

  package let id: ID
  package let unit: OrgUnit.ID
  package let recipient: Person.ID
  package let kind: String
  package let cause: String
  package let subject: String
  package let body: String
  package let link: String?
  package let urgency: MessageUrgency
  package let createdAt: Timestamp
  package let expiresAt: Timestamp?
  package let readAt: Timestamp?
  /// How often sending was begun, this time included.
  let attempts: Int
}

/// Who was told of something, how far it got, and who has read it.
package struct MessageReceipt: Sendable, Hashable {
  package let message: OutboxMessage.ID
  package let recipient: Person.ID
  package let channel: MessageChannel
  package let createdAt: Timestamp
  /// Page: since when it stands on the recipient's list. E-mail: when a mail server took responsibility for
  /// it.
  package let sentAt: Timestamp?
  /// When a page of the recipient confirmed that it shows it; e-mail has no such proof.
  package let deliveredAt: Timestamp?
  package let readAt: Timestamp?
  package let givenUpAt: Timestamp?
  /// Why the last attempt failed, as a short code without anybody's address; see `MailFailure`.
  package let reason: String?
}
