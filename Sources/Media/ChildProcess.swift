import Dispatch
import Foundation
import Glibc

/// Starting, watching and ending the media server's process.
enum ChildProcess {
  /// Starts a program in a session of its own, so that neither our terminal nor our death reaches it.
  ///
  /// It inherits no descriptor of ours: a listening socket kept open by a child that outlives us would stop
  /// us from starting again. Its output goes to a file, not a pipe, for the same reason.
  ///
  /// - Parameters:
  ///   - arguments: the program's path first.
  ///   - output: file for what it prints, appended.
  /// - Throws: `POSIXError`.
  static func start(_ arguments: [String], output: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    keepDescriptorsToUs()

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let newSession: Int32 = 0x80  // POSIX_SPAWN_SETSID, which the imported header hides
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession))

    var child: pid_t = 0
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = [
      strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), strdup("LC_ALL=C"), nil,
    ]
    defer { (words + environment).forEach { free($0) } }
    let code = posix_spawn(&child, arguments[0], &actions, &attributes, &words, &environment)
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EIO) }
    return child
  }

  /// Most libraries open descriptors so that a child does not get them; this makes sure of the rest.
  private static func keepDescriptorsToUs() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
      guard let descriptor = Int32(name), descriptor > 2 else { continue }
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  /// Whether this process still runs. A child of ours that ended is collected; one that nobody collected yet
  /// counts as ended.
  static func isRunning(_ process: pid_t) -> Bool {
    var status: Int32 = 0
    if waitpid(process, &status, WNOHANG) == process { return false }
    guard let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
    // The state follows the name, which is in parentheses and may hold anything.
    let rest = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ").first
    return rest != "Z" && rest != "X"
  }

  /// Whether this process was started with this word.
  static func runs(_ process: pid_t, _ word: String) -> Bool {
    let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
    return line.split(separator: 0).contains { String(decoding: $0, as: UTF8.self) == word }
  }

  /// Asks it to end, and ends it when it has not done so within `patience`.
  static func end(_ process: pid_t, patience: Duration) async {
    kill(process, SIGTERM)
    if await hasEnded(process, within: patience) { return }
    kill(process, SIGKILL)
    _ = await hasEnded(process, within: .seconds(2))
  }

  private static func hasEnded(_ process: pid_t, within limit: Duration) async -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      if !isRunning(process) { return true }
      // Not Task.sleep: it does not wait in a cancelled task, and this is how a cancelled task tidies up.
      await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(10)) { continuation.resume() }
      }
    }
    return !isRunning(process)
  }

  /// Resident kilobytes and process time in milliseconds; zeros when unknown.
  static func usage(_ process: pid_t) -> (kilobytes: Int, milliseconds: Int) {
    guard let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat"),
      let rest = String(decoding: stat, as: UTF8.self).split(separator: ")").last
    else { return (0, 0) }
    let words = rest.split(separator: " ").map { Int($0) ?? 0 }
    guard words.count > 21 else { return (0, 0) }
    let (tick, page) = (
      1_000 / max(1, Int(sysconf(Int32(_SC_CLK_TCK)))), Int(sysconf(Int32(_SC_PAGESIZE))) / 1_024
    )
    return (words[21] * page, (words[11] + words[12]) * tick)
  }
}
