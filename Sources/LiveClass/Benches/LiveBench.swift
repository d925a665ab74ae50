package import Crypto
import Foundation
import HTTPTypes
import Identity
import Logging
package import Realtime
package import Rules
import Storage
package import Web

/// What the benches drive the live class by; nothing of the product calls it.
///
/// Behind each call lies the path that pages take. What a browser would have ready (keys, signatures, tickets' text) is
/// made beforehand, so that only the server's work is measured.
package struct LiveBench: Sendable {
  let services: LiveServices
  let rooms: LiveRooms
  private let server: LiveSocket

  package init(_ live: LiveClassFeature) {
    services = live.services
    rooms = live.rooms
    server = LiveSocket(
      services: live.services, rooms: live.rooms, pages: live.pages, outsiders: live.outsiders)
  }

  /// Somebody before the door of a lesson, signed and ready.
  package struct Candidate: Sendable {
    let page: LivePage
    let lesson: Lesson.ID
    let ticket: String
    /// The page's `enter`, as text.
    let message: String
  }

  /// - Parameters:
  ///   - key: of the viewer's session; its public part was stored when the session was opened.
  ///   - connection: to nobody.
  package static func candidate(
    _ viewer: Viewer, key: P256.Signing.PrivateKey, lesson: Lesson.ID, on connection: SocketConnection
  ) throws -> Candidate {
    let page = LivePage(connection, viewer: viewer, deviceKey: key.publicKey.x963Representation.base64URL)
    let ticket = Secrets.token()
    let text = page.proofText(lesson: lesson, ticket: ticket)
    let proof = try key.signature(for: Data(text.utf8)).rawRepresentation.base64URL
    let message = LiveJSON.object([
      ("t", "\"enter\""), ("ref", "\"1\""), ("lesson", LiveJSON.string(lesson.rawValue)),
      ("ticket", LiveJSON.string(ticket)), ("proof", LiveJSON.string(proof)),
    ])
    return Candidate(page: page, lesson: lesson, ticket: ticket, message: message)
  }

  /// From asking for a ticket until the seat is durable: both requests of the page, without HTTP around them.
  package func admit(_ candidate: Candidate) async throws {
    let (ports, viewer, lesson) = (services.ports, candidate.page.viewer, candidate.lesson)
    guard let plan = try await services.database.read({ try ports.plan(lesson, $0) }),
      Permissions.allows(viewer, .enterLesson, on: plan.subject)
    else { throw UserError.notFound }
    try await services.database.write { db in
      guard let key = try Sessions.deviceKey(viewer.session, in: db) else {
        throw UserError.deviceNotRecognised
      }
      try DoorStore.issueTicket(
        candidate.ticket, lesson: lesson, account: viewer.account, device: LivePage.device(of: key), in: db)
    }
    guard let message = PageMessage.read(candidate.message) else { throw UserError.unreadableJSON }
    try await server.enter(message, candidate.page)
  }

  /// The teacher comes in, opens the lesson and lets everybody write.
  package func open(_ lesson: Lesson.ID, by teacher: Candidate) async throws {
    try await admit(teacher)
    let room = try await rooms.room(lesson)
    let person = teacher.page.viewer.person.id
    try await room.perform(.open, by: .person(person))
    try await room.perform(.setChatMode(.open), by: .person(person))
  }

  /// Stays that began in rooms, the lobby not counted: what the record says of everybody who came in.
  package func staysInRooms() async throws -> Int {
    try await services.database.read { db in
      try db.rows(
        "SELECT count(*) FROM live_event WHERE kind = 'presenceBegan' AND body = \(#"{"place":"room"}"#)")[0]
        .int(0)
    }
  }
}

// MARK: Fan-out

extension LiveBench {
  /// Who sits where; the bench's server hands out seats by the number of the connection.
  package struct Seat: Sendable {
    let viewer: Viewer
    let lesson: Lesson.ID

    package init(viewer: Viewer, lesson: Lesson.ID) {
      self.viewer = viewer
      self.lesson = lesson
    }
  }

  /// A place where pages need no cookie and no ticket. From there on everything is as for a page: rules, durable
  /// line of the log, hub. Left out is the flood limit, which would refuse what a bench sends.
  package func socket(seat: @escaping @Sendable (SocketRequest) -> Seat?) -> SocketEndpoint {
    var limits = SocketLimits()
    limits.rate = { SocketRate(perSecond: 100_000, burst: 100_000) }
    return SocketEndpoint(path: "/live", limits: limits) { request -> SocketAnswer<Seat> in
      seat(request).map { .accept($0) } ?? .refuse(.forbidden)
    } serve: { connection, seat in
      await serve(LivePage(connection, viewer: seat.viewer, deviceKey: nil), in: seat.lesson)
    }
  }

  private func serve(_ page: LivePage, in lesson: Lesson.ID) async {
    do {
      let room = try await rooms.room(lesson)
      try await takeSeat(page, in: room)
      for await text in page.connection.messages {
        guard let message = PageMessage.read(text), message.t == "chat" else {
          throw UserError.unreadableJSON
        }
        try await chat(message, page, room)
      }
      await room.lost(page)
    } catch {
      services.logger.error("the bench's page failed", metadata: ["error": "\(error)"])
    }
  }

  private func takeSeat(_ page: LivePage, in room: LiveRoom) async throws {
    let (ports, plan, person) = (services.ports, room.plan, page.viewer.person.id)
    let relations = try await services.database.read { try ports.relations(person, plan, $0) }
    let entry = Entry(
      account: page.viewer.account, device: page.device, relations: relations, accountState: .active,
      ticket: .valid,
      proof: .valid, password: .notRequired)
    page.enterRoom(room)
    try await room.enter(page, entry, name: page.viewer.person.name, ticket: nil, after: 0, keeps: false)
  }

  private func chat(_ message: PageMessage, _ page: LivePage, _ room: LiveRoom) async throws {
    let text = try ChatRules.accept(message.text ?? "", secrets: try await room.currentSecrets())
    try await room.perform(.chat(text), by: .person(page.viewer.person.id))
    page.connection.send(LiveJSON.ok(message.ref))
  }
}
