package import Rules
package import Storage

/// One account as the account desk sees it. Nobody sees a password: there is none to see.
package struct AccountRecord: Sendable, Equatable {
  package enum State: String, Sendable, SQLBindable { case issued, active, locked, closed }

  package let id: Account.ID
  package let person: Person.ID
  package let unit: OrgUnit.ID
  package let login: String
  package let state: State
  package let verifiedAt: Timestamp?
  /// Browsers signed in now.
  package let openSessions: Int
  package var isVerified: Bool { verifiedAt != nil }
}

/// All questions and changes about accounts. Each change writes its event in the same transaction.
package enum Accounts {
  private static let columns: SQL =
    """
    account.id, account.person_id, account.unit_id, account.login, account.state, account.verified_at,
      (SELECT count(*) FROM session WHERE session.account_id = account.id AND session.ended_at IS NULL)
    """

  package static func states(of persons: [Person.ID], in db: any Connection) throws -> [Person.ID:
    AccountRecord]
  {
    guard !persons.isEmpty else { return [:] }
    let rows = try db.rows("SELECT \(columns) FROM account WHERE person_id IN (\(list: persons))")
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        let state = state(row)
        return (state.person, state)
      })
  }

  package static func state(of person: Person.ID, in db: any Connection) throws -> AccountRecord? {
    try states(of: [person], in: db)[person]
  }

  private static func state(_ row: Row) -> AccountRecord {
    AccountRecord(
      id: row.id(0), person: row.id(1), unit: row.id(2), login: row.text(3),
      state: .init(rawValue: row.text(4)) ?? .closed, verifiedAt: row.optionalTime(5),
      openSessions: row.int(6))
  }

  /// Makes an account that nobody can use until its slip is activated.
  package static func issue(
    to person: Person.ID, login: String, unit: OrgUnit.ID, by actor: Person.ID?, in db: Transaction
  ) throws -> Account.ID {
    let id = Identifiers.make(Account.self)
    try db.run(
      """
      INSERT INTO account (id, person_id, unit_id, login, password_hash, state, created_at)
      VALUES (\(id), \(person), \(unit), \(login.lowercased()), \(String?.none), 'issued', \(db.at))
      """)
    try db.publish(Event("account.issued", unit: unit, by: actor, of: person.rawValue))
    return id
  }

  /// An account that is ready at once: for the demo school and for the first head of a new installation.
  package static func issueActive(
    to person: Person.ID, login: String, passwordHash: String, verifiedBy: Person.ID?, unit: OrgUnit.ID,
    in db: Transaction
  ) throws -> Account.ID {
    let id = try issue(to: person, login: login, unit: unit, by: verifiedBy, in: db)
    let verifiedAt = verifiedBy.map { _ in db.at }
    try db.run(
      """
      UPDATE account SET password_hash = \(passwordHash), state = 'active', verified_at = \(verifiedAt),
        verified_by = \(verifiedBy) WHERE id = \(id)
      """)
    return id
  }

  // MARK: Slips

  package struct Slip: Sendable {
    package let login: String
    package let person: Person.ID
    /// Shown once, on paper.
    package let secret: String
    package let expiresAt: Timestamp
  }

  /// A new slip; older ones of the account stop working. A password that exists goes on working until the slip is used,
  /// so that printing slips for a class locks nobody out.
  ///
  /// - Parameter lifetime: seconds; 14 days by default.
  package static func issueSlip(
    for account: AccountRecord, by actor: Person.ID, lifetime: Int64 = 14 * .day, in db: Transaction
  ) throws -> Slip {
    let secret = Secrets.slip()
    try db.run(
      "UPDATE account_slip SET revoked_at = \(db.at) WHERE account_id = \(account.id) AND used_at IS NULL AND revoked_at IS NULL"
    )
    try db.run(
      """
      INSERT INTO account_slip (id, account_id, secret_hash, issued_at, issued_by, expires_at)
      VALUES (\(Identifiers.make(Account.self)), \(account.id),
        \(Secrets.hash(account.login + " " + Secrets.normalisedSlip(secret))), \(db.at), \(actor), \(db.at + lifetime))
      """)
    try db.publish(Event("account.slip_issued", unit: account.unit, by: actor, of: account.person.rawValue))
    return Slip(login: account.login, person: account.person, secret: secret, expiresAt: db.at + lifetime)
  }

  /// Whether a slip would open its account now; uses nothing up.
  static func fits(login: String, secret: String, at now: Timestamp, in db: any Connection) throws -> Bool {
    let hash = Secrets.hash(login.lowercased() + " " + Secrets.normalisedSlip(secret))
    return try db.exists(
      """
      SELECT 1 FROM account_slip
      WHERE secret_hash = \(hash) AND used_at IS NULL AND revoked_at IS NULL AND expires_at > \(now)
      """)
  }

  /// Uses up a slip: sets the password, ends all sessions. Once only, before it expires, with the right login.
  ///
  /// - Throws: LOP-106 for anything else, whatever the cause.
  package static func activate(
    login: String, secret: String, passwordHash: String, in db: Transaction
  ) throws -> (account: Account.ID, person: Person.ID, unit: OrgUnit.ID) {
    let login = login.lowercased()
    let hash = Secrets.hash(login + " " + Secrets.normalisedSlip(secret))
    guard
      let row = try db.row(
        """
        UPDATE account_slip SET used_at = \(db.at)
        WHERE secret_hash = \(hash) AND used_at IS NULL AND revoked_at IS NULL AND expires_at > \(db.at)
        RETURNING account_id
        """),
      let account = try db.row(
        "SELECT id, person_id, unit_id, state FROM account WHERE id = \(row.text(0)) AND state IN ('issued', 'active')"
      )
    else { throw UserError.slipNotUsable }
    let id: Account.ID = account.id(0)
    // Attack prevented: a reprinted slip that a stranger finds opens no room, because an adult must confirm the account anew.
    try db.run(
      """
      UPDATE account SET password_hash = \(passwordHash), state = 'active', verified_at = NULL, verified_by = NULL
      WHERE id = \(id)
      """)
    try Sessions.endAll(of: id, because: .reset, in: db)
    let person: Person.ID = account.id(1)
    try db.publish(Event("account.activated", unit: account.id(2), by: person, of: person.rawValue))
    return (id, person, account.id(2))
  }

  // MARK: The account desk

  /// A teacher or a guardian confirms that the account belongs to the child on the roster. S3-27.
  package static func verify(_ account: AccountRecord, by actor: Person.ID, in db: Transaction) throws {
    guard account.state == .active else { throw UserError.notActivated }
    let changed = try db.run(
      "UPDATE account SET verified_at = \(db.at), verified_by = \(actor) WHERE id = \(account.id) AND verified_at IS NULL"
    )
    guard changed == 1 else { throw UserError.alreadyVerified }
    try db.publish(Event("account.verified", unit: account.unit, by: actor, of: account.person.rawValue))
  }

  /// As `verify`, by somebody whose own account was verified.
  ///
  /// Attack prevented: a child who carries the parent's slip home along with its own confirms itself.
  /// - Throws: LOP-235 for anybody else.
  package static func verify(_ account: AccountRecord, by viewer: Viewer, in db: Transaction) throws {
    guard viewer.isVerified else { throw UserError.verifierNotVerified }
    try verify(account, by: viewer.person.id, in: db)
  }

  package static func lock(_ account: AccountRecord, by actor: Person.ID, reason: String, in db: Transaction)
    throws
  {
    let changed = try db.run(
      "UPDATE account SET state = 'locked' WHERE id = \(account.id) AND state IN ('issued', 'active')")
    guard changed == 1 else { return }
    try Sessions.endAll(of: account.id, because: .locked, in: db)
    try db.publish(
      Event("account.locked", unit: account.unit, by: actor, of: account.person.rawValue, ["reason": reason]))
  }

  package static func unlock(_ account: AccountRecord, by actor: Person.ID, in db: Transaction) throws {
    let changed = try db.run(
      """
      UPDATE account SET state = CASE WHEN password_hash IS NULL THEN 'issued' ELSE 'active' END
      WHERE id = \(account.id) AND state = 'locked'
      """)
    guard changed == 1 else { return }
    try db.publish(Event("account.unlocked", unit: account.unit, by: actor, of: account.person.rawValue))
  }

  /// Takes the password away and ends every session; the next slip gives a new one. The owner must be verified again.
  package static func reset(_ account: AccountRecord, by actor: Person.ID, in db: Transaction) throws {
    try db.run(
      """
      UPDATE account SET password_hash = \(String?.none), verified_at = \(Int64?.none), verified_by = \(String?.none),
        state = CASE WHEN state = 'active' THEN 'issued' ELSE state END
      WHERE id = \(account.id)
      """)
    try db.run("DELETE FROM second_factor WHERE account_id = \(account.id)")
    try RecoveryCodes.replaceAll(of: account.id, in: db)
    try Sessions.endAll(of: account.id, because: .reset, in: db)
    try db.publish(Event("account.reset", unit: account.unit, by: actor, of: account.person.rawValue))
  }

  package static func endSessions(_ account: AccountRecord, by actor: Person.ID, in db: Transaction) throws {
    try Sessions.endAll(of: account.id, because: .endedBySchool, in: db)
    try db.publish(
      Event("account.sessions_ended", unit: account.unit, by: actor, of: account.person.rawValue))
  }
}
