import Foundation
import Identity
import Jobs
import Logging
import Media
import Realtime
import Rules
import Storage
import Web

/// What a page says over its WebSocket, one message after the other.
struct LiveSocket: Sendable {
  let services: LiveServices
  let rooms: LiveRooms
  let pages: OpenPages
  let outsiders: Outsiders

  /// Runs as long as the connection.
  func serve(_ page: LivePage) async {
    pages.add(page)
    services.hub.subscribe(page.connection, to: Topic("person/\(page.viewer.person.id)"))
    page.connection.send(
      LiveJSON.object([
        ("t", "\"hello\""), ("challenge", LiveJSON.string(page.challenge)),
        ("person", LiveJSON.string(page.viewer.person.id.rawValue)),
      ]))
    for await text in page.connection.messages {
      guard let message = PageMessage.read(text) else {
        page.connection.send(LiveJSON.refused(UserError.unreadableJSON, ref: nil))
        continue
      }
      await handle(message, page)
    }
    pages.remove(page)
    if let room = page.room { await room.lost(page) }
  }

  private func handle(_ message: PageMessage, _ page: LivePage) async {
    do {
      switch message.t {
      case "enter": try await enter(message, page)
      case "shown": try await shown(message, page)
      case "publish", "unpublish", "watch", "watched", "candidate", "lowData": try await media(message, page)
      default: try await command(message, page)
      }
    } catch let error as UserError {
      page.connection.send(LiveJSON.refused(error, ref: message.ref))
    } catch {
      services.logger.error("a live message failed", metadata: ["type": "\(message.t)", "error": "\(error)"])
      page.connection.send(LiveJSON.refused(.roomStartsAnew, ref: message.ref))
    }
  }

  /// A page shows a message: the receipt that it arrived.
  private func shown(_ message: PageMessage, _ page: LivePage) async throws {
    guard let id = message.id, id.utf8.count == 36 else { throw UserError.unreadableJSON }
    let person = page.viewer.person.id
    try await services.database.write { db in
      try Outbox.markDelivered(.init(rawValue: id), by: person, in: db)
    }
  }

  // MARK: The door

  func enter(_ message: PageMessage, _ page: LivePage) async throws {
    guard let key = message.lesson else { throw UserError.unreadableJSON }
    // Keys are plain; a character that an engine cannot store must not look like a fault of the room.
    guard key.utf8.count == 36, key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else { throw UserError.notFound }
    let lesson = Lesson.ID(rawValue: key)
    let room = try await rooms.room(lesson)
    let plan = room.plan
    let person = page.viewer.person.id
    let now = services.database.now()
    let ports = services.ports
    let device = page.device
    // Read again at the door: the page may have been open for hours, and a removed account must not come in.
    let (entry, standing) = try await services.database.read { db -> (Entry, RoomStanding?) in
      let relations = try Self.relations(person, plan, ports, in: db)
      let entry = Entry(
        account: page.viewer.account, device: device, relations: relations,
        accountState: try Self.accountState(page, relations, now: now, in: db),
        ticket: try DoorStore.ticket(
          message.ticket, lesson: lesson, account: page.viewer.account, device: device, at: now, in: db),
        proof: page.proof(message.proof, lesson: lesson, ticket: message.ticket),
        password: try DoorStore.check(
          message.password, plan: plan, account: page.viewer.account, at: now, in: db))
      return (entry, RoomStanding.best(of: relations))
    }
    // A refusal changes nothing: who sits somewhere and is turned away at a door still sits there.
    let before = page.room
    page.enterRoom(room)
    do {
      try await room.enter(
        page, entry, name: Self.name(page.viewer, standing, entry.relations, at: plan),
        ticket: message.ticket, after: message.after ?? 0, keeps: message.keeps ?? false)
    } catch {
      page.enterRoom(before)
      throw error
    }
    if let before, before !== room { await before.lost(page) }
    page.connection.send(LiveJSON.ok(message.ref))
  }

  /// Of an adult by the plan as it stands now: a substitute may have been appointed since the first page came in. A pupil's
  /// place on the roster does not hang on who teaches.
  private static func relations(
    _ person: Person.ID, _ plan: LessonPlan, _ ports: LiveClassPorts, in db: any Connection
  ) throws -> Set<LessonRelation> {
    let relations = try ports.relations(person, plan, db)
    if case .pupil = RoomStanding.best(of: relations)?.role { return relations }
    guard let present = try ports.plan(plan.id, db), present.teacher != plan.teacher else { return relations }
    return try ports.relations(person, present, db)
  }

  private static func accountState(
    _ page: LivePage, _ relations: Set<LessonRelation>, now: Timestamp, in db: any Connection
  ) throws -> Rules.AccountState {
    guard let account = try Accounts.state(of: page.viewer.person.id, in: db),
      account.id == page.viewer.account,
      try Sessions.isOpen(page.viewer.session, in: db)
    else { return .closed }
    switch account.state {
    case .locked: return .locked
    case .closed, .issued: return .closed
    case .active: return account.isVerified ? .active : .unverified
    }
  }

  private static func name(
    _ viewer: Viewer, _ standing: RoomStanding?, _ relations: Set<LessonRelation>, at plan: LessonPlan
  ) -> String {
    let title: DisplayName.AdultTitle =
      switch standing?.basis {
      case .assignment: .teacher
      case .substitution: .substitute
      case .announcedVisit where relations.contains(.homeroomTeacher(visitAnnounced: true)): .homeroomTeacher
      case .announcedVisit where viewer.units(as: .head).contains(plan.unit): .leader
      case .announcedVisit: .inspector
      default: .guest
      }
    return DisplayName.of(adult: viewer.person.name, as: title).text
  }

