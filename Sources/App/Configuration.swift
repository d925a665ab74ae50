import Foundation
package import Jobs
package import Storage

/// How one installation is set up: what the command line says, nothing else.
package struct Configuration: Sendable {
  /// Database, certificates, media server: everything that must be backed up lies here.
  package var folder: String
  package var host = "127.0.0.1"
  package var port = 8443
  /// Without TLS: behind a proxy on the same machine, in tests and benches.
  package var isPlainHTTP = false
  /// A proxy on this machine speaks TLS with the world: cookies are `Secure`, its word for the client's address counts.
  package var isBehindProxy = false
  /// Names and addresses for the self-made certificate.
  package var names = ["localhost"]
  package var certificate: String?
  package var certificateKey: String?
  /// `host=… dbname=…` or `postgres://…`; nil for the embedded database.
  package var postgres: String?
  package var media = MediaChoice.janus
  package var mediaPorts = 20_000...24_000
  package var mediaInterfaces: [String] = []
  package var mediaPublicAddresses: [String] = []
  package var smtp: SMTPSettings?
  package var mailSender = "khong-tra-loi@localhost"
  /// `https://lop.truong.edu.vn`, as letters and slips name it.
  package var publicAddress: String?

  package enum MediaChoice: String, Sendable { case janus, none }

  package init(folder: String) { self.folder = folder }

  var databasePath: String { folder + "/lopan.sqlite" }

  package var address: String {
    publicAddress
      ?? "\(isPlainHTTP ? "http" : "https")://\(ServerAddresses.isWildcard(host) ? "localhost" : host):\(port)"
  }

  /// Whether browsers speak HTTPS with us, by our own TLS or by the proxy's.
  var isSecure: Bool { !isPlainHTTP || isBehindProxy }

  package func openDatabase() throws -> Database {
    if let postgres { return try Database.open(postgres) }
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    // Made before SQLite makes it, so that no moment passes in which others may read it.
    if !FileManager.default.fileExists(atPath: databasePath) {
      _ = FileManager.default.createFile(
        atPath: databasePath, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: databasePath)
    return try Database.open(databasePath)
  }
}

/// A setting that cannot work, found at the start.
package enum ConfigurationFault: Error, CustomStringConvertible {
  case senderAddress
  case proxyWithoutPlainHTTP

  package var description: String {
    switch self {
    case .proxyWithoutPlainHTTP:
      "--behind-proxy needs --plain-http and a loopback --host: nobody but the proxy may reach this port."
    case .senderAddress: "The sender of letters (--mail-sender) is no e-mail address."
    }
  }
}
