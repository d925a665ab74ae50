import Foundation
import NIOCore
import Rules
import TestKit
import Testing

@testable import Jobs

@Suite struct SMTPClientTests {
  private func letter(_ lines: String = "Chào phụ huynh.\n.\nHết") throws -> MailLetter {
    try MailLetter(
      from: MailAddress("lopan@truong.example")!, name: "Trường", to: MailAddress("phu.huynh@nha.example")!,
      subject: "Có người lạ", lines: lines, id: "0199-ab", at: Timestamp(seconds: 1_788_569_529))
  }

  private func client(
    _ sink: SMTPSink, _ security: SMTPSettings.Security = .startTLSIfOffered, host: String = "127.0.0.1",
    credentials: SMTPSettings.Credentials? = nil, trusting file: String? = nil,
    limits: SMTPSettings.Limits = .patient
  ) throws -> SMTPClient {
    try SMTPClient(
      SMTPSettings(
        host: host, port: sink.port, security: security, credentials: credentials,
        clientName: "lop.truong.example",
        trustedCertificates: file, limits: limits))
  }

  private func failure(_ client: SMTPClient) async throws -> MailFailure? {
    do {
      try await client.send(try letter())
      return nil
    } catch let failure as MailFailure {
      return failure
    }
  }

  @Test func aLetterArrivesAsItWasWritten() async throws {
    let sink = try await SMTPSink.start()
    let letter = try letter(String(repeating: "Dòng dài có dấu. ", count: 4_000))
    try await client(sink).send(letter)
    #expect(sink.mails.map(\.text) == [letter.text])
    #expect(sink.mails.map(\.sender) == ["lopan@truong.example"])
    #expect(sink.mails.map(\.recipient) == ["phu.huynh@nha.example"])
    #expect(sink.commands.first == "EHLO lop.truong.example")
    await sink.stop()
  }

  @Test(
    "TLS with a trusted certificate, by name and by address",
    arguments: [
      (SMTPSink.Encryption.startTLS, SMTPSettings.Security.startTLS, "localhost"),
      (.startTLS, .startTLSIfOffered, "127.0.0.1"), (.implicit, .implicitTLS, "127.0.0.1"),
      (.implicit, .implicitTLS, "localhost"),
    ])
  func secret(encryption: SMTPSink.Encryption, security: SMTPSettings.Security, host: String) async throws {
    let file = try SMTPSink.certificateFile()
    defer { try? FileManager.default.removeItem(atPath: file) }
    for ways in ["PLAIN LOGIN", "LOGIN"] {
      var settings = SMTPSink.Settings()
      settings.encryption = encryption
      settings.auth = ways
      let sink = try await SMTPSink.start([.accept], settings)
      let credentials = SMTPSettings.Credentials(user: "lopan", password: "mật khẩu")
      try await client(sink, security, host: host, credentials: credentials, trusting: file).send(
        try letter())
      #expect(sink.mails.map(\.wasSecret) == [true])
      #expect(sink.mails.map(\.user) == ["lopan"])
      await sink.stop()
    }
  }

  @Test(
    "a certificate that nobody vouches for is refused",
    arguments: [
      (SMTPSink.Encryption.startTLS, SMTPSettings.Security.startTLS), (.startTLS, .startTLSIfOffered),
      (.implicit, .implicitTLS),
    ])
  func foreignCertificate(encryption: SMTPSink.Encryption, security: SMTPSettings.Security) async throws {
    var settings = SMTPSink.Settings()
    settings.encryption = encryption
    let sink = try await SMTPSink.start([.accept], settings)
    #expect(try await failure(client(sink, security))?.kind == .settings)
    #expect(sink.mails.isEmpty)
    await sink.stop()
  }

  @Test func nothingIsSentInTheClearWhenTLSIsRequired() async throws {
    let sink = try await SMTPSink.start()
    #expect(try await failure(client(sink, .startTLS)) == MailFailure(.settings, "starttls-not-offered"))
    #expect(sink.commands.allSatisfy { $0.hasPrefix("EHLO") })
    await sink.stop()
  }

