/// The state of one lesson on the node that runs it: a value, changed by `perform` alone.
///
/// Everything here can be rebuilt from the record; nothing here waits, writes or sends. The store writes the
/// records that `perform` returns, and only then the transport does the rest.
package struct LessonState: Hashable, Sendable, Codable {
  package enum Phase: String, Hashable, Sendable, CaseIterable, Codable { case scheduled, open, ended }

  /// The one place that a person has in a lesson, in the lobby or in the room.
  package struct Seat: Hashable, Sendable, Codable {
    package internal(set) var account: Account.ID
    package internal(set) var device: DeviceKey.ID
    package internal(set) var standing: RoomStanding
    package internal(set) var place: PresenceInterval.Place
    /// False while the line is broken and the seat is kept.
    package internal(set) var isLive: Bool
    package internal(set) var permits: MediaKinds
    package internal(set) var handIsUp: Bool

    package var role: RoomRole { standing.role }
    package var isLiveInRoom: Bool { isLive && place == .room }
  }

  package let lesson: Lesson.ID
  package let time: LessonTime
  package let opening: OpeningRules
  package internal(set) var phase: Phase = .scheduled
  package internal(set) var isLocked = false
  package internal(set) var isFrozen = false
  package internal(set) var chatMode: ChatMode = .off
  /// One seat per person, whatever the number of accounts and devices: keyed so that a second cannot exist.
  package internal(set) var seats: [Person.ID: Seat] = [:]
  package internal(set) var bans: [Person.ID: [Ban]]
  /// Guests, each with the adult who decided.
  package internal(set) var guests: [Person.ID: Person.ID]

  /// A lesson that nobody has entered yet.
  ///
  /// - Parameters:
  ///   - bans: recorded for this lesson and its class.
  ///   - guests: recorded decisions, each with the adult who took it.
  package init(
    lesson: Lesson.ID, time: LessonTime, opening: OpeningRules = .standard, bans: [Person.ID: [Ban]] = [:],
    guests: [Person.ID: Person.ID] = [:]
  ) {
    self.lesson = lesson
    self.time = time
    self.opening = opening
    self.bans = bans
    self.guests = guests
  }

  /// The same lesson after the program was started anew: every seat is kept, every line is broken.
  package func afterRestart() -> LessonState {
    var state = self
    for person in seats.keys { state.seats[person]?.isLive = false }
    return state
  }

  // MARK: - Questions

  /// Whether a teacher is in the room with a line that works.
  package var teacherPresent: Bool { seats.contains { $0.value.role == .teacher && $0.value.isLiveInRoom } }

  /// Whether a person may send this medium now: what the media server is held to on every offer.
  package func maySend(_ kind: MediaKind, _ person: Person.ID) -> Bool {
    may(.publish, media: kind, by: .person(person))
  }

  /// Whether a person may receive anything of the lesson now: in the room, with a teacher, nothing stopped.
  package func mayReceive(_ person: Person.ID) -> Bool {
    phase == .open && !isFrozen && seats[person]?.isLiveInRoom == true && teacherPresent
  }

  /// Whether somebody may do something now: for the button as for the command.
  package func may(
    _ command: LessonCommand.Kind, to target: Person.ID? = nil, media: MediaKind? = nil, by actor: LessonActor
  ) -> Bool {
    Powers.allows(
      role(of: actor), command, on: relation(of: actor, to: target), when: circumstances(of: actor, media))
  }

  func role(of actor: LessonActor) -> Powers.Role {
    switch actor {
    case .system: return .system
    case .office: return .office
    case .person(let person):
      guard let seat = seats[person] else { return .outsider }
      if !seat.isLive { return .lineLost }
      return seat.place == .lobby ? .waiting : .init(seat.role)
    }
  }

  func relation(of actor: LessonActor, to target: Person.ID?) -> Powers.Target {
    guard let target else { return .nothing }
    guard let seat = seats[target] else { return .outside }
    if case .person(target) = actor { return .oneself }
    switch seat.role {
    case .pupil, .guest: return .learner
    case .visitor: return .visitor
    case .teacher: return .teacher
    }
  }

  func circumstances(of actor: LessonActor, _ media: MediaKind?) -> Powers.Circumstances {
    let permits = actor.person.flatMap { seats[$0]?.permits } ?? []
    return .init(
      phase: phase, isFrozen: isFrozen, chatMode: chatMode, teacherPresent: teacherPresent,
      holdsPermit: media.map { permits.contains(MediaKinds($0)) } ?? false)
  }

  // MARK: - Commands

  /// Carries out a command, or refuses it and stays as it was.
  ///
  /// - Parameters:
  ///   - actor: as the transport knows them, never as the page says.
  ///   - now: by the server's clock.
  /// - Returns: what has to be written and sent, records first; with the refusal when there is one. A refusal
  ///   is written down as well.
  package mutating func perform(
    _ command: LessonCommand, by actor: LessonActor, at now: Timestamp
  ) -> LessonOutcome {
    let before = self
    do throws(UserError) {
      try checkPower(command, actor)
      let (effects, refusal) = try carryOut(command, actor, at: now)
      letWaitingIn(at: now)
      return Self.outcome(effects + consequences(since: before), refusal)
    } catch {
      self = before
      return Self.outcome([.persist(.refused(command.kind, by: actor.person, error.code))], error)
    }
  }

  private static func outcome(_ effects: [LessonEffect], _ refusal: UserError?) -> LessonOutcome {
    let isRecord = { (effect: LessonEffect) in if case .persist = effect { true } else { false } }
    return .init(effects: effects.filter(isRecord) + effects.filter { !isRecord($0) }, refusal: refusal)
  }

  private func checkPower(_ command: LessonCommand, _ actor: LessonActor) throws(UserError) {
    var media: MediaKind?
    if case .publish(let kind) = command { media = kind }
    let (role, target) = (role(of: actor), relation(of: actor, to: command.target))
    let circumstances = circumstances(of: actor, media)
    guard Powers.allows(role, command.kind, on: target, when: circumstances) else {
      throw Powers.refusal(role, command.kind, on: target, when: circumstances)
    }
  }

  /// Teacher first: whoever waits comes in when the lesson is open, the door unlocked and a teacher there.
  private mutating func letWaitingIn(at now: Timestamp) {
    guard phase == .open, !isLocked, !isFrozen, now < opening.closes(time), teacherPresent else { return }
    for (person, seat) in seats where seat.place == .lobby && seat.isLive { seats[person]?.place = .room }
  }
}
