package import Foundation
package import Logging
package import NIOSSL
import ServiceLifecycle
import Synchronization

/// The certificate that new connections get; a service that takes up changed files and renews its own
/// certificate without a restart.
package final class TLSKeeper: Service {
  private struct Held {
    var files: TLSFiles
    var stamp: [FileStamp]
    var context: NIOSSLContext
  }

  private let source: @Sendable () throws -> TLSFiles
  private let interval: Duration
  private let logger: Logger
  private let held: Mutex<Held>

  /// With configured files.
  ///
  /// - Throws: when they cannot be used; at the start that must stop the program, later it only keeps the old
  ///   ones.
  package convenience init(files: TLSFiles, every interval: Duration = .seconds(60), logger: Logger) throws {
    try self.init(source: { files }, every: interval, logger: logger)
  }

  /// With a certificate made here.
  package convenience init(
    selfMade: SelfMadeCertificate, every interval: Duration = .seconds(60), logger: Logger,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws {
    try self.init(source: { try selfMade.files(now: clock()) }, every: interval, logger: logger)
  }

  private init(source: @escaping @Sendable () throws -> TLSFiles, every interval: Duration, logger: Logger)
    throws
  {
    self.source = source
    self.interval = interval
    self.logger = logger
    let files = try source()
    // The stamp is taken before the reading: a change in between is seen at the next look instead of never.
    let stamp = files.stamp
    held = Mutex(Held(files: files, stamp: stamp, context: try files.context()))
  }

  package var context: NIOSSLContext { held.withLock { $0.context } }

  /// Looks once; true when new connections get another certificate from now on.
  @discardableResult
  package func look() -> Bool {
    do {
      let files = try source()
      let stamp = files.stamp
      guard held.withLock({ $0.files != files || $0.stamp != stamp }) else { return false }
      let context = try files.context()
      held.withLock { $0 = Held(files: files, stamp: stamp, context: context) }
      logger.notice("certificate taken up", metadata: ["path": "\(files.certificate.path)"])
      return true
    } catch {
      logger.error("certificate not usable, the old one stays", metadata: ["error": "\(error)"])
      return false
    }
  }

  package func run() async throws {
    // The wait ends with the service: graceful shutdown cancels it.
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: self.interval)) != nil { self.look() }
    }
  }
}
