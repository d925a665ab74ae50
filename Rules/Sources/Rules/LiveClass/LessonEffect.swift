/// What has to happen because of a command, in this order: first what is written down, then what others see
/// and hear.
package enum LessonEffect: Hashable, Sendable {
  /// Written in the transaction that acknowledges the command.
  case persist(LessonRecord)
  /// To everybody in the room.
  case broadcast(LessonNews)
  /// To one person in room or lobby.
  case tell(Person.ID, LessonNews)
  case media(MediaOrder)
  /// Closes the connections of one person.
  case disconnect(Person.ID)
}

/// One line of the append-only record of a lesson.
package enum LessonRecord: Hashable, Sendable {
  case admission(Person.ID, AdmissionDecision)
  case presenceBegan(Person.ID, PresenceInterval.Place)
  case presenceEnded(Person.ID, PresenceInterval.Place)
  case opened(by: Person.ID)
  /// Nil: by the clock.
  case ended(by: Person.ID?)
  case locked(by: Person.ID)
  case unlocked(by: Person.ID)
  case frozen(by: Person.ID)
  case unfrozen(by: Person.ID)
  case removed(Person.ID, Ban)
  case banLifted(Person.ID, by: Person.ID)
  case guestAdmitted(Person.ID, by: Person.ID)
  case guestWithdrawn(Person.ID, by: Person.ID)
  case reconnected(Person.ID, by: Person.ID)
  case permits(Person.ID, MediaKinds, by: Person.ID)
  case published(Person.ID, MediaKind)
  /// `by` differs from the person when the teacher lowers a hand.
  case hand(Person.ID, up: Bool, by: Person.ID)
  case chatMode(ChatMode, by: Person.ID)
  case chat(ChatText, by: Person.ID)
  /// The message stays in the record; only its display ends.
  case chatErased(ChatMessage.ID, by: Person.ID)
  /// `by` is nil when the system itself noticed.
  case alarm(AlarmKind, by: Person.ID?, about: Person.ID?)
  case teacherAway
  case teacherBack
  case seatGivenUp(Person.ID)
  case revoked(Person.ID)
  /// A command that was refused, with the code that the person saw.
  case refused(LessonCommand.Kind, by: Person.ID?, UserError.Code)
}

/// What pages show at once.
package enum LessonNews: Hashable, Sendable {
  case opened, ended, locked, unlocked, frozen, unfrozen, teacherAway, teacherBack
  case joined(Person.ID, RoomRole)
  case left(Person.ID)
  case lineLost(Person.ID)
  case waiting(Person.ID)
  case letIn
  case removed
  case reconnect
  case permits(Person.ID, MediaKinds)
  case hand(Person.ID, up: Bool)
  case chatMode(ChatMode)
  case chat(ChatText, by: Person.ID)
  case chatErased(ChatMessage.ID)
  /// To who raised it.
  case alarmReceived
  /// To teachers in the room.
  case alarm(AlarmKind, by: Person.ID)
}

/// What the media server is told. It never hears of anybody who is not in the room.
package enum MediaOrder: Hashable, Sendable {
  case admit(Person.ID, RoomRole, MediaKinds)
  /// At once: all legs, sending and receiving.
  case detach(Person.ID)
  case permits(Person.ID, MediaKinds)
  case publish(Person.ID, MediaKind)
  case stopAll
  case goOn
  case closeRoom
}

/// The answer to a command. When refused, nothing has changed but the record.
package struct LessonOutcome: Hashable, Sendable {
  package let effects: [LessonEffect]
  package let refusal: UserError?
}
