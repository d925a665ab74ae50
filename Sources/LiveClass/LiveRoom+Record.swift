import Rules
import Storage

/// From what the rules decided to what the record keeps and what pages are told.
extension LiveRoom {
  func describe(_ effects: [LessonEffect], from before: LessonState, into change: inout Change) {
    let at = services.database.now()
    for effect in effects {
      switch effect {
      case .persist(let record): describe(record, at, into: &change)
      case .broadcast(let news):
        let number = next()
        let (kind, text) = LiveJSON.event(news, seq: number, at: at, state: state) { self.name($0) }
        switch news {
        case .chat, .chatErased: lastNews = number
        default: break
        }
        let by: Person.ID? = if case .chat(_, let person) = news { person } else { nil }
        change.rows.append(
          LogRow(seq: number, at: at, kind: kind, person: by, by: by, isPublic: true, body: text))
        change.after.append(.publish(text, number))
      case .tell(let person, let news):
        let text = LiveJSON.event(news, seq: 0, at: at, state: state) { self.name($0) }.text
        change.after.append(news == .letIn ? .letIn(person) : .tell(person, text))
      case .media(let order):
        if case .detach(let person) = order { keptMedia.remove(person) }
        change.after.append(.media(order))
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
    }
    guard state.seats != before.seats else { return }
    let changed = Set(state.seats.keys).union(before.seats.keys).filter {
      state.seats[$0] != before.seats[$0]
    }
    seatWrites(changed.sorted(), into: &change)
  }

  func seatWrites(_ persons: [Person.ID], into change: inout Change) {
    let lesson = plan.id
    for person in persons {
      let seat = state.seats[person]
      change.writes.append { try LiveStore.save(seat, of: person, in: lesson, $0) }
    }
  }

  // MARK: What the record keeps

  private func describe(_ record: LessonRecord, _ at: Timestamp, into change: inout Change) {
    switch record {
    case .chat, .hand, .chatMode, .chatErased:
      describeSpoken(record, at, into: &change)
    case .admission(let person, let decision):
      change.rows.append(admissionRow(person, decision, at))
      let event = admissionEvent(person, decision)
      change.writes.append { try $0.publish(event) }
    case .presenceBegan(let person, let place):
      change.rows.append(
        row("presenceBegan", person: person, body: "{\"place\":\"\(place.rawValue)\"}", at: at))
    case .presenceEnded(let person, let place):
      change.rows.append(
        row("presenceEnded", person: person, body: "{\"place\":\"\(place.rawValue)\"}", at: at))
    case .alarm(let kind, let by, let about):
      change.rows.append(
        row("alarm", person: about, by: by, body: "{\"alarm\":\"\(kind.rawValue)\"}", at: at))
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
      change.rows.append(
        row(
          "erasedBy", by: by, body: LiveJSON.object([("message", LiveJSON.string(message.rawValue))]), at: at)
      )
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
      change.rows.append(
        row("permitsBy", person: person, by: by, body: "{\"permits\":\(LiveJSON.permits(kinds))}", at: at))
    case .published(let person, let kind):
      change.rows.append(row("published", person: person, body: "{\"kind\":\"\(kind.rawValue)\"}", at: at))
    case .seatGivenUp(let person): change.rows.append(row("seatGivenUp", person: person, at: at))
    default: break
    }
    guard let event else { return }
    change.rows.append(row(event.name, person: event.about, by: event.by, at: at))
    let ledger = Event(
      event.name, unit: plan.unit, by: event.by, of: plan.id.rawValue,
      event.about.map { ["person": $0.rawValue] } ?? [:])
    change.writes.append { try $0.publish(ledger) }
  }

  /// Signalling that was refused: the media server decides it, the record is here.
  func noteRefused(_ command: String, by person: Person.ID, _ error: UserError) async {
    guard !isBroken, isWorthARow(person) else { return }
    var change = Change()
    let body = LiveJSON.object([
      ("command", LiveJSON.string(command)), ("code", LiveJSON.string(error.code.rawValue)),
    ])
    change.rows.append(row("refused", by: person, body: body, at: services.database.now()))
    try? await commit(change)
  }

  private func admissionRow(_ person: Person.ID, _ decision: AdmissionDecision, _ at: Timestamp) -> LogRow {
    let (outcome, reason) = Self.words(decision.outcome)
    let body = LiveJSON.object([
      ("outcome", LiveJSON.string(outcome)), ("reason", LiveJSON.string(reason)),
      ("record", LiveJSON.string(decision.record)),
      ("role", LiveJSON.string(decision.standing?.role.rawValue ?? "")),
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
