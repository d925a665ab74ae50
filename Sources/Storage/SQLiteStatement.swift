import Foundation
import GRDB
import GRDBSQLite

/// One run of a prepared statement, driven through SQLite's own interface; GRDB keeps the statement for next time.
///
/// Every request runs a dozen statements. GRDB's general way of binding and reading costs several times what SQLite
/// itself does with them, and nothing of it is used here: no observers, no record types.
struct SQLiteStatement {
  private let database: GRDB.Database
  private let statement: GRDB.Statement
  private var pointer: OpaquePointer { statement.sqliteStatement }

  /// - Throws: `DatabaseError` when the text is no statement, `StorageError` for a value that cannot be kept.
  init(_ sql: SQL, in database: GRDB.Database) throws {
    self.database = database
    statement = try database.cachedStatement(sql: sql.text(placeholder: "?"))
    for (index, value) in sql.values.enumerated() { try bind(value, at: CInt(index + 1)) }
  }

  /// For text without values that the engine itself runs, such as `COMMIT`.
  init(_ text: String, in database: GRDB.Database) throws {
    self.database = database
    statement = try database.cachedStatement(sql: text)
  }

  /// Steps to the end; reads every row on the way.
  func run(_ row: (Columns) throws -> Void = { _ in }) throws {
    let pointer = pointer
    defer { sqlite3_reset(pointer) }
    let columns = Columns(pointer: pointer, count: Int(sqlite3_column_count(pointer)))
    while true {
      switch sqlite3_step(pointer) {
      case SQLITE_ROW: try row(columns)
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  private func failure(_ code: CInt) -> any Error {
    // GRDB interrupts a read whose task was cancelled.
    if code & 0xFF == SQLITE_INTERRUPT, Task.isCancelled { return CancellationError() }
    return DatabaseError(
      resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage, sql: statement.sql)
  }

  // MARK: Values

  private func bind(_ value: SQLValue, at index: CInt) throws {
    let code =
      switch value {
      case .null: sqlite3_bind_null(pointer, index)
      case .integer(let number): sqlite3_bind_int64(pointer, index, number)
      case .text(let text): try bind(text, at: index)
      case .bytes(let bytes):
        bytes.withUnsafeBytes {
          // Without an address SQLite would take NULL for an empty list of bytes.
          $0.isEmpty
            ? sqlite3_bind_zeroblob(pointer, index, 0)
            : sqlite3_bind_blob64(pointer, index, $0.baseAddress, UInt64($0.count), Self.copied)
        }
      }
    guard code == SQLITE_OK else { throw failure(code) }
  }

  private func bind(_ text: String, at index: CInt) throws -> CInt {
    var text = text
    return try text.withUTF8 { bytes in
      // PostgreSQL cannot hold it, and C programs would read half a name.
      if let start = bytes.baseAddress, memchr(start, 0, bytes.count) != nil {
        throw StorageError(.refusedBySchema, "text holds the character U+0000")
      }
      return bytes.withMemoryRebound(to: CChar.self) {
        sqlite3_bind_text64(
          pointer, index, $0.baseAddress ?? Self.nothing, UInt64($0.count), Self.copied, Self.utf8)
      }
    }
  }

  /// SQLite copies what it is given at once.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
  private static let utf8 = UInt8(SQLITE_UTF8)
  /// An address for an empty text, which SQLite would else take for NULL. Never written, never freed.
  nonisolated(unsafe) private static let nothing = UnsafePointer(
    UnsafeMutablePointer<CChar>.allocate(capacity: 1))

  /// The columns of the row that the statement stands on.
  struct Columns {
    fileprivate let pointer: OpaquePointer
    let count: Int

    func values() throws -> [SQLValue] {
      try [SQLValue](unsafeUninitializedCapacity: count) { values, made in
        for column in 0..<count {
          // A row has at least one column, so there is a buffer.
          (values.baseAddress! + column).initialize(to: try value(column))
          made = column + 1
        }
      }
    }

    private func value(_ column: Int) throws -> SQLValue {
      let index = CInt(column)
      switch sqlite3_column_type(pointer, index) {
      case SQLITE_INTEGER: return .integer(sqlite3_column_int64(pointer, index))
      case SQLITE_TEXT:
        guard let start = sqlite3_column_text(pointer, index) else { return .text("") }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index)))
        return .text(String(decoding: bytes, as: UTF8.self))
      case SQLITE_BLOB:
        guard let start = sqlite3_column_blob(pointer, index) else { return .bytes([]) }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index)))
        return .bytes([UInt8](bytes))
      case SQLITE_FLOAT:
        guard let whole = Int64(exactly: sqlite3_column_double(pointer, index)) else {
          throw StorageError.fraction(column)
        }
        return .integer(whole)
      default: return .null
      }
    }
  }
}
