import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import Testing
@testable import Web
import X509

@Suite struct SelfMadeCertificateTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "lopan-\(UUID().uuidString)")
  private let now = Date()

  private func made(_ names: [String] = ["lopan.example.vn"], _ addresses: [String] = ["192.168.1.10"])
    -> SelfMadeCertificate
  {
    SelfMadeCertificate(folder: folder, names: names, addresses: addresses)
  }

  private func certificate(_ file: URL) throws -> Certificate {
    try Certificate(
      pemEncoded: PrivateFile.section("CERTIFICATE", of: try String(contentsOf: file, encoding: .utf8)))
  }

  private func mode(_ file: URL) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int)
  }

  /// Nil when a device that trusts the root accepts the certificate, otherwise why not.
  private func objection(
    _ leaf: Certificate, _ root: Certificate, host: String? = nil, address: String? = nil
  ) async -> String? {
    var verifier = Verifier(rootCertificates: CertificateStore([root])) {
      RFC5280Policy()
      ServerIdentityPolicy(serverHostname: host, serverIP: address)
    }
    let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore([]))
    guard case .couldNotValidate(let reasons) = result else { return nil }
    return "\(reasons)"
  }

  @Test func keysAreReadableByTheirOwnerOnly() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let selfMade = made()
    let files = try selfMade.files(now: now)
    #expect(try mode(folder) == 0o700)
    #expect(try mode(selfMade.rootKeyFile) == 0o600)
    #expect(try mode(files.key) == 0o600)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        "root-key.pem", "root.pem", "server.pem",
      ])
    _ = try files.context()
  }

  @Test func rootSignsForTheSchoolOnly() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let selfMade = made()
    let files = try selfMade.files(now: now)
    let root = try #require(try selfMade.currentRoot(now: now))
    let served = try certificate(files.certificate)
    #expect(await objection(served, root.certificate, host: "lopan.example.vn") == nil)
    #expect(await objection(served, root.certificate, address: "192.168.1.10") == nil)
    #expect(await objection(served, root.certificate, host: "bank.example") != nil)
    let bank = try forged(.dnsName("bank.example"), root)
    #expect(await objection(bank, root.certificate, host: "bank.example") != nil)
    let resolver = try forged(.ipAddress(ASN1OctetString(contentBytes: [8, 8, 8, 8])), root)
    #expect(await objection(resolver, root.certificate, address: "8.8.8.8") != nil)
    let neighbour = try forged(.ipAddress(ASN1OctetString(contentBytes: [10, 1, 2, 3])), root)
    #expect(await objection(neighbour, root.certificate, address: "10.1.2.3") == nil)
  }

  private func forged(_ name: GeneralName, _ root: SelfMadeCertificate.Root) throws -> Certificate {
    let key = P256.Signing.PrivateKey()
    return try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: now - 60,
      notValidAfter: now + 3_600, issuer: root.certificate.subject, subject: .init(),
      signatureAlgorithm: .ecdsaWithSHA256, extensions: .init { Critical(SubjectAlternativeNames([name])) },
      issuerPrivateKey: .init(root.key))
  }

  @Test func certificateIsRenewedThirtyDaysBeforeItsEndAndTheRootStays() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let selfMade = made()
    let first = try certificate(try selfMade.files(now: now).certificate)
    let root = try certificate(selfMade.rootFile)
    #expect(first.notValidAfter.timeIntervalSince(first.notValidBefore) <= 397 * 86_400)
    let day = 86_400.0
    #expect(try certificate(try selfMade.files(now: now + 366 * day).certificate) == first)
    let second = try certificate(try selfMade.files(now: now + 368 * day).certificate)
    #expect(second != first)
    #expect(second.notValidAfter > first.notValidAfter)
    #expect(try certificate(selfMade.rootFile) == root)
    // The root is made anew while it still outlives what it signs.
    _ = try selfMade.files(now: now + 3_260 * day)
    #expect(try certificate(selfMade.rootFile) != root)
  }

  @Test func newLeaseKeepsTheRootAndNewNameDoesNot() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let first = try certificate(try made().files(now: now).certificate)
    let root = try certificate(made().rootFile)
    let moved = try certificate(
      try made(["lopan.example.vn"], ["10.0.0.7", "fd00::7"]).files(now: now).certificate)
    #expect(moved != first)
    #expect(try certificate(made().rootFile) == root)
    _ = try made(["other.example.vn"]).files(now: now)
    #expect(try certificate(made().rootFile) != root)
    #expect(throws: SelfMadeCertificate.NotAnAddress.self) {
      try made([], ["not an address"]).files(now: now)
    }
  }

  @Test(arguments: ["root.pem", "root-key.pem", "server.pem"])
  func tornFilesAreMadeAnew(name: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    _ = try made().files(now: now)
    for torn in ["", "-----BEGIN CERTIFICATE-----\nMIIB", P256.Signing.PrivateKey().pemRepresentation] {
      try Data(torn.utf8).write(to: folder.appending(path: name))
      _ = try made().files(now: now).context()
    }
  }
}

@Suite struct TLSKeeperTests {
  @Test func changedFilesAreTakenUpAndBrokenOnesAreNot() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lopan-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let made = try SelfMadeCertificate(folder: folder, names: ["a.example.vn"], addresses: []).files(
      now: Date())
    let configured = TLSFiles(
      certificate: folder.appending(path: "chain.pem"), key: folder.appending(path: "key.pem"))
    func install(_ text: String) throws {
      for file in [configured.certificate, configured.key] {
        try PrivateFile.write(text, to: file, mode: 0o600)
      }
    }
    #expect(throws: (any Error).self) { try TLSKeeper(files: configured, logger: .silent) }
    try install(String(contentsOf: made.certificate, encoding: .utf8))
    let keeper = try TLSKeeper(files: configured, logger: .silent)
    let first = keeper.context
    #expect(!keeper.look())

    try install("not a certificate")
    #expect(!keeper.look())
    #expect(keeper.context === first)
    // Another certificate's key: half of a renewal.
    try install(String(contentsOf: made.certificate, encoding: .utf8))
    try PrivateFile.write(P256.Signing.PrivateKey().pemRepresentation, to: configured.key, mode: 0o600)
    #expect(!keeper.look())
    #expect(keeper.context === first)

    let other = SelfMadeCertificate(folder: folder, names: ["b.example.vn"], addresses: [])
    try install(String(contentsOf: try other.files(now: Date()).certificate, encoding: .utf8))
    #expect(keeper.look())
    #expect(keeper.context !== first)
  }

  @Test func renewalIsTakenUpByRunningConnectionsToCome() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lopan-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let selfMade = SelfMadeCertificate(folder: folder, names: [], addresses: [])
    _ = try selfMade.files(now: Date() - 380 * 86_400)
    let keeper = try TLSKeeper(selfMade: selfMade, logger: .silent)
    #expect(!keeper.look())
    try FileManager.default.removeItem(at: selfMade.serverFile)
    #expect(keeper.look())
  }
}
