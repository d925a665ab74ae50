import Logging
package import Rules

/// The one door to stored data, the same over SQLite (one machine) and PostgreSQL (many nodes).
///
/// A closure runs on a thread of the engine, never on Swift's shared pool, so plain calls inside may block.
/// It may run more than once (PostgreSQL retries a transaction that lost a race), so it changes nothing but
/// the database.
package struct Database: Sendable {
  package let engine: any Engine
  /// What time it is; a test hands in its own.
  package let now: @Sendable () -> Timestamp

  package init(engine: any Engine, now: @escaping @Sendable () -> Timestamp = SystemClock.now) {
    self.engine = engine
    self.now = now
  }

  /// Several questions answered from one unchanging state.
  package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await engine.read(body)
  }

  /// One change: everything in `body`, with its events, or nothing. Returns after the change is durable.
  ///
  /// Waiting writers share one commit; each stands in its own savepoint, so a bad one fails alone. A
  /// statement that failed fails its change, even when the closure catches the error: both engines refuse to
  /// go on from there.
  @discardableResult package func write<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws -> T
  ) async throws -> T {
    let now = now
    return try await engine.write { connection in
      try body(Transaction(connection, at: now()))
    }
  }

  /// Fires after a commit that woke this topic, on this node or another; a missed one only delays, so the
  /// listener looks at the rows themselves each time.
  package func wakeUps(on topic: String) -> AsyncStream<Void> {
    engine.listenForOthers()
    return Bell.shared.listen(to: Bell.key(topic: topic))
  }

  package func close() async { await engine.close() }

  /// A database by its address: a URI `postgres://…` or libpq's `host=… dbname=…`, else the path of a SQLite
  /// file.
  package static func open(
    _ address: String, now: @escaping @Sendable () -> Timestamp = SystemClock.now
  ) throws -> Database {
    let isServer =
      ["postgres://", "postgresql://"].contains { address.hasPrefix($0) } || address.contains("dbname=")
    return Database(
      engine: isServer ? PostgresEngine(.init(address: address)) : try SQLiteEngine(path: address), now: now)
  }
}

/// One engine behind the facade.
package protocol Engine: AnyObject, Sendable {
  var kind: EngineKind { get }
  func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
  func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
  /// Starts to hear of what other processes commit; a second call changes nothing.
  func listenForOthers()
  func close() async
}

package enum EngineKind: String, Sendable, CaseIterable { case sqlite, postgres }

/// What a statement is sent through; lives only inside the closure that received it.
package protocol Connection: AnyObject {
  var kind: EngineKind { get }

  /// All rows of the answer, in order.
  func rows(_ sql: SQL) throws -> [Row]

  /// Runs a statement that answers nothing.
  /// - Returns: how many rows it changed.
  @discardableResult func run(_ sql: SQL) throws -> Int

  /// Runs statements that answer nothing, in order; over a network in one round trip.
  func run(all statements: [SQL]) throws

  /// Wakes who listens to a key, on every node, after the transaction is durable; dropped on rollback.
  ///
  /// - Parameter number: the highest row number there is to see; the highest of one commit is told.
  func ring(_ key: String, number: Int64)

  /// Called after the surrounding transaction is durable, in the order of the commits; dropped on rollback.
  func afterCommit(_ body: @escaping @Sendable () -> Void)
}

extension Connection {
  package func row(_ sql: SQL) throws -> Row? { try rows(sql).first }
  package func exists(_ sql: SQL) throws -> Bool { try !rows(sql).isEmpty }
}

/// A change in the making: statements, and the events that tell of it, in one transaction.
package final class Transaction: Connection {
  private let connection: any Connection
  /// The moment of the change, one for all its rows.
  package let at: Timestamp

  package init(_ connection: any Connection, at: Timestamp) {
    self.connection = connection
    self.at = at
  }

  package var kind: EngineKind { connection.kind }
  package func rows(_ sql: SQL) throws -> [Row] { try connection.rows(sql) }
  @discardableResult package func run(_ sql: SQL) throws -> Int { try connection.run(sql) }
  package func run(all statements: [SQL]) throws { try connection.run(all: statements) }
  package func ring(_ key: String, number: Int64) { connection.ring(key, number: number) }
  package func afterCommit(_ body: @escaping @Sendable () -> Void) { connection.afterCommit(body) }

  /// After a restore: every listener on every node looks anew.
  func ringEverywhere() { connection.ring("*", number: 0) }

  /// Wakes who waits on a topic (`Database.wakeUps`), on every node, after the commit.
  package func wake(_ topic: String) { connection.ring(Bell.key(topic: topic), number: 0) }
}

/// What went wrong in the engine; technical, so it is logged and never shown.
package struct StorageError: Error, CustomStringConvertible {
  package enum Reason: Sendable, Equatable {
    /// A unique index or primary key already holds this.
    case duplicate
    /// Another constraint of the schema refused the row.
    case refusedBySchema
    /// Somebody else holds the lock and did not let go in time.
    case busy
    /// No space left, or the disk failed: nothing of the change was kept.
    case disk
    /// The engine cannot be reached.
    case unreachable
    case statement
    case closed
    /// The database was made by a newer version, or a shipped migration was altered.
    case schema
    /// The ledger was set back by a restore: a subscriber begins anew.
    case restored
  }

  package let reason: Reason
  package let detail: String
  /// SQLSTATE, or SQLite's extended result code; nil when the engine gave none.
  package let code: String?

  package init(_ reason: Reason, _ detail: String, code: String? = nil) {
    self.reason = reason
    self.detail = detail
    self.code = code
  }

  package var description: String { "storage \(reason)\(code.map { " (\($0))" } ?? ""): \(detail)" }
}
