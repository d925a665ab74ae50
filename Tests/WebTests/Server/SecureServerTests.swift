import AsyncHTTPClient
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOSSL
import Testing
import Web

@Suite struct SecureServerTests {
  // Trust is tested with `SelfMadeCertificate`; the clients here cannot: their library knows no address
  // constraints.
  private func withCertificate(_ body: (TLSKeeper) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lopan-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let selfMade = SelfMadeCertificate(folder: folder, names: [], addresses: [])
    try await body(try TLSKeeper(selfMade: selfMade, logger: .silent))
  }

  private func page(
    _ url: String, only http1: Bool = false
  ) async throws -> (version: String, text: String) {
    var configuration = HTTPClient.Configuration()
    configuration.httpVersion = http1 ? .http1Only : .automatic
    configuration.tlsConfiguration = .makeClientConfiguration()
    configuration.tlsConfiguration?.certificateVerification = .none
    let client = HTTPClient(configuration: configuration)
    do {
      let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
      let text = String(buffer: try await response.body.collect(upTo: 1_024))
      try await client.shutdown()
      return ("\(response.version)", text)
    } catch {
      try await client.shutdown()
      throw error
    }
  }

  @Test func browserChoosesHTTP2OrHTTP1OnOnePort() async throws {
    try await withCertificate { keeper in
      try await withPages(tls: keeper) { port, _ in
        let new = try await page("https://localhost:\(port)/")
        #expect(new == ("HTTP/2.0", "trang chủ https"))
        let old = try await page("https://localhost:\(port)/", only: true)
        #expect(old == ("HTTP/1.1", "trang chủ https"))
        let address = try await page("https://127.0.0.1:\(port)/")
        #expect(address.text == "trang chủ https")
      }
    }
  }

  @Test func oldTLSAndStrangersRootAreRefused() async throws {
    try await withCertificate { keeper in
      var old = TLSConfiguration.makeClientConfiguration()
      old.certificateVerification = .none
      old.maximumTLSVersion = .tlsv11
      let oldContext = try NIOSSLContext(configuration: old)
      try await withPages(tls: keeper) { port, _ in
        let client = try await WireClient.open(port, tls: oldContext)
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await eventually("no TLS 1.1") { client.hasEnded }
        #expect(client.text.isEmpty)
        let plain = try await WireClient.open(port)
        plain.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await eventually("plain HTTP is let go") { plain.hasEnded }
        #expect(!plain.text.contains("trang chủ"))
      }
    }
  }

  @Test func stoppingDoesNotWaitForSilentConnections() async throws {
    try await withCertificate { keeper in
      var limits = ServerLimits()
      limits.shutdown = 1
      // Whoever waited for them would wait an hour.
      limits.idle = 3_600
      var http2 = TLSConfiguration.makeClientConfiguration()
      http2.certificateVerification = .none
      http2.applicationProtocols = ["h2"]
      let context = try NIOSSLContext(configuration: http2)
      try await withPages(tls: keeper, limits: limits) { port, stop in
        let nothing = try await WireClient.open(port)
        let silent = try await WireClient.open(port, tls: context)
        silent.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        silent.send([0, 0, 0, 4, 0, 0, 0, 0, 0])
        await eventually("the server's settings") { !silent.text.isEmpty }
        let took = await ContinuousClock().measure { await stop() }
        #expect(took < .seconds(300))
        await eventually("both are let go") { nothing.hasEnded && silent.hasEnded }
      }
    }
  }
}

@Suite struct ServerLimitsTests {
  private let head = "Host: localhost\r\n"

  @Test func plainPagesOneAfterTheOther() async throws {
    try await withPages { port, _ in
      let client = try await WireClient.open(port)
      client.send("GET / HTTP/1.1\r\n\(head)\r\nPOST /length HTTP/1.1\r\n\(head)Content-Length: 3\r\n\r\nabc")
      await eventually("both answers") { client.text.hasSuffix("\r\n\r\n3") }
      #expect(client.text.contains("trang chủ http"))
      client.end()
    }
  }

  @Test(arguments: [
    "\u{16}\u{3}\u{1}", "GET / HTTP/9.9\r\n\r\n", "chào\r\n\r\n",
    "POST /length HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 20_000))\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "A: b\r\n", count: 200))\r\n",
  ])
  func nonsenseIsAnsweredWith400AndClosed(bytes: String) async throws {
    try await withPages { port, _ in
      let client = try await WireClient.open(port)
      client.send(bytes)
      await eventually("an end") { client.hasEnded }
      #expect(client.status == 400)
    }
  }

