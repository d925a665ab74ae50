import Media
import Rules
import Testing

/// What every media server promises, tried on the fake and on the real one.
struct MediaServerTests {
  static let missing: Comment =
    "janus is not installed (apt install janus): the real media server is not tested"

  @Test func theFakeKeepsThePromises() async throws {
    let media = FakeMedia()
    try await promises(media, EventLog(media))
  }

  static let noNetwork: Comment =
    "no network but loopback, which Janus does not use: run the tests through script/media-namespace"

  @Test(
    .enabled(if: JanusSettings.isInstalled, missing), .enabled(if: NetworkInterfaces.canCarryMedia, noNetwork)
  )
  func theRealOneKeepsThePromises() async throws {
    try await RealServer.with { try await promises($0.media, $0.events) }
  }

  let room = MediaRoom.ID(rawValue: "lesson")
  let other = MediaRoom.ID(rawValue: "other lesson")
  let teacher = MediaParticipant.ID(rawValue: "teacher")
  let pupil = MediaParticipant.ID(rawValue: "pupil")
  let stranger = MediaParticipant.ID(rawValue: "stranger")

  func promises(_ media: some MediaServer, _ events: EventLog) async throws {
    try await roomsAndAdmission(media)
    try await refusedOffers(media)
    try await sending(media)
    try await receiving(media)
    try await removal(media, events)
  }

