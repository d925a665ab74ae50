import Dispatch
import Foundation
import GRDB
import Synchronization

/// SQLite in write-ahead mode with one writer: the whole database of one school on one small machine.
package final class SQLiteEngine: Engine {
  package let kind = EngineKind.sqlite
  package let path: String
  let pool: DatabasePool
  private let line: WaitingLine
  private let watch = Mutex(Watch())

  /// What other processes did: SQLite's version number moves when another connection commits.
  private struct Watch {
    var timer: (any DispatchSourceTimer)?
    var version: Int64?
  }

  /// - Parameters:
  ///   - path: the database file; made when missing, with its folder's permissions.
  ///   - busySeconds: how long a commit waits for another process' lock.
  ///   - waitSeconds: how long a change waits for its turn before `StorageError(.busy)`.
  /// - Throws: `StorageError` when the file cannot be opened or is no database.
  package init(path: String, readers: Int = 4, busySeconds: Double = 5, waitSeconds: Double = 10) throws {
    self.path = path
    line = WaitingLine(lanes: 1, seconds: waitSeconds)
    var configuration = Configuration()
    configuration.maximumReaderCount = readers
    configuration.busyMode = .timeout(busySeconds)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cache_size = -8000")
    }
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets NORMAL after `prepareDatabase`; an acknowledged alarm must survive a power cut, so FULL
      // again here.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    } catch {
      throw Self.storageError(error)
    }
  }

  deinit { watch.withLock { $0.timer?.cancel() } }

  package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    do {
      return try await pool.unsafeRead { database in try Self.read(database, body) }
    } catch {
      throw Self.storageError(error)
    }
  }

  /// One unchanging state for the whole closure; GRDB's own way parses BEGIN and COMMIT anew for each question.
  private static func read<T>(
    _ database: GRDB.Database, _ body: (any Connection) throws -> T
  ) throws -> T {
    try SQLiteStatement("BEGIN DEFERRED", in: database).run()
    defer {
      // A transaction that only read leaves nothing behind either way.
      do {
        try SQLiteStatement("COMMIT", in: database).run()
      } catch {
        try? database.rollback()
      }
    }
    return try body(SQLiteConnection(database))
  }

  package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
  {
    try await line.perform(body) { _ in drain() }
  }

  package func close() async {
    line.close()
    watch.withLock { watch in
      watch.timer?.cancel()
      watch.timer = nil
    }
    await Blocking.run { [pool] in try? pool.close() }
  }

  /// Another process (an import by command) commits without ringing here, so we look once a second.
  package func listenForOthers() {
    watch.withLock { watch in
      guard watch.timer == nil else { return }
      let timer = DispatchSource.makeTimerSource(queue: .global())
      timer.schedule(deadline: .now() + 1, repeating: 1, leeway: .milliseconds(100))
      timer.setEventHandler { [weak self] in self?.lookForOthers() }
      timer.resume()
      watch.timer = timer
    }
  }

  private func lookForOthers() {
    pool.asyncWriteWithoutTransaction { [weak self] database in
      guard let self, let version = try? Int64.fetchOne(database, sql: "PRAGMA data_version") else { return }
      let moved = self.watch.withLock { watch in
        defer { watch.version = version }
        return watch.version.map { $0 != version } ?? true
      }
      if moved { Bell.shared.ringAll() }
    }
  }

  static func storageError(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let (detail, code) = (error.description, "\(error.extendedResultCode.rawValue)")
    switch error.extendedResultCode {
    case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
      return StorageError(.duplicate, detail, code: code)
    default: break
    }
    let reason: StorageError.Reason =
      switch error.resultCode {
      case .SQLITE_CONSTRAINT: .refusedBySchema
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
      case .SQLITE_FULL, .SQLITE_IOERR: .disk
      case .SQLITE_CANTOPEN, .SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_PERM: .unreachable
      case .SQLITE_MISUSE, .SQLITE_ABORT: .closed
      // A write inside a question is a mistake in the store; a write to a read-only file is the disk's.
      case .SQLITE_READONLY: .statement
      default: .statement
      }
    return StorageError(reason, detail, code: code)
  }
}

