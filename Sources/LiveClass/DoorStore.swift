import Identity
import Rules
import Storage

/// Tickets and class passwords.
enum DoorStore {
  /// Seconds within which a ticket must be used.
  static let ticketLifetime: Int64 = 60

  static func issueTicket(
    _ token: String, lesson: Lesson.ID, account: Account.ID, device: DeviceKey.ID, in db: Transaction
  ) throws {
    try db.run(
      """
      INSERT INTO lesson_ticket (token_hash, lesson_id, account_id, device_id, issued_at, expires_at)
      VALUES (\(Secrets.hash(token)), \(lesson), \(account), \(device), \(db.at), \(db.at + ticketLifetime))
      """)
  }

  /// What a ticket turns out to be. Whether this node has used it up a moment ago, the room itself knows.
  static func ticket(
    _ token: String?, lesson: Lesson.ID, account: Account.ID, device: DeviceKey.ID, at now: Timestamp,
    in db: any Connection
  ) throws -> TicketState {
    guard let token else { return .absent }
    guard
      let row = try db.row(
        """
        SELECT lesson_id, account_id, device_id, expires_at, used_at FROM lesson_ticket
        WHERE token_hash = \(Secrets.hash(token))
        """)
    else { return .forged }
    if row.id(1) != account { return .ofOtherAccount }
    if row.id(2) != device { return .ofOtherDevice }
    if row.id(0) != lesson { return .ofOtherLesson }
    if row.optionalTime(4) != nil { return .used }
    return row.time(3) > now ? .valid : .expired
  }

  static func useUp(_ token: String, in db: Transaction) throws {
    try db.run(
      "UPDATE lesson_ticket SET used_at = \(db.at) WHERE token_hash = \(Secrets.hash(token)) AND used_at IS NULL"
    )
  }

  // MARK: Class password

  struct Passphrase: Sendable {
    let text: String
    let madeAt: Timestamp
  }

  static func passphrase(of schoolClass: SchoolClass.ID, in db: any Connection) throws -> Passphrase? {
    try db.row(
      "SELECT text, made_at FROM class_passphrase WHERE class_id = \(schoolClass) AND replaced_at IS NULL"
    )
    .map { .init(text: $0.text(0), madeAt: $0.time(1)) }
  }

  /// Why a new one is made; the raw value stands in the table.
  enum Reason: String, SQLBindable { case first, asked, leaked, afterRemoval, age }

  /// Makes a new class password of five words; the old one stops working at this moment. S3-34.
  static func rotate(
    _ schoolClass: SchoolClass.ID, unit: OrgUnit.ID, because reason: Reason, by adult: Person.ID?,
    in db: Transaction
  ) throws {
    let words = ClassPassphraseWords.all
    var generator = SystemRandomNumberGenerator()
    let indices = (0..<ClassPassphrase.wordsNeeded(of: words.count)).map { _ in
      Int.random(in: 0..<words.count, using: &generator)
    }
    let made = try ClassPassphrase.generated(words: words, indices: indices)
    try db.run(
      "UPDATE class_passphrase SET replaced_at = \(db.at) WHERE class_id = \(schoolClass) AND replaced_at IS NULL"
    )
    try db.run(
      """
      INSERT INTO class_passphrase (id, class_id, text, made_at, made_by, reason)
      VALUES (\(Identifiers.make(SchoolClass.self)), \(schoolClass), \(made.text), \(db.at), \(adult), \(reason))
      """)
    try db.publish(
      Event(
        "class_passphrase.rotated", unit: unit, by: adult, of: schoolClass.rawValue,
        ["reason": reason.rawValue]))
  }

  static func needsPassphrase(_ schoolClass: SchoolClass.ID, in db: any Connection) throws -> Bool {
    try db.row("SELECT needs_passphrase FROM class_door WHERE class_id = \(schoolClass)")?.flag(0) ?? false
  }

  static func setNeedsPassphrase(_ needed: Bool, for schoolClass: SchoolClass.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO class_door (class_id, needs_passphrase) VALUES (\(schoolClass), \(needed))
      ON CONFLICT (class_id) DO UPDATE SET needs_passphrase = excluded.needs_passphrase
      """)
  }

  /// Wrong passwords after which an account must wait.
  static let mostTries = 5
  /// Seconds for which a wrong one counts.
  static let guessesCountFor: Int64 = 10 * .minute

  static func check(
    _ typed: String?, plan: LessonPlan, account: Account.ID, at now: Timestamp, in db: any Connection
  ) throws -> ClassPasswordState {
    guard try needsPassphrase(plan.schoolClass, in: db),
      let live = try passphrase(of: plan.schoolClass, in: db)
    else {
      return .notRequired
    }
    let tries = try db.rows(
      """
      SELECT count(*) FROM passphrase_try
      WHERE lesson_id = \(plan.id) AND account_id = \(account) AND at > \(now - guessesCountFor)
      """)[0].int(0)
    if tries >= mostTries { return .triesUsedUp }
    guard let typed, !typed.isEmpty else { return .missing }
    return ClassPassphrase(stored: live.text).matches(typed) ? .right : .wrong
  }

  static func noteTry(_ account: Account.ID, _ lesson: Lesson.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO passphrase_try (id, lesson_id, account_id, at)
      VALUES (\(Identifiers.make(Lesson.self)), \(lesson), \(account), \(db.at))
      """)
  }
}
