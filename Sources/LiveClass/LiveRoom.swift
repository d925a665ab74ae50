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
  private let services: LiveServices
  private var state: LessonState
  private var seq: Int64
  private var names: [Person.ID: String]
  let roster: [RosterSeat]

  /// The page of each seat.
  private var pages: [Person.ID: LivePage] = [:]
  private var lostSince: [Person.ID: Timestamp] = [:]
  private var floods: [Person.ID: FloodBucket] = [:]
  /// Tickets used on this node whose use may not have been written yet.
  private var usedTickets: Set<String> = []
  private var waiting: [Change] = []
  private var isWriting = false
  private var isBroken = false

  /// What one command changes, and what happens when that is durable.
  private struct Change {
    var rows: [LogRow] = []
    var writes: [@Sendable (Transaction) throws -> Void] = []
    var after: [After] = []
    var answer: CheckedContinuation<Void, any Error>?
  }

  private enum After {
    case publish(String, Int64)
    case tell(Person.ID, String)
    case letIn(Person.ID)
    case media(MediaOrder)
    case disconnect(Person.ID)
    case over
  }

  init(_ loaded: LiveStore.Loaded, _ services: LiveServices) {
    plan = loaded.plan
    topic = Topic("lesson/\(loaded.plan.id)")
    state = loaded.state
    seq = loaded.lastSeq
    roster = loaded.roster
    self.services = services
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

  private func perform(
    _ command: LessonCommand, by actor: LessonActor, also writes: [@Sendable (Transaction) throws -> Void]
  ) async throws {
    guard !isBroken else { throw UserError.roomStartsAnew }
    let before = state
    let outcome = state.perform(command, by: actor, at: services.database.now())
    var change = Change()
    change.writes = writes
    describe(outcome.effects, from: before, into: &change)
    tellWhoStoppedWaiting(since: before, into: &change)
    try await commit(change)
    if let refusal = outcome.refusal { throw refusal }
  }

  /// The teacher's list of who waits loses those who left the lobby without being let in.
  private func tellWhoStoppedWaiting(since before: LessonState, into change: inout Change) {
    guard state.seats != before.seats else { return }
    for (person, old) in before.seats where old.place == .lobby && old.isLive && state.seats[person]?.isLive != true {
      let text = LiveJSON.object([
        ("t", "\"e\""), ("seq", "0"), ("kind", "\"stoppedWaiting\""), ("person", LiveJSON.string(person.rawValue)),
      ])
      for (teacher, seat) in state.seats where seat.role == .teacher { change.after.append(.tell(teacher, text)) }
    }
  }

  func chat(_ typed: String, by person: Person.ID, secrets: ClassSecrets) async throws {
    let now = services.database.now()
    let role = state.seats[person]?.role ?? .pupil
    var bucket = floods[person] ?? .forChat(role, at: now)
    try bucket.take(at: now)
    floods[person] = bucket
    try await perform(.chat(try ChatRules.accept(typed, secrets: secrets)), by: .person(person))
  }

  /// At the door. On success the page has its seat, in the lobby or in the room, before this returns.
  func enter(_ page: LivePage, _ entry: Entry, name: String, ticket: String?, after: Int64) async throws {
    var entry = entry
    if let ticket {
      if entry.ticket == .valid, usedTickets.contains(ticket) { entry.ticket = .used }
      if entry.ticket == .valid { usedTickets.insert(ticket) }
    }
    let person = page.viewer.person.id
    if names[person] == nil { names[person] = name }
    let account = page.viewer.account
    let lesson = plan.id
    var writes: [@Sendable (Transaction) throws -> Void] = []
    if let ticket, entry.ticket == .valid { writes.append { try DoorStore.useUp(ticket, in: $0) } }
    if entry.password == .wrong { writes.append { try DoorStore.noteTry(account, lesson, in: $0) } }
    try await perform(.enter(entry), by: .person(person), also: writes)
    take(page, person, after: after)
  }

  private func take(_ page: LivePage, _ person: Person.ID, after: Int64) {
    if let old = pages[person], old !== page {
      services.hub.cutOff(old.connection)
      old.connection.close(.policy, "replaced")
    }
    pages[person] = page
    lostSince[person] = nil
    guard let seat = state.seats[person] else { return }
    switch seat.place {
    case .lobby: page.connection.send(lobbyText(person))
    case .room: Task { await showRoom(to: person, page, after: after) }
    }
  }

  /// Subscribes held back, sends the state, then what was missed, then goes live: no gap and no repeat.
  private func showRoom(to person: Person.ID, _ page: LivePage, after: Int64) async {
    services.hub.subscribe(page.connection, to: topic, held: true)
    let shown = seq
    page.connection.send(roomText(person))
    let lesson = plan.id
    let missed = (try? await services.database.read { try LiveStore.news(of: lesson, after: after, in: $0) }) ?? []
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
    lostSince[person] = services.database.now()
    try? await perform(.connectionLost(person), by: .system)
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
    if state.phase != .ended, now >= state.opening.closes(state.time) {
      try? await perform(.end, by: .system)
    }
  }

  /// After a restart: stays that were cut off end at the last moment at which the program is known to have lived.
  func closeCutOffStays(_ cutOff: [Person.ID: PresenceInterval.Place], at: Timestamp) async {
    guard !cutOff.isEmpty else { return }
    var change = Change()
    for (person, place) in cutOff.sorted(by: { $0.key < $1.key }) {
      change.rows.append(row("presenceEnded", person: person, body: "{\"place\":\"\(place.rawValue)\",\"cut\":true}", at: at))
      lostSince[person] = services.database.now()
      seatWrites([person], into: &change)
    }
    try? await commit(change)
  }

  var isEmpty: Bool { pages.isEmpty && lostSince.isEmpty }
  var hasEnded: Bool { state.phase == .ended }
  var mediaRoom: MediaRoom.ID { .init(rawValue: plan.id.rawValue) }

  func teacherPresence() -> Bool { state.teacherPresent }

  // MARK: Media

  /// What this person may send on a leg at this moment.
  func allowed(_ person: Person.ID) -> Set<Media.MediaKind> {
    var kinds: Set<Media.MediaKind> = []
    if state.maySend(.microphone, person) { kinds.insert(.audio) }
    if state.maySend(.camera, person) { kinds.insert(.video) }
    if state.maySend(.screen, person) { kinds.insert(.screen) }
    return kinds
  }

  func currentPermits(_ person: Person.ID) -> MediaKinds { state.seats[person]?.permits ?? [] }

  func mayReceive(_ person: Person.ID) -> Bool { state.mayReceive(person) }

  func notePublished(_ kinds: Set<Media.MediaKind>, by person: Person.ID) async throws {
    for kind in kinds.sorted() {
      let medium: Rules.MediaKind =
        switch kind {
        case .audio: .microphone
        case .video: .camera
        case .screen: .screen
        }
      try await perform(.publish(medium), by: .person(person))
    }
  }

  /// Tells everybody in the room what can be watched now.
  func sendFeeds() async {
    let feeds = await services.media.feeds(in: mediaRoom)
    for (person, page) in pages where state.seats[person]?.isLiveInRoom == true {
      page.connection.send(LiveJSON.feeds(feeds, butNot: person))
    }
  }

  /// After the media server was lost with all connections: everybody who is here is admitted anew, then pages rebuild.
  func readmit() async {
    let here = state.seats.filter { $0.value.isLiveInRoom }.sorted { $0.key < $1.key }
    services.mediaDesk.carryOut(here.map { .admit($0.key, $0.value.role, $0.value.permits) }, room: self)
    services.mediaDesk.announceAnew(to: self)
  }

  func sendToRoom(_ text: String) {
    for (person, page) in pages where state.seats[person]?.isLiveInRoom == true { page.connection.send(text) }
  }

  func send(_ text: String, to person: Person.ID) { pages[person]?.connection.send(text) }

  // MARK: From effects to rows and messages

  private func describe(_ effects: [LessonEffect], from before: LessonState, into change: inout Change) {
    let at = services.database.now()
    for effect in effects {
      switch effect {
      case .persist(let record): describe(record, at, into: &change)
      case .broadcast(let news):
        let number = next()
        let (kind, text) = LiveJSON.event(news, seq: number, at: at, state: state) { self.name($0) }
        let by: Person.ID? = if case .chat(_, let person) = news { person } else { nil }
        change.rows.append(LogRow(seq: number, at: at, kind: kind, person: by, by: by, isPublic: true, body: text))
        change.after.append(.publish(text, number))
      case .tell(let person, let news):
        let text = LiveJSON.event(news, seq: 0, at: at, state: state) { self.name($0) }.text
        change.after.append(news == .letIn ? .letIn(person) : .tell(person, text))
      case .media(let order): change.after.append(.media(order))
      case .disconnect(let person): change.after.append(.disconnect(person))
      }
    }
    describeState(from: before, into: &change)
  }

  /// Only what differs is written: a message changes no seat.
  private func describeState(from before: LessonState, into change: inout Change) {
    if state.phase != before.phase || state.isLocked != before.isLocked || state.isFrozen != before.isFrozen
      || state.chatMode != before.chatMode
    {
      let now = state
      change.writes.append { try LiveStore.save(now, in: $0) }
      if now.phase == .ended, before.phase != .ended { change.after.append(.over) }
    }
    guard state.seats != before.seats else { return }
    let changed = Set(state.seats.keys).union(before.seats.keys).filter { state.seats[$0] != before.seats[$0] }
    seatWrites(changed.sorted(), into: &change)
  }

  private func seatWrites(_ persons: [Person.ID], into change: inout Change) {
    let lesson = plan.id
    for person in persons {
      let seat = state.seats[person]
      change.writes.append { try LiveStore.save(seat, of: person, in: lesson, $0) }
    }
  }

  private func next() -> Int64 {
    seq += 1
    return seq
  }

  private func name(_ person: Person.ID) -> String { names[person] ?? "Người tham gia" }

  func row(
    _ kind: String, person: Person.ID? = nil, by: Person.ID? = nil, body: String = "{}", at: Timestamp
  ) -> LogRow {
    LogRow(seq: next(), at: at, kind: kind, person: person, by: by, isPublic: false, body: body)
  }
}

