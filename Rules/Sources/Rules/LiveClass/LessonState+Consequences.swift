extension LessonState {
  var liveTeachers: [Person.ID] {
    seats.filter { $0.value.role == .teacher && $0.value.isLiveInRoom }.keys.sorted()
  }

  /// What follows from the difference of two states, whatever command made it: presence, media and news of
  /// who is there. Derived in one place, so that no command can forget to end a stay or to cut a line.
  func consequences(since before: LessonState) -> [LessonEffect] {
    guard seats != before.seats else { return [] }
    var effects: [LessonEffect] = []
    for person in Set(seats.keys).union(before.seats.keys).sorted() {
      effects += moved(person, from: before.seats[person], to: seats[person])
    }
    if phase == .open, before.phase == .open { effects += teacherCameOrWent(since: before) }
    return effects
  }

  private func moved(_ person: Person.ID, from old: Seat?, to new: Seat?) -> [LessonEffect] {
    let was = old?.isLive == true ? old?.place : nil
    let isNow = new?.isLive == true ? new?.place : nil
    // A seat whose line is down may still hold connections to the media server, from before a restart.
    if old?.place == .room, old?.isLive == false, new == nil { return [.media(.detach(person))] }
    guard was != isNow else { return [] }
    var effects: [LessonEffect] = []
    if let was { effects.append(.persist(.presenceEnded(person, was))) }
    if let isNow { effects.append(.persist(.presenceBegan(person, isNow))) }
    if was == .room {
      effects += [.media(.detach(person)), .broadcast(new == nil ? .left(person) : .lineLost(person))]
    }
    switch (isNow, new) {
    case (.room, let seat?):
      effects += [.media(.admit(person, seat.role, seat.permits)), .broadcast(.joined(person, seat.role))]
      if was == .lobby { effects.append(.tell(person, .letIn)) }
    case (.lobby, _):
      // Only the teacher learns who waits; those who wait learn nothing of one another.
      effects += liveTeachers.map { .tell($0, .waiting(person)) }
    default: break
    }
    return effects
  }

  /// Children are never alone with one another: without a teacher nothing is sent or received.
  private func teacherCameOrWent(since before: LessonState) -> [LessonEffect] {
    switch (before.teacherPresent, teacherPresent) {
    case (true, false): [.persist(.teacherAway), .broadcast(.teacherAway), .media(.stopAll)]
    case (false, true):
      [.persist(.teacherBack), .broadcast(.teacherBack)] + (isFrozen ? [] : [.media(.goOn)])
    default: []
    }
  }
}