  func roomsAndAdmission(_ media: some MediaServer) async throws {
    await refused("MED-005") { try await media.admit(teacher, as: "x", to: room) }
    for _ in 1...2 { try await media.openRoom(.init(id: room, maxPublishers: 2)) }
    try await media.openRoom(.init(id: other))
    try await media.admit(teacher, as: "Trần Thị B – Giáo viên", to: room)
    try await media.admit(pupil, as: "07. Nguyễn Văn A – 6A2", to: room)
    #expect(
      await media.participants(in: room).map(\.name) == ["07. Nguyễn Văn A – 6A2", "Trần Thị B – Giáo viên"])
    #expect(await media.probe().isUp)
  }

  let both = offer(["audio sendonly", "video sendonly"])

  func refusedOffers(_ media: some MediaServer) async throws {
    func publish(
      _ sdp: String, by person: MediaParticipant.ID, in place: MediaRoom.ID, _ allowed: Set<MediaKind>,
      _ leg: MediaLeg = .cam
    ) async throws -> String {
      try await media.publish(sdp, on: leg, by: person, in: place, allowed: allowed)
    }
    // Not admitted here, or not anywhere, or to a room that is not open.
    await refused("MED-004") { try await publish(both, by: stranger, in: room, [.audio, .video]) }
    await refused("MED-004") { try await publish(both, by: teacher, in: other, [.audio, .video]) }
    await refused("MED-005") {
      try await publish(both, by: teacher, in: .init(rawValue: "closed"), [.audio, .video])
    }
    await refused("MED-001") { try await publish(both, by: pupil, in: room, [.audio]) }
    await refused("MED-001") {
      try await publish(offer(["video sendonly"]), by: pupil, in: room, [.video], .screen)
    }
    await refused("MED-002") { try await publish("v=1", by: pupil, in: room, [.audio]) }
    await refused("MED-002") { try await publish(both, by: pupil, in: room, [.audio, .video], .watch) }
    await refused("MED-003") {
      try await publish(String(repeating: "a", count: 40_000), by: pupil, in: room, [.audio])
    }
    #expect(await media.stats().legs == 0)
  }

  func sending(_ media: some MediaServer) async throws {
    func publish(
      _ sdp: String, by person: MediaParticipant.ID, _ allowed: Set<MediaKind>, _ leg: MediaLeg = .cam
    ) async throws -> String {
      try await media.publish(sdp, on: leg, by: person, in: room, allowed: allowed)
    }
    let answer = try SessionDescription(
      try await publish(both, by: teacher, [.audio, .video]), limit: 1 << 16)
    #expect(answer.sections.map(\.media) == ["audio", "video"] && !answer.sections.contains(where: \.sends))
    // Two may send.
    _ = try await publish(offer(["video sendonly"], connection: 2), by: teacher, [.screen], .screen)
    await refused("MED-008") {
      try await publish(offer(["audio sendonly"], connection: 3), by: pupil, [.audio])
    }
    #expect(await media.stats().legs == 2)
    await media.unpublish(.screen, by: teacher, in: room)
    #expect(await media.stats().legs == 1)
    _ = try await publish(offer(["audio sendonly"], connection: 3), by: pupil, [.audio])
    // Leave is taken back: the same page may not go on with more.
    await refused("MED-001") { try await publish(both, by: pupil, []) }
    try await media.mute(.audio, true, of: pupil, in: room)
    #expect(await media.participants(in: room).first { $0.id == pupil }?.muted == [.audio])
    try await candidates(media)
  }

  func candidates(_ media: some MediaServer) async throws {
    let one = try IceCandidate(text: "candidate:1 1 udp 1 192.0.2.7 9 typ host", mid: "0", line: 0)
    for _ in 1...IceCandidate.perLeg { try await media.candidate(one, on: .cam, by: pupil, in: room) }
    await refused("MED-008") { try await media.candidate(one, on: .cam, by: pupil, in: room) }
    try await media.candidate(nil, on: .cam, by: teacher, in: room)
    await refused("MED-004") { try await media.candidate(one, on: .cam, by: stranger, in: room) }
  }

  func receiving(_ media: some MediaServer) async throws {
    // A feed that does not exist, and a watcher who is not admitted.
    let none = try await media.watch([.init(rawValue: "guessed")], by: pupil, in: room, fresh: true)
    #expect(none == nil)
    await refused("MED-004") { try await media.watch([], by: stranger, in: room, fresh: true) }
    await refused("MED-009") { try await media.accept(offer(["audio recvonly"]), by: pupil, in: room) }
  }

  func removal(_ media: some MediaServer, _ events: EventLog) async throws {
    await media.remove(pupil, from: room)
    try await eventually("told that the pupil left") {
      events.count(.left(room, person: pupil, reason: .removed)) == 1
    }
    for attempt in 1...2 {
      await refused("MED-004") {
        try await media.publish(
          offer(["audio sendonly"], connection: attempt), on: .cam, by: pupil, in: room, allowed: [.audio])
      }
      await refused("MED-004") { try await media.watch([], by: pupil, in: room, fresh: true) }
      await refused("MED-004") { try await media.mute(.audio, false, of: pupil, in: room) }
    }
    #expect(await media.participants(in: room).map(\.id) == [teacher])
    await media.restore([MediaRoom(id: room)])
    await refused("MED-005") { try await media.admit(teacher, as: "x", to: other) }
    await media.closeRoom(room)
    #expect(await media.stats().legs == 0)
    #expect(await media.participants(in: room).isEmpty)
  }

  // MARK: - the fake alone

  @Test func theFakeShowsAndHidesFeeds() async throws {
    let media = FakeMedia()
    try await media.openRoom(.init(id: room))
    try await media.openRoom(.init(id: other))
    for person in [teacher, pupil] { try await media.admit(person, as: "x", to: room) }
    try await media.admit(stranger, as: "x", to: other)
    _ = try await media.publish(
      FakeMedia.description(["audio sendonly", "video sendonly"]), on: .cam, by: teacher, in: room,
      allowed: [.audio, .video])
    let feed = try #require(await media.feeds(in: room).first)
    #expect(feed.kinds == [.audio, .video] && feed.person == teacher)
    // Another room's feed, and one's own, are as if they did not exist.
    #expect(try await media.watch([feed.id], by: stranger, in: other, fresh: true) == nil)
    #expect(try await media.watch([feed.id], by: teacher, in: room, fresh: true) == nil)
    let shown = try #require(try await media.watch([feed.id], by: pupil, in: room, fresh: true))
    #expect(shown.fresh && shown.streams.map(\.kind).sorted() == [.audio, .video])
    await refused("MED-001") {
      try await media.accept(
        FakeMedia.description(["audio sendrecv", "video recvonly"]), by: pupil, in: room)
    }
    try await media.accept(FakeMedia.description(["audio recvonly", "video recvonly"]), by: pupil, in: room)
    #expect(try await media.watch([feed.id], by: pupil, in: room, fresh: false) == nil)
    media.lose()
    await refused("MED-006") { try await media.watch([], by: pupil, in: room, fresh: false) }
    media.comeBack(kept: false)
    #expect(await media.feeds(in: room).isEmpty)
    #expect(await media.participants(in: room).count == 2)
  }
}
