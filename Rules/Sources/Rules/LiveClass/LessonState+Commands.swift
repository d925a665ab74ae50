extension LessonState {
  /// What a command that the table allows does. Throws when there is nothing to do it to.
  mutating func carryOut(
    _ command: LessonCommand, _ actor: LessonActor, at now: Timestamp
  ) throws(UserError) -> ([LessonEffect], UserError?) {
    if case .enter(let entry) = command, case .person(let person) = actor {
      return enter(person, entry, at: now)
    }
    guard let person = actor.person else { return (try carryOutForSystem(command), nil) }
    switch command {
    case .leave, .connectionBack, .alarm, .help, .raiseHand, .lowerHand, .publish, .chat, .eraseChat:
      return (try speak(command, person, at: now), nil)
    case .open, .end, .lock, .unlock, .freeze, .unfreeze, .setChatMode, .muteAll:
      return (try steer(command, person, at: now), nil)
    case .remove, .liftBan, .admitGuest, .withdrawGuest, .reconnect, .allow, .mute:
      return (try answerFor(command, person), nil)
    case .enter, .connectionLost, .seatExpired, .revoke:
      throw .notAllowedInLesson
    }
  }

  // MARK: - What each does for themselves

  private mutating func speak(
    _ command: LessonCommand, _ person: Person.ID, at now: Timestamp
  ) throws(UserError) -> [LessonEffect] {
    switch command {
    case .leave:
      seats[person] = nil
      return [.persist(.seatGivenUp(person))]
    case .connectionBack(let device):
      try comeBack(person, on: device, at: now)
      return []
    case .alarm(let kind):
      guard kind.isRaisedByPeople else { throw .notAllowedInLesson }
      return alarm(kind, by: person)
    case .help: return alarm(.needsHelp, by: person)
    case .raiseHand: return try hand(of: person, up: true, by: person)
    case .lowerHand(let target): return try hand(of: target, up: false, by: person)
    case .publish(let kind): return [.persist(.published(person, kind)), .media(.publish(person, kind))]
    case .chat(let text): return [.persist(.chat(text, by: person)), .broadcast(.chat(text, by: person))]
    case .eraseChat(let id): return [.persist(.chatErased(id, by: person)), .broadcast(.chatErased(id))]
    default: throw .notAllowedInLesson
    }
  }

  /// Loud for adults, quiet for children: nothing is broadcast.
  private func alarm(_ kind: AlarmKind, by person: Person.ID) -> [LessonEffect] {
    [.persist(.alarm(kind, by: person, about: nil)), .tell(person, .alarmReceived)]
      + liveTeachers.filter { $0 != person }.map { .tell($0, .alarm(kind, by: person)) }
  }

  private mutating func hand(
    of target: Person.ID, up: Bool, by person: Person.ID
  ) throws(UserError) -> [LessonEffect] {
    guard let seat = seats[target], seat.place == .room else { throw .personNotHere }
    guard seat.handIsUp != up else { throw .nothingToChange }
    seats[target]?.handIsUp = up
    return [.persist(.hand(target, up: up, by: person)), .broadcast(.hand(target, up: up))]
  }

  // MARK: - What the teacher does for the class

  private mutating func steer(
    _ command: LessonCommand, _ person: Person.ID, at now: Timestamp
  ) throws(UserError) -> [LessonEffect] {
    switch command {
    case .open:
      guard now < opening.closes(time) else { throw .lessonHasEnded }
      phase = .open
      return [.persist(.opened(by: person)), .broadcast(.opened)]
    case .end:
      return endLesson(by: person)
    case .lock, .unlock:
      let lock = command == .lock
      guard isLocked != lock else { throw .nothingToChange }
      isLocked = lock
      return lock
        ? [.persist(.locked(by: person)), .broadcast(.locked)]
        : [.persist(.unlocked(by: person)), .broadcast(.unlocked)]
    case .freeze:
      guard !isFrozen else { throw .nothingToChange }
      isFrozen = true
      return [.persist(.frozen(by: person)), .media(.stopAll), .broadcast(.frozen)]
    case .unfreeze:
      guard isFrozen else { throw .nothingToChange }
      isFrozen = false
      return [.persist(.unfrozen(by: person)), .media(.goOn), .broadcast(.unfrozen)]
    case .setChatMode(let mode):
      guard chatMode != mode else { throw .nothingToChange }
      chatMode = mode
      return [.persist(.chatMode(mode, by: person)), .broadcast(.chatMode(mode))]
    case .muteAll:
      return seats.filter { $0.value.role != .teacher && $0.value.place == .room }.keys.sorted()
        .flatMap { permit($0, .microphone, false, by: person) }
    default: throw .notAllowedInLesson
    }
  }

  private mutating func endLesson(by person: Person.ID?) -> [LessonEffect] {
    let leaving = seats.keys.sorted()
    phase = .ended
    (isLocked, isFrozen, chatMode, seats) = (false, false, .off, [:])
    return [.persist(.ended(by: person))] + leaving.map { .tell($0, .ended) } + [.media(.closeRoom)]
  }

  // MARK: - What a named adult answers for

  private mutating func answerFor(
    _ command: LessonCommand, _ adult: Person.ID
  ) throws(UserError) -> [LessonEffect] {
    switch command {
    case .remove(let target, let scope):
      let ban = Ban(scope: scope, by: adult)
      bans[target, default: []].append(ban)
      seats[target] = nil
      return [.persist(.removed(target, ban)), .tell(target, .removed), .disconnect(target)]
    case .liftBan(let target):
      guard bans.removeValue(forKey: target) != nil else { throw .nothingToChange }
      return [.persist(.banLifted(target, by: adult))]
    case .admitGuest(let target):
      guard guests[target] == nil else { throw .nothingToChange }
      guests[target] = adult
      return [.persist(.guestAdmitted(target, by: adult))]
    case .withdrawGuest(let target):
      guard guests.removeValue(forKey: target) != nil else { throw .nothingToChange }
      let effects: [LessonEffect] = [.persist(.guestWithdrawn(target, by: adult))]
      guard seats[target]?.role == .guest else { return effects }
      seats[target] = nil
      return effects + [.tell(target, .removed), .disconnect(target)]
    case .reconnect(let target):
      seats[target]?.isLive = false
      return [.persist(.reconnected(target, by: adult)), .tell(target, .reconnect), .disconnect(target)]
    case .allow(let target, let kind, let on):
      guard seats[target]?.place == .room else { throw .personNotHere }
      return permit(target, kind, on, by: adult)
    case .mute(let target):
      guard seats[target]?.place == .room else { throw .personNotHere }
      return permit(target, .microphone, false, by: adult)
    default: throw .notAllowedInLesson
    }
  }

  /// Written and ordered also when nothing changes: a teacher who mutes twice wants silence, not an error.
  private mutating func permit(
    _ target: Person.ID, _ kind: MediaKind, _ on: Bool, by adult: Person.ID
  ) -> [LessonEffect] {
    if on { seats[target]?.permits.insert(.init(kind)) } else { seats[target]?.permits.remove(.init(kind)) }
    guard let seat = seats[target] else { return [] }
    let effects: [LessonEffect] = [
      .persist(.permits(target, seat.permits, by: adult)), .broadcast(.permits(target, seat.permits)),
    ]
    return seat.isLive ? effects + [.media(.permits(target, seat.permits))] : effects
  }

  // MARK: - What line, clock and accounts do

  private mutating func carryOutForSystem(_ command: LessonCommand) throws(UserError) -> [LessonEffect] {
    switch command {
    case .end: return endLesson(by: nil)
    case .connectionLost(let person):
      guard seats[person]?.isLive == true else { throw .nothingToChange }
      seats[person]?.isLive = false
      return []
    case .seatExpired(let person):
      guard seats[person]?.isLive == false else { throw .nothingToChange }
      seats[person] = nil
      return [.persist(.seatGivenUp(person))]
    case .revoke(let person):
      seats[person] = nil
      return [.persist(.revoked(person)), .disconnect(person)]
    default: throw .notAllowedInLesson
    }
  }
}
