import Foundation

/// A copy of the whole database in one file, made and put back while the school works.
package enum Backup {
  /// What was looked at before a copy was called good.
  package struct Report: Sendable, Equatable {
    package let kind: EngineKind
    /// Size of the file, in bytes.
    package let bytes: Int64
    /// Units whose chains were followed from the first event to the last.
    package let events: Int64
    /// Names of the schema steps it holds.
    package let steps: [String]
    /// Faults of the ledger that were in the database already; a backup keeps them as they are, and says so.
    package let findings: [LedgerFinding]
  }

  /// Copies a running database into a file; what is written meanwhile waits for nobody.
  ///
  /// The file appears only when it is complete, checked and on the disk; an older file of the name is
  /// replaced then.
  /// - Throws: `StorageError(.disk)` when it cannot be written, `.schema` when the copy is not sound.
  package static func make(of database: Database, to path: String, tools: PostgresTools? = nil) async throws
    -> Report
  {
    let partial = path + ".partial-\(UInt32.random(in: 0 ... .max))"
    defer { try? FileManager.default.removeItem(atPath: partial) }
    guard
      FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600])
    else {
      throw StorageError(.disk, "cannot write beside \(path): no such folder, or no right to write there")
    }
    let report: Report
    if let engine = database.engine as? SQLiteEngine {
      report = try await SQLiteBackup.make(of: engine, to: partial)
    } else if let engine = database.engine as? PostgresEngine {
      report = try await PostgresBackup(engine, tools ?? .installed()).make(of: database, to: partial)
    } else {
      throw StorageError(.statement, "this engine has no backup")
    }
    try DurableFile.publish(partial, as: path)
    return report
  }

  /// Puts a backup in the place of everything that a running database holds, in one step for every reader.
  ///
  /// The ledger is then as it was when the backup was made: subscribers hear `StorageError(.restored)`.
  /// - Parameter known: the program's migrator; a backup of a newer version is refused before anything is
  ///   touched.
  /// - Throws: `StorageError(.schema)` when the file is no sound backup, `.busy` when the database did not
  ///   let go.
  package static func restore(
    into database: Database, from path: String, known: Migrator? = nil, tools: PostgresTools? = nil
  ) async throws -> Report {
    guard let size = DurableFile.size(of: path), size > 0 else {
      throw StorageError(.schema, "\(path) is missing or empty: no backup")
    }
    let report: Report
    if let engine = database.engine as? SQLiteEngine {
      report = try await SQLiteBackup.restore(into: engine, from: path, known: known)
    } else if let engine = database.engine as? PostgresEngine {
      report = try await PostgresBackup(engine, tools ?? .installed()).restore(
        into: database, from: path, known: known)
    } else {
      throw StorageError(.statement, "this engine has no restore")
    }
    Bell.shared.ringAll()
    return report
  }

  static func report(on database: Database, _ kind: EngineKind, bytes: Int64) async throws -> Report {
    let steps = try await Migrator([]).applied(in: database)
    let (events, findings) = try await Ledger.verify(database)
    return Report(kind: kind, bytes: bytes, events: events, steps: steps.keys.sorted(), findings: findings)
  }
}

/// Files that are there whole, or not at all, after a power cut.
enum DurableFile {
  static func size(of path: String) -> Int64? {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.int64Value
  }

  /// Puts a finished file in its place.
  static func publish(_ partial: String, as path: String) throws {
    try sync(partial, O_RDONLY)
    guard rename(partial, path) == 0 else { throw failure("rename to", path) }
    try sync(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
  }

  private static func sync(_ path: String, _ flags: Int32) throws {
    let file = open(path, flags | O_CLOEXEC)
    guard file >= 0 else { throw failure("open", path) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failure("sync", path) }
  }

  private static func failure(_ act: String, _ path: String) -> StorageError {
    StorageError(.disk, "cannot \(act) \(path): \(String(cString: strerror(errno)))")
  }
}
