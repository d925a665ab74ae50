import Rules
import Storage

enum AlarmStore {
  struct Stored: Sendable {
    let id: Alarm.ID
    let alarm: AlarmCase
    let reporter: AlarmReporter
    let at: Timestamp
  }

  private static let columns: SQL =
    "id, kind, unit_id, class_id, class_name, lesson_id, reporter_id, about_id, reporter_as, at"

  private static func stored(_ row: Row) -> Stored {
    Stored(
      id: row.id(0),
      alarm: AlarmCase(
        kind: .init(rawValue: row.text(1)) ?? .securityLost, unit: row.id(2), schoolClass: row.id(3),
        className: row.text(4), lesson: row.optionalID(5), teacher: nil, reporter: row.optionalID(6),
        about: row.optionalID(7)),
      reporter: .init(rawValue: row.text(8)) ?? .system, at: row.time(9))
  }

  static func find(_ id: Alarm.ID, in db: any Connection) throws -> Stored? {
    try db.row("SELECT \(columns) FROM alarm WHERE id = \(id)").map(stored)
  }

  /// The same press of the same button: a page that got no answer sends it again by another way. What the system noticed
  /// about somebody counts once a minute: a second device that goes on trying must not fill a family's letter box.
  static func isRepeat(_ alarm: AlarmCase, at now: Timestamp, in db: any Connection) throws -> Bool {
    guard let reporter = alarm.reporter else {
      guard let about = alarm.about else { return false }
      return try db.exists(
        """
        SELECT 1 FROM alarm WHERE reporter_id IS NULL AND about_id = \(about) AND class_id = \(alarm.schoolClass)
          AND kind = \(alarm.kind.rawValue) AND at > \(now - .minute)
        """)
    }
    return try db.exists(
      """
      SELECT 1 FROM alarm WHERE reporter_id = \(reporter) AND class_id = \(alarm.schoolClass)
        AND kind = \(alarm.kind.rawValue) AND at > \(now - 10)
      """)
  }

  /// The newest alarms that were brought to a person, or of the schools that they run.
  static func list(for person: Person.ID, units: [OrgUnit.ID], in db: any Connection) throws -> [Stored] {
    try db.rows(
      """
      SELECT \(columns) FROM alarm
      WHERE unit_id IN (\(list: units)) OR id IN (SELECT alarm_id FROM alarm_addressee WHERE person_id = \(person))
      ORDER BY at DESC LIMIT 100
      """
    ).map(stored)
  }

  static func isAddressee(_ person: Person.ID, of id: Alarm.ID, in db: any Connection) throws -> Bool {
    try db.exists("SELECT 1 FROM alarm_addressee WHERE alarm_id = \(id) AND person_id = \(person)")
  }

  static func told(_ id: Alarm.ID, in db: any Connection) throws -> Set<AlarmRecipient> {
    let rows = try db.rows(
      """
      SELECT recipient FROM alarm_addressee WHERE alarm_id = \(id)
      UNION SELECT recipient FROM alarm_exception WHERE alarm_id = \(id) AND why = 'unfilled'
      """)
    return Set(rows.compactMap { AlarmRecipient(rawValue: $0.text(0)) })
  }

  static func note(_ addressee: AlarmAddressees.Addressee, of id: Alarm.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO alarm_addressee (alarm_id, person_id, recipient, stands_in, at)
      VALUES (\(id), \(addressee.person), \(addressee.recipient.rawValue), \(addressee.standsIn?.rawValue), \(db.at))
      ON CONFLICT DO NOTHING
      """)
  }

  static func except(_ person: Person.ID, why: String, of id: Alarm.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO alarm_exception (alarm_id, recipient, person_id, why, at)
      VALUES (\(id), '', \(person), \(why), \(db.at)) ON CONFLICT DO NOTHING
      """)
  }

  static func except(_ recipient: AlarmRecipient, of id: Alarm.ID, in db: Transaction) throws {
    try db.run(
      """
      INSERT INTO alarm_exception (alarm_id, recipient, person_id, why, at)
      VALUES (\(id), \(recipient.rawValue), '', 'unfilled', \(db.at)) ON CONFLICT DO NOTHING
      """)
  }

  struct Addressee: Sendable {
    let person: Person.ID
    let recipient: AlarmRecipient
    let at: Timestamp
  }

  static func addressees(of id: Alarm.ID, in db: any Connection) throws -> [Addressee] {
    try db.rows(
      "SELECT person_id, recipient, at FROM alarm_addressee WHERE alarm_id = \(id) ORDER BY at, recipient"
    ).map {
      .init(person: $0.id(0), recipient: .init(rawValue: $0.text(1)) ?? .head, at: $0.time(2))
    }
  }

  static func exceptions(of id: Alarm.ID, in db: any Connection) throws -> [(
    recipient: AlarmRecipient?, why: String
  )] {
    try db.rows("SELECT recipient, why FROM alarm_exception WHERE alarm_id = \(id)")
      .map { (AlarmRecipient(rawValue: $0.text(0)), $0.text(1)) }
  }

  static func acknowledge(_ id: Alarm.ID, by person: Person.ID, in db: Transaction) throws -> Bool {
    try db.run(
      """
      INSERT INTO alarm_acknowledgement (alarm_id, person_id, at) VALUES (\(id), \(person), \(db.at))
      ON CONFLICT DO NOTHING
      """) == 1
  }

  /// Whether an adult of the school has taken it up, told by then or not; a guardian's reading does not stop the clock.
  static func isAcknowledged(_ id: Alarm.ID, in db: any Connection) throws -> Bool {
    let told: SQL =
      """
      SELECT 1 FROM alarm_addressee WHERE alarm_addressee.alarm_id = alarm_acknowledgement.alarm_id
        AND alarm_addressee.person_id = alarm_acknowledgement.person_id
      """
    return try db.exists(
      """
      SELECT 1 FROM alarm_acknowledgement WHERE alarm_id = \(id) AND (NOT EXISTS (\(told))
        OR EXISTS (\(told) AND (alarm_addressee.recipient <> 'guardian' OR alarm_addressee.stands_in IS NOT NULL)))
      """)
  }

  static func acknowledgements(of id: Alarm.ID, in db: any Connection) throws -> [Person.ID: Timestamp] {
    let rows = try db.rows("SELECT person_id, at FROM alarm_acknowledgement WHERE alarm_id = \(id)")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id(0), $0.time(1)) })
  }
}
