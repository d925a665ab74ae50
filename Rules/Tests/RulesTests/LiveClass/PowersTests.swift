import Rules
import Testing

struct PowersTests {
  static let running = Powers.Circumstances(
    phase: .open, isFrozen: false, chatMode: .open, teacherPresent: true, holdsPermit: true)

  private static var everyCircumstance: [Powers.Circumstances] {
    LessonState.Phase.allCases.flatMap { phase in
      (0..<16).map { bits in
        .init(
          phase: phase, isFrozen: bits & 1 != 0, chatMode: bits & 2 != 0 ? .open : .off,
          teacherPresent: bits & 4 != 0, holdsPermit: bits & 8 != 0)
      }
    }
  }

  /// Every cell of the table, against a list written by hand of who may ever do what.
  @Test func nobodyHasAPowerThatTheListDoesNotName() {
    let own: Set<LessonCommand.Kind> = [.enter, .leave, .alarm, .help]
    let learner = own.union([.raiseHand, .lowerHand, .chat, .publish])
    let ever: [Powers.Role: Set<LessonCommand.Kind>] = [
      .teacher: Set(LessonCommand.Kind.allCases).subtracting([
        .raiseHand, .connectionBack, .connectionLost, .seatExpired, .revoke,
      ]),
      .visitor: learner, .pupil: learner, .guest: learner, .waiting: own,
      .lineLost: own.union([.connectionBack]), .outsider: [.enter],
      .office: [.enter, .end, .eraseChat, .admitGuest, .withdrawGuest, .liftBan],
      .system: [.end, .connectionLost, .seatExpired, .revoke],
    ]
    for role in Powers.Role.allCases {
      for command in LessonCommand.Kind.allCases {
        let allowed = Powers.Target.allCases.contains { target in
          Self.everyCircumstance.contains { Powers.allows(role, command, on: target, when: $0) }
        }
        #expect(allowed == (ever[role]?.contains(command) ?? false), "\(role) \(command)")
      }
    }
  }

  @Test func nobodyActsOnATeacherButTheLine() {
    for role in Powers.Role.allCases where role != .system {
      for command in LessonCommand.Kind.allCases {
        #expect(!Powers.allows(role, command, on: .teacher, when: Self.running), "\(role) \(command)")
      }
    }
  }

  @Test func freezeStopsAllMediaChatAndHands() {
    for role in Powers.Role.allCases {
      for command in [LessonCommand.Kind.publish, .chat, .raiseHand] {
        for now in Self.everyCircumstance where now.isFrozen {
          #expect(!Powers.allows(role, command, when: now), "\(role) \(command)")
        }
      }
    }
  }

  @Test func theAlarmWorksForEverybodyWithASeatUntilTheEnd() {
    for role in [Powers.Role.pupil, .guest, .visitor, .teacher, .waiting, .lineLost] {
      for now in Self.everyCircumstance {
        #expect(Powers.allows(role, .alarm, when: now) == (now.phase != .ended))
      }
    }
  }

  @Test func theRefusalSaysWhatIsInTheWay() {
    var now = Self.running
    now.chatMode = .off
    #expect(Powers.refusal(.pupil, .chat, on: .nothing, when: now) == .chatIsOff)
    now.isFrozen = true
    #expect(Powers.refusal(.pupil, .chat, on: .nothing, when: now) == .everythingStopped)
    now = Self.running
    now.holdsPermit = false
    #expect(Powers.refusal(.pupil, .publish, on: .nothing, when: now) == .mediaNotAllowed)
    now.phase = .scheduled
    #expect(Powers.refusal(.pupil, .publish, on: .nothing, when: now) == .lessonNotOpen)
    #expect(Powers.refusal(.pupil, .remove, on: .learner, when: Self.running) == .notAllowedInLesson)
    #expect(Powers.refusal(.teacher, .remove, on: .outside, when: Self.running) == .personNotHere)
    #expect(Powers.refusal(.outsider, .chat, on: .nothing, when: Self.running) == .notInTheRoom)
    now = Self.running
    now.teacherPresent = false
    #expect(Powers.refusal(.pupil, .chat, on: .nothing, when: now) == .teacherIsAway)
  }
}
