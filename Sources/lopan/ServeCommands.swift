import App
import ArgumentParser
import Foundation
import Hummingbird
import Identity
import Jobs
import Logging
import Media
import Rules
import ServiceLifecycle
import Storage
import Web

/// Where the data lies; the same for every command.
struct DataOptions: ParsableArguments {
  @Option(help: "Folder of database, certificates and media server.") var data = "data"
  @Option(help: "PostgreSQL, as postgres://… or libpq's key=value; without it the embedded database is used.")
  var postgres: String?

  func configuration() -> Configuration {
    var configuration = Configuration(folder: URL(fileURLWithPath: data).standardizedFileURL.path)
    configuration.postgres = postgres
    return configuration
  }
}

struct ServerOptions: ParsableArguments {
  @Option(help: "Address to listen on; 0.0.0.0 for the whole network.") var host = "127.0.0.1"
  @Option(help: "Port.") var port = 8443
  @Flag(help: "Plain HTTP: only behind a proxy on the same machine.") var plainHttp = false
  @Flag(help: "A proxy on this machine speaks TLS with the world (with --plain-http).") var behindProxy =
    false
  @Option(help: "Names and addresses of this server for its self-made certificate.") var name: [String] = []
  @Option(help: "Certificate chain (PEM).") var certificate: String?
  @Option(help: "Key of the certificate (PEM).") var certificateKey: String?
  @Option(help: "janus or none.") var media = "janus"
  @Option(help: "UDP ports of the media server, first-last.") var mediaPorts = "20000-24000"
  @Option(help: "Public address of the media server behind address translation.") var mediaPublicAddress:
    [String] = []
  @Option(help: "Mail server, host:port.") var smtp: String?
  @Option(help: "tls, starttls or starttls-if-offered; without it tls on port 465, else starttls.")
  var smtpSecurity: String?
  @Option(help: "Mail account; its password comes from LOPAN_SMTP_PASSWORD.") var smtpUser: String?
  @Option(help: "Sender of letters.") var mailSender: String?
  @Option(help: "Address as people type it, https://…") var publicAddress: String?

  func apply(to configuration: inout Configuration) throws {
    configuration.host = host
    configuration.port = port
    configuration.isPlainHTTP = plainHttp
    configuration.isBehindProxy = behindProxy
    if behindProxy, !plainHttp || !ServerAddresses.isLoopback(host) {
      throw ConfigurationFault.proxyWithoutPlainHTTP
    }
    if !name.isEmpty { configuration.names = name }
    configuration.certificate = certificate
    configuration.certificateKey = certificateKey
    guard let media = Configuration.MediaChoice(rawValue: media) else {
      throw ValidationError("--media is janus or none")
    }
    configuration.media = media
    let ports = mediaPorts.split(separator: "-").compactMap { Int($0) }
    guard ports.count == 2, ports[0] < ports[1], ports[0] >= 1_024, ports[1] <= 65_535 else {
      throw ValidationError("--media-ports is first-last, for example 20000-24000")
    }
    configuration.mediaPorts = ports[0]...ports[1]
    configuration.mediaPublicAddresses = mediaPublicAddress
    configuration.smtp = try mail()
    if let mailSender { configuration.mailSender = mailSender }
    configuration.publicAddress = publicAddress
  }

