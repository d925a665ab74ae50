package import Rules

/// What people send.
extension JanusMedia {
  package func publish(
    _ offer: String, on leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID,
    allowed: Set<MediaKind>
  ) async throws(UserError) -> String {
    let seat = try seat(of: person, in: room)
    guard leg != .watch else { throw .mediaMalformed }
    let description = try SessionDescription(offer)
    let kinds = try description.kinds(on: leg, allowed: allowed)
    guard link != nil else { throw .mediaUnavailable }

    let place = MediaBook.Place(room: room, person: person, leg: leg)
    try claim(place)
    defer { release(place) }
    do {
      let answer: JSONValue
      if let existing = book[place], existing.origin == description.origin {
        answer = try await change(place, existing, to: kinds, description)
      } else {
        guard !kinds.isEmpty else { throw UserError.mediaMalformed }
        await end(place)
        answer = try await begin(place, seat, kinds, description)
      }
      try await applyMutes(place, seat)
      guard let sdp = answer["jsep"]?["sdp"]?.string else {
        throw JanusFailure(code: -4, reason: "no answer")
      }
      if let now = book[place], now.isLive, let feed = now.feed {
        emit(.published(room, MediaFeed(id: feed, person: person, kinds: Set(now.kinds.values))))
      }
      return SessionDescription.forPage(sdp)
    } catch {
      if book.seats[room]?[person]?.number == seat.number { await end(place) }
      throw userError(error, doing: "publish")
    }
  }

  /// A new connection: its handle is written down before anything can flow through it.
  private func begin(
    _ place: MediaBook.Place, _ seat: MediaBook.Seat, _ kinds: [String: MediaKind],
    _ description: SessionDescription
  ) async throws -> JSONValue {
    let handle = try await attach()
    guard isStill(seat, at: place), let room = book.rooms[place.room] else {
      await detach([handle])
      throw UserError.notInMediaRoom
    }
    guard book.publishers(in: place.room) < room.spec.maxPublishers else {
      await detach([handle])
      throw UserError.mediaTooMany
    }
    let feed = MediaFeed.ID(rawValue: JanusSecrets.word())
    book[place] = .init(handle: handle, feed: feed, kinds: kinds, origin: description.origin)
    save()
    let bitrate = place.leg == .screen ? room.spec.screenBitrate : room.spec.videoBitrate
    let answer = try await message(
      [
        "request": "joinandconfigure", "ptype": "publisher", "room": .text(room.name), "pin": .text(room.pin),
        "id": .text(feed.rawValue), "display": .text(seat.name), "bitrate": .number(Int64(bitrate)),
      ], handle: handle, jsep: ("offer", description.text))
    try await checkStill(seat, at: place, handle)
    return answer
  }

  /// The same connection with other sections.
  private func change(
    _ place: MediaBook.Place, _ leg: MediaBook.Leg, to kinds: [String: MediaKind],
    _ description: SessionDescription
  ) async throws -> JSONValue {
    let seat = try seat(of: place.person, in: place.room)
    book[place]?.kinds = kinds
    save()
    let answer = try await message(
      ["request": "configure"], handle: leg.handle, jsep: ("offer", description.text))
    try await checkStill(seat, at: place, leg.handle)
    return answer
  }

  /// Attack prevented: a removal while the server was working on a request of the removed person.
  func checkStill(_ seat: MediaBook.Seat, at place: MediaBook.Place, _ handle: Int64) async throws {
    guard !isStill(seat, at: place) || book[place]?.handle != handle else { return }
    await detach([handle])
    throw UserError.notInMediaRoom
  }

  func isStill(_ seat: MediaBook.Seat, at place: MediaBook.Place) -> Bool {
    book.seats[place.room]?[place.person]?.number == seat.number
  }

  /// Before the page has its answer no media can flow, so nothing slips out in between.
  private func applyMutes(_ place: MediaBook.Place, _ seat: MediaBook.Seat) async throws {
    guard let leg = book[place], let room = book.rooms[place.room] else { throw UserError.notInMediaRoom }
    for kind in book.seats[place.room]?[place.person]?.muted ?? [] {
      try await moderate(leg, kind, muted: true, in: room)
    }
    try await checkStill(seat, at: place, leg.handle)
  }

  /// Ends a leg, at the server too.
  func end(_ place: MediaBook.Place) async {
    guard let leg = forget(place) else { return }
    await detach([leg.handle])
  }

  /// Strikes a leg from the book.
  func forget(_ place: MediaBook.Place) -> MediaBook.Leg? {
    guard let leg = book[place] else { return nil }
    book[place] = nil
    save()
    if let feed = leg.feed { emit(.unpublished(place.room, person: place.person, feed: feed)) }
    return leg
  }

  package func unpublish(_ leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID) async {
    await end(.init(room: room, person: person, leg: leg))
  }

  package func mute(
    _ kind: MediaKind, _ muted: Bool, of person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError) {
    let seat = try seat(of: person, in: room)
    if muted {
      book.seats[room]?[person]?.muted.insert(kind)
    } else {
      book.seats[room]?[person]?.muted.remove(kind)
    }
    save()
    guard link != nil, let place = book.rooms[room] else { return }
    do {
      for leg in seat.legs.values { try await moderate(leg, kind, muted: muted, in: place) }
    } catch {
      throw userError(error, doing: "mute")
    }
  }

  package func candidate(
    _ candidate: IceCandidate?, on leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError) {
    _ = try seat(of: person, in: room)
    // For a leg that has just ended there is nothing to do.
    guard let handle = book[.init(room: room, person: person, leg: leg)]?.handle else { return }
    guard candidates[handle, default: 0] < IceCandidate.perLeg else { throw .mediaTooMany }
    candidates[handle, default: 0] += 1
    guard let link, let session = book.session else { throw .mediaUnavailable }
    let value: JSONValue =
      if let candidate {
        [
          "candidate": .text(candidate.text), "sdpMid": .text(candidate.mid),
          "sdpMLineIndex": .number(Int64(candidate.line)),
        ]
      } else {
        ["completed": true]
      }
    do {
      _ = try await link.request(
        "trickle", session: session, handle: handle, ["candidate": value], ending: .acknowledgement)
    } catch {
      throw userError(error, doing: "candidate")
    }
  }
}
