import Foundation
import Logging
import Media
import Realtime
import Rules
import Storage

/// One running lesson on this node: the rules' state, the connections of those who have a seat, and the log.
///
/// Every command is decided at once by the rules, without waiting; what it changes is then written, several commands in
/// one transaction when more wait, and only after the commit does anybody hear of it. When writing fails, nothing was
/// acknowledged: the room is dropped, pages reconnect and it is taken up again from what was kept.
actor LiveRoom {
  let plan: LessonPlan
  let topic: Topic
  let services: LiveServices
  var state: LessonState
  /// The last number given out; what has it may not be durable yet.
  var seq: Int64
  /// The last number that the class was sent.
  var publishedSeq: Int64
  /// The last number of what a page is given again when it comes back: chat, and what was taken out of it.
  var lastNews: Int64
  var names: [Person.ID: String]
  let roster: [RosterSeat]

  /// The page of each seat.
  var pages: [Person.ID: LivePage] = [:]
  private var lostSince: [Person.ID: Timestamp] = [:]
  /// After a restart: whose connections to the media server went on without us, and since when we wait for them.
  var keptMedia: Set<Person.ID> = []
  var keptSince: Timestamp?
  /// What no message may hold, and when it was read.
  var secrets: (value: ClassSecrets, readAt: Timestamp)?
  var secretsVersion = 0
  private var floods: [Person.ID: FloodBucket] = [:]
  /// Wrong class passwords on this node, some of which may not have been written yet.
  private var guesses: [Account.ID: [Timestamp]] = [:]
  var refusals: [Person.ID: FloodBucket] = [:]
  var steps: [Person.ID: FloodBucket] = [:]
  /// Tickets used on this node whose use may not have been written yet.
  var usedTickets: Set<String> = []
  var waiting: [Change] = []
  var isWriting = false
  var isBroken = false

  /// What one command changes, and what happens when that is durable.
  struct Change {
    var rows: [LogRow] = []
    var writes: [@Sendable (Transaction) throws -> Void] = []
    var after: [After] = []
    var answer: CheckedContinuation<Void, any Error>?
  }

  enum After {
    case publish(String, Int64)
    case tell(Person.ID, String)
    case letIn(Person.ID)
    case media(MediaOrder)
    case disconnect(Person.ID)
  }

  init(_ loaded: LiveStore.Loaded, _ services: LiveServices) {
    plan = loaded.plan
    topic = Topic("lesson/\(loaded.plan.id)")
    state = loaded.state
    seq = loaded.lastSeq
    publishedSeq = loaded.lastSeq
    lastNews = loaded.lastNews
    roster = loaded.roster
    self.services = services
    let now = services.database.now()
    lostSince = loaded.state.seats.mapValues { _ in now }
    names = Dictionary(
      loaded.roster.map { seat in
        let name = DisplayName.of(
          orderNumber: seat.orderNumber, name: seat.name, className: loaded.plan.className)
        return (seat.person, name.text)
      }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Commands

  /// Carries out a command of somebody in the room, and returns when it is durable.
  ///
  /// - Throws: the refusal, as a `UserError`.
  func perform(_ command: LessonCommand, by actor: LessonActor) async throws {
    try await perform(command, by: actor, also: [])
  }

  /// - Parameter first: what happens before all else when the command is not refused.
  private func perform(
    _ command: LessonCommand, by actor: LessonActor, also writes: [@Sendable (Transaction) throws -> Void],
    first: [After] = []
  ) async throws {
    guard !isBroken else { throw UserError.roomStartsAnew }
    try checkPace(command, actor)
    let before = state
    let outcome = state.perform(command, by: actor, at: services.database.now())
    if let refusal = outcome.refusal, case .person(let person) = actor, !isWorthARow(person), writes.isEmpty,
      state == before
    {
      throw refusal
    }
    var change = Change()
    change.writes = writes
    if outcome.refusal == nil { change.after = first }
    describe(outcome.effects, from: before, into: &change)
    tellWhoStoppedWaiting(since: before, into: &change)
    try await commit(change)
    if let refusal = outcome.refusal { throw refusal }
  }

  /// The teacher's list of who waits loses those who left the lobby without being let in.
  private func tellWhoStoppedWaiting(since before: LessonState, into change: inout Change) {
    guard state.seats != before.seats else { return }
    for (person, old) in before.seats
    where old.place == .lobby && old.isLive && state.seats[person]?.isLive != true {
      let text = LiveJSON.object([
        ("t", "\"e\""), ("seq", "0"), ("kind", "\"stoppedWaiting\""),
        ("person", LiveJSON.string(person.rawValue)),
      ])
      for (teacher, seat) in state.seats where seat.role == .teacher {
        change.after.append(.tell(teacher, text))
      }
    }
  }

  func chat(_ typed: String, by person: Person.ID) async throws {
    let now = services.database.now()
    let role = state.seats[person]?.role ?? .pupil
    var bucket = floods[person] ?? .forChat(role, at: now)
    try bucket.take(at: now)
    floods[person] = bucket
    let text = try ChatRules.accept(typed, secrets: try await currentSecrets())
    try await perform(.chat(text), by: .person(person))
  }

  /// At the door. On success the page has its seat, in the lobby or in the room, before this returns.
  ///
  /// - Parameter keeps: the page still has its connections to the media server, from before a restart of this program.
  func enter(
    _ page: LivePage, _ entry: Entry, name: String, ticket: String?, after: Int64, keeps: Bool
  ) async throws {
    var entry = entry
    if let ticket {
      if entry.ticket == .valid, usedTickets.contains(ticket) { entry.ticket = .used }
      if entry.ticket == .valid { usedTickets.insert(ticket) }
    }
    let person = page.viewer.person.id
    // An adult's title may have changed since the door refused them; a pupil is always called as on the roster.
    if !roster.contains(where: { $0.person == person }) { names[person] = name }
    let account = page.viewer.account
    countGuess(of: account, &entry)
    let lesson = plan.id
    var writes: [@Sendable (Transaction) throws -> Void] = []
    if let ticket, entry.ticket == .valid { writes.append { try DoorStore.useUp(ticket, in: $0) } }
    if entry.password == .wrong { writes.append { try DoorStore.noteTry(account, lesson, in: $0) } }
    let isKept = keptMedia.contains(person) && keeps
    // A page that begins anew: what the one before it left at the media server must not go on.
    let first: [After] = keptMedia.contains(person) && !keeps ? [.media(.detach(person))] : []
    try await perform(.enter(entry), by: .person(person), also: writes, first: first)
    keptMedia.remove(person)
    await take(page, person, after: after, legs: isKept ? legs(of: person) : [])
  }

  /// Attack prevented: many guesses at once, each of which finds no other in the table yet.
  private func countGuess(of account: Account.ID, _ entry: inout Entry) {
    guard entry.password == .wrong || entry.password == .right else { return }
    let now = services.database.now()
    let recent = guesses[account, default: []].filter { now - $0 < DoorStore.guessesCountFor }
    if recent.count >= DoorStore.mostTries {
      entry.password = .triesUsedUp
    } else if entry.password == .wrong {
      guesses[account] = recent + [now]
    }
  }

  private func take(_ page: LivePage, _ person: Person.ID, after: Int64, legs: Set<MediaLeg>) {
    if let old = pages[person], old !== page {
      services.hub.cutOff(old.connection)
      old.connection.close(.policy, "replaced")
    }
    pages[person] = page
    lostSince[person] = nil
    guard let seat = state.seats[person] else {
      // Removed in the moment of coming in.
      letGo(page)
      return page.connection.close(.policy, "removed")
    }
    switch seat.place {
    case .lobby: page.connection.send(lobbyText(person))
    case .room: Task { await showRoom(to: person, page, after: after, legs: legs) }
    }
  }

  /// Subscribes held back, sends the state, then what was missed, then goes live: no gap and no repeat.
  ///
  /// The line is drawn at what was published, not at the last number given out: a message that is being written at this
  /// moment is in no answer of the database yet and must still come.
  ///
  /// Attack prevented: who leaves in the moment of coming in must not be subscribed afterwards.
  /// - Parameter legs: connections to the media server that went on.
  func showRoom(to person: Person.ID, _ page: LivePage, after: Int64, legs: Set<MediaLeg> = []) async {
    guard pages[person] === page, state.seats[person]?.place == .room else { return }
    services.hub.subscribe(page.connection, to: topic, held: true)
    let shown = publishedSeq
    page.connection.send(roomText(person, legs: legs))
    let lesson = plan.id
    // At eight o'clock a class comes in before anybody has written anything.
    let missed =
      lastNews <= after
      ? []
      : (try? await services.database.read { try LiveStore.news(of: lesson, after: after, in: $0) }) ?? []
    services.hub.release(
      page.connection, from: topic, missed: missed.filter { $0.seq <= shown }.map(\.text), through: shown)
    let feeds = await services.media.feeds(in: mediaRoom)
    page.connection.send(LiveJSON.feeds(feeds, butNot: person))
  }

  /// The page of a seat has gone: the line is lost, the seat kept for a while.
  func lost(_ page: LivePage) async {
    let person = page.viewer.person.id
    guard pages[person] === page else { return }
    pages[person] = nil
    // The line itself may go on: the page has gone into another lesson.
    services.hub.cutOff(page.connection, from: topic)
    lostSince[person] = services.database.now()
    try? await perform(.connectionLost(person), by: .system)
  }

  /// The page gave its seat up: it hears nothing of the lesson any more.
  func letGo(_ page: LivePage) {
    let person = page.viewer.person.id
    guard pages[person] === page else { return }
    pages[person] = nil
    services.hub.cutOff(page.connection, from: topic)
    page.leaveRoom()
  }

  /// The lesson is over and written: what comes now, a room that is taken up anew decides and numbers.
  func close() {
    isBroken = true
    for page in pages.values { letGo(page) }
    lostSince = [:]
  }

  /// The session or account behind a seat ended: out at once.
  func revoke(_ person: Person.ID) async {
    guard state.seats[person] != nil else { return }
    try? await perform(.revoke(person), by: .system)
  }

  // MARK: The clock

  /// Seconds for which a seat is kept after its line broke.
  static let seatKept: Int64 = 60

  /// Gives up seats that nobody came back to, and ends the lesson after its grace.
  func tick(_ now: Timestamp) async {
    for (person, since) in lostSince where now - since >= Self.seatKept {
      lostSince[person] = nil
      try? await perform(.seatExpired(person), by: .system)
    }
    endForsakenMedia(now)
    if state.phase != .ended, now >= state.opening.closes(state.time) {
      try? await perform(.end, by: .system)
    }
  }

  /// After a restart: stays that were cut off end at the last moment at which the program is known to have lived.
  ///
  /// - Throws: what kept it from being written; the room is broken then and must not be used.
  func closeCutOffStays(_ cutOff: [Person.ID: PresenceInterval.Place], at: Timestamp) async throws {
    guard !cutOff.isEmpty else { return }
    var change = Change()
    keptMedia = Set(cutOff.filter { $0.value == .room }.keys)
    keptSince = services.database.now()
    for (person, place) in cutOff.sorted(by: { $0.key < $1.key }) {
      change.rows.append(
        row("presenceEnded", person: person, body: "{\"place\":\"\(place.rawValue)\",\"cut\":true}", at: at))
      seatWrites([person], into: &change)
    }
    try await commit(change)
  }

  var isEmpty: Bool { pages.isEmpty && lostSince.isEmpty }
  var hasEnded: Bool { state.phase == .ended }
  var mediaRoom: MediaRoom.ID { .init(rawValue: plan.id.rawValue) }

  func teacherPresence() -> Bool { state.teacherPresent }

  // MARK: Small helpers of all parts

  func next() -> Int64 {
    seq += 1
    return seq
  }

  func name(_ person: Person.ID) -> String { names[person] ?? "Người tham gia" }

  func row(
    _ kind: String, person: Person.ID? = nil, by: Person.ID? = nil, body: String = "{}", at: Timestamp
  ) -> LogRow {
    LogRow(seq: next(), at: at, kind: kind, person: person, by: by, isPublic: false, body: body)
  }
}
