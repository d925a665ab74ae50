/// Keeps questions out while tables are made anew.
///
/// PostgreSQL shows a table that was dropped and made again as empty to a transaction that began before and
/// waited for it. So each question first takes a share of one empty table that is never dropped; LOCK looks
/// at no rows, hence whoever waited there sees all that was committed meanwhile. Migrations and a restore
/// take the whole of it.
enum PostgresGate {
  static let table = "storage_gate"
  /// Goes ahead of a question's first statement, in the same round trip.
  static let pass = "LOCK TABLE storage_gate IN ACCESS SHARE MODE"
  static let shut = "LOCK TABLE storage_gate IN ACCESS EXCLUSIVE MODE"
  static let isThere = "SELECT 1 WHERE to_regclass('storage_gate') IS NOT NULL"

  /// Held to the end of the transaction; also keeps two nodes that start together from both running the
  /// steps.
  static func shut(_ db: any Connection) throws {
    // Before the table exists, two could make it at once.
    _ = try db.rows("SELECT pg_advisory_xact_lock(7220260105)")
    try db.run("CREATE TABLE IF NOT EXISTS storage_gate (nothing BIGINT)")
    try db.run(SQL(unsafe: shut))
  }
}
