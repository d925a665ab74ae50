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
      let statement = try prepared(sql)
      let cursor = try GRDB.Row.fetchCursor(statement)
      let width = statement.columnCount
      var rows: [Row] = []
      while let row = try cursor.next() {
        var values: [SQLValue] = []
        values.reserveCapacity(width)
        for column in 0..<width { values.append(try Self.value(row[column], column)) }
        rows.append(Row(values: values))
      }
      return rows
    }
  }

  @discardableResult func run(_ sql: SQL) throws -> Int {
    try attempt {
      // SQLite's own count stays that of the last INSERT, UPDATE or DELETE when a statement changes no row.
      let before = database.totalChangesCount
      try prepared(sql).execute()
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

  private func prepared(_ sql: SQL) throws -> Statement {
    let statement = try database.cachedStatement(sql: sql.text(placeholder: "?"))
    if !sql.values.isEmpty {
      try statement.setArguments(StatementArguments(sql.values.map(Self.databaseValue)))
    }
    return statement
  }

  private static func databaseValue(_ value: SQLValue) throws -> DatabaseValue {
    switch value {
    case .null: return .null
    case .integer(let number): return number.databaseValue
    case .text(let text):
      // PostgreSQL cannot hold it, and C programs would read half a name.
      if text.utf8.contains(0) { throw StorageError(.refusedBySchema, "text holds the character U+0000") }
      return text.databaseValue
    case .bytes(let bytes): return Data(bytes).databaseValue
    }
  }

  private static func value(_ value: DatabaseValue, _ column: Int) throws -> SQLValue {
    switch value.storage {
    case .null: return .null
    case .int64(let number): return .integer(number)
    case .double(let number):
      guard let whole = Int64(exactly: number) else { throw StorageError.fraction(column) }
      return .integer(whole)
    case .string(let text): return .text(text)
    case .blob(let data): return .bytes([UInt8](data))
    }
  }
}

extension StorageError {
  /// An average or a division gave a fraction, which the engines write differently: ask for whole numbers.
  static func fraction(_ column: Int) -> Self { .init(.statement, "column \(column) is no whole number") }
}
