package import Rules

/// What people receive.
extension JanusMedia {
  package func watch(
    _ feeds: [MediaFeed.ID], by person: MediaParticipant.ID, in room: MediaRoom.ID, fresh: Bool
  ) async throws(UserError) -> WatchOffer? {
    let seat = try seat(of: person, in: room)
    guard link != nil else { throw .mediaUnavailable }
    let place = MediaBook.Place(room: room, person: person, leg: .watch)
    try claim(place)
    defer { release(place) }
    let wanted = book.streams(of: feeds, in: room, butNot: person)
    guard wanted.count <= SessionDescription.sectionLimit else { throw .mediaTooMany }
    do {
      // An offer that was never answered cannot be changed: its page has gone.
      if let existing = book[place], !fresh, !existing.isOffered {
        return try await change(place, existing, seat, to: wanted)
      }
      await end(place)
      return wanted.isEmpty ? nil : try await begin(place, seat, wanted)
    } catch {
      if isStill(seat, at: place) { await end(place) }
      // A feed that ended meanwhile: the page hears of it and asks again.
      if (error as? JanusFailure)?.code == JanusFailure.noFeed { return nil }
      throw userError(error, doing: "watch")
    }
  }

  private func begin(_ place: MediaBook.Place, _ seat: MediaBook.Seat, _ wanted: [MediaStream]) async throws
    -> WatchOffer?
  {
    let handle = try await attach()
    guard isStill(seat, at: place), let room = book.rooms[place.room] else {
      await detach([handle])
      throw UserError.notInMediaRoom
    }
    book[place] = .init(handle: handle)
    save()
    let answer = try await message(
      [
        "request": "join", "ptype": "subscriber", "room": .text(room.name), "pin": .text(room.pin),
        "autoupdate": false, "streams": .list(wanted.map(\.janusName)),
      ], handle: handle)
    try await checkStill(seat, at: place, handle)
    return try offered(place, answer, fresh: true)
  }

  private func change(
    _ place: MediaBook.Place, _ leg: MediaBook.Leg, _ seat: MediaBook.Seat, to wanted: [MediaStream]
  ) async throws -> WatchOffer? {
    let added = wanted.filter { stream in
      !leg.streams.contains { $0.feed == stream.feed && $0.kind == stream.kind }
    }
    let gone = leg.streams.filter { stream in
      !wanted.contains { $0.feed == stream.feed && $0.kind == stream.kind }
    }
    guard !added.isEmpty || !gone.isEmpty else { return nil }
    var body: [String: JSONValue] = ["request": "update"]
    if !added.isEmpty { body["subscribe"] = .list(added.map(\.janusName)) }
    if !gone.isEmpty { body["unsubscribe"] = .list(gone.map { ["sub_mid": .text($0.mid)] }) }
    let answer = try await message(.object(body), handle: leg.handle)
    try await checkStill(seat, at: place, leg.handle)
    return try offered(place, answer, fresh: false)
  }

  /// Notes what the server offers.
  /// - Returns: nil when the server had nothing to change.
  private func offered(_ place: MediaBook.Place, _ answer: JSONValue, fresh: Bool) throws -> WatchOffer? {
    let data = answer["plugindata"]?["data"]
    let streams = (data?["streams"]?.list ?? []).compactMap { stream($0, in: place.room) }
    book[place]?.streams = streams
    guard let sdp = answer["jsep"]?["sdp"]?.string else {
      save()
      if fresh { throw JanusFailure(code: -4, reason: "no offer") }
      return nil
    }
    book[place]?.mids = try SessionDescription(sdp, limit: 1 << 20).sections.map(\.mid)
    book[place]?.isOffered = true
    save()
    return WatchOffer(sdp: SessionDescription.forPage(sdp), streams: streams, fresh: fresh)
  }

  private func stream(_ value: JSONValue, in room: MediaRoom.ID) -> WatchOffer.Stream? {
    guard value["active"]?.bool != false, let mid = value["mid"]?.string, let name = value["feed_id"]?.string,
      let type = value["type"]?.string
    else { return nil }
    let feed = MediaFeed.ID(rawValue: name)
    for (person, seat) in book.seats[room] ?? [:] {
      guard let leg = seat.legs.first(where: { $0.value.feed == feed })?.key, let kind = leg.kind(of: type)
      else { continue }
      return .init(mid: mid, feed: feed, person: person, kind: kind)
    }
    return nil
  }

  package func accept(_ answer: String, by person: MediaParticipant.ID, in room: MediaRoom.ID)
    async throws(UserError)
  {
    let seat = try seat(of: person, in: room)
    let place = MediaBook.Place(room: room, person: person, leg: .watch)
    guard let leg = book[place], leg.isOffered else { throw .mediaBusy }
    let description = try SessionDescription(answer, limit: SessionDescription.answerLimit)
    try description.receivesOnly(leg.mids)
    try claim(place)
    defer { release(place) }
    do {
      try await message(["request": "start"], handle: leg.handle, jsep: ("answer", description.text))
      try await checkStill(seat, at: place, leg.handle)
      book[place]?.isOffered = false
      save()
      try await applyPauses(place, was: [])
    } catch {
      throw userError(error, doing: "accept")
    }
  }

  package func pause(
    _ kinds: Set<MediaKind>, for person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError) {
    let seat = try seat(of: person, in: room)
    book.seats[room]?[person]?.paused = kinds
    save()
    guard link != nil else { return }
    do {
      try await applyPauses(.init(room: room, person: person, leg: .watch), was: seat.paused)
    } catch {
      throw userError(error, doing: "pause")
    }
  }

  /// - Parameter was: kinds that were paused until now, to be sent again when they are not any more.
  private func applyPauses(_ place: MediaBook.Place, was: Set<MediaKind>) async throws {
    guard let leg = book[place] else { return }
    let now = book.seats[place.room]?[place.person]?.paused ?? []
    let changes: [JSONValue] = leg.streams.filter { now.union(was).contains($0.kind) }.map {
      ["mid": .text($0.mid), "send": .bool(!now.contains($0.kind))]
    }
    guard !changes.isEmpty else { return }
    try await message(["request": "configure", "streams": .list(changes)], handle: leg.handle)
  }
}

extension MediaStream {
  fileprivate var janusName: JSONValue { ["feed": .text(feed.rawValue), "mid": .text(section)] }
}