  private func mail() throws -> SMTPSettings? {
    guard let smtp else { return nil }
    let parts = smtp.split(separator: ":")
    guard let host = parts.first, let port = parts.count == 2 ? Int(parts[1]) : 587 else {
      throw ValidationError("--smtp is host:port")
    }
    let security = try smtpSecurity.map { text in
      guard let security = SMTPSettings.Security(rawValue: text) else {
        throw ValidationError(
          "--smtp-security is one of \(SMTPSettings.Security.allCases.map(\.rawValue).joined(separator: ", "))"
        )
      }
      return security
    }
    let password = ProcessInfo.processInfo.environment["LOPAN_SMTP_PASSWORD"] ?? ""
    return SMTPSettings(
      host: String(host), port: port, security: security ?? (port == 465 ? .implicitTLS : .startTLS),
      credentials: smtpUser.map { .init(user: $0, password: password) }, clientName: self.host)
  }
}

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Run the school's server.")
  @OptionGroup var data: DataOptions
  @OptionGroup var server: ServerOptions

  func run() async throws {
    var configuration = data.configuration()
    try server.apply(to: &configuration)
    let database = try configuration.openDatabase()
    try await Migrator(Features.migrations).migrate(database)
    try await Server.run(configuration, database: database)
  }
}

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run a fictional province to try everything out; listens on this machine alone.")
  @OptionGroup var data: DataOptions
  @OptionGroup var server: ServerOptions
  @Flag(help: "Make the demo database and stop.") var makeOnly = false

  func run() async throws {
    var configuration = data.configuration()
    try server.apply(to: &configuration)
    let database = try configuration.openDatabase()
    try await Migrator(Features.migrations).migrate(database)
    let hasher = PasswordHasher()
    let isNew = try await Demo.make(in: database, hasher: hasher)
    guard try await Demo.isDemo(database) else {
      FileHandle.standardError.write(
        Data("This folder holds a real school: the demo stays away from it. Choose another --data.\n".utf8))
      throw ExitCode(1)
    }
    if isNew { print("Made a fictional province: 3 schools, 12 classes, 480 pupils.") }
    try await Demo.keepLessonsAroundNow(database)
    if makeOnly { return await database.close() }
    try await Server.run(configuration, database: database, isDemo: true)
  }
}

enum Server {
  static func run(_ configuration: Configuration, database: Database, isDemo: Bool = false) async throws {
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = .notice
      return handler
    }
    let logger = Logger(label: "lopan")
    var more: [any Service] = []
    let media: any MediaServer
    if configuration.media == .janus {
      var settings = JanusSettings(folder: configuration.folder + "/media")
      settings.ports = configuration.mediaPorts
      settings.interfaces = configuration.mediaInterfaces
      settings.publicAddresses = configuration.mediaPublicAddresses
      let janus = JanusMedia(settings, logger: logger)
      media = janus
      more.append(MediaService(media: janus))
    } else {
      media = FakeMedia()
    }
    if isDemo { more.append(DemoLessons(database: database)) }
    let application = try await LopanApplication(
      database: database, configuration: configuration, media: media, logger: logger)
    let tls = configuration.isPlainHTTP ? nil : try keeper(configuration, logger)
    try await application.application(tls: tls, logger: logger, more: more) { port in
      announce(configuration, port: port, isDemo: isDemo)
    }.runService()
    await database.close()
  }

  private static func keeper(_ configuration: Configuration, _ logger: Logger) throws -> TLSKeeper {
    if let certificate = configuration.certificate, let key = configuration.certificateKey {
      return try TLSKeeper(
        files: TLSFiles(certificate: URL(fileURLWithPath: certificate), key: URL(fileURLWithPath: key)),
        logger: logger)
    }
    let reached = reached(configuration)
    let made = SelfMadeCertificate(
      folder: URL(fileURLWithPath: configuration.folder + "/tls"), names: reached.names,
      addresses: reached.addresses)
    return try TLSKeeper(selfMade: made, logger: logger)
  }

  private static func reached(_ configuration: Configuration) -> ServerAddresses {
    ServerAddresses(
      given: configuration.names, host: configuration.host, own: ServerAddresses.ofThisMachine())
  }

  private static func announce(_ configuration: Configuration, port: Int, isDemo: Bool) {
    let pages = reached(configuration).pages(
      isTLS: !configuration.isPlainHTTP, port: port, host: configuration.host)
    say("LớpAn is ready: \(configuration.publicAddress ?? pages[0])")
    for other in pages.dropFirst(configuration.publicAddress == nil ? 1 : 0) {
      say("              also \(other)")
    }
    guard isDemo else { return }
    say("Sign-ins of the fictional school (password for all: \(Demo.password)):")
    for account in Demo.accounts {
      say("  \(account.login.padding(toLength: 18, withPad: " ", startingAt: 0)) \(account.who)")
    }
    say("The certificate is self-made: the browser asks once whether to go on.")
  }
}

/// `print` keeps what it has until a buffer is full when nobody sits at a terminal; this does not.
private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

private struct MediaService: Service {
  let media: JanusMedia

  func run() async throws {
    await withGracefulShutdownHandler {
      await media.run()
    } onGracefulShutdown: {
      Task { await media.stop() }
    }
  }
}

/// Keeps an open door in the demo at any hour.
private struct DemoLessons: Service {
  let database: Database

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(60))
        try? await Demo.keepLessonsAroundNow(database)
      }
    }
  }
}
