package import Rules
package import Storage

/// One signed-in browser, as its owner sees it in the list.
package struct SessionEntry: Sendable {
  package let id: Session.ID
  package let device: String
  package let address: String
  package let createdAt: Timestamp
  package let lastSeenAt: Timestamp
}

/// Everything a request needs to know of its session.
package struct OpenSession: Sendable {
  package let id: Session.ID
  package let account: Account.ID
  package let person: Person
  package let unit: OrgUnit.ID
  package let isVerified: Bool
  package let secondFactorAt: Timestamp?
  package let hasSecondFactor: Bool
  package let lastSeenAt: Timestamp
  /// Public key of the session's device; nil when it signed in without a script.
  package let deviceKey: String?
}

package enum Sessions {
  package enum EndReason: String, Sendable, SQLBindable {
    case signedOut = "signed_out"
    case endedElsewhere = "ended_elsewhere"
    case endedBySchool = "ended_by_school"
    case locked, reset, expired
  }

  /// A session ends 30 days after its last use, or 12 hours for people with a second factor.
  package static let lifetime: Int64 = 30 * .day
  package static let shortLifetime: Int64 = 12 * .hour

  package static func open(
    _ account: Account.ID, token: String, deviceKey: String?, device: String, address: String,
    in db: Transaction
  ) throws -> Session.ID {
    let id = Identifiers.make(Session.self)
    try db.run(
      """
      INSERT INTO session (id, account_id, token_hash, device_key, device_label, address, created_at, last_seen_at)
      VALUES (\(id), \(account), \(Secrets.hash(token)), \(deviceKey), \(device), \(address), \(db.at), \(db.at))
      """)
    return id
  }

  /// The open session of a cookie; nil when it ended, expired, or its account is no longer active.
  package static func find(token: String, at now: Timestamp, in db: any Connection) throws -> OpenSession? {
    guard
      let row = try db.row(
        """
        SELECT session.id, account.id, person.id, person.name, account.unit_id, account.verified_at,
          session.second_factor_at, second_factor.confirmed_at, session.last_seen_at, session.device_key
        FROM session
        JOIN account ON account.id = session.account_id
        JOIN person ON person.id = account.person_id
        LEFT JOIN second_factor ON second_factor.account_id = account.id
        WHERE session.token_hash = \(Secrets.hash(token)) AND session.ended_at IS NULL AND account.state = 'active'
        """)
    else { return nil }
    let hasSecondFactor = row.optionalTime(7) != nil
    let lastSeen = row.time(8)
    guard now - lastSeen < (hasSecondFactor ? shortLifetime : lifetime) else { return nil }
    return OpenSession(
      id: row.id(0), account: row.id(1), person: Person(id: row.id(2), name: row.text(3)), unit: row.id(4),
      isVerified: row.optionalTime(5) != nil, secondFactorAt: row.optionalTime(6),
      hasSecondFactor: hasSecondFactor,
      lastSeenAt: lastSeen, deviceKey: row.optionalText(9))
  }

  /// Whose session a cookie opened once, though it opens nothing any more; nil when it never did.
  package static func formerOwner(token: String, in db: any Connection) throws -> (
    person: Person.ID, unit: OrgUnit.ID, isLocked: Bool
  )? {
    try db.row(
      """
      SELECT account.person_id, account.unit_id, account.state FROM session
      JOIN account ON account.id = session.account_id WHERE session.token_hash = \(Secrets.hash(token))
      """
    ).map { ($0.id(0), $0.id(1), $0.text(2) == AccountRecord.State.locked.rawValue) }
  }

  package static func isOpen(_ id: Session.ID, in db: any Connection) throws -> Bool {
    try db.exists("SELECT 1 FROM session WHERE id = \(id) AND ended_at IS NULL")
  }

  /// The public key of a session's device, for whoever must check a signature.
  package static func deviceKey(_ id: Session.ID, in db: any Connection) throws -> String? {
    try db.row("SELECT device_key FROM session WHERE id = \(id) AND ended_at IS NULL")?.optionalText(0)
  }

  package static func touch(_ id: Session.ID, in db: Transaction) throws {
    try db.run("UPDATE session SET last_seen_at = \(db.at) WHERE id = \(id) AND ended_at IS NULL")
  }

  package static func list(of account: Account.ID, in db: any Connection) throws -> [SessionEntry] {
    try db.rows(
      """
      SELECT id, device_label, address, created_at, last_seen_at FROM session
      WHERE account_id = \(account) AND ended_at IS NULL ORDER BY last_seen_at DESC LIMIT 50
      """
    ).map {
      .init(
        id: $0.id(0), device: $0.text(1), address: $0.text(2), createdAt: $0.time(3), lastSeenAt: $0.time(4))
    }
  }

  /// Ends one session of an account; false when it is not that account's, or over already.
  @discardableResult package static func end(
    _ id: Session.ID, of account: Account.ID, because reason: EndReason, in db: Transaction
  ) throws -> Bool {
    let ended =
      try db.run(
        """
        UPDATE session SET ended_at = \(db.at), end_reason = \(reason)
        WHERE id = \(id) AND account_id = \(account) AND ended_at IS NULL
        """) == 1
    if ended { db.afterCommit { SessionEnds.shared.tell([id]) } }
    return ended
  }

  package static func endAll(
    of account: Account.ID, because reason: EndReason, except kept: Session.ID? = nil, in db: Transaction
  ) throws {
    let rows = try db.rows(
      """
      UPDATE session SET ended_at = \(db.at), end_reason = \(reason)
      WHERE account_id = \(account) AND ended_at IS NULL AND id <> \(kept?.rawValue ?? "") RETURNING id
      """)
    let ids: [Session.ID] = rows.map { $0.id(0) }
    if !ids.isEmpty { db.afterCommit { SessionEnds.shared.tell(ids) } }
  }

  package static func showedSecondFactor(_ id: Session.ID, in db: Transaction) throws {
    try db.run("UPDATE session SET second_factor_at = \(db.at) WHERE id = \(id)")
  }
}
