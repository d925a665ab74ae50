import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server for tests on a free loopback port: keeps what it is given, or misbehaves as told.
package final class SMTPSink: Sendable {
  package enum Step: Sendable { case greeting, ehlo, startTLS, auth, mail, rcpt, data, text }

  /// What one connection meets.
  package enum Behaviour: Sendable, Equatable {
    case accept
    /// This answer instead of the good one, `450 4.2.0 later`.
    case answer(Step, String)
    /// Closes instead of answering; at `text` in the midst of the letter.
    case hangUp(Step)
    /// Never answers this step.
    case silence(Step)
    /// Each answer takes this long.
    case slow(milliseconds: Int64)
  }

  package enum Encryption: Sendable { case none, startTLS, implicit }

  package struct Settings: Sendable {
    package var encryption = Encryption.none
    /// Ways to sign in, “PLAIN LOGIN”; nil offers none.
    package var auth: String?
    package var user = "lopan"
    package var password = "mật khẩu"

    package init() {}
  }

  package struct Mail: Sendable, Equatable {
    package let sender: String
    package let recipient: String
    /// Headers and body, with the sender's extra dots taken away.
    package let text: String
    /// Who signed in.
    package let user: String?
    package let wasSecret: Bool
  }

  struct State {
    var behaviours: [Behaviour]
    var mails: [Mail] = []
    var connections = 0
    var commands: [String] = []
  }

  package let port: Int
  private let channel: any Channel
  let state: Shared

  /// What the connections share.
  final class Shared: Sendable {
    let value: Mutex<State>
    init(_ state: State) { value = Mutex(state) }
  }

  /// - Parameter behaviours: for the first connection, the second …; the last is for all that follow.
  package static func start(
    _ behaviours: [Behaviour] = [.accept], _ settings: Settings = .init()
  ) async throws -> SMTPSink {
    let state = Shared(State(behaviours: behaviours))
    let tls = try tlsContext()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 256)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if settings.encryption == .implicit {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
          }
          try channel.pipeline.syncOperations.addHandler(SMTPSinkHandler(state, settings, tls))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return SMTPSink(channel, state)
  }

  private init(_ channel: any Channel, _ state: Shared) {
    self.channel = channel
    self.state = state
    port = channel.localAddress?.port ?? 0
  }

  package var mails: [Mail] { state.value.withLock { $0.mails } }
  package var connections: Int { state.value.withLock { $0.connections } }
  /// Every command line received, without the letters.
  package var commands: [String] { state.value.withLock { $0.commands } }

  /// Other behaviour from the next connection on.
  package func behave(_ behaviours: [Behaviour]) {
    state.value.withLock { state in
      state.behaviours = behaviours
      state.connections = 0
    }
  }

  package func stop() async { try? await channel.close() }

  private static func tlsContext() throws -> NIOSSLContext {
    let certificate = try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem)
    let key = try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)
    return try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: [.certificate(certificate)], privateKey: .privateKey(key)))
  }
}
