import Foundation
import Glibc
import Logging
import Rules

/// Brings the media server's process up, finds it again after our own death, and ends it.
///
/// Folders: `<folder>/secrets.json` and `<folder>/journal.jsonl` are ours alone; `<folder>/run` holds the
/// configuration, which the server's user may read, and the log; only `<folder>/run/socket` belongs to the
/// server's user. Attack prevented: a broken-into server that puts a link where we write as root.
struct JanusSupervisor: Sendable {
  let settings: JanusSettings
  let secrets: JanusSecrets
  let configuration: JanusConfiguration
  let logger: Logger

  static let startLimit = Duration.seconds(10)

  var runFolder: String { settings.folder + "/run" }
  var journalPath: String { settings.folder + "/journal.jsonl" }
  var logPath: String { runFolder + "/" + JanusConfiguration.logName }

  /// Reads or makes the keys, and works the configuration out.
  /// - Throws: MED-007 when the program is not installed, MED-010 for a bad setting; file errors.
  init(_ settings: JanusSettings, logger: Logger) throws {
    self.settings = settings
    self.logger = logger
    guard access(settings.executable, X_OK) == 0, let library = settings.library ?? Self.findLibrary() else {
      throw UserError.mediaServerMissing(settings.executable)
    }
    try Self.makeFolder(settings.folder)
    secrets = try Self.secrets(in: settings.folder)
    let groups = ["plugins", "transports", "loggers", "events"].map { group in
      (group, Self.contents(library + "/" + group).filter { $0.hasSuffix(".so") })
    }
    configuration = try JanusConfiguration(
      settings, secrets: secrets, library: library, modules: Dictionary(uniqueKeysWithValues: groups))
  }

  /// A socket to the server that already runs; nil when none does.
  ///
  /// One that listens but does not answer is killed: two servers must never serve one folder, or whoever was
  /// removed could go on in the older one.
  func find() async -> JanusSocket? {
    do {
      return try await connect()
    } catch let failure as JanusSocket.Failure {
      if let process = failure.silentPID { await end(process, patience: .zero) }
    } catch {}
    return nil
  }

  /// Ends the server, and nothing that has its number by chance.
  func end(_ process: pid_t, patience: Duration) async {
    guard process > 0, ChildProcess.isRunning(process), ChildProcess.runs(process, "./janus.jcfg") else {
      return
    }
    logger.notice("media server ended", metadata: ["pid": "\(process)"])
    await ChildProcess.end(process, patience: patience)
  }

  /// Writes the configuration, starts the server and waits until it listens.
  /// - Throws: `JanusFailure` when it ended or does not listen within ten seconds.
  func start() async throws -> JanusSocket {
    let user = Self.unprivilegedUser(settings.users)
    if geteuid() == 0 && user == nil {
      logger.warning("media server runs as root", metadata: ["users": "\(settings.users)"])
    }
    try writeFiles(for: user)
    let child = try ChildProcess.start(Self.command(settings, in: runFolder, as: user), output: logPath)
    logger.notice("media server started", metadata: ["pid": "\(child)", "user": "\(user?.name ?? "-")"])
    let deadline = ContinuousClock.now + Self.startLimit
    while ContinuousClock.now < deadline {
      // Not `find`: it may be slow to answer while it starts.
      if let socket = try? await connect() { return socket }
      guard ChildProcess.isRunning(child) else {
        throw JanusFailure(code: -3, reason: "ended while starting")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    await ChildProcess.end(child, patience: .zero)
    throw JanusFailure(code: -3, reason: "did not start in time")
  }

  /// Blocking calls, so on a thread of its own: the global queues' threads are also those that run our tasks.
  private func connect() async throws -> JanusSocket {
    try await withCheckedThrowingContinuation { continuation in
      Thread {
        continuation.resume(
          with: Result { try JanusSocket(folder: runFolder, name: JanusConfiguration.socketName) })
      }.start()
    }
  }

  private func writeFiles(for user: User?) throws {
    let socketFolder = runFolder + "/socket"
    try Self.makeFolder(runFolder)
    try Self.makeFolder(socketFolder)
    unlink(runFolder + "/" + JanusConfiguration.socketName)
    for (name, text) in configuration.files {
      try Self.write(Data(text.utf8), to: runFolder + "/" + name, readableBy: user?.group)
    }
    if let user {
      chown(runFolder, 0, user.group)
      chmod(runFolder, 0o710)
      chown(socketFolder, user.id, user.group)
    }
  }

  /// The shell narrows what the server may do before it starts: files for itself alone, enough descriptors,
  /// no rights of root.
  static func command(_ settings: JanusSettings, in folder: String, as user: User?) -> [String] {
    let script = """
      umask 077; cd "$1" || exit 71; shift
      ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
      exec "$@"
      """
    var words = ["/bin/sh", "-c", script, "lopan-media", folder]
    if let user {
      words += [
        "/usr/bin/setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups", "--no-new-privs",
        "--bounding-set=-all", "--inh-caps=-all",
      ]
    }
    return words + [settings.executable, "-F", ".", "-C", "./janus.jcfg"]
  }

  // MARK: - files

  private static func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  private static func secrets(in folder: String) throws -> JanusSecrets {
    let path = folder + "/secrets.json"
    if let data = FileManager.default.contents(atPath: path),
      let found = try? JSONDecoder().decode(JanusSecrets.self, from: data)
    {
      return found
    }
    let made = JanusSecrets.random()
    try write(try JSONEncoder().encode(made), to: path)
    return made
  }

  /// Written whole or not at all, readable by its owner alone from its first byte on.
  private static func write(_ data: Data, to path: String, readableBy group: gid_t? = nil) throws {
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    let done = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, data.count) }
    let code = errno
    if let group {
      fchown(descriptor, 0, group)
      fchmod(descriptor, 0o640)
    }
    close(descriptor)
    guard done == data.count, rename(temporary, path) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO)
    }
  }

  private static func contents(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  private static func findLibrary() -> String? {
    let folders =
      contents("/usr/lib").sorted().map { "/usr/lib/\($0)/janus" } + [
        "/usr/lib/janus", "/usr/local/lib/janus",
      ]
    return folders.first { contents($0 + "/plugins").contains("libjanus_videoroom.so") }
  }
}
