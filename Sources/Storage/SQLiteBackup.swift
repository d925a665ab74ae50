import Foundation
import GRDB

/// Copies of a SQLite database by SQLite's own backup calls.
enum SQLiteBackup {
  static func make(of engine: SQLiteEngine, to path: String) async throws -> Backup.Report {
    let pool = engine.pool
    try await blocking {
      let copy = try DatabaseQueue(path: path)
      try pool.backup(to: copy)
      // One file that needs no companions, whatever mode the source is in.
      try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
      try copy.close()
    }
    return try await check(path, known: nil)
  }

  static func restore(into engine: SQLiteEngine, from path: String, known: Migrator?) async throws
    -> Backup.Report
  {
    let report = try await check(path, known: known)
    let pool = engine.pool
    try await blocking {
      let source = try DatabaseQueue(path: path, configuration: SQLiteFile.configuration)
      // One write transaction of the pool's writer: readers see the old state or the new one.
      try source.backup(to: pool)
      try source.close()
    }
    return report
  }

  /// Looks at every page, every reference and every chain of a copy.
  private static func check(_ path: String, known: Migrator?) async throws -> Backup.Report {
    let file = Database(engine: try SQLiteFile(path))
    let (integrity, orphans) = try await file.read { db in
      (
        try db.rows("PRAGMA integrity_check(20)").map { $0.text(0) },
        try db.rows("PRAGMA foreign_key_check").count
      )
    }
    guard integrity == ["ok"] else {
      throw StorageError(.schema, "\(path) is damaged: \(integrity.joined(separator: "; "))")
    }
    guard orphans == 0 else {
      throw StorageError(.schema, "\(path) has \(orphans) rows that refer to nothing")
    }
    let steps = try await Migrator([]).applied(in: file)
    guard !steps.isEmpty else { throw StorageError(.schema, "\(path) is no database of this program") }
    try known?.check(steps)
    let report = try await Backup.report(on: file, .sqlite, bytes: DurableFile.size(of: path) ?? 0)
    await file.close()
    return report
  }

  private static func blocking(_ body: @escaping @Sendable () throws -> Void) async throws {
    let error: (any Error)? = await Blocking.run {
      do {
        try body()
        return nil
      } catch {
        return SQLiteEngine.storageError(error)
      }
    }
    if let error { throw error }
  }
}

/// A SQLite file that is only read and never given companions: a backup.
private final class SQLiteFile: Engine {
  let kind = EngineKind.sqlite
  private let queue: DatabaseQueue

  static var configuration: Configuration {
    var configuration = Configuration()
    configuration.readonly = true
    return configuration
  }

  init(_ path: String) throws {
    do { queue = try DatabaseQueue(path: path, configuration: Self.configuration) } catch {
      throw StorageError(.schema, "\(path) is no SQLite database: \(error)")
    }
  }

  func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    do {
      return try await queue.read { try body(SQLiteConnection($0)) }
    } catch {
      throw SQLiteEngine.storageError(error)
    }
  }

  func write<T: Sendable>(_: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    throw StorageError(.statement, "a backup is only read")
  }

  func listenForOthers() {}
  func close() async { try? queue.close() }
}