// MARK: Writing

extension LiveRoom {
  private func commit(_ change: Change) async throws {
    try await withCheckedThrowingContinuation { continuation in
      var change = change
      change.answer = continuation
      waiting.append(change)
      if !isWriting {
        isWriting = true
        Task { await self.writeWaiting() }
      }
    }
  }

  /// One writer at a time for a lesson, so that its log is durable in its own order on any engine.
  private func writeWaiting() async {
    while !waiting.isEmpty {
      let changes = waiting
      waiting = []
      do {
        let lesson = plan.id
        let rows = changes.flatMap(\.rows)
        let writes = changes.flatMap(\.writes)
        if !rows.isEmpty || !writes.isEmpty {
          try await services.database.write { db in
            for row in rows { try LiveStore.append(row, to: lesson, in: db) }
            for write in writes { try write(db) }
          }
        }
        for change in changes { await finish(change) }
      } catch {
        services.logger.error("a lesson could not be written", metadata: ["lesson": "\(plan.id)", "error": "\(error)"])
        breakDown(changes + waiting, error)
        waiting = []
      }
    }
    isWriting = false
  }

  private func finish(_ change: Change) async {
    var orders: [MediaOrder] = []
    for after in change.after {
      switch after {
      case .publish(let text, let number): services.hub.publish(text, to: topic, seq: number)
      case .tell(let person, let text): pages[person]?.connection.send(text)
      case .letIn(let person):
        if let page = pages[person] { await showRoom(to: person, page, after: 0) }
      case .media(let order): orders.append(order)
      case .disconnect(let person): disconnect(person)
      case .over: await services.rooms?.over(self)
      }
    }
    change.answer?.resume()
    if !orders.isEmpty { services.mediaDesk.carryOut(orders, room: self) }
  }

