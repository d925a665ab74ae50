package import Rules
package import Storage

/// Attempts to sign in, and what they allow next.
enum SignIns {
  struct Candidate: Sendable {
    let account: Account.ID
    let person: Person.ID
    let unit: OrgUnit.ID
    let state: AccountRecord.State
    let passwordHash: String?
  }

  static func candidate(login: String, in db: any Connection) throws -> Candidate? {
    try db.row("SELECT id, person_id, unit_id, state, password_hash FROM account WHERE login = \(login)").map
    {
      .init(
        account: $0.id(0), person: $0.id(1), unit: $0.id(2), state: .init(rawValue: $0.text(3)) ?? .closed,
        passwordHash: $0.optionalText(4))
    }
  }

  /// What `SignInRules.wait` needs.
  ///
  /// - Parameter device: the browser's known-device cookie, if any.
  static func failures(
    login: String, address: String, device: String?, at now: Timestamp, in db: any Connection
  ) throws -> SignInRules.Failures {
    let isKnown =
      try device.map { device in
        try db.exists(
          """
          SELECT 1 FROM known_device JOIN account ON account.id = known_device.account_id
          WHERE known_device.token_hash = \(Secrets.hash(device)) AND account.login = \(login)
          """)
      } ?? false
    // A known device is counted apart, so that strangers' failures elsewhere do not hold it back.
    let own = try db.rows(
      """
      SELECT count(*), max(at) FROM sign_in_attempt
      WHERE login = \(login) AND known = \(isKnown) AND succeeded = 0 AND at > \(now - 1 * .hour)
        AND at >= COALESCE((SELECT max(at) FROM sign_in_attempt
          WHERE login = \(login) AND known = \(isKnown) AND succeeded = 1), 0)
      """)[0]
    let address = try db.rows(
      """
      SELECT count(DISTINCT CASE WHEN succeeded = 0 AND at > \(now - 10 * .minute) THEN login END),
        count(DISTINCT CASE WHEN succeeded = 1 THEN login END)
      FROM sign_in_attempt WHERE address = \(address) AND at > \(now - 1 * .day)
      """)[0]
    return .init(
      account: own.int(0), lastForAccount: own.optionalTime(1), isKnownDevice: isKnown,
      accountsFromAddress: address.int(0), successesFromAddress: address.int(1))
  }

  static func note(
    login: String, address: String, isKnownDevice: Bool, succeeded: Bool, in db: Transaction
  ) throws {
    try db.run(
      """
      INSERT INTO sign_in_attempt (id, login, address, known, at, succeeded)
      VALUES (\(Identifiers.make(Session.self)), \(login), \(address), \(isKnownDevice), \(db.at), \(succeeded))
      """)
    // A day of attempts answers every question asked of them.
    try db.run("DELETE FROM sign_in_attempt WHERE at < \(db.at - 2 * .day) AND login = \(login)")
  }

  static func remember(device: String, for account: Account.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO known_device (token_hash, account_id, last_success) VALUES (\(Secrets.hash(device)), \(account), \(db.at))
      ON CONFLICT (token_hash, account_id) DO UPDATE SET last_success = \(db.at)
      """)
  }

  // MARK: Second factor

  struct Factor: Sendable {
    let secret: String
    let isConfirmed: Bool
    let lastStep: Int64
  }

  static func factor(of account: Account.ID, in db: any Connection) throws -> Factor? {
    try db.row("SELECT secret, confirmed_at, last_step FROM second_factor WHERE account_id = \(account)").map
    {
      .init(secret: $0.text(0), isConfirmed: $0.optionalTime(1) != nil, lastStep: $0.integer(2))
    }
  }

  /// The secret offered to this account; the same until it is confirmed, so that reloading the page changes nothing.
  static func offerFactor(to account: Account.ID, in db: Transaction) throws -> Factor {
    if let factor = try factor(of: account, in: db) { return factor }
    let secret = SecondFactor.newSecret()
    try db.run(
      "INSERT INTO second_factor (account_id, secret, offered_at, last_step) VALUES (\(account), \(secret), \(db.at), 0)"
    )
    return .init(secret: secret, isConfirmed: false, lastStep: 0)
  }

  /// Uses a code up. False when it is wrong, or somebody used it first.
  static func useCode(_ typed: String, of account: Account.ID, in db: Transaction) throws -> Bool {
    guard let factor = try factor(of: account, in: db),
      let step = SecondFactor.step(of: typed, secret: factor.secret, lastStep: factor.lastStep, at: db.at)
    else { return false }
    return try db.run(
      """
      UPDATE second_factor SET last_step = \(step), confirmed_at = COALESCE(confirmed_at, \(db.at))
      WHERE account_id = \(account) AND last_step < \(step)
      """) == 1
  }
}

extension Accounts {
  /// A second factor that is confirmed at once: for the demo school alone, whose pages show its codes.
  package static func setDemoFactor(_ secret: String, of person: Person.ID, in db: Transaction) throws {
    guard let account = try Accounts.state(of: person, in: db) else { return }
    try db.run(
      """
      INSERT INTO second_factor (account_id, secret, offered_at, confirmed_at, last_step)
      VALUES (\(account.id), \(secret), \(db.at), \(db.at), 0) ON CONFLICT DO NOTHING
      """)
  }
}
