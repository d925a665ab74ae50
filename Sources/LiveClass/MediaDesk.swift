import Logging
import Media
import Rules

/// Carries the rules' orders to the media server, in their order, apart from the rooms so that a slow media server
/// holds up no chat and no alarm.
final class MediaDesk: Sendable {
  private let media: any MediaServer
  private let logger: Logger
  private let orders: AsyncStream<Order>
  private let post: AsyncStream<Order>.Continuation

  private struct Order: Sendable {
    /// Nil: everybody has been admitted anew, pages shall build their connections again.
    let order: MediaOrder?
    let room: LiveRoom
  }

  init(media: any MediaServer, logger: Logger) {
    self.media = media
    self.logger = logger
    (orders, post) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(20_000))
  }

  func carryOut(_ list: [MediaOrder], room: LiveRoom) {
    for order in list {
      if case .dropped = post.yield(Order(order: order, room: room)) {
        logger.error("media orders were dropped", metadata: ["lesson": "\(room.plan.id)"])
      }
    }
  }

  /// After the orders before it: tells the pages to build their connections anew.
  func announceAnew(to room: LiveRoom) { post.yield(Order(order: nil, room: room)) }

  /// Until cancelled.
  func run() async {
    for await order in orders {
      guard let one = order.order else {
        await order.room.sendToRoom(LiveJSON.object([("t", "\"rejoin\"")]))
        continue
      }
      do {
        try await carryOut(one, order.room)
      } catch {
        logger.warning(
          "a media order was refused", metadata: ["lesson": "\(order.room.plan.id)", "code": "\(error.code)"])
      }
    }
  }

  func finish() { post.finish() }

  private func carryOut(_ order: MediaOrder, _ room: LiveRoom) async throws(UserError) {
    let id = await room.mediaRoom
    switch order {
    case .admit(let person, _, let permits):
      try await media.openRoom(MediaRoom(id: id))
      try await media.admit(.init(rawValue: person.rawValue), as: person.rawValue, to: id)
      try await hold(person, to: permits, in: id)
    case .detach(let person):
      await media.remove(.init(rawValue: person.rawValue), from: id)
      await room.sendFeeds()
    case .permits(let person, let permits): try await hold(person, to: permits, in: id)
    case .publish: break
    case .stopAll: try await stopAll(room, id)
    case .goOn: try await goOn(room, id)
    case .closeRoom: await media.closeRoom(id)
    }
  }

  /// Silences at the server what is not allowed, where the page cannot undo it.
  private func hold(_ person: Person.ID, to permits: MediaKinds, in id: MediaRoom.ID) async throws(UserError)
  {
    let who = MediaParticipant.ID(rawValue: person.rawValue)
    try await media.mute(.audio, !permits.contains(.init(.microphone)), of: who, in: id)
    try await media.mute(.video, !permits.contains(.init(.camera)), of: who, in: id)
    try await media.mute(.screen, !permits.contains(.init(.screen)), of: who, in: id)
  }

  private func stopAll(_ room: LiveRoom, _ id: MediaRoom.ID) async throws(UserError) {
    for participant in await media.participants(in: id) {
      for kind in Media.MediaKind.allCases { try await media.mute(kind, true, of: participant.id, in: id) }
    }
  }

  private func goOn(_ room: LiveRoom, _ id: MediaRoom.ID) async throws(UserError) {
    for participant in await media.participants(in: id) {
      try await hold(
        .init(rawValue: participant.id.rawValue), to: await room.permits(of: participant.id.rawValue), in: id)
    }
  }
}

extension LiveRoom {
  func permits(of person: String) -> MediaKinds { currentPermits(.init(rawValue: person)) }
}
