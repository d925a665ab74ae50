package import Rules
package import Storage

/// A deadline as a record: something is owed on one version of a case by a stored time, whichever node is
/// alive then.
package struct DueClock: Sendable, Hashable {
  package typealias ID = Identifier<DueClock>

  package let id: ID
  package let unit: OrgUnit.ID
  /// Area and what falls due, `incident.reminder`.
  package let kind: String
  /// The key of the case.
  package let subject: String
  /// The version of the case for which it was set; a case that has moved on replaced it.
  package let version: Int64
  package let dueAt: Timestamp
  /// How often its handler was begun, this time included.
  package let attempts: Int
}

/// What one kind of deadline does when it falls due.
package struct ClockHandler: Sendable {
  /// Runs in one transaction with the mark that the deadline was handled: both are kept or neither, so its
  /// effect happens exactly once. It may be run again when the transaction failed. Work outside the database
  /// is posted to the outbox from here.
  package typealias Run = @Sendable (DueClock, Transaction) throws -> Void

  package let kind: String
  let run: Run

  package init(_ kind: String, run: @escaping Run) {
    self.kind = kind
    self.run = run
  }
}

/// Sets and cancels deadlines, always in the transaction of the change that causes them.
package enum DueClocks {
  /// A deadline for this version of a case. Deadlines of the same kind for its earlier versions are replaced;
  /// setting the same version again changes nothing, even after it ran or was cancelled.
  ///
  /// - Parameter version: rises with each change of the case that moves the deadline.
  package static func set(
    _ kind: String, of subject: String, version: Int64, unit: OrgUnit.ID, due: Timestamp, in db: Transaction
  ) throws {
    try end(kind, of: subject, as: .replaced, before: version, in: db)
    let id: DueClock.ID = Identifiers.make()
    // A case that has moved on already does not get an old deadline back.
    try db.run(
      """
      INSERT INTO due_clock (id, unit_id, kind, subject_id, version, due_at, set_at, next_at)
      SELECT \(id), \(unit), \(kind), \(subject), CAST(\(version) AS BIGINT), CAST(\(due) AS BIGINT),
        CAST(\(db.at) AS BIGINT), CAST(\(due) AS BIGINT)
      WHERE NOT EXISTS (SELECT 1 FROM due_clock
        WHERE kind = \(kind) AND subject_id = \(subject) AND version >= \(version))
      ON CONFLICT DO NOTHING
      """)
    db.wake(ClockLane.topic)
  }

  /// Nothing of this kind is owed on the case any more.
  package static func cancel(_ kind: String, of subject: String, in db: Transaction) throws {
    try end(kind, of: subject, as: .cancelled, before: .max, in: db)
  }

  /// What a case still owes, the earliest first.
  package static func pending(of subject: String, in db: any Connection) throws -> [DueClock] {
    try db.rows(
      """
      SELECT id, unit_id, kind, subject_id, version, due_at, attempts FROM due_clock
      WHERE subject_id = \(subject) AND done_at IS NULL ORDER BY due_at, id LIMIT 1000
      """
    ).map(DueClock.init)
  }

  /// How many deadlines should have been handled before a moment and were not: above zero somebody must act.
  package static func overdue(at moment: Timestamp, in db: any Connection) throws -> Int {
    try db.row("SELECT COUNT(*) FROM due_clock WHERE done_at IS NULL AND due_at < \(moment)")?.int(0) ?? 0
  }

  private static func end(
    _ kind: String, of subject: String, as outcome: ClockOutcome, before version: Int64, in db: Transaction
  ) throws {
    try db.run(
      """
      UPDATE due_clock SET done_at = \(db.at), outcome = \(outcome), next_at = NULL, taken_by = NULL,
        taken_until = NULL
      WHERE kind = \(kind) AND subject_id = \(subject) AND version < \(version) AND done_at IS NULL
      """)
  }
}

/// How a deadline ended.
enum ClockOutcome: String, SQLBindable { case ran, replaced, cancelled }

extension DueClock {
  init(_ row: Row) {
    self.init(
      id: row.id(0), unit: row.id(1), kind: row.text(2), subject: row.text(3), version: row.integer(4),
      dueAt: row.time(5), attempts: row.int(6))
  }
}
