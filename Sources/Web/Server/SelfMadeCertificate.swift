import Crypto
package import Foundation
import SwiftASN1
import X509

/// A certificate for a school that has none: a local root, made once and installed on the school's devices,
/// and a server certificate signed by it, renewed by itself.
///
/// The root can sign for the school's own names and for private addresses only (name constraints, path length
/// 0): whoever steals its key still cannot pose as a bank on the devices that trust it.
package struct SelfMadeCertificate: Sendable {
  package static let rootDays = 3_650
  /// Browsers refuse server certificates that live longer than 398 days.
  package static let serverDays = 397
  package static let renewDaysBeforeEnd = 30

  /// Holds `root.pem` (to be installed on devices), `root-key.pem`, and `server.pem` (key and certificate in
  /// one file, so that a crash cannot leave a key beside a foreign certificate).
  package let folder: URL
  /// DNS names, `lopan.example.vn`; `localhost` is always added.
  package let names: [String]
  /// IP addresses as text, IPv4 or IPv6; the loopback addresses are always added.
  package let addresses: [String]

  package init(folder: URL, names: [String], addresses: [String]) {
    self.folder = folder
    self.names = Set(names.map { $0.lowercased() } + ["localhost"]).sorted()
    self.addresses = Set(addresses + ["127.0.0.1", "::1"]).sorted()
  }

  package var rootFile: URL { folder.appending(path: "root.pem") }
  var rootKeyFile: URL { folder.appending(path: "root-key.pem") }
  var serverFile: URL { folder.appending(path: "server.pem") }

  /// The certificate to serve with: what is there when it still serves, otherwise a new one.
  ///
  /// - Parameter now: decides about renewal; a certificate is renewed 30 days before its end, or when the
  ///   names changed.
  /// - Throws: when the folder cannot be written or an address is not an IP address.
  package func files(now: Date) throws -> TLSFiles {
    try PrivateFile.makeFolder(folder)
    let root = try currentRoot(now: now) ?? makeRoot(now: now)
    if !serverStillServes(root: root.certificate, now: now) { try makeServer(root: root, now: now) }
    return TLSFiles(certificate: serverFile, key: serverFile)
  }

  struct Root {
    let certificate: Certificate
    let key: P256.Signing.PrivateKey
  }

  /// Nil when there is none, it is ending, its key is another's, or its constraints do not allow today's
  /// names.
  func currentRoot(now: Date) throws -> Root? {
    guard let pem = try? String(contentsOf: rootFile, encoding: .utf8),
      let keyPEM = try? String(contentsOf: rootKeyFile, encoding: .utf8),
      let certificate = try? Certificate(pemEncoded: pem),
      let key = try? P256.Signing.PrivateKey(pemRepresentation: keyPEM),
      certificate.publicKey == Certificate.PublicKey(key.publicKey),
      certificate.notValidAfter > now.addingTimeInterval(Self.days(Self.serverDays)),
      let constraints = try? certificate.extensions.nameConstraints,
      Set(names).isSubset(of: constraints.permittedDNSDomains)
    else { return nil }
    let allowed = Set(constraints.permittedIPRanges.map { Array($0.bytes) })
    guard allowed.isSuperset(of: try permittedRanges().map { Array($0.bytes) }) else { return nil }
    return Root(certificate: certificate, key: key)
  }

  private func makeRoot(now: Date) throws -> Root {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName {
      CommonName("LopAn local root \(UInt32.random(in: 0 ... .max))")
      OrganizationName("LopAn")
    }
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
      notValidBefore: now.addingTimeInterval(-3_600),
      notValidAfter: now.addingTimeInterval(Self.days(Self.rootDays)),
      issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: .init {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        Critical(try constraints())
        SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
      },
      issuerPrivateKey: .init(key))
    // The key first: a root without its key would be taken for whole by a reader of `root.pem` alone.
    try PrivateFile.write(key.pemRepresentation, to: rootKeyFile, mode: 0o600)
    try PrivateFile.write(try certificate.serializeAsPEM().pemString, to: rootFile, mode: 0o644)
    return Root(certificate: certificate, key: key)
  }

  private func makeServer(root: Root, now: Date) throws {
    let key = P256.Signing.PrivateKey()
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
      notValidBefore: now.addingTimeInterval(-3_600),
      notValidAfter: now.addingTimeInterval(Self.days(Self.serverDays) - 3_600),
      issuer: root.certificate.subject,
      subject: try DistinguishedName { CommonName("LopAn server") },
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: .init {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectAlternativeNames(try subjectNames())
        SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
        AuthorityKeyIdentifier(
          keyIdentifier: SubjectKeyIdentifier(hash: Certificate.PublicKey(root.key.publicKey)).keyIdentifier)
      },
      issuerPrivateKey: .init(root.key))
    let text = try certificate.serializeAsPEM().pemString + "\n" + key.pemRepresentation + "\n"
    try PrivateFile.write(text, to: serverFile, mode: 0o600)
  }

  private func serverStillServes(root: Certificate, now: Date) -> Bool {
    guard let pem = try? String(contentsOf: serverFile, encoding: .utf8),
      let key = try? P256.Signing.PrivateKey(pemRepresentation: PrivateFile.section("PRIVATE KEY", of: pem)),
      let certificate = try? Certificate(pemEncoded: PrivateFile.section("CERTIFICATE", of: pem)),
      certificate.publicKey == Certificate.PublicKey(key.publicKey),
      root.publicKey.isValidSignature(certificate.signature, for: certificate),
      certificate.notValidBefore <= now,
      certificate.notValidAfter > now.addingTimeInterval(Self.days(Self.renewDaysBeforeEnd)),
      let present = try? certificate.extensions.subjectAlternativeNames,
      let wanted = try? subjectNames()
    else { return false }
    return Set(present) == Set(wanted)
  }

  private func subjectNames() throws -> [GeneralName] {
    try names.map { .dnsName($0) }
      + addresses.map { .ipAddress(ASN1OctetString(contentBytes: try Self.bytes(of: $0)[...])) }
  }

  private func constraints() throws -> NameConstraints {
    let domains = NameConstraints.DNSNames(names)
    let ranges = NameConstraints.IPRanges(try permittedRanges())
    return NameConstraints(permittedDNSDomains: domains, permittedIPRanges: ranges)
  }

  /// Private and loopback ranges always, so that a new DHCP lease needs no new root; any other address alone.
  private func permittedRanges() throws -> [ASN1OctetString] {
    let always: [[UInt8]] = [
      [10, 0, 0, 0, 255, 0, 0, 0], [172, 16, 0, 0, 255, 240, 0, 0], [192, 168, 0, 0, 255, 255, 0, 0],
      [127, 0, 0, 0, 255, 0, 0, 0],
      [0xfc] + Self.zeros(15) + [0xfe] + Self.zeros(15),
      [0xfe, 0x80] + Self.zeros(14) + [0xff, 0xc0] + Self.zeros(14),
      Self.zeros(15) + [1] + [UInt8](repeating: 255, count: 16),
    ]
    let own = try addresses.map(Self.bytes(of:))
      .filter { address in !always.contains { Self.range($0, contains: address) } }
      .map { $0 + [UInt8](repeating: 255, count: $0.count) }
    return (always + own).map { ASN1OctetString(contentBytes: $0[...]) }
  }

  private static func range(_ range: [UInt8], contains address: [UInt8]) -> Bool {
    guard range.count == address.count * 2 else { return false }
    return address.indices.allSatisfy { address[$0] & range[address.count + $0] == range[$0] }
  }

  private static func zeros(_ count: Int) -> [UInt8] { .init(repeating: 0, count: count) }
  private static func days(_ count: Int) -> TimeInterval { TimeInterval(count) * 86_400 }
}

extension SelfMadeCertificate {
  struct NotAnAddress: Error { let text: String }

  /// The 4 or 16 bytes of an address written as text.
  static func bytes(of address: String) throws -> [UInt8] {
    var four = in_addr()
    if inet_pton(AF_INET, address, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
    var six = in6_addr()
    if inet_pton(AF_INET6, address, &six) == 1 { return withUnsafeBytes(of: &six) { Array($0) } }
    throw NotAnAddress(text: address)
  }
}
