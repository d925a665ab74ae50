/// Everything that is known about somebody who asks to come in, gathered by the store and the transport.
package struct AdmissionFacts: Hashable, Sendable {
  package var lesson: LessonFacts
  package var relations: Set<LessonRelation>
  package var account: AccountState
  /// Bans of this person that are recorded for this lesson or this class, in force or not.
  package var bans: [Ban]
  package var ticket: TicketState
  package var device: DeviceProof
  package var seat: SeatState
  /// Whether that seat is one in the lobby: continuing it then gives no right to the room.
  package var seatInLobby: Bool
  package var password: ClassPasswordState

  package init(
    lesson: LessonFacts, relations: Set<LessonRelation>, account: AccountState, bans: [Ban],
    ticket: TicketState,
    device: DeviceProof, seat: SeatState, seatInLobby: Bool = false, password: ClassPasswordState
  ) {
    self.lesson = lesson
    self.relations = relations
    self.account = account
    self.bans = bans
    self.ticket = ticket
    self.device = device
    self.seat = seat
    self.seatInLobby = seatInLobby
    self.password = password
  }
}

package struct LessonFacts: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// The teacher has not opened it.
    case scheduled
    case open
    /// Open, but the teacher has closed the door or stopped everything.
    case locked
    case ended
  }

  package var state: State
  package var time: LessonTime
  package var opening: OpeningRules
  /// Whether a teacher's seat is live in the room now.
  package var teacherPresent: Bool

  package init(state: State, time: LessonTime, opening: OpeningRules, teacherPresent: Bool) {
    self.state = state
    self.time = time
    self.opening = opening
    self.teacherPresent = teacherPresent
  }
}

package enum AccountState: String, Hashable, Sendable, CaseIterable {
  case active, unverified, locked, closed, enrolmentEnded
}

/// What the ticket that came with the request turned out to be. A genuine one is bound to account, lesson and
/// device.
package enum TicketState: String, Hashable, Sendable, CaseIterable {
  case valid, absent, forged, used, expired, ofOtherLesson, ofOtherAccount, ofOtherDevice
}

/// Whether the device signed our challenge with its key. A copied cookie cannot.
package enum DeviceProof: String, Hashable, Sendable, CaseIterable { case valid, missing, wrong }

/// What is known of this person's one seat in the lesson.
package enum SeatState: String, Hashable, Sendable, CaseIterable {
  case free, liveOnThisDevice, liveOnOtherDevice, lostOnThisDevice, lostOnOtherDevice

  /// Whether coming in now continues a seat on the device that holds it: a reload, a broken line.
  package var resumes: Bool { self == .liveOnThisDevice || self == .lostOnThisDevice }
}

package enum ClassPasswordState: String, Hashable, Sendable, CaseIterable {
  case notRequired, right, wrong, missing, triesUsedUp
}

/// A person shut out until a named adult lifts it. Keyed by person, so it holds on every account and device.
package struct Ban: Hashable, Sendable, Codable {
  package enum Scope: String, Hashable, Sendable, CaseIterable, Codable { case lesson, schoolClass }

  package let scope: Scope
  package let by: Person.ID
  /// When it ends by itself; nil, as a rule: never.
  package let until: Timestamp?

  package init(scope: Scope, by: Person.ID, until: Timestamp? = nil) {
    self.scope = scope
    self.by = by
    self.until = until
  }

  package func isInForce(at now: Timestamp) -> Bool { until.map { now < $0 } ?? true }
}