  private func disconnect(_ person: Person.ID) {
    guard let page = pages.removeValue(forKey: person) else { return }
    services.hub.cutOff(page.connection, from: topic)
    page.leaveRoom()
    page.connection.close(.policy, "removed")
  }

  /// Nothing that waits was acknowledged; everybody reconnects and is given the state that was kept.
  private func breakDown(_ changes: [Change], _ error: any Error) {
    isBroken = true
    for change in changes { change.answer?.resume(throwing: error) }
    for page in pages.values { page.connection.close(.tryAgain, "storage") }
    pages = [:]
    Task { await services.rooms?.drop(self) }
  }
}

// MARK: What the record keeps

extension LiveRoom {
  private func describe(_ record: LessonRecord, _ at: Timestamp, into change: inout Change) {
    switch record {
    case .chat, .hand, .chatMode, .chatErased:
      describeSpoken(record, at, into: &change)
    case .admission(let person, let decision):
      change.rows.append(admissionRow(person, decision, at))
      let event = admissionEvent(person, decision)
      change.writes.append { try $0.publish(event) }
    case .presenceBegan(let person, let place):
      change.rows.append(row("presenceBegan", person: person, body: "{\"place\":\"\(place.rawValue)\"}", at: at))
    case .presenceEnded(let person, let place):
      change.rows.append(row("presenceEnded", person: person, body: "{\"place\":\"\(place.rawValue)\"}", at: at))
    case .alarm(let kind, let by, let about):
      change.rows.append(row("alarm", person: about, by: by, body: "{\"alarm\":\"\(kind.rawValue)\"}", at: at))
      let raised = RaisedAlarm(kind: kind, plan: plan, reporter: by, about: about)
      let raise = services.ports.raise
      change.writes.append { try raise(raised, $0) }
    case .refused(let command, let by, let code):
      change.rows.append(
        row("refused", by: by, body: "{\"command\":\"\(command.rawValue)\",\"code\":\"\(code)\"}", at: at))
    default: describeDecision(record, at, into: &change)
    }
  }

