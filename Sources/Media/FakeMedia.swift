package import Rules
import Synchronization

/// A media server without media, for tests of what uses one: the same refusals, the same events, at once and
/// in order.
///
/// A publication is live as soon as it is answered. `lose()` and `comeBack(kept:)` play the faults.
package final class FakeMedia: MediaServer {
  package let events: AsyncStream<MediaEvent>
  private let output: AsyncStream<MediaEvent>.Continuation
  private let state: Mutex<State>

  private struct State {
    var book = MediaBook()
    var isUp = true
    var count: Int64 = 0
    var candidates: [MediaBook.Place: Int] = [:]
  }

  package init() {
    (events, output) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(4_096))
    state = Mutex(State())
  }

  /// A description as a browser makes it, for tests: `sections` are “audio sendonly” and the like.
  package static func description(_ sections: [String], connection: Int = 1) -> String {
    var lines = ["v=0", "o=- \(connection) 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
    for (mid, section) in sections.enumerated() {
      let words = section.split(separator: " ")
      lines += ["m=\(words[0]) 9 UDP/TLS/RTP/SAVPF 96", "c=IN IP4 0.0.0.0", "a=mid:\(mid)", "a=\(words[1])"]
    }
    return lines.map { $0 + "\r\n" }.joined()
  }

  // MARK: - faults

  package func lose() {
    state.withLock { $0.isUp = false }
    output.yield(.serverLost)
  }

  package func comeBack(kept: Bool) {
    state.withLock { state in
      if !kept { _ = state.book.dropLegs() }
      state.isUp = true
    }
    output.yield(.serverRestored(kept: kept))
  }

  // MARK: - rooms and people

  package func openRoom(_ room: MediaRoom) async throws(UserError) {
    state.withLock { $0.book.rooms[room.id] = .init(spec: room, name: "", secret: "", pin: "") }
  }

  package func closeRoom(_ room: MediaRoom.ID) async {
    state.withLock { state in
      state.book.rooms[room] = nil
      state.book.seats[room] = nil
    }
  }

  package func admit(_ person: MediaParticipant.ID, as name: String, to room: MediaRoom.ID)
    async throws(UserError)
  {
    try state.withLock { (state) throws(UserError) in
      guard state.book.rooms[room] != nil else { throw .mediaRoomNotOpen }
      state.book.seats[room, default: [:]][person, default: .init(name: name, number: 0)].name = name
    }
  }

  package func remove(_ person: MediaParticipant.ID, from room: MediaRoom.ID) async {
    let seat = state.withLock { $0.book.seats[room]?.removeValue(forKey: person) }
    guard let seat else { return }
    for case let feed? in seat.legs.values.map(\.feed) {
      output.yield(.unpublished(room, person: person, feed: feed))
    }
    output.yield(.left(room, person: person, reason: .removed))
  }

  package func restore(_ rooms: [MediaRoom]) async {
    let wanted = Set(rooms.map(\.id))
    for id in state.withLock({ Array($0.book.rooms.keys) }) where !wanted.contains(id) { await closeRoom(id) }
    for room in rooms { try? await openRoom(room) }
  }

  // MARK: - sending

  package func publish(
    _ offer: String, on leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID,
    allowed: Set<MediaKind>
  ) async throws(UserError) -> String {
    let place = MediaBook.Place(room: room, person: person, leg: leg)
    let (answer, happened) = try state.withLock { (state) throws(UserError) in
      try Self.check(state, place)
      guard leg != .watch else { throw .mediaMalformed }
      let description = try SessionDescription(offer)
      let kinds = try description.kinds(on: leg, allowed: allowed)
      guard state.isUp else { throw .mediaUnavailable }
      return try Self.publish(&state, place, description, kinds)
    }
    for event in happened { output.yield(event) }
    return answer
  }

  private static func publish(
    _ state: inout State, _ place: MediaBook.Place, _ description: SessionDescription,
    _ kinds: [String: MediaKind]
  ) throws(UserError) -> (String, [MediaEvent]) {
    var happened: [MediaEvent] = []
    if let old = state.book[place], old.origin == description.origin {
      state.book[place]?.kinds = kinds
    } else {
      guard !kinds.isEmpty else { throw .mediaMalformed }
      if let feed = state.book[place]?.feed {
        happened.append(.unpublished(place.room, person: place.person, feed: feed))
      }
      state.book[place] = nil
      guard state.book.publishers(in: place.room) < state.book.rooms[place.room]?.spec.maxPublishers ?? 0
      else {
        throw .mediaTooMany
      }
      state.count += 1
      let feed = MediaFeed.ID(rawValue: "feed-\(state.count)")
      state.book[place] = .init(
        handle: state.count, feed: feed, kinds: kinds, origin: description.origin, isLive: true)
    }
    if let feed = state.book[place]?.feed {
      happened.append(.published(place.room, .init(id: feed, person: place.person, kinds: Set(kinds.values))))
    }
    return (FakeMedia.description(description.sections.map { $0.media + " recvonly" }), happened)
  }

  package func unpublish(_ leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID) async {
    let place = MediaBook.Place(room: room, person: person, leg: leg)
    let ended = state.withLock { state in
      defer { state.book[place] = nil }
      return state.book[place]?.feed
    }
    if let ended { output.yield(.unpublished(room, person: person, feed: ended)) }
  }

  package func mute(
    _ kind: MediaKind, _ muted: Bool, of person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError) {
    try state.withLock { (state) throws(UserError) in
      try Self.check(state, .init(room: room, person: person, leg: .cam))
      if muted {
        state.book.seats[room]?[person]?.muted.insert(kind)
      } else {
        state.book.seats[room]?[person]?.muted.remove(kind)
      }
    }
  }

  // MARK: - receiving

  package func watch(
    _ feeds: [MediaFeed.ID], by person: MediaParticipant.ID, in room: MediaRoom.ID, fresh: Bool
  ) async throws(UserError) -> WatchOffer? {
    let place = MediaBook.Place(room: room, person: person, leg: .watch)
    return try state.withLock { (state) throws(UserError) in
      try Self.check(state, place)
      guard state.isUp else { throw .mediaUnavailable }
      let wanted = state.book.streams(of: feeds, in: room, butNot: person)
      guard wanted.count <= SessionDescription.sectionLimit else { throw .mediaTooMany }
      let isNew = fresh || state.book[place]?.isOffered ?? true
      if isNew { state.book[place] = nil }
      let streams = wanted.enumerated().map {
        WatchOffer.Stream(mid: "\($0)", feed: $1.feed, person: $1.person, kind: $1.kind)
      }
      guard state.book[place]?.streams ?? [] != streams else { return nil }
      state.count += 1
      if state.book[place] == nil { state.book[place] = .init(handle: state.count) }
      state.book[place]?.streams = streams
      state.book[place]?.mids = streams.map(\.mid)
      state.book[place]?.isOffered = true
      let sections = streams.map { ($0.kind == .audio ? "audio" : "video") + " sendonly" }
      return WatchOffer(sdp: Self.description(sections), streams: streams, fresh: isNew)
    }
  }

  package func accept(_ answer: String, by person: MediaParticipant.ID, in room: MediaRoom.ID)
    async throws(UserError)
  {
    let place = MediaBook.Place(room: room, person: person, leg: .watch)
    try state.withLock { (state) throws(UserError) in
      try Self.check(state, place)
      guard let leg = state.book[place], leg.isOffered else { throw .mediaBusy }
      try SessionDescription(answer, limit: SessionDescription.answerLimit).receivesOnly(leg.mids)
      guard state.isUp else { throw .mediaUnavailable }
      state.book[place]?.isOffered = false
    }
  }

  package func candidate(
    _ candidate: IceCandidate?, on leg: MediaLeg, by person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError) {
    let place = MediaBook.Place(room: room, person: person, leg: leg)
    try state.withLock { (state) throws(UserError) in
      try Self.check(state, place)
      guard state.book[place] != nil else { return }
      guard state.candidates[place, default: 0] < IceCandidate.perLeg else { throw .mediaTooMany }
      state.candidates[place, default: 0] += 1
      guard state.isUp else { throw .mediaUnavailable }
    }
  }

  package func pause(
    _ kinds: Set<MediaKind>, for person: MediaParticipant.ID, in room: MediaRoom.ID
  ) async throws(UserError) {
    try state.withLock { (state) throws(UserError) in
      try Self.check(state, .init(room: room, person: person, leg: .watch))
      state.book.seats[room]?[person]?.paused = kinds
    }
  }

  // MARK: - reading

  package func probe() async -> MediaHealth {
    state.withLock { $0.isUp } ? .init(isUp: true) : .init(isUp: false, problem: .mediaUnavailable)
  }

  package func participants(in room: MediaRoom.ID) async -> [MediaParticipant] {
    state.withLock { $0.book.participants(in: room) }
  }

  package func feeds(in room: MediaRoom.ID) async -> [MediaFeed] {
    state.withLock { $0.book.feeds(in: room) }
  }

  package func stats() async -> MediaStats {
    state.withLock { state in
      var stats = MediaStats()
      stats.isUp = state.isUp
      stats.rooms = state.book.rooms.count
      stats.participants = state.book.seats.values.reduce(0) { $0 + $1.count }
      stats.legs = state.book.places.count
      stats.feeds = state.book.places.count { $0.leg.feed != nil }
      return stats
    }
  }

  private static func check(_ state: State, _ place: MediaBook.Place) throws(UserError) {
    guard state.book.rooms[place.room] != nil else { throw .mediaRoomNotOpen }
    guard state.book.seats[place.room]?[place.person] != nil else { throw .notInMediaRoom }
  }
}
