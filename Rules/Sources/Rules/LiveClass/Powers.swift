/// Who may do what in a lesson: one table of role × command × target × circumstances; what it does not name
/// is denied.
///
/// The same table draws the buttons and checks the commands.
/// - Source: Hạ Long dispatch of May 2020, 1.3d (S3-33), 1.4d (S3-45, S3-46), section 2 (S3-58 to S3-60).
package enum Powers {
  package enum Role: String, Hashable, Sendable, CaseIterable {
    case teacher, visitor, pupil, guest
    /// In the lobby.
    case waiting
    /// Has a seat, and a broken line.
    case lineLost
    /// An adult with an office for this class, not in the room.
    case office
    /// Line, clock and accounts.
    case system
    case outsider

    init(_ role: RoomRole) {
      switch role {
      case .teacher: self = .teacher
      case .visitor: self = .visitor
      case .pupil: self = .pupil
      case .guest: self = .guest
      }
    }
  }

  /// Whom a command is about, seen from who sends it.
  package enum Target: String, Hashable, Sendable, CaseIterable {
    /// The command names nobody.
    case nothing
    case oneself
    /// Pupil or guest with a seat, in lobby or room.
    case learner
    case visitor
    case teacher
    /// Somebody without a seat.
    case outside
  }

  package struct Circumstances: Hashable, Sendable {
    package var phase: LessonState.Phase
    package var isFrozen: Bool
    package var chatMode: ChatMode
    package var teacherPresent: Bool
    /// Whether the sender holds the permit for the medium in question.
    package var holdsPermit: Bool

    package init(
      phase: LessonState.Phase, isFrozen: Bool, chatMode: ChatMode, teacherPresent: Bool, holdsPermit: Bool
    ) {
      self.phase = phase
      self.isFrozen = isFrozen
      self.chatMode = chatMode
      self.teacherPresent = teacherPresent
      self.holdsPermit = holdsPermit
    }
  }

  /// When a row of the table holds.
  enum Condition: Hashable, Sendable {
    case always, scheduled, notEnded, open
    /// Open, and not stopped.
    case running
    /// Running, a teacher there, the chat open.
    case chatOpen
    /// Running, a teacher there, the medium allowed.
    case permitted

    func holds(_ now: Circumstances) -> Bool {
      switch self {
      case .always: true
      case .scheduled: now.phase == .scheduled
      case .notEnded: now.phase != .ended
      case .open: now.phase == .open
      case .running: now.phase == .open && !now.isFrozen
      case .chatOpen: Condition.running.holds(now) && now.teacherPresent && now.chatMode == .open
      case .permitted: Condition.running.holds(now) && now.teacherPresent && now.holdsPermit
      }
    }
  }

  struct Row: Sendable {
    let roles: Set<Role>
    let commands: Set<LessonCommand.Kind>
    let targets: Set<Target>
    let condition: Condition

    init(
      _ roles: Set<Role>, _ commands: Set<LessonCommand.Kind>, _ targets: Set<Target>, _ condition: Condition
    ) {
      self.roles = roles
      self.commands = commands
      self.targets = targets
      self.condition = condition
    }
  }

  static let table: [Row] = [
    // The door is not a power: whoever they are, AdmissionRules decides.
    Row(Set(Role.allCases).subtracting([.system]), [.enter], [.nothing], .always),
    Row([.teacher, .visitor, .pupil, .guest, .waiting, .lineLost], [.leave], [.nothing], .always),
    Row([.lineLost], [.connectionBack], [.nothing], .notEnded),
    // Nobody who has a seat is ever kept from calling for help: not in the lobby, not while all is stopped.
    Row([.teacher, .visitor, .pupil, .guest, .waiting, .lineLost], [.alarm, .help], [.nothing], .notEnded),

    Row([.teacher], [.open], [.nothing], .scheduled),
    Row([.teacher, .office, .system], [.end], [.nothing], .notEnded),
    Row([.teacher], [.lock, .unlock, .freeze, .unfreeze, .setChatMode, .muteAll], [.nothing], .open),
    Row([.teacher], [.publish, .chat], [.nothing], .running),
    Row([.teacher, .office], [.eraseChat], [.nothing], .always),
    Row([.teacher], [.remove, .reconnect], [.learner, .visitor], .notEnded),
    Row([.teacher], [.allow, .mute, .lowerHand], [.learner, .visitor], .open),
    Row([.teacher, .office], [.admitGuest], [.outside], .notEnded),
    Row([.teacher, .office], [.withdrawGuest], [.outside, .learner], .notEnded),
    Row([.teacher, .office], [.liftBan], [.outside], .always),

    Row([.visitor, .pupil, .guest], [.raiseHand], [.nothing], .running),
    Row([.visitor, .pupil, .guest], [.lowerHand], [.oneself], .open),
    Row([.visitor, .pupil, .guest], [.chat], [.nothing], .chatOpen),
    Row([.visitor, .pupil, .guest], [.publish], [.nothing], .permitted),

    Row([.system], [.connectionLost, .seatExpired, .revoke], [.learner, .visitor, .teacher], .always),
  ]

  private struct Key: Hashable {
    let role: Role
    let command: LessonCommand.Kind
    let target: Target
  }

  private static let conditions: [Key: [Condition]] = {
    var found: [Key: [Condition]] = [:]
    for row in table {
      for role in row.roles {
        for command in row.commands {
          for target in row.targets {
            found[Key(role: role, command: command, target: target), default: []].append(row.condition)
          }
        }
      }
    }
    return found
  }()

  /// Whether the table allows it; default deny.
  package static func allows(
    _ role: Role, _ command: LessonCommand.Kind, on target: Target = .nothing, when now: Circumstances
  ) -> Bool {
    conditions[Key(role: role, command: command, target: target)]?.contains { $0.holds(now) } ?? false
  }

  /// Why it is not allowed, in the words for who asked.
  package static func refusal(
    _ role: Role, _ command: LessonCommand.Kind, on target: Target, when now: Circumstances
  ) -> UserError {
    let everAllowed = Target.allCases.contains {
      conditions[Key(role: role, command: command, target: $0)] != nil
    }
    guard everAllowed else {
      return [.outsider, .waiting, .lineLost, .office].contains(role) ? .notInTheRoom : .notAllowedInLesson
    }
    guard conditions[Key(role: role, command: command, target: target)] != nil else {
      return target == .outside ? .personNotHere : .notAllowedInLesson
    }
    if command == .open, now.phase == .open { return .nothingToChange }
    if now.phase != .open { return .lessonNotOpen }
    if now.isFrozen { return .everythingStopped }
    if command == .chat, now.chatMode == .off { return .chatIsOff }
    if command == .publish, !now.holdsPermit { return .mediaNotAllowed }
    return now.teacherPresent ? .notAllowedInLesson : .teacherIsAway
  }
}