  @Test func silentAndTricklingConnectionsAreLetGo() async throws {
    var limits = ServerLimits()
    (limits.opening, limits.idle, limits.requestGrace) = (1, 1, 1)
    try await withPages(limits: limits) { port, _ in
      let silent = try await WireClient.open(port)
      let trickling = try await WireClient.open(port)
      trickling.send("GET / HTTP/1.1\r\nHo")
      let body = try await WireClient.open(port)
      body.send("POST /length HTTP/1.1\r\n\(head)Content-Length: 100000\r\n\r\n")
      let kept = try await WireClient.open(port)
      kept.send("GET / HTTP/1.1\r\n\(head)\r\n")
      await eventually("all four ended") {
        trickling.send("s")
        body.send("x")
        return silent.hasEnded && trickling.hasEnded && body.hasEnded && kept.hasEnded
      }
      #expect(kept.status == 200)
    }
  }

  @Test func bodyBeyondTheLimitIsRefused() async throws {
    var limits = ServerLimits()
    limits.body = 1_000
    try await withPages(limits: limits) { port, _ in
      let named = try await WireClient.open(port)
      named.send("POST /length HTTP/1.1\r\n\(head)Content-Length: 1001\r\n\r\n")
      await eventually("413") { named.hasEnded }
      #expect(named.status == 413)
      let chunked = try await WireClient.open(port)
      chunked.send("POST /length HTTP/1.1\r\n\(head)Transfer-Encoding: chunked\r\n\r\n")
      for _ in 0..<3 { chunked.send("190\r\n\(String(repeating: "x", count: 400))\r\n") }
      await eventually("cut") { chunked.hasEnded }
      #expect(chunked.text.isEmpty)
      let within = try await WireClient.open(port)
      within.send(
        "POST /length HTTP/1.1\r\n\(head)Content-Length: 1000\r\n\r\n\(String(repeating: "x", count: 1_000))")
      await eventually("counted") { within.text.hasSuffix("1000") }
      within.end()
    }
  }

  @Test func readerThatTakesNothingIsLetGo() async throws {
    var limits = ServerLimits()
    limits.stalledWrite = 1
    limits.idle = 3_600
    limits.shutdown = 3_600
    try await withPages(limits: limits) { port, stop in
      let client = try await WireClient.open(port)
      try await client.stopReading()
      client.send("GET /big HTTP/1.1\r\n\(head)\r\n")
      // Had the connection stayed, the stop would wait for the answer's end.
      let took = await ContinuousClock().measure { await stop() }
      #expect(took < .seconds(300))
      client.end()
    }
  }

  @Test func fullSocketFormIsRequired() async throws {
    let endpoint = SocketEndpoint(path: "/live") { _ in
      Issue.record("must not be asked")
      return .refuse(.forbidden)
    }
    let full = [
      "Upgrade": "websocket", "Connection": "Upgrade", "Host": "localhost", "Origin": "http://localhost",
      "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    ]
    let cases = [
      ("Sec-WebSocket-Version", "8", 426), ("Sec-WebSocket-Key", "short", 400), ("Host", "other", 403),
    ]
    try await withPages(sockets: endpoint) { port, _ in
      for (name, value, status) in cases {
        let client = try await WireClient.open(port)
        let fields = full.merging([name: value]) { $1 }.map { "\($0): \($1)\r\n" }.joined()
        client.send("GET /live HTTP/1.1\r\n\(fields)\r\n")
        await eventually("\(name): an answer") { client.hasEnded }
        #expect(client.status == status)
      }
    }
  }
}

@Suite struct SocketOriginTests {
  @Test(arguments: [
    (["https://lopan.vn"], ["lopan.vn"], true, true), (["https://LOPAN.vn:443"], ["lopan.VN"], true, true),
    (["https://lopan.vn"], ["lopan.vn:443"], true, true),
    (["https://lopan.vn:8443"], ["lopan.vn:8443"], true, true),
    (["https://[::1]:8443"], ["[::1]:8443"], true, true), (["http://lopan.vn"], ["lopan.vn"], false, true),
    (["https://lopan.vn"], ["lopan.vn"], false, true), (["http://lopan.vn"], ["lopan.vn"], true, false),
    (["https://lopan.vn:8443"], ["lopan.vn"], true, false),
    (["https://lopan.vn.evil"], ["lopan.vn"], true, false),
    (["https://evil"], ["lopan.vn"], true, false), (["null"], ["lopan.vn"], true, false),
    (["https://"], [""], true, false), ([], ["lopan.vn"], true, false),
    (["https://a", "https://a"], ["a"], true, false),
    (["https://a"], ["a", "a"], true, false), (["ftp://a"], ["a"], false, false),
  ])
  func onlyOurOwnPages(origin: [String], host: [String], secure: Bool, ours: Bool) {
    #expect(SocketOrigin.isOurs(origin: origin, host: host, secure: secure) == ours)
  }
}
