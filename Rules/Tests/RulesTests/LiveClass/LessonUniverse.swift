import Rules

/// One thing that may happen to a lesson.
struct LessonEvent {
  let command: LessonCommand
  let actor: LessonActor
  let at: Timestamp
}

/// A few people, what each may bring to the door, and everything that any of them may try.
struct LessonUniverse {
  static let early = Timestamp.onMonday(6, 0)
  static let now = Timestamp.onMonday(8, 5)
  static let after = Timestamp.onMonday(9, 0)
  static let time = lessonTime(.onMonday(8, 0), minutes: 45)
  /// The head, who acts from outside and never enters.
  static let head = Person.ID(rawValue: "H")

  struct Member {
    let person: Person.ID
    let relations: Set<LessonRelation>
    let devices: Int
  }

  let members: [Member]
  /// Media that are asked for and allowed; empty leaves out all that happens only inside the room.
  let kinds: [MediaKind]
  let start: LessonState

  init(_ members: [Member], kinds: [MediaKind]) {
    self.members = members
    self.kinds = kinds
    start = LessonState(lesson: .init(rawValue: "L"), time: Self.time)
  }

  static let teacher = Member(person: .init(rawValue: "T"), relations: [.teacherInCharge], devices: 1)
  static func pupil(_ number: Int, devices: Int = 1) -> Member {
    .init(person: .init(rawValue: "P\(number)"), relations: [.pupil(orderNumber: number)], devices: devices)
  }
  /// Nobody the school knows; becomes a guest only when an adult decides so.
  static let stranger = Member(person: .init(rawValue: "X"), relations: [.guardian], devices: 1)

  /// Whether somebody belongs here by roster or timetable.
  func isKnown(_ person: Person.ID) -> Bool {
    members.contains { $0.person == person && RoomStanding.best(of: $0.relations) != nil }
  }

  static func entry(
    _ member: Member, device: Int, ticket: TicketState = .valid, proof: DeviceProof = .valid
  ) -> Entry {
    Entry(
      account: .init(rawValue: member.person.rawValue), device: .init(rawValue: "d\(device)"),
      relations: member.relations, accountState: .active, ticket: ticket, proof: proof, password: .notRequired
    )
  }

  /// Every event there is: each person tries everything on everybody, allowed or not.
  var events: [LessonEvent] {
    let people = members.map(\.person)
    let actors: [LessonActor] = people.map { .person($0) } + [.office(Self.head), .system]
    var events = members.flatMap(entries)
    for actor in actors {
      for command in commandsWithoutTarget() {
        events.append(.init(command: command, actor: actor, at: Self.now))
      }
      for person in people {
        for command in commands(on: person) {
          events.append(.init(command: command, actor: actor, at: Self.now))
        }
      }
    }
    return events
  }

  private func entries(_ member: Member) -> [LessonEvent] {
    (0..<member.devices).flatMap { device in
      let own = [
        (TicketState.valid, Self.now), (.used, Self.now), (.valid, Self.early), (.valid, Self.after),
      ]
      .map { ticket, at in
        LessonEvent(
          command: .enter(Self.entry(member, device: device, ticket: ticket)), actor: .person(member.person),
          at: at)
      }
      let stolen = LessonEvent(
        command: .enter(Self.entry(member, device: device, proof: .missing)), actor: .person(member.person),
        at: Self.now)
      let back = [Self.now, Self.after].map {
        LessonEvent(
          command: .connectionBack(.init(rawValue: "d\(device)")), actor: .person(member.person), at: $0)
      }
      return own + [stolen] + back
    }
  }

  private func commandsWithoutTarget() -> [LessonCommand] {
    let door: [LessonCommand] = [.leave, .open, .end, .lock, .unlock, .freeze, .unfreeze]
    guard !kinds.isEmpty else { return door }
    return door + [
      .muteAll, .raiseHand, .setChatMode(.open), .setChatMode(.off), .chat(Self.hello),
      .eraseChat(.init(rawValue: "m")), .alarm(.stranger), .help,
    ] + kinds.map { .publish($0) }
  }

  private func commands(on person: Person.ID) -> [LessonCommand] {
    var commands: [LessonCommand] = [
      .remove(person, .lesson), .liftBan(person), .reconnect(person), .connectionLost(person),
      .seatExpired(person), .revoke(person),
    ]
    // A decision for somebody who belongs here anyway changes nothing but the number of states.
    if !isKnown(person) { commands += [.admitGuest(person), .withdrawGuest(person)] }
    guard !kinds.isEmpty else { return commands }
    return commands + [.mute(person), .lowerHand(person)]
      + kinds.flatMap { [.allow(person, $0, true), .allow(person, $0, false)] }
  }

  static let hello: ChatText = {
    guard let text = try? ChatRules.accept("Em chào cô", secrets: .init(passphrase: nil, links: [])) else {
      preconditionFailure("a greeting is refused")
    }
    return text
  }()
}
