import Foundation
package import Logging
package import Rules

/// The media server on Debian's Janus: one process, one session, one handle for each leg.
///
/// `run()` keeps it going: it finds a server that outlived us or starts one, keeps the link, takes up the
/// lessons again after a break, and ends the server when it is stopped. All other calls work at any time;
/// while the server is away they note what is wanted, or say MED-006.
package actor JanusMedia: MediaServer {
  package nonisolated let events: AsyncStream<MediaEvent>
  nonisolated let output: AsyncStream<MediaEvent>.Continuation
  nonisolated let settings: JanusSettings
  nonisolated let logger: Logger

  var book: MediaBook
  var journal: MediaJournal
  /// Set while session and rooms are known to be in order.
  var link: JanusLink?
  /// Legs with a request under way.
  var busy: Set<MediaBook.Place> = []
  /// Candidates received for each handle.
  var candidates: [Int64: Int] = [:]
  /// Handles to end that nobody waits for.
  var chores: AsyncStream<Int64>.Continuation?
  var supervisor: JanusSupervisor?
  var serverPID: pid_t = 0
  var starts = 0
  var problem: UserError?
  var stopping: Stopping?
  private var admissions = UInt64.random(in: 0...UInt64.max)

  enum Stopping { case endingServer, leavingServer }

  /// Reads what an earlier life of this program wrote down.
  package init(_ settings: JanusSettings, logger: Logger) {
    self.settings = settings
    self.logger = logger
    (events, output) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(4_096))
    // Rooms may be noted before `run` begins. When this fails, the journal says so.
    try? FileManager.default.createDirectory(
      atPath: settings.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    journal = MediaJournal(path: settings.folder + "/journal.jsonl", logger: logger)
    book = journal.load()
  }

  // MARK: - rooms and people

  package func openRoom(_ spec: MediaRoom) async throws(UserError) {
    var room =
      book.rooms[spec.id]
      ?? .init(
        spec: spec, name: JanusSecrets.word(), secret: JanusSecrets.word(), pin: JanusSecrets.word())
    let isNew = book.rooms[spec.id] == nil
    guard isNew || room.spec != spec else { return }
    room.spec = spec
    book.rooms[spec.id] = room
    save()
    guard let link else { return }
    do {
      try await isNew ? create(room, over: link) : edit(room, over: link)
    } catch {
      // It stays noted; the link's end that caused this brings the room up again.
      throw userError(error, doing: "open room")
    }
  }

  package func closeRoom(_ id: MediaRoom.ID) async {
    guard let room = book.rooms.removeValue(forKey: id) else { return }
    let people = book.seats.removeValue(forKey: id) ?? [:]
    save()
    await detach(people.values.flatMap { $0.legs.values.map(\.handle) })
    _ = try? await message(["request": "destroy", "room": .text(room.name), "secret": .text(room.secret)])
  }

  package func admit(_ person: MediaParticipant.ID, as name: String, to room: MediaRoom.ID)
    async throws(UserError)
  {
    guard book.rooms[room] != nil else { throw .mediaRoomNotOpen }
    if book.seats[room]?[person] == nil {
      admissions &+= 1
      book.seats[room, default: [:]][person] = .init(name: name, number: admissions)
    }
    book.seats[room]?[person]?.name = name
    save()
  }

  package func remove(_ person: MediaParticipant.ID, from room: MediaRoom.ID) async {
    guard let seat = book.seats[room]?.removeValue(forKey: person) else { return }
    save()
    for case let feed? in seat.legs.values.map(\.feed) {
      emit(.unpublished(room, person: person, feed: feed))
    }
    emit(.left(room, person: person, reason: .removed))
    await detach(seat.legs.values.map(\.handle))
  }

  package func restore(_ rooms: [MediaRoom]) async {
    let wanted = Set(rooms.map(\.id))
    for id in book.rooms.keys where !wanted.contains(id) { await closeRoom(id) }
    for room in rooms {
      do {
        try await openRoom(room)
      } catch {
        logger.warning("room not restored", metadata: ["room": "\(room.id)", "code": "\(error.code)"])
      }
    }
  }

  // MARK: - reading

  package func participants(in room: MediaRoom.ID) -> [MediaParticipant] { book.participants(in: room) }

  package func feeds(in room: MediaRoom.ID) -> [MediaFeed] { book.feeds(in: room) }

  package func probe() async -> MediaHealth {
    guard let link else { return MediaHealth(isUp: false, problem: problem ?? .mediaUnavailable) }
    do {
      _ = try await link.request("ping", within: .seconds(2))
      return MediaHealth(isUp: true, problem: NetworkInterfaces.canCarryMedia ? nil : .mediaNoNetwork)
    } catch {
      return MediaHealth(isUp: false, problem: .mediaUnavailable)
    }
  }

  package func stats() -> MediaStats {
    var stats = MediaStats()
    stats.isUp = link != nil
    stats.rooms = book.rooms.count
    stats.participants = book.seats.values.reduce(0) { $0 + $1.count }
    stats.legs = book.places.count
    stats.feeds = book.places.count { $0.leg.feed != nil && $0.leg.isLive }
    stats.starts = starts
    if serverPID > 0 { (stats.residentKilobytes, stats.processMilliseconds) = ChildProcess.usage(serverPID) }
    return stats
  }

  // MARK: - what all parts need

  func save() { journal.save(book) }

  func emit(_ event: MediaEvent) {
    if case .dropped = output.yield(event) { logger.error("media events unread", metadata: ["dropped": "1"]) }
  }

  func seat(of person: MediaParticipant.ID, in room: MediaRoom.ID) throws(UserError) -> MediaBook.Seat {
    guard book.rooms[room] != nil else { throw .mediaRoomNotOpen }
    guard let seat = book.seats[room]?[person] else { throw .notInMediaRoom }
    return seat
  }

  /// Claims a leg for one request at a time; whoever claims it calls `release`.
  func claim(_ place: MediaBook.Place) throws(UserError) {
    guard busy.insert(place).inserted else { throw .mediaBusy }
  }

  func release(_ place: MediaBook.Place) { busy.remove(place) }

  /// What a person is told of a failure; the reason goes to the log.
  func userError(_ error: any Error, doing what: String) -> UserError {
    if let error = error as? UserError { return error }
    let code = (error as? JanusFailure)?.code ?? 0
    switch code {
    case JanusFailure.publishersFull: return .mediaTooMany
    case 464...466: return .mediaMalformed
    case JanusFailure.other where !NetworkInterfaces.canCarryMedia: return .mediaNoNetwork
    default:
      logger.warning("media server refused", metadata: ["doing": "\(what)", "reason": "\(error)"])
      return .mediaUnavailable
    }
  }
}