  // MARK: Commands in the room

  private func command(_ message: PageMessage, _ page: LivePage) async throws {
    guard let room = page.room else { throw await notAdmitted(page) }
    let me = page.viewer.person.id
    if message.t == "chat" {
      try await room.chat(message.text ?? "", by: me)
    } else {
      let command = try Self.command(message, me)
      try await room.perform(command, by: .person(me))
      if command == .leave { await room.letGo(page) }
    }
    page.connection.send(LiveJSON.ok(message.ref))
  }

  /// Who was in a room and has left it may be late; who never was is trying something.
  private func notAdmitted(_ page: LivePage) async -> UserError {
    if !page.hasBeenInRoom { await outsiders.turnedAway(page.viewer, .notAdmitted) }
    return UserError.notInTheRoom
  }

  /// - Throws: LOP-126 for anything that is no command of the protocol.
  static func command(_ message: PageMessage, _ me: Person.ID) throws(UserError) -> LessonCommand {
    switch message.t {
    case "leave": return .leave
    case "open": return .open
    case "end": return .end
    case "lock": return .lock
    case "unlock": return .unlock
    case "freeze": return .freeze
    case "unfreeze": return .unfreeze
    case "muteAll": return .muteAll
    case "alarm": return .alarm(.stranger)
    case "help": return .help
    case "hand": return message.on == false ? .lowerHand(message.target ?? me) : .raiseHand
    case "chatMode":
      guard let mode = message.mode.flatMap(ChatMode.init(rawValue:)) else { throw .unreadableJSON }
      return .setChatMode(mode)
    case "erase":
      guard let id = message.message, Int64(id) != nil else { throw .unreadableJSON }
      return .eraseChat(.init(rawValue: id))
    default: return try aboutSomebody(message)
    }
  }

  private static func aboutSomebody(_ message: PageMessage) throws(UserError) -> LessonCommand {
    guard let target = message.target else { throw .unreadableJSON }
    switch message.t {
    case "mute": return .mute(target)
    case "reconnect": return .reconnect(target)
    case "liftBan": return .liftBan(target)
    case "remove":
      return .remove(target, message.scope.flatMap(Ban.Scope.init(rawValue:)) ?? .lesson)
    case "allow":
      guard let kind = message.kind.flatMap(Rules.MediaKind.init(rawValue:)), let on = message.on else {
        throw .unreadableJSON
      }
      return .allow(target, kind, on)
    default: throw .unreadableJSON
    }
  }

  // MARK: Sound and pictures

  /// Signalling goes on only for somebody in the room, and only for what the rules allow at this moment.
  private func media(_ message: PageMessage, _ page: LivePage) async throws {
    guard let room = page.room else { throw await notAdmitted(page) }
    do {
      try await signal(message, page, room)
    } catch let error as UserError where ![.unavailable, .conflict, .tooMany].contains(error.kind) {
      await room.noteRefused(message.t, by: page.viewer.person.id, error)
      throw error
    }
  }

  private func signal(_ message: PageMessage, _ page: LivePage, _ room: LiveRoom) async throws {
    let me = page.viewer.person.id
    let who = MediaParticipant.ID(rawValue: me.rawValue)
    let id = await room.mediaRoom
    let leg = message.leg.flatMap(MediaLeg.init(rawValue:))
    switch message.t {
    case "publish":
      guard let leg, leg != .watch, let sdp = message.sdp else { throw UserError.unreadableJSON }
      let allowed = await room.allowed(me)
      let answer = try await services.media.publish(sdp, on: leg, by: who, in: id, allowed: allowed)
      page.connection.send(LiveJSON.answer(answer, leg: leg, ref: message.ref))
      try await room.notePublished(
        leg == .screen ? [.screen] : allowed.intersection([.audio, .video]), by: me)
    case "unpublish":
      guard let leg, leg != .watch else { throw UserError.unreadableJSON }
      await services.media.unpublish(leg, by: who, in: id)
    case "watch":
      guard await room.mayReceive(me) else { throw UserError.notInTheRoom }
      let feeds = (message.feeds ?? []).prefix(64).map(MediaFeed.ID.init(rawValue:))
      if let offer = try await services.media.watch(
        Array(feeds), by: who, in: id, fresh: message.fresh ?? false)
      {
        page.connection.send(LiveJSON.offer(offer, ref: message.ref))
      } else {
        page.connection.send(LiveJSON.noOffer(ref: message.ref))
      }
    case "watched":
      guard let sdp = message.sdp else { throw UserError.unreadableJSON }
      try await services.media.accept(sdp, by: who, in: id)
    case "lowData":
      try await services.media.pause(message.on == true ? [.video] : [], for: who, in: id)
      page.connection.send(LiveJSON.ok(message.ref))
    default:
      guard let leg else { throw UserError.unreadableJSON }
      try await services.media.candidate(try Self.candidate(message.candidate), on: leg, by: who, in: id)
    }
  }

  private static func candidate(_ candidate: PageMessage.Candidate?) throws(UserError) -> IceCandidate? {
    guard let candidate, let text = candidate.candidate, !text.isEmpty else { return nil }
    return try IceCandidate(text: text, mid: candidate.sdpMid ?? "", line: candidate.sdpMLineIndex ?? 0)
  }
}
