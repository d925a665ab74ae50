/// What becomes of somebody at the door, with all that the decision record keeps.
package struct AdmissionDecision: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    case room
    case lobby(LobbyReason)
    case refused(RefusalReason)
  }

  package let outcome: Outcome
  /// Role and right; nil when the person has none here.
  package let standing: RoomStanding?
  /// Whether this continues a seat held by the same device.
  package let resumes: Bool

  /// One sentence for the record.
  package var record: String {
    switch outcome {
    case .room: resumes ? "Trở lại chỗ của mình" : "Được vào lớp"
    case .lobby(let reason): reason.record
    case .refused(let reason): reason.record
    }
  }
}

/// Who may come in. All gates must be passed; the order only settles which reason is told.
///
/// First whether it is this person at all (device, forged ticket), so that a thief learns nothing of the
/// account; then whether they belong here, so that a stranger learns nothing of the class password; then the
/// rest.
/// - Source: Hạ Long dispatch of May 2020, section 2 (S3-57, S3-58), part 1.3c (S3-27, S3-30), part 1.3đ
///   (S3-34, S3-35), part 1.4b (S3-41); 167/PGD&ĐT section 2 (S0-11). Teacher first, the lobby and the ticket
///   are ours.
package enum AdmissionRules {
  /// What becomes of somebody who asks to come in.
  ///
  /// - Parameters:
  ///   - facts: as at `now`.
  ///   - now: by the server's clock.
  /// - Returns: `.room` or `.lobby` only when every gate is passed.
  package static func decide(_ facts: AdmissionFacts, at now: Timestamp) -> AdmissionDecision {
    let standing = RoomStanding.best(of: facts.relations)
    let decide = { (outcome: AdmissionDecision.Outcome) in
      AdmissionDecision(outcome: outcome, standing: standing, resumes: facts.seat.resumes)
    }
    do throws(RefusalReason) {
      try checkDevice(facts)
      try checkTicketIsTheirs(facts)
      try checkAccount(facts)
      guard let standing else { throw reasonWithoutStanding(facts.relations) }
      try checkBans(facts, at: now)
      try checkPassword(facts)
      try checkTicketIsFresh(facts)
      try checkDoor(facts, standing.role, at: now)
      if facts.seat == .liveOnOtherDevice { throw .seatTaken }
      return decide(waitingReason(facts, standing.role).map { .lobby($0) } ?? .room)
    } catch {
      return decide(.refused(error))
    }
  }

  private static func checkDevice(_ facts: AdmissionFacts) throws(RefusalReason) {
    switch facts.device {
    case .valid: return
    case .missing: throw .deviceProofMissing
    case .wrong: throw .deviceProofWrong
    }
  }

  private static func checkTicketIsTheirs(_ facts: AdmissionFacts) throws(RefusalReason) {
    switch facts.ticket {
    case .forged: throw .ticketForged
    case .ofOtherAccount: throw .ticketOfOtherAccount
    case .ofOtherDevice: throw .ticketOfOtherDevice
    case .ofOtherLesson: throw .ticketOfOtherLesson
    case .valid, .absent, .used, .expired: return
    }
  }

  private static func checkAccount(_ facts: AdmissionFacts) throws(RefusalReason) {
    switch facts.account {
    case .active: return
    case .locked: throw .accountLocked
    case .closed: throw .accountClosed
    case .unverified: throw .accountUnverified
    case .enrolmentEnded: throw .enrolmentEnded
    }
  }

  private static func reasonWithoutStanding(_ relations: Set<LessonRelation>) -> RefusalReason {
    if relations.contains(.homeroomTeacher(visitAnnounced: false)) { return .visitNotAnnounced }
    if relations.contains(.leader(visitAnnounced: false)) { return .visitNotAnnounced }
    if relations.contains(.guardian) { return .guardianOfPupil }
    if relations.contains(.pupilOfOtherClass) { return .pupilOfOtherClass }
    if relations.contains(.teacherOfOtherSchool) { return .teacherOfOtherSchool }
    return .notOnRoster
  }

  private static func checkBans(_ facts: AdmissionFacts, at now: Timestamp) throws(RefusalReason) {
    let inForce = facts.bans.filter { $0.isInForce(at: now) }
    guard !inForce.isEmpty else { return }
    throw inForce.contains { $0.scope == .schoolClass } ? .removedFromClass : .removedFromLesson
  }

  private static func checkPassword(_ facts: AdmissionFacts) throws(RefusalReason) {
    switch facts.password {
    case .notRequired, .right: return
    case .triesUsedUp: throw .passwordTriesUsedUp
    case .wrong: throw .passwordWrong
    case .missing: if !facts.seat.resumes { throw .passwordMissing }
    }
  }

  /// A seat held by this very device is its own ticket: the first one is spent by then, and a weak line must
  /// not put a child out.
  private static func checkTicketIsFresh(_ facts: AdmissionFacts) throws(RefusalReason) {
    guard !facts.seat.resumes else { return }
    switch facts.ticket {
    case .absent: throw .ticketMissing
    case .used: throw .ticketUsed
    case .expired: throw .ticketExpired
    case .valid, .forged, .ofOtherLesson, .ofOtherAccount, .ofOtherDevice: return
    }
  }

  private static func checkDoor(
    _ facts: AdmissionFacts, _ role: RoomRole, at now: Timestamp
  ) throws(RefusalReason) {
    let (time, opening) = (facts.lesson.time, facts.lesson.opening)
    if facts.lesson.state == .ended || now >= opening.closes(time) { throw .lessonEnded }
    let opens = role == .teacher ? opening.opensForTeacher(time) : opening.opens(time)
    if now < opens { throw .beforeOpening }
  }

  /// The teacher never waits: somebody must be able to come back and unlock the door. Everybody else waits
  /// for the teacher; a locked door lets nobody in but those who were in.
  private static func waitingReason(_ facts: AdmissionFacts, _ role: RoomRole) -> LobbyReason? {
    guard role != .teacher else { return nil }
    let wasInRoom = facts.seat.resumes && !facts.seatInLobby
    switch facts.lesson.state {
    case .scheduled: return .teacherHasNotOpened
    case .locked: return wasInRoom ? nil : .doorLocked
    case .open: return facts.lesson.teacherPresent || wasInRoom ? nil : .teacherAway
    case .ended: return nil
    }
  }
}
