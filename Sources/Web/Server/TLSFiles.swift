package import Foundation
package import NIOSSL

/// A certificate chain and its key as PEM files: the school's own, or those that `SelfMadeCertificate` made.
package struct TLSFiles: Sendable, Hashable {
  package let certificate: URL
  package let key: URL

  package init(certificate: URL, key: URL) {
    self.certificate = certificate
    self.key = key
  }

  struct NoCertificate: Error { let path: String }

  /// - Throws: when a file is missing or unreadable, or the key is another certificate's.
  package func context() throws -> NIOSSLContext {
    let chain = try NIOSSLCertificate.fromPEMFile(certificate.path)
    guard !chain.isEmpty else { throw NoCertificate(path: certificate.path) }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key.path, format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2", "http/1.1"]
    return try NIOSSLContext(configuration: configuration)
  }

  /// Changes whenever either file was replaced or written.
  var stamp: [FileStamp] { [FileStamp(of: certificate), FileStamp(of: key)] }
}

/// Enough of a file's state to see that it is not the one we read.
struct FileStamp: Hashable, Sendable {
  let inode: Int
  let size: Int
  let changed: Date

  /// Follows links, because certbot's live files are links; zeros when the file is missing.
  init(of file: URL) {
    let path = file.resolvingSymlinksInPath().path
    let facts = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
    inode = facts[.systemFileNumber] as? Int ?? 0
    size = facts[.size] as? Int ?? 0
    changed = facts[.modificationDate] as? Date ?? .distantPast
  }
}