  /// What the class is shown anyway is in the public row; here only who did it, when that differs.
  private func describeSpoken(_ record: LessonRecord, _ at: Timestamp, into change: inout Change) {
    switch record {
    case .chatMode(let mode, let by):
      change.rows.append(row("chatModeBy", by: by, body: "{\"mode\":\"\(mode.rawValue)\"}", at: at))
    case .chatErased(let message, let by):
      change.rows.append(row("erasedBy", by: by, body: LiveJSON.object([("message", LiveJSON.string(message.rawValue))]), at: at))
    case .hand(let person, _, let by) where person != by:
      change.rows.append(row("handLowered", person: person, by: by, at: at))
    default: break
    }
  }

  private func describeDecision(_ record: LessonRecord, _ at: Timestamp, into change: inout Change) {
    let plan = plan
    var event: (name: String, by: Person.ID?, about: Person.ID?)?
    switch record {
    case .opened(let by): event = ("lesson.opened", by, nil)
    case .ended(let by):
      event = ("lesson.ended", by, nil)
      let lesson = plan.id
      change.writes.append { try LessonSeal.seal(lesson, unit: plan.unit, in: $0) }
    case .locked(let by): event = ("lesson.locked", by, nil)
    case .unlocked(let by): event = ("lesson.unlocked", by, nil)
    case .frozen(let by): event = ("lesson.frozen", by, nil)
    case .unfrozen(let by): event = ("lesson.unfrozen", by, nil)
    case .teacherAway: event = ("lesson.teacher_away", nil, nil)
    case .teacherBack: event = ("lesson.teacher_back", nil, nil)
    case .removed(let person, let ban):
      event = ("lesson.removed", ban.by, person)
      change.writes.append { try LiveStore.ban(person, ban, plan, in: $0) }
    case .banLifted(let person, let by):
      event = ("lesson.ban_lifted", by, person)
      change.writes.append { try LiveStore.liftBans(of: person, plan, by: by, in: $0) }
    case .guestAdmitted(let person, let by):
      event = ("lesson.guest_admitted", by, person)
      change.writes.append { try LiveStore.guest(person, of: plan.id, by: by, in: $0) }
    case .guestWithdrawn(let person, let by):
      event = ("lesson.guest_withdrawn", by, person)
      change.writes.append { try LiveStore.withdrawGuest(person, of: plan.id, in: $0) }
    case .reconnected(let person, let by): event = ("lesson.reconnected", by, person)
    case .revoked(let person): event = ("lesson.revoked", nil, person)
    case .permits(let person, let kinds, let by):
      change.rows.append(row("permitsBy", person: person, by: by, body: "{\"permits\":\(LiveJSON.permits(kinds))}", at: at))
    case .published(let person, let kind):
      change.rows.append(row("published", person: person, body: "{\"kind\":\"\(kind.rawValue)\"}", at: at))
    case .seatGivenUp(let person): change.rows.append(row("seatGivenUp", person: person, at: at))
    default: break
    }
    guard let event else { return }
    change.rows.append(row(event.name, person: event.about, by: event.by, at: at))
    let ledger = Event(
      event.name, unit: plan.unit, by: event.by, of: plan.id.rawValue, event.about.map { ["person": $0.rawValue] } ?? [:])
    change.writes.append { try $0.publish(ledger) }
  }

