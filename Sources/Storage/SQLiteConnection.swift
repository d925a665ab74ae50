import Foundation
import GRDB

/// GRDB's connection as ours; used only on GRDB's own queue.
final class SQLiteConnection: Connection {
  private let database: GRDB.Database
  private(set) var hooks: [@Sendable () -> Void] = []
  private(set) var rings: [String: Int64] = [:]
  /// The first statement that failed: like PostgreSQL, nothing more is done after it.
  private(set) var failure: StorageError?

  init(_ database: GRDB.Database) { self.database = database }

  var kind: EngineKind { .sqlite }

  func rows(_ sql: SQL) throws -> [Row] {
    try attempt {
      var rows: [Row] = []
      try SQLiteStatement(sql, in: database).run { rows.append(Row(values: try $0.values())) }
      return rows
    }
  }

  @discardableResult func run(_ sql: SQL) throws -> Int {
    try attempt {
      // SQLite's own count stays that of the last INSERT, UPDATE or DELETE when a statement changes no row.
      let before = database.totalChangesCount
      try SQLiteStatement(sql, in: database).run()
      return database.totalChangesCount == before ? 0 : database.changesCount
    }
  }

  func run(all statements: [SQL]) throws {
    for statement in statements { try run(statement) }
  }

  func afterCommit(_ body: @escaping @Sendable () -> Void) { hooks.append(body) }
  func ring(_ key: String, number: Int64) { rings[key] = max(number, rings[key] ?? 0) }

  private func attempt<T>(_ body: () throws -> T) throws -> T {
    if let failure { throw failure }
    do {
      return try body()
    } catch {
      let told = SQLiteEngine.storageError(error)
      failure = told as? StorageError
      throw told
    }
  }
}

extension StorageError {
  /// An average or a division gave a fraction, which the engines write differently: ask for whole numbers.
  static func fraction(_ column: Int) -> Self { .init(.statement, "column \(column) is no whole number") }
}
