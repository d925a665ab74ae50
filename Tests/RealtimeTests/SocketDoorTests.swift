import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOSSL
import Realtime
import Synchronization
import Testing
import Web

@Suite struct SocketDoorTests {
  private static func door(_ opened: SocketCount) -> SocketEndpoint {
    SocketEndpoint(path: "/live", count: opened) { request in
      guard request.head.headerFields[.cookie] == "seat=07" else {
        return SocketAnswer<String>.refuse(.unauthorized)
      }
      return .accept("\(request.query)")
    } serve: { connection, member in
      connection.send("xin chào \(member)")
      for await text in connection.messages { connection.send(text) }
    }
  }

  @Test func memberIsHandedFromDoorToRoom() async throws {
    try await withServer(sockets: Self.door(.init())) { port, _ in
      let page = try await TestPage.open(port, path: "/live?6A2", headers: "Cookie: seat=07\r\n")
      await eventually("the greeting") { page.texts == ["xin chào 6A2"] }
      page.end()
    }
  }

  @Test(arguments: [
    ("https://evil.example", "Cookie: seat=07\r\n", 403), ("null", "Cookie: seat=07\r\n", 403),
    ("http://localhost", "Cookie: seat=07\r\n", 403), (nil, "", 401), (nil, "Cookie: seat=08\r\n", 401),
    (nil, "Cookie: seat=07\r\nOrigin: http://localhost\r\n", 403),
  ])
  func strangerIsRefusedBeforeTheUpgrade(origin: String?, headers: String, status: Int) async throws {
    let opened = SocketCount()
    try await withServer(sockets: Self.door(opened)) { port, _ in
      let page = try await TestPage.open(port, origin: origin, headers: headers)
      #expect(page.status == status)
      await eventually("closed at once") { page.hasEnded }
      #expect(opened.now == 0)
    }
  }

  @Test func otherPathsAreOrdinaryPages() async throws {
    try await withServer(sockets: Self.door(.init())) { port, _ in
      let home = try await TestPage.open(port, path: "/")
      #expect(home.status == 200)
      let nowhere = try await TestPage.open(port, path: "/live/other")
      #expect(nowhere.status == 404)
      home.end()
      nowhere.end()
    }
  }

  @Test func socketUnderTLSWithTheSelfMadeCertificate() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lopan-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let selfMade = SelfMadeCertificate(
      folder: folder, names: ["lopan.example.vn"], addresses: ["192.168.1.10"])
    let keeper = try TLSKeeper(
      selfMade: selfMade, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    var client = TLSConfiguration.makeClientConfiguration()
    client.certificateVerification = .none
    client.applicationProtocols = ["http/1.1"]
    let context = try NIOSSLContext(configuration: client)
    try await withServer(sockets: Self.door(.init()), tls: keeper) { port, _ in
      let page = try await TestPage.open(port, path: "/live?9C", headers: "Cookie: seat=07\r\n", tls: context)
      page.send("có dấu")
      await eventually("greeting and echo") { page.texts == ["xin chào 9C", "có dấu"] }
      let downgraded = try await TestPage.open(
        port, origin: "http://localhost:\(port)", headers: "Cookie: seat=07\r\n", tls: context)
      #expect(downgraded.status == 403)
      page.end()
    }
  }
}
