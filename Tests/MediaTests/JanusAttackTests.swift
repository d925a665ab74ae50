import Foundation
import Glibc
import Logging
import Rules
import Testing

@testable import Media

/// What an intruder could try on the media server, each tried for real. What a page could try is in
/// `MediaServerTests`; what cannot even be said through `MediaServer` is listed in the target's README.
@Suite(.serialized, .enabled(if: JanusSettings.isInstalled, MediaServerTests.missing))
struct JanusAttackTests {
  let room = RealServer.room
  let teacher = RealServer.teacher
  let pupil = RealServer.pupil

  /// A remove that meets a publish under way: whichever comes first, nobody stays.
  @Test(.enabled(if: NetworkInterfaces.canCarryMedia, MediaServerTests.noNetwork))
  func aRemovalIsNeverOvertaken() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      for round in 0..<30 {
        try await server.media.admit(pupil, as: "x", to: room)
        async let publishing = try? server.publish(by: pupil, connection: 100 + round)
        async let removing: Void = {
          for _ in 0..<(round % 6) { await Task.yield() }
          await server.media.remove(pupil, from: room)
        }()
        _ = await publishing
        await removing
        await server.media.remove(pupil, from: room)
        // Janus confirms the end of a handle a moment before its room forgets it.
        try await eventually("the pupil is out in round \(round)", within: .seconds(2)) {
          (try? await server.joined().count) == 1
        }
      }
    }
  }

  /// The second line: what someone could do who reached the socket, each tried on the socket itself.
  @Test func theSocketAloneIsOfNoUse() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let socket = try JanusSocket(folder: server.folder + "/run", name: JanusConfiguration.socketName)
      let link = JanusLink(socket, secret: "guessed")
      async let pump: Void = { for await bytes in socket.messages { _ = await link.receive(bytes) } }()
      let session = try #require(await server.media.book.session)
      for (verb, target) in [
        ("create", nil), ("claim", session), ("keepalive", session), ("list_sessions", nil),
      ] {
        await fails([403, 457]) { try await link.request(verb, session: target) }
      }
      socket.close()
      await pump
    }
  }

  /// The third line: what someone could do who had the key of the socket as well.
  @Test func evenWithTheKeyRoomsStayShut() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let media = server.media
      let name = try #require(await media.book.rooms[room]?.name)
      let feed = try #require(try await server.joined().first)
      let link = try #require(await media.link)
      let session = await media.book.session
      for plugin in ["echotest", "streaming", "textroom", "sip", "recordplay", "audiobridge"] {
        await fails([460]) {
          try await link.request("attach", session: session, ["plugin": .text("janus.plugin." + plugin)])
        }
      }
      let mine = try await media.attach()
      func attempt(_ body: JSONValue) async throws -> JSONValue {
        try await media.message(body, handle: mine)
      }
      let rooms = try await attempt(["request": "list"])
      #expect(rooms["plugindata"]?["data"]?["list"]?.list.isEmpty == true)
      let subscribe: JSONValue = [
        "request": "join", "ptype": "subscriber", "room": .text(name), "streams": [["feed": .text(feed)]],
      ]
      await fails([429]) { try await attempt(subscribe) }
      await fails([429]) {
        try await attempt([
          "request": "join", "ptype": "publisher", "room": .text(name), "display": "Hiệu trưởng",
        ])
      }
      for request in ["kick", "moderate", "edit", "destroy", "enable_recording", "allowed", "rtp_forward"] {
        await fails([429, 433, 456]) {
          try await attempt([
            "request": .text(request), "room": .text(name), "id": .text(feed), "mid": "0", "mute": true,
            "record": true,
            "action": "enable", "host": "127.0.0.1", "host_family": "ipv4",
            "streams": [["mid": "0", "port": 9]],
          ])
        }
      }
      await fails([429, 433, 456]) { try await attempt(["request": "create", "room": "mine"]) }
    }
  }

  @Test func nothingListensOnTheNetworkAndTheSocketIsForItsOwnerAlone() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let process = await server.media.serverPID
      #expect(try Listening.sockets(of: process, in: ["tcp", "tcp6"]).isEmpty)
      for (path, mode) in [
        ("", 0o700), ("/secrets.json", 0o600), ("/journal.jsonl", 0o600), ("/run/socket", 0o700),
      ] {
        let found =
          try FileManager.default.attributesOfItem(atPath: server.folder + path)[.posixPermissions] as? Int
        #expect(found == mode, "\(path)")
      }
      var status = stat()
      #expect(
        stat(server.folder + "/run/" + JanusConfiguration.socketName, &status) == 0
          && status.st_mode & 0o077 == 0)
      if JanusSupervisor.unprivilegedUser(server.media.settings.users) != nil {
        #expect(status.st_uid != 0)
      }
    }
  }

  /// With somebody sending: the documented ports and no other, on no protocol.
  @Test(.enabled(if: NetworkInterfaces.canCarryMedia, MediaServerTests.noNetwork))
  func onlyTheDocumentedPortsAreOpen() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      _ = try await server.publish(by: pupil)
      let process = await server.media.serverPID
      let ports = server.media.settings.ports
      try await eventually("a port for the leg") {
        (try? Listening.sockets(of: process, in: ["udp", "udp6"]).isEmpty) == false
      }
      for socket in try Listening.sockets(of: process, in: ["udp", "udp6"]) {
        #expect(ports.contains(socket.port), "\(socket.line)")
      }
      #expect(try Listening.sockets(of: process, in: ["tcp", "tcp6"]).isEmpty)
    }
  }

  /// The administrator's interface is on no transport: neither on the socket nor as a socket of its own.
  @Test func nobodyAdministersTheServer() async throws {
    try await RealServer.with { server in
      try await server.lesson()
      let link = try #require(await server.media.link)
      for verb in ["get_status", "set_log_level", "list_handles", "add_token", "message_plugin"] {
        await fails([403, 450, 453, 457]) { try await link.request(verb, ["admin_secret": "janusoverlord"]) }
      }
      let files = try FileManager.default.subpathsOfDirectory(atPath: server.folder)
      #expect(!files.contains { $0.contains("admin") })
    }
  }

  /// Nothing that a page gets names the server's sessions, handles, rooms or keys.
  @Test(.enabled(if: NetworkInterfaces.canCarryMedia, MediaServerTests.noNetwork)) func noKeyLeavesTheServer()
    async throws
  {
    try await RealServer.with { server in
      try await server.lesson()
      let answer = try await server.publish(by: pupil, connection: 13)
      let book = await server.media.book
      let place = try #require(book.rooms[room])
      var hidden = [
        place.name, place.secret, place.pin, String(try #require(book.session)),
        String(try #require(book.control)),
      ]
      hidden += book.places.map { String($0.leg.handle) }
      for word in hidden { #expect(!answer.contains(word)) }
    }
  }

  func fails(
    _ codes: [Int], location: SourceLocation = #_sourceLocation, _ attempt: () async throws -> JSONValue
  ) async {
    do {
      let answer = try await attempt()
      Issue.record("allowed: \(answer)", sourceLocation: location)
    } catch {
      #expect(codes.contains((error as? JanusFailure)?.code ?? 0), "\(error)", sourceLocation: location)
    }
  }
}