  private func admissionRow(_ person: Person.ID, _ decision: AdmissionDecision, _ at: Timestamp) -> LogRow {
    let (outcome, reason) = Self.words(decision.outcome)
    let body = LiveJSON.object([
      ("outcome", LiveJSON.string(outcome)), ("reason", LiveJSON.string(reason)),
      ("record", LiveJSON.string(decision.record)), ("role", LiveJSON.string(decision.standing?.role.rawValue ?? "")),
      ("name", LiveJSON.string(name(person))), ("resumes", decision.resumes ? "true" : "false"),
    ])
    return row(outcome == "refused" ? "admissionRefused" : "admission", person: person, body: body, at: at)
  }

  private func admissionEvent(_ person: Person.ID, _ decision: AdmissionDecision) -> Event {
    let (outcome, reason) = Self.words(decision.outcome)
    return Event(
      outcome == "refused" ? "admission.refused" : "admission.decided", unit: plan.unit, by: person,
      of: plan.id.rawValue, ["outcome": outcome, "reason": reason])
  }

  private static func words(_ outcome: AdmissionDecision.Outcome) -> (outcome: String, reason: String) {
    switch outcome {
    case .room: ("room", "")
    case .lobby(let reason): ("lobby", reason.rawValue)
    case .refused(let reason): ("refused", reason.rawValue)
    }
  }
}

// MARK: What a page is shown first

extension LiveRoom {
  private func lobbyText(_ person: Person.ID) -> String {
    LiveJSON.object([
      ("t", "\"entered\""), ("place", "\"lobby\""), ("lesson", LiveJSON.string(plan.id.rawValue)),
      ("you", you(person)), ("start", "\(plan.time.start.seconds)"),
      ("text", LiveJSON.string(waitingSentence)),
    ])
  }

  private var waitingSentence: String {
    if state.phase == .scheduled { return LobbyReason.teacherHasNotOpened.sentence }
    if state.isLocked || state.isFrozen { return LobbyReason.doorLocked.sentence }
    return LobbyReason.teacherAway.sentence
  }

  private func you(_ person: Person.ID) -> String {
    let seat = state.seats[person]
    return LiveJSON.object([
      ("person", LiveJSON.string(person.rawValue)), ("name", LiveJSON.string(name(person))),
      ("role", LiveJSON.string(seat?.role.rawValue ?? "")), ("permits", LiveJSON.permits(seat?.permits ?? [])),
      ("hand", seat?.handIsUp == true ? "true" : "false"),
    ])
  }

  private func roomText(_ person: Person.ID) -> String {
    let present = state.seats.filter { $0.value.place == .room }.sorted { $0.key < $1.key }
    let people = present.map { id, seat in
      LiveJSON.object([
        ("person", LiveJSON.string(id.rawValue)), ("name", LiveJSON.string(name(id))),
        ("role", LiveJSON.string(seat.role.rawValue)), ("live", seat.isLive ? "true" : "false"),
        ("hand", seat.handIsUp ? "true" : "false"), ("permits", LiveJSON.permits(seat.permits)),
      ])
    }
    var fields = [
      ("t", "\"entered\""), ("place", "\"room\""), ("lesson", LiveJSON.string(plan.id.rawValue)), ("seq", "\(seq)"),
      ("you", you(person)), ("phase", LiveJSON.string(state.phase.rawValue)),
      ("locked", state.isLocked ? "true" : "false"), ("frozen", state.isFrozen ? "true" : "false"),
      ("teacher", state.teacherPresent ? "true" : "false"), ("chat", LiveJSON.string(state.chatMode.rawValue)),
      ("start", "\(plan.time.start.seconds)"), ("end", "\(plan.time.end.seconds)"), ("people", LiveJSON.list(people)),
    ]
    // Who is missing and who waits is the teacher's business alone.
    if state.seats[person]?.role == .teacher {
      let waiting = state.seats.filter { $0.value.place == .lobby }.keys.sorted().map { LiveJSON.string($0.rawValue) }
      fields.append(("waiting", LiveJSON.list(waiting)))
      fields.append(
        (
          "roster",
          LiveJSON.list(
            roster.map {
              LiveJSON.object([("person", LiveJSON.string($0.person.rawValue)), ("name", LiveJSON.string(name($0.person)))])
            })
        ))
    }
    return LiveJSON.object(fields)
  }
}
