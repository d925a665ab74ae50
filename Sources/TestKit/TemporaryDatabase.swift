import Foundation
package import Rules
package import Storage
import Synchronization

/// A database for one test: empty but for the schema, on either engine, removed by itself.
///
/// ```swift
/// @Test(arguments: EngineKind.allCases)
/// func strangerIsNeverAdmitted(_ kind: EngineKind) async throws {
///   let database = try await TemporaryDatabase.make(kind, migrations: Feature.migrations)
/// ```
package enum TemporaryDatabase {
  /// - Parameter now: the clock of the database; by default a `FixedClock` that never moves.
  package static func make(
    _ kind: EngineKind, migrations: [Migration], now: @escaping @Sendable () -> Timestamp = FixedClock().now
  ) async throws -> Database {
    switch kind {
    case .sqlite:
      let database = Database(
        engine: try SQLiteEngine(path: try TemporaryFolder.make() + "/lopan.sqlite"), now: now)
      try await Migrator(migrations).migrate(database)
      return database
    case .postgres:
      let settings = try await PostgresCluster.shared.database(migrations)
      let engine = PostgresEngine(settings)
      await PostgresCluster.shared.remember(engine, settings)
      return Database(engine: engine, now: now)
    }
  }
}

/// Folders that are removed when the process ends; those of a killed process when the next one starts.
package enum TemporaryFolder {
  private static let root: String = {
    let all = FileManager.default.temporaryDirectory.path + "/lopan-tests"
    for name in (try? FileManager.default.contentsOfDirectory(atPath: all)) ?? [] {
      if let owner = Int32(name), kill(owner, 0) != 0, errno == ESRCH {
        try? FileManager.default.removeItem(atPath: all + "/" + name)
      }
    }
    let own = all + "/\(getpid())"
    try? FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(atPath: TemporaryFolder.root) }
    return own
  }()

  private static let count = Atomic(0)

  /// A new empty folder.
  package static func make() throws -> String {
    let path = root + "/\(count.add(1, ordering: .relaxed).newValue)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
