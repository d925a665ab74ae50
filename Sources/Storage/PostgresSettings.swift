/// How to reach a PostgreSQL server, and how long to wait for it.
package struct PostgresSettings: Sendable {
  /// Connection string or URI of libpq, `postgres://lopan@db.example/lopan?sslmode=verify-full`.
  package var address: String
  /// How many questions are answered at once.
  package var readers = 4
  /// How long a lost server is tried for before `StorageError(.unreachable)`.
  package var connectSeconds = 5.0
  /// How long one statement may run before the server ends it: `StorageError(.busy)`.
  package var statementSeconds = 30.0
  /// How long a change waits for a lock that another node holds: `StorageError(.busy)`.
  package var lockSeconds = 5.0
  /// How long a task waits for its turn: `StorageError(.busy)`.
  package var waitSeconds = 10.0

  package init(address: String) { self.address = address }
}

extension StorageError {
  /// What a SQLSTATE means to a store.
  init(sqlstate: String, _ detail: String) {
    let reason: Reason =
      switch sqlstate {
      case "23505": .duplicate
      // A character that no text column can hold, U+0000.
      case "22021": .refusedBySchema
      case "55P03", "57014", "40001", "40P01": .busy
      case "53100", "58030": .disk
      case "53300", "57P01", "57P02", "57P03", "25P03": .unreachable
      default:
        switch sqlstate.prefix(2) {
        case "23": .refusedBySchema
        case "08": .unreachable
        case "53": .busy
        case "58", "XX": .disk
        default: .statement
        }
      }
    self.init(reason, detail, code: sqlstate)
  }

  /// Lost a race against another transaction, or a table changed under a prepared statement: running again
  /// helps.
  var mayRunAgain: Bool { ["40001", "40P01", "0A000", "26000"].contains(code) }
  /// Somebody else's lock was not given in time.
  var lacksLock: Bool { code == "55P03" }
}
