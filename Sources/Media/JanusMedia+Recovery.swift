import Foundation
import Logging
import Rules

/// Taking up the lessons on a new link.
extension JanusMedia {
  /// Claims the session of the link before, or of the program before us; or builds everything anew.
  ///
  /// - Returns: handles to end as they come up.
  /// - Source: research/media.md section 5, “claim first, rebuild otherwise”.
  func establish(_ link: JanusLink, _ supervisor: JanusSupervisor) async throws -> AsyncStream<Int64> {
    let info = try await link.request("info")
    guard info["server-name"]?.string == supervisor.configuration.mark else { throw JanusFailure.outdated }
    let kept = try await claimSession(over: link)
    if !kept { try await makeSession(over: link) }
    for room in book.rooms.values where try await !exists(room, over: link) {
      try await create(room, over: link)
    }

    // Stopped meanwhile: `stop` did not know this link yet.
    guard stopping == nil else { throw JanusFailure.linkLost }
    self.link = link
    problem = nil
    let (stream, continuation) = AsyncStream.makeStream(of: Int64.self)
    chores = continuation
    save()
    logger.notice("media server ready", metadata: ["kept": "\(kept)", "rooms": "\(book.rooms.count)"])
    if kept { try await reconcile(over: link) }
    emit(.serverRestored(kept: kept))
    return stream
  }

  private func claimSession(over link: JanusLink) async throws -> Bool {
    guard let session = book.session, book.control != nil else { return false }
    do {
      _ = try await link.request("claim", session: session)
      return true
    } catch let failure as JanusFailure where failure.code == JanusFailure.noSession {
      return false
    }
  }

  private func makeSession(over link: JanusLink) async throws {
    _ = book.dropLegs()
    candidates = [:]
    let answer = try await link.request("create")
    guard let session = answer["data"]?["id"]?.integer else {
      throw JanusFailure(code: -4, reason: "no session")
    }
    book.session = session
    book.control = try await attach(over: link)
  }

  /// After a claim: what ended, was removed or was muted while nobody listened.
  private func reconcile(over link: JanusLink) async throws {
    guard let session = book.session else { return }
    let doomed = book.doomed
    book.doomed = []
    save()
    await detach(Array(doomed))
    for (place, leg) in book.places {
      do {
        _ = try await link.request(
          "keepalive", session: session, handle: leg.handle, ending: .acknowledgement)
      } catch let failure as JanusFailure where failure.code == JanusFailure.noHandle {
        _ = forget(place)
      }
    }
    for (id, room) in book.rooms {
      try await reconcile(id, room, isLive: try await liveFeeds(in: room))
    }
  }

  private func reconcile(_ id: MediaRoom.ID, _ room: MediaBook.Room, isLive: [MediaFeed.ID: Bool])
    async throws
  {
    for (place, leg) in book.places where place.room == id {
      guard let feed = leg.feed else { continue }
      guard let isSending = isLive[feed] else {
        await end(place)
        continue
      }
      if isSending && !leg.isLive { markLive(place) }
      for kind in book.seats[id]?[place.person]?.muted ?? [] {
        try await moderate(leg, kind, muted: true, in: room)
      }
    }
    // A feed that we do not know belongs to nobody who is admitted.
    let known = Set(book.places.compactMap(\.leg.feed))
    for feed in isLive.keys where !known.contains(feed) {
      try await message([
        "request": "kick", "room": .text(room.name), "secret": .text(room.secret), "id": .text(feed.rawValue),
      ])
    }
  }

  /// Feeds that joined a room, and whether they send.
  private func liveFeeds(in room: MediaBook.Room) async throws -> [MediaFeed.ID: Bool] {
    let answer = try await message(["request": "listparticipants", "room": .text(room.name)])
    var result: [MediaFeed.ID: Bool] = [:]
    for person in answer["plugindata"]?["data"]?["participants"]?.list ?? [] {
      guard let id = person["id"]?.string else { continue }
      result[.init(rawValue: id)] = person["publisher"]?.bool ?? false
    }
    return result
  }

  // MARK: - events

  /// What the server tells unasked. Never waits for a request: the answers come the same way.
  func handle(_ event: JSONValue) {
    guard let verb = event["janus"]?.string else { return }
    if verb == "timeout", event["session_id"]?.integer == book.session {
      // It ended our session: the link is of no use any more.
      logger.error("media session timed out")
      book.session = nil
      chores?.finish()
      return
    }
    guard let handle = event["sender"]?.integer, let place = book.place(of: handle) else { return }
    switch verb {
    case "webrtcup": markLive(place)
    case "hangup", "detached": lose(place, handle)
    case "media":
      guard let mid = event["mid"]?.string, let kind = book[place]?.kinds[mid] else { return }
      let receives = event["receiving"]?.bool ?? true
      let (room, person) = (place.room, place.person)
      emit(
        receives
          ? .mediaResumed(room, person: person, kind: kind) : .mediaStalled(room, person: person, kind: kind))
    case "slowlink":
      let lost = Int(event["lost"]?.integer ?? 0)
      // Janus calls the direction from its own side: its uplink is what it sends to the page.
      let up = event["uplink"]?.bool == false
      emit(.slowLink(place.room, person: place.person, leg: place.leg, up: up, lost: lost))
    default: break
    }
  }

  private func markLive(_ place: MediaBook.Place) {
    guard let leg = book[place], !leg.isLive else { return }
    book[place]?.isLive = true
    save()
    guard let feed = leg.feed else { return }
    emit(.published(place.room, MediaFeed(id: feed, person: place.person, kinds: Set(leg.kinds.values))))
  }

  private func lose(_ place: MediaBook.Place, _ handle: Int64) {
    _ = forget(place)
    chores?.yield(handle)
    if book.seats[place.room]?[place.person]?.legs.isEmpty == true {
      emit(.left(place.room, person: place.person, reason: .lost))
    }
  }
}
