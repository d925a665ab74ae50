import Rules
import Storage
import TestKit
import Testing

/// A small table with every constraint the stores use.
enum Shelf {
  static let migration = Migration(
    "test-001-shelf",
    """
    CREATE TABLE shelf (
      id    TEXT PRIMARY KEY,
      title TEXT NOT NULL CHECK (length(title) > 0)
    );
    CREATE TABLE book (
      number   BIGINT PRIMARY KEY CHECK (number > 0),
      shelf_id TEXT NOT NULL REFERENCES shelf (id) DEFERRABLE INITIALLY DEFERRED,
      code     TEXT UNIQUE,
      cover    BYTEA
    );
    """)
  static let migrations = Ledger.migrations + [migration]

  static func make(_ kind: EngineKind, clock: FixedClock = FixedClock()) async throws -> Database {
    let database = try await TemporaryDatabase.make(kind, migrations: migrations, now: clock.now)
    try await database.write { try $0.run("INSERT INTO shelf (id, title) VALUES ('s', 'Kệ một')") }
    return database
  }

  static func add(_ number: Int, shelf: String = "s", to database: Database) async throws {
    try await database.write { db in
      try db.run("INSERT INTO book (number, shelf_id) VALUES (\(number), \(shelf))")
      try db.publish(Event("book.added", unit: unit, by: nil, of: "\(number)"))
    }
  }

  static func numbers(in database: Database) async throws -> [Int] {
    try await database.read { try $0.rows("SELECT number FROM book ORDER BY number").map { $0.int(0) } }
  }

  static let unit = OrgUnit.ID(rawValue: "truong-hoa-sen")
}

/// The reason for which storage refuses; nil when it does not.
func refusal(_ body: () async throws -> Void) async -> StorageError.Reason? {
  do {
    try await body()
    return nil
  } catch let error as StorageError {
    return error.reason
  } catch {
    Issue.record("not a storage error: \(error)")
    return nil
  }
}

/// Waits for a condition with a limit; a test that waits too long fails.
func eventually(_ seconds: Double = 20, _ condition: () async throws -> Bool) async throws -> Bool {
  let limit = ContinuousClock.now + .seconds(seconds)
  while ContinuousClock.now < limit {
    if try await condition() { return true }
    await Task.yield()
  }
  return false
}
