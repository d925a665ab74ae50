import Logging
import Media
import Rules
import Storage

/// The lessons that run on this node.
actor LiveRooms {
  private let services: LiveServices
  private var rooms: [Lesson.ID: LiveRoom] = [:]
  /// Rooms that broke down and have not been taken up again.
  private var broken: Set<Lesson.ID> = []
  private var coming: [Lesson.ID: Task<LiveRoom, any Error>] = [:]

  init(_ services: LiveServices) {
    self.services = services
  }

  /// The room of a lesson, taken up from the store when it is not here yet.
  ///
  /// - Throws: LOP-111 when there is no such lesson.
  func room(_ lesson: Lesson.ID) async throws -> LiveRoom {
    if let room = rooms[lesson] { return room }
    if let task = coming[lesson] { return try await task.value }
    let task = Task { try await self.takeUp(lesson) }
    coming[lesson] = task
    defer { coming[lesson] = nil }
    let room = try await task.value
    rooms[lesson] = room
    broken.remove(lesson)
    return room
  }

  private func takeUp(_ lesson: Lesson.ID) async throws -> LiveRoom {
    let services = services
    let now = services.database.now()
    let loaded = try await services.database.read { db in
      try LiveStore.load(lesson, services.ports, at: now, in: db)
    }
    guard let loaded else { throw UserError.notFound }
    if loaded.isNew { try await services.database.write { try LiveStore.begin(loaded.plan, in: $0) } }
    let room = LiveRoom(loaded, services)
    // A disk that is still full: no room, so that the next who asks tries again.
    try await room.closeCutOffStays(loaded.cutOff, at: loaded.aliveAt)
    return room
  }

  /// A lesson is over: it is forgotten here, and taken up again when asked for.
  func drop(_ room: LiveRoom) { if rooms[room.plan.id] === room { rooms[room.plan.id] = nil } }

  /// A room broke down. It is taken up again soon even when no page asks, because its connections to the media server go on
  /// and somebody must decide about them.
  func brokeDown(_ room: LiveRoom) {
    drop(room)
    broken.insert(room.plan.id)
  }

  /// A class has a new password: its lessons look for that one in messages from now on.
  func forgetSecrets(of schoolClass: SchoolClass.ID) async {
    for room in rooms.values where room.plan.schoolClass == schoolClass { await room.forgetSecrets() }
  }

  func all() -> [LiveRoom] { Array(rooms.values) }
  func current(_ lesson: Lesson.ID) -> LiveRoom? { rooms[lesson] }

  /// After a start: every lesson that had not ended is here again before the first page asks.
  func takeUpRunning() async {
    let running = (try? await services.database.read { try LiveStore.running(in: $0) }) ?? []
    for lesson in running { _ = try? await room(lesson) }
    let rooms = Array(rooms.values)
    var media: [MediaRoom] = []
    for room in rooms { media.append(MediaRoom(id: await room.mediaRoom)) }
    await services.media.restore(media)
  }

  /// Every few seconds: seats, endings, and the mark that says the program was alive.
  func tick() async {
    let now = services.database.now()
    for lesson in broken { _ = try? await room(lesson) }
    let running = Array(rooms.values)
    for room in running { await room.tick(now) }
    let ids = rooms.keys.sorted()
    if !ids.isEmpty { try? await services.database.write { try LiveStore.isAlive(ids, in: $0) } }
  }
}
