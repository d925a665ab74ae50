import Rules
import Storage

/// Runs of the class-list import as stored.
enum ImportStore {
  struct Stored: Sendable {
    let id: ImportRun.ID
    let unit: OrgUnit.ID
    let year: SchoolYear.ID
    let fileName: String
    let record: ImportRecord
  }

  /// A preview waits this long for its confirmation, seconds.
  static let lifetime: Int64 = 2 * .day

  static func add(
    _ record: ImportRecord, unit: OrgUnit.ID, year: SchoolYear.ID, fileName: String, by actor: Person.ID?,
    in db: Transaction
  ) throws -> ImportRun.ID {
    try forgetOld(in: db)
    let id = Identifiers.make(ImportRun.self)
    try db.run(
      """
      INSERT INTO import_run (id, unit_id, year_id, file_name, created_by, created_at, expires_at, state, record)
      VALUES (\(id), \(unit), \(year), \(String(VietnameseText.clean(fileName).prefix(200))), \(actor), \(db.at),
        \(db.at + lifetime), 'previewed', \(try record.encoded()))
      """)
    try db.publish(
      Event(
        "roster.previewed", unit: unit, by: actor, of: id.rawValue,
        ["rows": "\(record.rows.count)", "faulty": "\(record.faultyLines)"]))
    return id
  }

  /// Least data: rows of a preview that nobody confirmed are emptied.
  static func forgetOld(in db: Transaction) throws {
    try db.run(
      "UPDATE import_run SET state = 'discarded', record = NULL WHERE state = 'previewed' AND expires_at <= \(db.at)"
    )
  }

  /// - Throws: LOP-230 when the run is of another school, over, or too old.
  static func open(
    _ id: ImportRun.ID, unit: OrgUnit.ID?, at now: Timestamp, in db: any Connection
  ) throws -> Stored {
    guard
      let row = try db.row(
        """
        SELECT id, unit_id, year_id, file_name, record FROM import_run
        WHERE id = \(id) AND state = 'previewed' AND expires_at > \(now)
        """),
      unit == nil || row.id(1) == unit
    else { throw UserError.importNotOpen }
    return Stored(
      id: row.id(0), unit: row.id(1), year: row.id(2), fileName: row.text(3),
      record: try .decoded(row.text(4)))
  }

  static func unit(of id: ImportRun.ID, in db: any Connection) throws -> OrgUnit.ID? {
    try db.row("SELECT unit_id FROM import_run WHERE id = \(id)")?.id(0)
  }

  static func replace(_ record: ImportRecord, of id: ImportRun.ID, in db: Transaction) throws {
    let changed = try db.run(
      "UPDATE import_run SET record = \(try record.encoded()) WHERE id = \(id) AND state = 'previewed'")
    guard changed == 1 else { throw UserError.importNotOpen }
  }

  static func discard(_ id: ImportRun.ID, by actor: Person.ID?, unit: OrgUnit.ID, in db: Transaction) throws {
    let changed = try db.run(
      "UPDATE import_run SET state = 'discarded', record = NULL WHERE id = \(id) AND state = 'previewed'")
    guard changed == 1 else { throw UserError.importNotOpen }
    try db.publish(Event("roster.preview_discarded", unit: unit, by: actor, of: id.rawValue))
  }

  static func finish(
    _ run: Stored, _ outcome: ImportOutcome, by actor: Person.ID?, in db: Transaction
  ) throws {
    let changed = try db.run(
      """
      UPDATE import_run SET state = 'confirmed', record = NULL, confirmed_by = \(actor), confirmed_at = \(db.at),
        outcome = \(try outcome.encoded())
      WHERE id = \(run.id) AND state = 'previewed'
      """)
    guard changed == 1 else { throw UserError.importNotOpen }
    try db.publish(Event("roster.imported", unit: run.unit, by: actor, of: run.id.rawValue, outcome.facts))
  }

  static func outcome(of id: ImportRun.ID, unit: OrgUnit.ID, in db: any Connection) throws -> ImportOutcome? {
    try db.row(
      "SELECT outcome FROM import_run WHERE id = \(id) AND unit_id = \(unit) AND state = 'confirmed'"
    )
    .map { try ImportOutcome.decoded($0.text(0)) }
  }
}