// MARK: Group commit

extension SQLiteEngine {
  /// How many changes may share one commit: bounds how long a reader of the newest state waits.
  private static let batch = 256

  /// Takes what waits, commits it together, tells everybody; goes on while more waits.
  ///
  /// Each batch is its own turn on the writer's queue, so that a restore or a check is not kept waiting for
  /// ever.
  private func drain() {
    pool.asyncWriteWithoutTransaction { database in
      let works = self.line.take(upTo: Self.batch, lane: 0)
      guard !works.isEmpty else { return }
      self.commit(works, on: database)
      self.drain()
    }
  }

  private struct Done {
    let work: Work
    let tell: @Sendable () -> Void
    let connection: SQLiteConnection
  }

  private func commit(_ works: [Work], on database: GRDB.Database) {
    var done: [Done] = []
    var failed: [(Work, any Error)] = []
    do {
      try database.inTransaction(.immediate) {
        for work in works {
          let connection = SQLiteConnection(database)
          do {
            let tell = try Self.inSavepoint(database, needed: works.count > 1) {
              try Self.run(work, connection)
            }
            done.append(Done(work: work, tell: tell, connection: connection))
          } catch {
            failed.append((work, error))
            // Alone it has no savepoint; and a failing disk, or a savepoint that cannot be undone, ends the
            // whole batch.
            if works.count == 1 || !database.isInsideTransaction || error is Undone { throw error }
          }
        }
        return .commit
      }
    } catch {
      return undo(error, works, done, failed, on: database)
    }
    for (work, error) in failed { work.fail(Self.storageError(error)) }
    // Hooks first and in commit order: a live message leaves before its sender hears that it was kept.
    for entry in done {
      for hook in entry.connection.hooks { hook() }
      for key in entry.connection.rings.keys { Bell.shared.ring(key) }
      entry.tell()
    }
  }

  /// Nothing of the batch was kept: tells everybody why, or lets each try alone when one of them spoilt the
  /// commit.
  private func undo(
    _ error: any Error, _ works: [Work], _ done: [Done], _ failed: [(Work, any Error)],
    on database: GRDB.Database
  ) {
    let told = Self.storageError((error as? Undone)?.cause ?? error)
    for (work, own) in failed { work.fail(Self.storageError((own as? Undone)?.cause ?? own)) }
    let innocent = done.map(\.work) + works.dropFirst(done.count + failed.count)
    if (told as? StorageError)?.reason == .refusedBySchema, works.count > 1 {
      // A foreign key that is checked only at the commit, or a constraint that undoes the whole transaction.
      for work in innocent { commit([work], on: database) }
    } else {
      for work in innocent { work.fail(told) }
    }
  }

  private static func run(_ work: Work, _ connection: SQLiteConnection) throws -> @Sendable () -> Void {
    let tell = try work.run(connection)
    if let failure = connection.failure { throw failure }
    return tell
  }

  /// A change failed and could not be taken back alone.
  private struct Undone: Error { let cause: any Error }

  private static func inSavepoint<T>(_ database: GRDB.Database, needed: Bool, _ body: () throws -> T) throws
    -> T
  {
    guard needed else { return try body() }
    try SQLiteStatement("SAVEPOINT one_write", in: database).run()
    do {
      let value = try body()
      try SQLiteStatement("RELEASE one_write", in: database).run()
      return value
    } catch {
      guard database.isInsideTransaction else { throw error }
      do {
        try SQLiteStatement("ROLLBACK TO one_write", in: database).run()
        try SQLiteStatement("RELEASE one_write", in: database).run()
      } catch let second {
        throw Undone(cause: second)
      }
      throw error
    }
  }
}

/// Long calls that block, kept off Swift's small shared pool of threads.
enum Blocking {
  static func run<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: body()) }
    }
  }
}
