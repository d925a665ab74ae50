package import Rules
package import Storage

/// What the school does with the account of a colleague. Each change writes its event in the same transaction.
extension Accounts {
  /// Why a second factor is taken away; the raw value stands in the record.
  package enum FactorReason: String, CaseIterable, Sendable, SQLBindable {
    case lost
    case newDevice = "new_device"
    case suspicious, other
  }

  /// Takes the second factor and its recovery codes away and ends every session; whoever knows the password sets up a new
  /// one at the next sign-in. The password stays.
  package static func resetFactor(
    _ account: AccountRecord, because reason: FactorReason, by actor: Person.ID, in db: Transaction
  ) throws {
    try db.run("DELETE FROM second_factor WHERE account_id = \(account.id)")
    try RecoveryCodes.replaceAll(of: account.id, in: db)
    try db.run(
      """
      INSERT INTO second_factor_reset (id, account_id, reset_by, at, reason)
      VALUES (\(Identifiers.make(Account.self)), \(account.id), \(actor), \(db.at), \(reason))
      """)
    try Sessions.endAll(of: account.id, because: .reset, in: db)
    try db.publish(
      Event(
        "account.factor_reset", unit: account.unit, by: actor, of: account.person.rawValue,
        ["reason": reason.rawValue]))
  }

  /// The account of somebody who has no role left: nobody signs in with it again, and its name is not given to another.
  package static func close(_ account: AccountRecord, by actor: Person.ID, in db: Transaction) throws {
    let closed = try db.run(
      "UPDATE account SET state = 'closed' WHERE id = \(account.id) AND state <> 'closed'")
    guard closed == 1 else { return }
    try db.run(
      "UPDATE account_slip SET revoked_at = \(db.at) WHERE account_id = \(account.id) AND used_at IS NULL AND revoked_at IS NULL"
    )
    try Sessions.endAll(of: account.id, because: .endedBySchool, in: db)
    try db.publish(Event("account.closed", unit: account.unit, by: actor, of: account.person.rawValue))
  }

  /// Somebody comes back: the account waits for a slip again, and for being verified.
  package static func reopen(_ account: AccountRecord, by actor: Person.ID, in db: Transaction) throws {
    let opened = try db.run(
      """
      UPDATE account SET state = 'issued', password_hash = NULL, verified_at = NULL, verified_by = NULL
      WHERE id = \(account.id) AND state = 'closed'
      """)
    guard opened == 1 else { return }
    try db.publish(Event("account.reopened", unit: account.unit, by: actor, of: account.person.rawValue))
  }

  package static func account(login: String, in db: any Connection) throws -> AccountRecord? {
    guard let row = try db.row("SELECT person_id FROM account WHERE login = \(login.lowercased())") else {
      return nil
    }
    return try state(of: row.id(0), in: db)
  }

  package static func hasFactor(_ account: Account.ID, in db: any Connection) throws -> Bool {
    try SignIns.factor(of: account, in: db)?.isConfirmed ?? false
  }

  // MARK: Both halves of a sign-in

  /// Whether somebody has printed a slip since a moment, or holds one that still opens the account.
  ///
  /// Attack prevented: printing a slip, waiting a day, taking the second factor away, and only then using the slip.
  package static func issuedSlip(
    for account: Account.ID, by actor: Person.ID, since moment: Timestamp, at now: Timestamp,
    in db: any Connection
  ) throws -> Bool {
    try db.exists(
      """
      SELECT 1 FROM account_slip WHERE account_id = \(account) AND issued_by = \(actor) AND (issued_at > \(moment)
        OR (used_at IS NULL AND revoked_at IS NULL AND expires_at > \(now)))
      """)
  }

  package static func resetFactor(
    of account: Account.ID, by actor: Person.ID, since moment: Timestamp, in db: any Connection
  ) throws -> Bool {
    try db.exists(
      "SELECT 1 FROM second_factor_reset WHERE account_id = \(account) AND reset_by = \(actor) AND at > \(moment)"
    )
  }
}
