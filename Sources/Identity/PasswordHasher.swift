import CArgon2
import Foundation
import Rules
import Synchronization

/// Argon2id on its own few threads, so that a storm of sign-ins at 8:00 neither blocks the loops nor fills the memory:
/// at most two hashes of 19 MiB run at once, and at most 400 wait.
///
/// - Source: OWASP's first recommendation, m = 19 MiB, t = 2, p = 1; RFC 9106.
package final class PasswordHasher: Sendable {
  private static let memory: UInt32 = 19_456
  private static let rounds: UInt32 = 2
  private let queue: OperationQueue
  private let waiting = Mutex(0)
  private static let mostWaiting = 400

  package init(threads: Int = 2) {
    queue = OperationQueue()
    queue.maxConcurrentOperationCount = threads
    queue.qualityOfService = .userInitiated
  }

  /// - Returns: a PHC string that carries its own parameters and salt.
  package func hash(_ password: String) async throws -> String {
    try await onQueue { Self.encode(password) }
  }

  /// Takes as long for an account that does not exist (`hash` nil) as for a wrong password.
  package func verify(_ password: String, against hash: String?) async throws -> Bool {
    try await onQueue {
      let known = hash ?? Self.decoy
      let bytes = Array(password.utf8)
      let matches = argon2id_verify(known, bytes, bytes.count) == ARGON2_OK.rawValue
      return matches && hash != nil
    }
  }

  private func onQueue<T: Sendable>(_ work: @escaping @Sendable () -> T) async throws -> T {
    let mayWait = waiting.withLock { waiting in
      guard waiting < Self.mostWaiting else { return false }
      waiting += 1
      return true
    }
    guard mayWait else { throw UserError.signInBusy }
    defer { waiting.withLock { $0 -= 1 } }
    return await withCheckedContinuation { continuation in
      queue.addOperation { continuation.resume(returning: work()) }
    }
  }

  private static let decoy = encode("a password that nobody has")

  private static func encode(_ password: String) -> String {
    let bytes = Array(password.utf8)
    let salt = Secrets.random(16)
    var encoded = [CChar](repeating: 0, count: 160)
    let result = argon2id_hash_encoded(
      rounds, memory, 1, bytes, bytes.count, salt, salt.count, 32, &encoded, encoded.count)
    precondition(result == ARGON2_OK.rawValue, "argon2 refused its own parameters")
    return String(decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
