extension LessonState {
  /// Somebody at the door: a decision record in any case, a seat when the decision gives one.
  mutating func enter(
    _ person: Person.ID, _ entry: Entry, at now: Timestamp
  ) -> ([LessonEffect], UserError?) {
    let decision = AdmissionRules.decide(facts(person, entry), at: now)
    var effects: [LessonEffect] = [.persist(.admission(person, decision))]
    switch decision.outcome {
    case .refused(let reason):
      if reason == .seatTaken { effects.append(.persist(.alarm(.doubleUse, by: nil, about: person))) }
      let forTeacher = decision.standing?.role == .teacher
      return (effects, reason.error(opens: forTeacher ? opening.opensForTeacher(time) : opening.opens(time)))
    case .lobby:
      seat(person, entry, decision, in: .lobby)
    case .room:
      // A reload builds its media legs anew; those of the page that is gone must not go on.
      if seats[person]?.isLiveInRoom == true, let seat = seats[person] {
        effects += [.media(.detach(person)), .media(.admit(person, seat.role, seat.permits))]
      }
      seat(person, entry, decision, in: .room)
    }
    return (effects, nil)
  }

  /// Back on the same device after a broken line, without the door: the seat was kept.
  mutating func comeBack(_ person: Person.ID, on device: DeviceKey.ID, at now: Timestamp) throws(UserError) {
    guard let seat = seats[person] else { throw .notInTheRoom }
    guard seat.device == device else { throw .seatOnOtherDevice }
    guard now < opening.closes(time) else { throw .lessonHasEnded }
    seats[person]?.isLive = true
  }

  /// What the lesson itself knows, beside what the person brought.
  private func facts(_ person: Person.ID, _ entry: Entry) -> AdmissionFacts {
    // Only a decision recorded in this lesson makes a guest; one that was withdrawn in the meantime must not
    // count.
    var relations = entry.relations.filter { if case .guest = $0 { false } else { true } }
    if let adult = guests[person] { relations.insert(.guest(admittedBy: adult)) }
    let seat = seats[person]
    return AdmissionFacts(
      lesson: .init(state: stateForDoor, time: time, opening: opening, teacherPresent: teacherPresent),
      relations: relations, account: entry.accountState, bans: bans[person] ?? [], ticket: entry.ticket,
      device: entry.proof, seat: seatState(seat, on: entry.device), seatInLobby: seat?.place == .lobby,
      password: entry.password)
  }

  private var stateForDoor: LessonFacts.State {
    switch phase {
    case .scheduled: .scheduled
    case .open: isLocked || isFrozen ? .locked : .open
    case .ended: .ended
    }
  }

  private func seatState(_ seat: Seat?, on device: DeviceKey.ID) -> SeatState {
    guard let seat else { return .free }
    if seat.device == device { return seat.isLive ? .liveOnThisDevice : .lostOnThisDevice }
    return seat.isLive ? .liveOnOtherDevice : .lostOnOtherDevice
  }

  private mutating func seat(
    _ person: Person.ID, _ entry: Entry, _ decision: AdmissionDecision, in place: PresenceInterval.Place
  ) {
    guard let standing = decision.standing else { preconditionFailure("admitted without standing") }
    let old = seats[person]
    // Another device, or another role, begins without permits: what the teacher allowed was for that seat.
    let keeps = old?.device == entry.device && old?.role == standing.role
    seats[person] = Seat(
      account: entry.account, device: entry.device, standing: standing, place: place, isLive: true,
      permits: standing.role == .teacher ? .all : keeps ? old?.permits ?? [] : [],
      handIsUp: keeps && old?.handIsUp == true)
  }
}
