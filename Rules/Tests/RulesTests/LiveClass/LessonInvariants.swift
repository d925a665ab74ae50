import Rules

/// What must hold for every step of every lesson.
struct LessonInvariants {
  let universe: LessonUniverse

  /// The laws that this step breaks, in words; empty when it breaks none.
  func broken(
    _ before: LessonState, _ event: LessonEvent, _ outcome: LessonOutcome, _ after: LessonState
  ) -> [String] {
    guard outcome.refusal == nil else {
      return after == before ? [] : ["a refused command changed the lesson"]
    }
    var broken = statesLaws(after)
    if outcome.effects.isEmpty, after != before { broken.append("a change without effects") }
    broken += doorLaws(before, event, after) + seatLaws(before, after) + effectLaws(before, outcome, after)
    broken += presenceLaws(before, outcome, after)
    return broken
  }

  private func statesLaws(_ state: LessonState) -> [String] {
    var broken: [String] = []
    for (person, seat) in state.seats {
      if !universe.isKnown(person), state.guests[person] == nil {
        broken.append("\(person) has a seat without a roster row or a recorded decision")
      }
      if state.bans[person] != nil { broken.append("\(person) is removed and has a seat") }
      if seat.place == .room, seat.role != .teacher, state.phase != .open {
        broken.append("\(person) is in the room of a lesson that no teacher has opened")
      }
      for kind in MediaKind.allCases where state.maySend(kind, person) {
        if !seat.isLiveInRoom || !seat.permits.contains(.init(kind)) || state.isFrozen || state.phase != .open
        {
          broken.append("\(person) may send \(kind) without the right")
        }
        if seat.role != .teacher, !state.teacherPresent {
          broken.append("\(person) sends while no teacher is there")
        }
      }
    }
    if state.phase == .ended, !state.seats.isEmpty {
      broken.append("somebody sits in a lesson that has ended")
    }
    return broken
  }

  private func doorLaws(_ before: LessonState, _ event: LessonEvent, _ after: LessonState) -> [String] {
    var broken: [String] = []
    let closed = before.isLocked || before.isFrozen
    for (person, seat) in after.seats where seat.place == .room && before.seats[person]?.place != .room {
      if closed, after.isLocked || after.isFrozen, seat.role != .teacher {
        broken.append("\(person) came in through a locked door")
      }
      if before.phase == .ended { broken.append("\(person) came in after the end") }
      if event.at != LessonUniverse.now { broken.append("\(person) came in outside the opening time") }
      if seat.role != .teacher, !after.teacherPresent { broken.append("\(person) came in without a teacher") }
    }
    for person in before.bans.keys where after.bans[person] == nil {
      let adult = event.actor == .office(LessonUniverse.head) || isTeacherInRoom(event.actor, before)
      if event.command != .liftBan(person) || !adult {
        broken.append("the ban of \(person) went without an adult")
      }
    }
    for person in after.guests.keys where before.guests[person] == nil {
      let adult = event.actor == .office(LessonUniverse.head) || isTeacherInRoom(event.actor, before)
      if event.command != .admitGuest(person) || !adult { broken.append("\(person) is a guest of nobody") }
    }
    return broken
  }

  private func isTeacherInRoom(_ actor: LessonActor, _ state: LessonState) -> Bool {
    guard case .person(let person) = actor, let seat = state.seats[person] else { return false }
    return seat.role == .teacher && seat.isLiveInRoom
  }

  private func seatLaws(_ before: LessonState, _ after: LessonState) -> [String] {
    after.seats.compactMap { person, seat in
      guard let old = before.seats[person], old.isLive, old.device != seat.device else { return nil }
      return "a second device took the live seat of \(person)"
    }
  }

  private func effectLaws(_ before: LessonState, _ outcome: LessonOutcome, _ after: LessonState) -> [String] {
    var broken: [String] = []
    var writtenDown = false
    for effect in outcome.effects {
      switch effect {
      case .persist: writtenDown = true
      case .broadcast, .tell, .media, .disconnect:
        if !writtenDown { broken.append("\(effect) before anything was recorded") }
      }
      switch effect {
      case .media(.publish(let person, let kind)):
        if !before.maySend(kind, person) { broken.append("\(person) published \(kind) without the power") }
      case .media(.admit(let person, _, _)):
        if after.seats[person]?.isLiveInRoom != true {
          broken.append("media for \(person), who is not in the room")
        }
      case .broadcast(.chat(_, let person)), .persist(.chat(_, let person)):
        let seat = before.seats[person]
        let mayWrite = seat?.role == .teacher || (before.chatMode == .open && before.teacherPresent)
        if seat?.isLiveInRoom != true || !mayWrite || before.isFrozen || before.phase != .open {
          broken.append("\(person) wrote without the power")
        }
      default: break
      }
    }
    return broken
  }

  /// The presence records must say exactly what happened to the live seats, no more and no less.
  private func presenceLaws(_ before: LessonState, _ outcome: LessonOutcome, _ after: LessonState) -> [String]
  {
    var recorded = live(before)
    for case .persist(let record) in outcome.effects {
      switch record {
      case .presenceEnded(let person, let place):
        if recorded[person] != place { return ["\(person) ended a stay that had not begun"] }
        recorded[person] = nil
      case .presenceBegan(let person, let place):
        if recorded[person] != nil { return ["\(person) began a stay twice"] }
        recorded[person] = place
      default: continue
      }
    }
    return recorded == live(after) ? [] : ["the presence record is not what happened"]
  }

  private func live(_ state: LessonState) -> [Person.ID: PresenceInterval.Place] {
    state.seats.filter(\.value.isLive).mapValues(\.place)
  }
}
