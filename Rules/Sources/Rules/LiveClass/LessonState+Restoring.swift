extension LessonState {
  /// A lesson as the store kept it, with every line broken: what a node takes up after a restart.
  package init(
    restoring lesson: Lesson.ID, time: LessonTime, opening: OpeningRules, phase: Phase, isLocked: Bool,
    isFrozen: Bool, chatMode: ChatMode, seats: [Person.ID: Seat], bans: [Person.ID: [Ban]],
    guests: [Person.ID: Person.ID]
  ) {
    self.init(lesson: lesson, time: time, opening: opening, bans: bans, guests: guests)
    self.phase = phase
    self.isLocked = isLocked
    self.isFrozen = isFrozen
    self.chatMode = chatMode
    self.seats = seats
    for person in seats.keys { self.seats[person]?.isLive = false }
  }
}

extension LessonState.Seat {
  package init(
    restoring account: Account.ID, device: DeviceKey.ID, standing: RoomStanding,
    place: PresenceInterval.Place,
    permits: MediaKinds, handIsUp: Bool
  ) {
    self.init(
      account: account, device: device, standing: standing, place: place, isLive: false, permits: permits,
      handIsUp: handIsUp)
  }
}
