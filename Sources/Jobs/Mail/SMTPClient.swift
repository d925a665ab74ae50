import NIOCore
package import NIOPosix
import NIOSSL

/// Hands letters to a mail server, one connection for each.
package struct SMTPClient: Sendable {
  private let settings: SMTPSettings
  private let group: MultiThreadedEventLoopGroup
  private let tls: NIOSSLContext

  /// - Throws: when the file of trusted certificates cannot be read.
  package init(_ settings: SMTPSettings, on group: MultiThreadedEventLoopGroup = .singleton) throws {
    self.settings = settings
    self.group = group
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    if let file = settings.trustedCertificates { configuration.trustRoots = .file(file) }
    tls = try NIOSSLContext(configuration: configuration)
  }

  package var transport: MailTransport { .init(send: send) }

  /// Returns when the server has taken responsibility for the letter.
  ///
  /// - Throws: `MailFailure`; `CancellationError` when the task was cancelled.
  @Sendable package func send(_ letter: MailLetter) async throws {
    let inbox = SMTPInbox()
    let channel = try await connect(inbox)
    let end = channel.eventLoop.scheduleTask(in: settings.limits.whole) {
      inbox.fail(MailFailure(.temporary, "timeout"))
      channel.close(promise: nil)
    }
    defer {
      end.cancel()
      channel.close(promise: nil)
    }
    let conversation = SMTPConversation(channel: channel, inbox: inbox, settings: settings, tls: tls)
    try await conversation.deliver(letter)
  }

  private func connect(_ inbox: SMTPInbox) async throws -> any Channel {
    let (settings, tls) = (settings, tls)
    let bootstrap = ClientBootstrap(group: group)
      .connectTimeout(settings.limits.connect)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if settings.security == .implicitTLS {
            try channel.pipeline.syncOperations.addHandler(Self.tlsHandler(tls, settings.host))
          }
          try channel.pipeline.syncOperations.addHandler(SMTPReplyHandler(inbox))
        }
      }
    do {
      return try await bootstrap.connect(host: settings.host, port: settings.port).get()
    } catch {
      throw error is NIOSSLError ? Self.failure(error) : MailFailure(.temporary, "connect")
    }
  }

  static func tlsHandler(_ context: NIOSSLContext, _ host: String) throws -> NIOSSLClientHandler {
    // An address cannot be asked for by name; its certificate is then checked against the address itself.
    let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
    return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
  }

  /// What an error on the connection means.
  static func failure(_ error: any Error) -> MailFailure {
    switch error {
    case let failure as MailFailure: failure
    case NIOSSLError.uncleanShutdown: MailFailure(.temporary, "connection-lost")
    case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: MailFailure(.settings, "tls")
    default: MailFailure(.temporary, "connection-lost")
    }
  }
}
