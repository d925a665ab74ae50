import CPostgres
import Foundation

/// Where PostgreSQL's own programs are, and how long they may take.
package struct PostgresTools: Sendable {
  package var folder: String
  package var seconds: Double

  package init(folder: String, seconds: Double = 3_600) {
    self.folder = folder
    self.seconds = seconds
  }

  /// Debian's folder of the newest version installed.
  package static func installed() throws -> PostgresTools {
    let root = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
      .sorted()
    for version in versions.reversed() {
      let folder = "\(root)/\(version)/bin"
      if FileManager.default.isExecutableFile(atPath: folder + "/pg_dump") { return .init(folder: folder) }
    }
    throw StorageError(.unreachable, "pg_dump is missing: install postgresql-client")
  }
}

/// Backups by pg_dump and pg_restore, as children with an explicit path, few variables and a limit in time.
struct PostgresBackup {
  private let engine: PostgresEngine
  private let tools: PostgresTools

  init(_ engine: PostgresEngine, _ tools: PostgresTools) {
    self.engine = engine
    self.tools = tools
  }

  func make(of database: Database, to path: String) async throws -> Backup.Report {
    try await run(
      "pg_dump",
      [
        "--format=custom", "--no-owner", "--no-privileges", "--exclude-table=\(PostgresGate.table)", "--file",
        path,
      ])
    // Reading the whole archive back proves that it is complete; its rows are checked where they came from.
    try await run("pg_restore", ["--file=/dev/null", path])
    return try await Backup.report(on: database, .postgres, bytes: DurableFile.size(of: path) ?? 0)
  }

  /// The archive is turned into SQL first: a damaged one is refused before anything is touched. Then one
  /// transaction empties the schema and fills it again; whoever reads waits for its commit.
  func restore(into database: Database, from path: String, known: Migrator?) async throws -> Backup.Report {
    let folder =
      FileManager.default.temporaryDirectory.path + "/lopan-restore-\(UInt64.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let script = folder + "/restore.sql"
    try await run(
      "pg_restore", ["--no-owner", "--no-privileges", "--exit-on-error", "--file", script, path], .schema)
    try known?.check(try await steps(of: path, folder))
    try await database.write { try PostgresGate.shut($0) }
    try await replace(with: script)
    try await database.write { $0.ringEverywhere() }
    return try await Backup.report(on: database, .postgres, bytes: DurableFile.size(of: path) ?? 0)
  }

  private func replace(with script: String) async throws {
    for attempt in 1... {
      do {
        return try await run(
          "psql",
          [
            "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--command",
            Self.empty, "--file", script,
          ])
      } catch let error as StorageError where attempt < 4 && error.detail.contains("deadlock") {
        // A node's transaction held one table and wanted another; nothing was changed.
        continue
      }
    }
  }

  /// Which steps the archive holds, by name and hash, from the rows of one table.
  private func steps(of path: String, _ folder: String) async throws -> [String: String] {
    let file = folder + "/steps.sql"
    try await run("pg_restore", ["--data-only", "--table=schema_migration", "--file", file, path], .schema)
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let rows = text.split(separator: "\n").map { $0.split(separator: "\t") }.filter { $0.count == 3 }
    return Dictionary(rows.map { (String($0[0]), String($0[1])) }, uniquingKeysWith: { first, _ in first })
  }

  /// Removes whatever a newer schema may have added beside what the backup knows.
  private static let empty = """
    SET lock_timeout = '20s';
    \(PostgresGate.shut);
    DO $$
    DECLARE thing record;
    BEGIN
      FOR thing IN
        SELECT format('DROP VIEW IF EXISTS %I.%I CASCADE', schemaname, viewname) AS act
        FROM pg_views WHERE schemaname = 'public'
      LOOP EXECUTE thing.act; END LOOP;
      FOR thing IN
        SELECT format('DROP TABLE IF EXISTS %I.%I CASCADE', schemaname, tablename) AS act
        FROM pg_tables WHERE schemaname = 'public' AND tablename <> '\(PostgresGate.table)' ORDER BY tablename
      LOOP EXECUTE thing.act; END LOOP;
      FOR thing IN
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) AS act
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
      LOOP EXECUTE thing.act; END LOOP;
    END;
    $$;
    """

  // MARK: Children

  private func run(_ program: String, _ arguments: [String], _ reason: StorageError.Reason = .unreachable)
    async throws
  {
    let outcome = try await ChildProgram.run(
      "\(tools.folder)/\(program)", arguments, environment: try environment(), seconds: tools.seconds)
    if outcome.status == -9 { throw StorageError(.busy, "\(program) was ended after \(tools.seconds) s") }
    guard outcome.status == 0 else {
      throw StorageError(reason, "\(program) failed (\(outcome.status)): \(outcome.output.suffix(2_000))")
    }
  }

  /// The address as variables, so that no password stands in the list of processes.
  private func environment() throws -> [String: String] {
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(engine.settings.address, &message) else {
      let detail = message.map { String(cString: $0) } ?? ""
      PQfreemem(message)
      throw StorageError(.unreachable, "the address of the database cannot be read: \(detail)")
    }
    defer { PQconninfoFree(options) }
    var result = ["PGCLIENTENCODING": "UTF8", "LC_ALL": "C", "PGAPPNAME": "lopan backup"]
    var option = options
    while option.pointee.keyword != nil {
      if let name = option.pointee.envvar, let value = option.pointee.val {
        result[String(cString: name)] = String(cString: value)
      }
      option += 1
    }
    return result
  }
}
