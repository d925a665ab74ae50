import Foundation
package import Storage

/// A private PostgreSQL for one test process: on a Unix socket in a temporary folder, as an unprivileged
/// user.
///
/// A watcher stops it and removes the folder when this process ends in any way, kill -9 included: it reads
/// from a pipe whose other end only this process holds. Commits are not synced, in tests only.
package actor PostgresCluster {
  package static let shared = PostgresCluster()

  private struct Place {
    let folder: String
    /// Only this process holds it; its end is the watcher's signal.
    let lifeline: Pipe
  }

  private struct Made {
    weak var engine: (any Engine)?
    let name: String
  }

  private var place: Result<Place, any Error>?
  private var templates: [String: String] = [:]
  private var made: [Made] = []
  private var count = 0
  private var busy = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// A database of its own with the schema of `migrations`; removed some time after its engine is gone.
  ///
  /// - Throws: `ClusterError` when PostgreSQL is missing or does not start: the test fails, it is not
  ///   skipped.
  package func database(_ migrations: [Migration]) async throws -> PostgresSettings {
    await enter()
    defer { leave() }
    try ready()
    try await removeOld()
    let template = try await template(migrations)
    count += 1
    let name = "t\(count)"
    try await command(["CREATE DATABASE \(name) TEMPLATE \(template)"])
    return settings(database: name)
  }

  /// Remembers whose database it is.
  package func remember(_ engine: any Engine, _ settings: PostgresSettings) {
    made.append(Made(engine: engine, name: String(settings.address.split(separator: "=").last ?? "")))
  }

  /// One at a time: the server refuses to copy a template that somebody else is copying or filling.
  private func enter() async {
    guard busy else {
      busy = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { busy = false } else { waiting.removeFirst().resume() }
  }

  private func template(_ migrations: [Migration]) async throws -> String {
    let key = migrations.map(\.hash).joined()
    if let name = templates[key] { return name }
    let name = "template_\(templates.count)"
    try await command(["CREATE DATABASE \(name)"])
    let database = Database(engine: PostgresEngine(settings(database: name)))
    let failure: (any Error)?
    do {
      try await Migrator(migrations).migrate(database)
      failure = nil
    } catch {
      failure = error
    }
    await database.close()
    if let failure {
      // The next test with these migrations shall hear the same reason, not that the name is taken.
      try await command(["DROP DATABASE IF EXISTS \(name) WITH (FORCE)"])
      throw failure
    }
    templates[key] = name
    return name
  }

  private func ready() throws {
    if place == nil { place = Result { try Self.start() } }
    _ = try place?.get()
  }

  /// Many at once: each removal makes the server write all its memory out.
  private func removeOld() async throws {
    let old = made.filter { $0.engine == nil }
    guard old.count >= 40 else { return }
    made.removeAll { $0.engine == nil }
    try await command(old.map { "DROP DATABASE IF EXISTS \($0.name) WITH (FORCE)" })
  }

  /// Databases are made outside transactions, so by psql.
  private func command(_ commands: [String]) async throws {
    let folder = try place?.get().folder ?? ""
    let outcome = try await ChildProgram.run(
      Self.binaries + "/psql",
      ["-X", "-q", "-h", folder, "-U", "lopan", "-d", "postgres"]
        + commands.flatMap { ["-c", $0] }, seconds: 60)
    guard outcome.status == 0 else { throw ClusterError("\(commands): \(outcome.output)") }
  }

  private func settings(database: String) -> PostgresSettings {
    let folder = (try? place?.get().folder) ?? ""
    var settings = PostgresSettings(address: "host=\(folder) user=lopan dbname=\(database)")
    // The machine runs many tests at once.
    settings.connectSeconds = 30
    settings.waitSeconds = 60
    return settings
  }

  // MARK: Starting

  private static let binaries = "/usr/lib/postgresql/15/bin"

  private static func start() throws -> Place {
    guard FileManager.default.isExecutableFile(atPath: binaries + "/initdb") else {
      throw ClusterError("PostgreSQL is missing: install postgresql-15 (no \(binaries)/initdb)")
    }
    let folder =
      FileManager.default.temporaryDirectory.path + "/lopan-pg-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lifeline = Pipe()
    let ready = Pipe()
    let watcher = Process()
    watcher.executableURL = URL(fileURLWithPath: "/bin/sh")
    watcher.arguments = ["-c", script, "sh", folder, binaries]
    watcher.standardInput = lifeline
    watcher.standardOutput = ready
    watcher.standardError = FileHandle.nullDevice
    _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
    try watcher.run()
    let answer = String(decoding: ready.fileHandleForReading.availableData, as: UTF8.self)
    guard answer.hasPrefix("ready") else {
      let log = (try? String(contentsOfFile: folder + ".log", encoding: .utf8)) ?? ""
      throw ClusterError("PostgreSQL did not start: \(answer) \(log.suffix(2_000))")
    }
    return Place(folder: folder, lifeline: lifeline)
  }

  /// Starts the server, says “ready”, waits for the end of standard input, then cleans up.
  private static let script = """
    trap '' INT TERM HUP
    folder=$1; binaries=$2; log=$folder.log
    as() { "$@"; }
    if [ "$(id -u)" = 0 ]; then
      user=postgres; id -u postgres >/dev/null 2>&1 || user=nobody
      chown $user "$folder"
      as() { setpriv --reuid=$user --regid=$(id -g $user) --clear-groups "$@"; }
    fi
    cd "$folder"
    as "$binaries/initdb" -D "$folder/data" -U lopan -A trust -E UTF8 \
      --locale=C --no-sync </dev/null >"$log" 2>&1 &&
    as "$binaries/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" -o "-c listen_addresses= \
      -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off -c max_connections=300 \
      -c shared_buffers=64MB -c autovacuum=off -c max_wal_size=256MB" start </dev/null >>"$log" 2>&1 &&
    echo ready || echo failed
    exec 1>&-
    read _
    as "$binaries/pg_ctl" -D "$folder/data" -m immediate stop </dev/null >/dev/null 2>&1
    cd /; rm -rf "$folder" "$log"
    """
}

/// The private PostgreSQL could not be had.
package struct ClusterError: Error, CustomStringConvertible {
  package let description: String
  init(_ description: String) { self.description = description }
}
