/// A written message in a lesson.
package enum ChatMessage { package typealias ID = Identifier<ChatMessage> }

package enum MediaKind: String, Hashable, Sendable, CaseIterable { case microphone, camera, screen }

/// Which media somebody may send.
package struct MediaKinds: OptionSet, Hashable, Sendable, Codable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }
  package static let all = MediaKinds(rawValue: 7)

  package init(_ kind: MediaKind) {
    switch kind {
    case .microphone: self.init(rawValue: 1)
    case .camera: self.init(rawValue: 2)
    case .screen: self.init(rawValue: 4)
    }
  }
}

/// Who may write in the lesson. Off from the start: S3-45.
package enum ChatMode: String, Hashable, Sendable, CaseIterable, Codable {
  /// Only the teacher writes.
  case off
  case open
}

/// Who sends a command, as the transport knows them.
package enum LessonActor: Hashable, Sendable {
  /// By the person's seat in the lesson.
  case person(Person.ID)
  /// By an office the permission table confirmed, from outside the room.
  case office(Person.ID)
  /// Line, clock and accounts: nobody can send this from a page.
  case system

  package var person: Person.ID? {
    switch self {
    case .person(let person), .office(let person): person
    case .system: nil
    }
  }
}

/// What somebody brings to the door; the lesson adds what it knows itself (bans, seats, decisions, its own
/// state).
package struct Entry: Hashable, Sendable {
  package var account: Account.ID
  package var device: DeviceKey.ID
  /// By roster and timetable; guests are known to the lesson only.
  package var relations: Set<LessonRelation>
  package var accountState: AccountState
  package var ticket: TicketState
  package var proof: DeviceProof
  package var password: ClassPasswordState

  package init(
    account: Account.ID, device: DeviceKey.ID, relations: Set<LessonRelation>, accountState: AccountState,
    ticket: TicketState, proof: DeviceProof, password: ClassPasswordState
  ) {
    self.account = account
    self.device = device
    self.relations = relations
    self.accountState = accountState
    self.ticket = ticket
    self.proof = proof
    self.password = password
  }
}

/// Everything that can be asked of a lesson.
package enum LessonCommand: Hashable, Sendable {
  case enter(Entry)
  case leave
  /// Only after the connection proved the key of its device.
  case connectionBack(DeviceKey.ID)
  case open
  case end
  case lock
  case unlock
  /// Stops all media, chat and hands, and closes the door: “Dừng tất cả”.
  case freeze
  case unfreeze
  /// Out, and banned until a named adult lifts it.
  case remove(Person.ID, Ban.Scope)
  case liftBan(Person.ID)
  case admitGuest(Person.ID)
  case withdrawGuest(Person.ID)
  /// Closes the line only, so that it builds up anew: the seat stays.
  case reconnect(Person.ID)
  case allow(Person.ID, MediaKind, Bool)
  case mute(Person.ID)
  case muteAll
  case publish(MediaKind)
  case raiseHand
  case lowerHand(Person.ID)
  case setChatMode(ChatMode)
  case chat(ChatText)
  case eraseChat(ChatMessage.ID)
  case alarm(AlarmKind)
  /// “Em cần giúp”.
  case help
  case connectionLost(Person.ID)
  case seatExpired(Person.ID)
  /// The account was locked, the session ended, the enrolment closed: out, without a ban.
  case revoke(Person.ID)

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case enter, leave, connectionBack, open, end, lock, unlock, freeze, unfreeze, remove, liftBan, admitGuest
    case withdrawGuest, reconnect, allow, mute, muteAll, publish, raiseHand, lowerHand, setChatMode, chat,
      eraseChat
    case alarm, help, connectionLost, seatExpired, revoke
  }

  package var kind: Kind {
    switch self {
    case .enter: .enter
    case .leave: .leave
    case .connectionBack: .connectionBack
    case .open: .open
    case .end: .end
    case .lock: .lock
    case .unlock: .unlock
    case .freeze: .freeze
    case .unfreeze: .unfreeze
    case .remove: .remove
    case .liftBan: .liftBan
    case .admitGuest: .admitGuest
    case .withdrawGuest: .withdrawGuest
    case .reconnect: .reconnect
    case .allow: .allow
    case .mute: .mute
    case .muteAll: .muteAll
    case .publish: .publish
    case .raiseHand: .raiseHand
    case .lowerHand: .lowerHand
    case .setChatMode: .setChatMode
    case .chat: .chat
    case .eraseChat: .eraseChat
    case .alarm: .alarm
    case .help: .help
    case .connectionLost: .connectionLost
    case .seatExpired: .seatExpired
    case .revoke: .revoke
    }
  }

  /// The person whom the command is about, when it names one.
  package var target: Person.ID? {
    switch self {
    case .remove(let person, _), .liftBan(let person), .admitGuest(let person), .withdrawGuest(let person),
      .reconnect(let person), .allow(let person, _, _), .mute(let person), .lowerHand(let person),
      .connectionLost(let person), .seatExpired(let person), .revoke(let person):
      person
    default: nil
    }
  }
}
