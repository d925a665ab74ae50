import Hummingbird
package import Identity
package import Logging
package import Media
package import Realtime
import Rules
package import ServiceLifecycle
package import Storage
package import Web

/// The live class: the door, the room, the record.
package struct LiveClassFeature: Sendable {
  package static let migrations = LiveClassMigrations.all

  let services: LiveServices
  let rooms: LiveRooms
  let pages = OpenPages()
  let gate: SessionGate
  let outsiders: Outsiders
  let socketCount = SocketCount()

  package init(
    database: Database, ports: LiveClassPorts, hub: Hub, media: any MediaServer, gate: SessionGate,
    logger: Logger
  ) {
    services = LiveServices(database: database, ports: ports, hub: hub, media: media, logger: logger)
    rooms = LiveRooms(services)
    services.set(rooms)
    self.gate = gate
    outsiders = Outsiders(database: database, ports: ports)
    let (pages, rooms) = (pages, rooms)
    // A session that ends loses its pages and its seat at this moment, not at the next request.
    SessionEnds.shared.listen { session in
      for page in pages.of(session) {
        page.connection.close(.policy, "session ended")
        Task { await page.room?.revoke(page.viewer.person.id) }
      }
      _ = rooms
    }
  }

  package var routes: Routes {
    var routes = Routes()
    routes.get("/lessons/:lesson", .enterLesson, lessonPage)
    routes.api(
      .post, "/api/v1/lessons/:lesson/tickets", .enterLesson,
      summary: "Issue a single-use ticket for the lesson's door.",
      createTicket)
    routes.post("/lessons/:lesson/alarms", .raiseAlarm, createAlarm)
    routes.get("/lessons/:lesson/record", .viewLessonRecord, recordPage)
    routes.get("/lessons/:lesson/record.csv", .exportLessonRecord, recordFile)
    routes.post("/lessons/:lesson/bans/lifted", .liftBan, liftBan)
    routes.get("/classes/:class/passphrase", .viewClassPassphrase, passphrasePage)
    routes.post("/classes/:class/passphrase", .rotateClassPassphrase, rotatePassphrase)
    routes.post("/classes/:class/door", .rotateClassPassphrase, changeDoor)
    addVisitRoutes(to: &routes)
    return routes
  }

  /// Where pages open their WebSocket; the session cookie is checked before the connection becomes one.
  package var socket: SocketEndpoint {
    let (services, gate, outsiders) = (services, gate, outsiders)
    let server = LiveSocket(services: services, rooms: rooms, pages: pages, outsiders: outsiders)
    return SocketEndpoint(path: "/live", count: socketCount) { request -> SocketAnswer<(Viewer, String?)> in
      let token = SessionCookie.token(in: request.head.headerFields)
      guard let token, let viewer = try? await gate.viewer(token: token) else {
        await outsiders.turnedAway(token: token, from: nil)
        return .refuse(.forbidden)
      }
      guard viewer.isFullySignedIn else { return .refuse(.forbidden) }
      let key = try? await services.database.read { try Sessions.deviceKey(viewer.session, in: $0) }
      return .accept((viewer, key ?? nil))
    } foreignPage: { request in
      guard let token = SessionCookie.token(in: request.head.headerFields),
        let viewer = try? await gate.viewer(token: token)
      else { return }
      await outsiders.turnedAway(viewer, .foreignOrigin)
    } serve: { connection, member in
      await server.serve(LivePage(connection, viewer: member.0, deviceKey: member.1))
    }
  }

  /// Stands before the routes.
  package var watch: DoorWatch { DoorWatch(outsiders: outsiders) }

  /// Runs the clock of the rooms and the desk of the media server.
  package var service: any Service { LiveClassService(services: services, rooms: rooms) }

  package var openPages: Int { pages.count }
}

private struct LiveClassService: Service {
  let services: LiveServices
  let rooms: LiveRooms

  func run() async throws {
    await rooms.takeUpRunning()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await services.mediaDesk.run() }
      group.addTask { await tick() }
      group.addTask { await listenToMedia() }
      try? await gracefulShutdown()
      services.mediaDesk.finish()
      group.cancelAll()
    }
  }

  private func tick() async {
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(3))
      await rooms.tick()
    }
  }

  /// What the media server tells, brought to the pages concerned.
  private func listenToMedia() async {
    for await event in services.media.events {
      switch event {
      case .published(let id, _), .unpublished(let id, _, _):
        await rooms.current(.init(rawValue: id.rawValue))?.sendFeeds()
      case .mediaStalled(let id, let person, let kind):
        await tell(id, person, "stalled", kind)
      case .mediaResumed(let id, let person, let kind):
        await tell(id, person, "resumed", kind)
      case .serverRestored(let kept) where !kept:
        for room in await rooms.all() { await room.readmit() }
      case .serverRestored, .serverLost, .left, .slowLink: break
      }
    }
  }

  private func tell(
    _ id: MediaRoom.ID, _ person: MediaParticipant.ID, _ what: String, _ kind: Media.MediaKind
  ) async {
    let text = LiveJSON.object([
      ("t", "\"media\""), ("what", LiveJSON.string(what)), ("person", LiveJSON.string(person.rawValue)),
      ("kind", LiveJSON.string(kind.rawValue)),
    ])
    await rooms.current(.init(rawValue: id.rawValue))?.sendToRoom(text)
  }
}
