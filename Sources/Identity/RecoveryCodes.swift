package import Rules
package import Storage

/// Ten codes on paper that each stand in once for the second factor: for the day the telephone lies in the lake.
///
/// Kept only as hashes bound to the account. A code is as long as a slip's secret (58 bits), and wrong ones are counted
/// like wrong codes of the app, so a fast hash is enough.
package enum RecoveryCodes {
  package static let count = 10

  /// Makes a new set; every older code stops working.
  ///
  /// - Returns: the codes, to be shown this once.
  /// - Throws: LOP-118 without a confirmed second factor.
  static func make(for viewer: Viewer, in db: Transaction) throws -> [String] {
    guard try SignIns.factor(of: viewer.account, in: db)?.isConfirmed == true else {
      throw UserError.noSecondFactorYet
    }
    try replaceAll(of: viewer.account, in: db)
    let codes = (0..<count).map { _ in Secrets.slip() }
    for code in codes {
      try db.run(
        """
        INSERT INTO recovery_code (account_id, code_hash, made_at)
        VALUES (\(viewer.account), \(hash(code, viewer.account)), \(db.at))
        """)
    }
    try publish("account.recovery_codes_made", about: viewer, in: db)
    return codes
  }

  /// Uses a code up; false when it is wrong, used or replaced. Of two at the same moment one wins.
  static func use(_ typed: String, by viewer: Viewer, in db: Transaction) throws -> Bool {
    let used = try db.run(
      """
      UPDATE recovery_code SET used_at = \(db.at)
      WHERE account_id = \(viewer.account) AND code_hash = \(hash(typed, viewer.account)) AND used_at IS NULL
        AND replaced_at IS NULL
      """)
    guard used == 1 else { return false }
    try publish("account.recovery_code_used", about: viewer, in: db)
    return true
  }

  /// Codes that can still be used; nil when the account has no set.
  package static func left(of account: Account.ID, in db: any Connection) throws -> Int? {
    let row = try db.row(
      """
      SELECT count(*), count(used_at) FROM recovery_code WHERE account_id = \(account) AND replaced_at IS NULL
      """)
    guard let row, row.int(0) > 0 else { return nil }
    return row.int(0) - row.int(1)
  }

  static func replaceAll(of account: Account.ID, in db: Transaction) throws {
    try db.run(
      "UPDATE recovery_code SET replaced_at = \(db.at) WHERE account_id = \(account) AND replaced_at IS NULL")
  }

  private static func hash(_ code: String, _ account: Account.ID) -> String {
    Secrets.hash(account.rawValue + " " + Secrets.normalisedSlip(code))
  }

  private static func publish(_ name: String, about viewer: Viewer, in db: Transaction) throws {
    guard let account = try Accounts.state(of: viewer.person.id, in: db) else { return }
    try db.publish(Event(name, unit: account.unit, by: viewer.person.id, of: viewer.person.id.rawValue))
  }
}
