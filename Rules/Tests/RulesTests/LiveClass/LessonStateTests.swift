import Rules
import Testing

/// The story of a lesson, step by step, as the issue tells it.
struct LessonStateTests {
  static let teacher = LessonUniverse.teacher
  static let pupil = LessonUniverse.pupil(7, devices: 2)
  static let stranger = LessonUniverse.stranger
  static let now = LessonUniverse.now

  /// A running lesson with teacher and pupil.
  private func running() -> LessonState {
    var state = LessonState(lesson: .init(rawValue: "L"), time: LessonUniverse.time)
    enter(Self.teacher, &state)
    enter(Self.pupil, &state)
    _ = state.perform(.open, by: .person(Self.teacher.person), at: Self.now)
    return state
  }

  @discardableResult
  private func enter(
    _ who: LessonUniverse.Member, device: Int = 0, ticket: TicketState = .valid,
    _ state: inout LessonState
  ) -> LessonOutcome {
    state.perform(
      .enter(LessonUniverse.entry(who, device: device, ticket: ticket)), by: .person(who.person), at: Self.now
    )
  }

  private func teach(_ command: LessonCommand, _ state: inout LessonState) -> LessonOutcome {
    state.perform(command, by: .person(Self.teacher.person), at: Self.now)
  }

  @Test func openingLetsTheWaitingInWithRecordMediaAndNews() {
    var state = LessonState(lesson: .init(rawValue: "L"), time: LessonUniverse.time)
    enter(Self.pupil, &state)
    #expect(state.seats[Self.pupil.person]?.place == .lobby)
    enter(Self.teacher, &state)
    let effects = teach(.open, &state).effects
    let pupil = Self.pupil.person
    #expect(
      effects == [
        .persist(.opened(by: Self.teacher.person)), .persist(.presenceEnded(pupil, .lobby)),
        .persist(.presenceBegan(pupil, .room)), .broadcast(.opened), .media(.admit(pupil, .pupil, [])),
        .broadcast(.joined(pupil, .pupil)), .tell(pupil, .letIn),
      ])
  }

  @Test func removedPupilComesBackOnNoDeviceUntilAnAdultLiftsIt() {
    var state = running()
    let pupil = Self.pupil.person
    let effects = teach(.remove(pupil, .lesson), &state).effects
    #expect(effects.contains(.media(.detach(pupil))) && effects.contains(.disconnect(pupil)))
    for device in 0...1 { #expect(enter(Self.pupil, device: device, &state).refusal == .removedFromClass) }
    #expect(state.perform(.liftBan(pupil), by: .person(pupil), at: Self.now).refusal != nil)
    #expect(state.perform(.liftBan(pupil), by: .office(LessonUniverse.head), at: Self.now).refusal == nil)
    #expect(enter(Self.pupil, device: 1, &state).refusal == nil)
  }

  @Test func secondDeviceIsRefusedAndRaisesAnAlarm() {
    var state = running()
    let outcome = enter(Self.pupil, device: 1, &state)
    #expect(outcome.refusal == .seatOnOtherDevice)
    #expect(outcome.effects.contains(.persist(.alarm(.doubleUse, by: nil, about: Self.pupil.person))))
    #expect(state.seats[Self.pupil.person]?.device == .init(rawValue: "d0"))
  }

  /// Before a restart of the program the media server knew them; nobody else will tell it that they are gone.
  @Test(arguments: [.seatExpired(pupil.person), .revoke(pupil.person)] as [LessonCommand])
  func whoLosesTheSeatWhileTheLineIsDownLosesTheMediaToo(_ command: LessonCommand) {
    let before = running()
    var state = LessonState(
      restoring: before.lesson, time: before.time, opening: before.opening, phase: .open, isLocked: false,
      isFrozen: false, chatMode: .off, seats: before.seats, bans: [:], guests: [:])
    let effects = state.perform(command, by: .system, at: Self.now).effects
    #expect(effects.contains(.media(.detach(Self.pupil.person))))
  }

  @Test func strangerIsNeverAdmittedWithoutANamedAdult() {
    var state = running()
    #expect(enter(Self.stranger, &state).refusal == .guardiansStayOutside)
    #expect(teach(.admitGuest(Self.stranger.person), &state).refusal == nil)
    #expect(enter(Self.stranger, &state).refusal == nil)
    #expect(state.seats[Self.stranger.person]?.standing.basis == .decision(by: Self.teacher.person))
    #expect(
      teach(.withdrawGuest(Self.stranger.person), &state).effects.contains(
        .media(.detach(Self.stranger.person))))
    #expect(enter(Self.stranger, &state).refusal != nil)
  }

  @Test func aGuestWhomOnlyThePageNamesIsNoGuest() {
    var state = running()
    var entry = LessonUniverse.entry(Self.stranger, device: 0)
    entry.relations = [.guest(admittedBy: Self.teacher.person)]
    #expect(
      state.perform(.enter(entry), by: .person(Self.stranger.person), at: Self.now).refusal == .notInThisClass
    )
  }

  @Test func aWeakLineKeepsSeatHandAndPermits() {
    var state = running()
    let pupil = Self.pupil.person
    _ = teach(.allow(pupil, .microphone, true), &state)
    _ = state.perform(.raiseHand, by: .person(pupil), at: Self.now)
    _ = state.perform(.connectionLost(pupil), by: .system, at: Self.now)
    #expect(!state.maySend(.microphone, pupil) && !state.mayReceive(pupil))
    _ = teach(.lock, &state)
    #expect(enter(Self.pupil, ticket: .used, &state).refusal == nil)
    #expect(state.maySend(.microphone, pupil) && state.seats[pupil]?.handIsUp == true)
    #expect(state.afterRestart().seats[pupil]?.isLive == false)
  }

  @Test func whenTheTeacherIsLostNobodySendsOrReceives() {
    var state = running()
    let pupil = Self.pupil.person
    _ = teach(.allow(pupil, .camera, true), &state)
    let lost = state.perform(.connectionLost(Self.teacher.person), by: .system, at: Self.now)
    #expect(lost.effects.contains(.media(.stopAll)) && lost.effects.contains(.persist(.teacherAway)))
    #expect(!state.maySend(.camera, pupil) && !state.mayReceive(pupil))
    #expect(enter(LessonUniverse.pupil(8), &state).refusal == nil)
    #expect(state.seats[.init(rawValue: "P8")]?.place == .lobby)
    let back = enter(Self.teacher, ticket: .absent, &state)
    #expect(back.effects.contains(.media(.goOn)) && state.maySend(.camera, pupil))
    #expect(state.seats[.init(rawValue: "P8")]?.place == .room)
  }

  @Test func reloadRebuildsMediaWithoutABreakInPresence() {
    var state = running()
    let effects = enter(Self.pupil, ticket: .used, &state).effects
    #expect(effects.contains(.media(.detach(Self.pupil.person))))
    #expect(!effects.contains { if case .persist(.presenceEnded) = $0 { true } else { false } })
  }

  @Test func anAlarmReachesTheTeacherAndIsQuietForChildren() {
    var state = running()
    let pupil = Self.pupil.person
    let effects = state.perform(.alarm(.stranger), by: .person(pupil), at: Self.now).effects
    #expect(
      effects == [
        .persist(.alarm(.stranger, by: pupil, about: nil)), .tell(pupil, .alarmReceived),
        .tell(Self.teacher.person, .alarm(.stranger, by: pupil)),
      ])
    #expect(state.perform(.alarm(.teacherLost), by: .person(pupil), at: Self.now).refusal != nil)
  }

  @Test func everyRefusalIsWrittenDown() {
    var state = running()
    let outcome = state.perform(.end, by: .person(Self.pupil.person), at: Self.now)
    #expect(outcome.effects == [.persist(.refused(.end, by: Self.pupil.person, .init(rawValue: "LOP-440")))])
  }
}