  @Test func aPasswordIsNeverSentInTheClear() async throws {
    var settings = SMTPSink.Settings()
    settings.auth = "PLAIN LOGIN"
    let sink = try await SMTPSink.start([.accept], settings)
    let credentials = SMTPSettings.Credentials(user: "lopan", password: "mật khẩu")
    #expect(
      try await failure(client(sink, credentials: credentials))
        == MailFailure(.settings, "password-needs-tls"))
    #expect(sink.commands.allSatisfy { $0.hasPrefix("EHLO") })
    await sink.stop()
  }

  @Test func aReplySlippedInBeforeTLSIsRefused() async throws {
    var settings = SMTPSink.Settings()
    settings.encryption = .startTLS
    let sink = try await SMTPSink.start([.answer(.startTLS, "220 go ahead\r\n250 2.1.0 forged")], settings)
    let file = try SMTPSink.certificateFile()
    defer { try? FileManager.default.removeItem(atPath: file) }
    let failure = try await failure(client(sink, .startTLS, trusting: file))
    #expect(failure == MailFailure(.settings, "starttls-injection"))
    await sink.stop()
  }

  @Test func aWrongPasswordIsAMatterOfSettings() async throws {
    var settings = SMTPSink.Settings()
    settings.encryption = .implicit
    settings.auth = "PLAIN"
    let sink = try await SMTPSink.start([.accept], settings)
    let file = try SMTPSink.certificateFile()
    defer { try? FileManager.default.removeItem(atPath: file) }
    let credentials = SMTPSettings.Credentials(user: "lopan", password: "sai")
    let failure = try await failure(client(sink, .implicitTLS, credentials: credentials, trusting: file))
    #expect(failure == MailFailure(.settings, "auth 535 5.7.8"))
    await sink.stop()
  }

  @Test(
    "what an answer means",
    arguments: [
      (SMTPSink.Behaviour.answer(.greeting, "554 no service"), MailFailure(.settings, "greeting 554")),
      (.answer(.greeting, "421 busy"), MailFailure(.temporary, "greeting 421")),
      (.answer(.mail, "550 5.1.8 bad sender"), MailFailure(.settings, "mail 550 5.1.8")),
      (.answer(.rcpt, "450 4.2.0 later"), MailFailure(.temporary, "rcpt 450 4.2.0")),
      (.answer(.rcpt, "550 5.1.1 nobody"), MailFailure(.permanent, "rcpt 550 5.1.1")),
      (.answer(.rcpt, "550-5.1.1 no\r\n550 5.1.1 body"), MailFailure(.permanent, "rcpt 550 5.1.1")),
      (.answer(.rcpt, "554 5.7.1 relaying denied"), MailFailure(.settings, "rcpt 554 5.7.1")),
      (.answer(.data, "452 4.3.1 full"), MailFailure(.temporary, "data 452 4.3.1")),
      (.answer(.text, "552 5.3.4 too big"), MailFailure(.permanent, "text 552 5.3.4")),
      (.answer(.rcpt, "hello there"), MailFailure(.temporary, "protocol")),
      (.answer(.rcpt, String(repeating: "2", count: 5_000)), MailFailure(.temporary, "protocol")),
      (
        .answer(.rcpt, Array(repeating: "250-a", count: 200).joined(separator: "\r\n")),
        MailFailure(.temporary, "protocol")
      ),
      (.hangUp(.greeting), MailFailure(.temporary, "connection-lost")),
      (.hangUp(.rcpt), MailFailure(.temporary, "connection-lost")),
      (.hangUp(.text), MailFailure(.temporary, "connection-lost")),
    ])
  func failures(behaviour: SMTPSink.Behaviour, expected: MailFailure) async throws {
    let sink = try await SMTPSink.start([behaviour])
    #expect(try await failure(client(sink)) == expected)
    #expect(sink.mails.isEmpty)
    await sink.stop()
  }

  @Test(
    "no step is waited for longer than its limit",
    arguments: [
      (SMTPSink.Step.greeting, "greeting"), (.ehlo, "ehlo"), (.mail, "mail"), (.rcpt, "rcpt"),
      (.data, "data"),
      (.text, "text"),
    ])
  func silence(step: SMTPSink.Step, name: String) async throws {
    let sink = try await SMTPSink.start([.silence(step)])
    var met: MailFailure?
    // A busy machine may be too slow for an earlier step: then with more patience.
    for limit in [300, 3_000, 20_000] where met?.reason != "\(name) timeout" {
      var limits = SMTPSettings.Limits.patient
      limits.answer = .milliseconds(Int64(limit))
      met = try await failure(client(sink, limits: limits))
    }
    #expect(met == MailFailure(.temporary, "\(name) timeout"))
    await sink.stop()
  }

  @Test func aServerThatDribblesIsStoppedByTheLimitForTheWhole() async throws {
    let sink = try await SMTPSink.start([.slow(milliseconds: 150)])
    var limits = SMTPSettings.Limits.patient
    limits.whole = .milliseconds(400)
    #expect(try await failure(client(sink, limits: limits)) == MailFailure(.temporary, "timeout"))
    await sink.stop()
  }

  @Test func aSlowServerIsWaitedFor() async throws {
    let sink = try await SMTPSink.start([.slow(milliseconds: 30)])
    #expect(try await failure(client(sink)) == nil)
    #expect(sink.mails.count == 1)
    await sink.stop()
  }

  @Test func nobodyListening() async throws {
    // Bound and not listening: a port that was given back could be another test's sink by now.
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> UInt16? in
        guard bind(socket, generic, size) == 0, getsockname(socket, generic, &size) == 0 else { return nil }
        return UInt16(bigEndian: pointer.pointee.sin_port)
      }
    }
    let settings = SMTPSettings(
      host: "127.0.0.1", port: Int(try #require(port)), security: .startTLS, clientName: "lop.truong.example")
    #expect(try await failure(SMTPClient(settings)) == MailFailure(.temporary, "connect"))
  }

  @Test func aCancelledTaskStopsWaiting() async throws {
    let sink = try await SMTPSink.start([.silence(.rcpt)])
    let client = try client(sink)
    let letter = try letter()
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        do {
          try await client.send(letter)
          return false
        } catch { return error is CancellationError }
      }
      try? await eventually("RCPT was sent") { sink.commands.contains { $0.hasPrefix("RCPT") } }
      group.cancelAll()
      #expect(await group.next() == true)
    }
    await sink.stop()
  }
}
