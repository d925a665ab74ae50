import Rules
import Testing

struct AdmissionRulesTests {
  static let now = Timestamp.onMonday(8, 5)
  static let teacher = Person.ID(rawValue: "T")

  /// Facts with which the pupil comes straight into the room.
  static func facts(_ change: (inout AdmissionFacts) -> Void = { _ in }) -> AdmissionFacts {
    var facts = AdmissionFacts(
      lesson: .init(
        state: .open, time: lessonTime(.onMonday(8, 0), minutes: 45), opening: .standard, teacherPresent: true
      ),
      relations: [.pupil(orderNumber: 7)], account: .active, bans: [], ticket: .valid, device: .valid,
      seat: .free,
      password: .notRequired)
    change(&facts)
    return facts
  }

  private func outcome(at now: Timestamp = now, _ change: (inout AdmissionFacts) -> Void)
    -> AdmissionDecision.Outcome
  {
    AdmissionRules.decide(Self.facts(change), at: now).outcome
  }

  @Test func pupilOfTheRosterComesIn() { #expect(outcome { _ in } == .room) }

  @Test func eachMissingGateAloneKeepsThePupilOut() {
    let ban = Ban(scope: .schoolClass, by: Self.teacher)
    let cases: [(RefusalReason, (inout AdmissionFacts) -> Void)] = [
      (.deviceProofMissing, { $0.device = .missing }), (.deviceProofWrong, { $0.device = .wrong }),
      (.ticketForged, { $0.ticket = .forged }), (.ticketOfOtherAccount, { $0.ticket = .ofOtherAccount }),
      (.ticketOfOtherDevice, { $0.ticket = .ofOtherDevice }),
      (.ticketOfOtherLesson, { $0.ticket = .ofOtherLesson }),
      (.accountLocked, { $0.account = .locked }), (.accountClosed, { $0.account = .closed }),
      (.accountUnverified, { $0.account = .unverified }), (.enrolmentEnded, { $0.account = .enrolmentEnded }),
      (.notOnRoster, { $0.relations = [] }), (.pupilOfOtherClass, { $0.relations = [.pupilOfOtherClass] }),
      (.teacherOfOtherSchool, { $0.relations = [.teacherOfOtherSchool] }),
      (.guardianOfPupil, { $0.relations = [.guardian] }),
      (.visitNotAnnounced, { $0.relations = [.leader(visitAnnounced: false)] }),
      (.visitNotAnnounced, { $0.relations = [.homeroomTeacher(visitAnnounced: false)] }),
      (.removedFromClass, { $0.bans = [ban] }),
      (.removedFromLesson, { $0.bans = [.init(scope: .lesson, by: ban.by)] }),
      (.passwordTriesUsedUp, { $0.password = .triesUsedUp }), (.passwordWrong, { $0.password = .wrong }),
      (.passwordMissing, { $0.password = .missing }), (.ticketMissing, { $0.ticket = .absent }),
      (.ticketUsed, { $0.ticket = .used }), (.ticketExpired, { $0.ticket = .expired }),
      (.lessonEnded, { $0.lesson.state = .ended }), (.seatTaken, { $0.seat = .liveOnOtherDevice }),
    ]
    for (reason, change) in cases { #expect(outcome(change) == .refused(reason)) }
    #expect(outcome(at: .onMonday(7, 44, 59)) { _ in } == .refused(.beforeOpening))
    #expect(outcome(at: .onMonday(7, 45)) { $0.lesson.state = .scheduled } == .lobby(.teacherHasNotOpened))
    #expect(outcome(at: .onMonday(8, 55)) { _ in } == .refused(.lessonEnded))
    let tried = Set(cases.map(\.0)).union([.beforeOpening])
    #expect(tried == Set(RefusalReason.allCases), "a reason without a case")
  }

  /// All combinations of everything that may be known: in only when each single gate is passed.
  @Test func gatesComposeWithAnd() {
    let ban = [Ban(scope: .lesson, by: Self.teacher)]
    let relations: [Set<LessonRelation>] = [
      [], [.guardian], [.pupil(orderNumber: 7)], [.pupil(orderNumber: 7), .guardian], [.teacherInCharge],
    ]
    var checked = 0
    for state in LessonFacts.State.allCases {
      for relation in relations {
        for (bans, password) in [([], .right), (ban, .right), ([], .wrong), ([], .missing)]
          as [([Ban], ClassPasswordState)]
        {
          for ticket in TicketState.allCases {
            for (device, account) in [(.valid, .active), (.missing, .active), (.valid, .locked)]
              as [(DeviceProof, AccountState)]
            {
              for seat in SeatState.allCases {
                for present in [true, false] {
                  let facts = Self.facts {
                    ($0.lesson.state, $0.lesson.teacherPresent, $0.relations, $0.bans) = (
                      state, present, relation, bans
                    )
                    ($0.password, $0.ticket, $0.device, $0.account, $0.seat) = (
                      password, ticket, device, account, seat
                    )
                  }
                  let got = AdmissionRules.decide(facts, at: Self.now).outcome
                  if isRefused(got) == mayPass(facts) || (got == .room) != mayPass(facts) && !waits(facts) {
                    Issue.record("\(facts): \(got)")
                    return
                  }
                  checked += 1
                }
              }
            }
          }
        }
      }
    }
    #expect(checked == 19_200)
  }

  private func isRefused(_ outcome: AdmissionDecision.Outcome) -> Bool {
    if case .refused = outcome { true } else { false }
  }

  /// The gates once more, written the other way round.
  private func mayPass(_ facts: AdmissionFacts) -> Bool {
    let same = facts.seat == .liveOnThisDevice || facts.seat == .lostOnThisDevice
    let belongs = !facts.relations.isDisjoint(with: [.pupil(orderNumber: 7), .teacherInCharge])
    let ticket = facts.ticket == .valid || same && [.absent, .used, .expired].contains(facts.ticket)
    let password = facts.password == .right || same && facts.password == .missing
    return facts.device == .valid && facts.account == .active && belongs && facts.bans.isEmpty && ticket
      && password
      && facts.lesson.state != .ended && facts.seat != .liveOnOtherDevice
  }

  private func waits(_ facts: AdmissionFacts) -> Bool {
    let same = facts.seat == .liveOnThisDevice || facts.seat == .lostOnThisDevice
    guard !facts.relations.contains(.teacherInCharge) else { return false }
    switch facts.lesson.state {
    case .scheduled: return true
    case .locked: return !same
    case .open: return !same && !facts.lesson.teacherPresent
    case .ended: return false
    }
  }

  @Test func lockedDoorKeepsNewcomersWaitingAndLetsTheSameSeatResume() {
    #expect(outcome { $0.lesson.state = .locked } == .lobby(.doorLocked))
    #expect(
      outcome {
        $0.lesson.state = .locked
        $0.seat = .lostOnThisDevice
        $0.ticket = .used
      } == .room)
    #expect(
      outcome {
        $0.lesson.state = .locked
        $0.seat = .liveOnThisDevice
        $0.seatInLobby = true
      } == .lobby(.doorLocked))
    #expect(
      outcome {
        $0.lesson.state = .locked
        $0.seat = .lostOnOtherDevice
      } == .lobby(.doorLocked))
    #expect(
      outcome {
        $0.lesson.state = .locked
        $0.relations = [.substitute]
      } == .room)
  }

  @Test func bansEndOnlyWhenTheyAreDue() {
    let until = Ban(scope: .lesson, by: Self.teacher, until: Self.now)
    #expect(outcome { $0.bans = [until] } == .room)
    #expect(outcome(at: Self.now - 1) { $0.bans = [until] } == .refused(.removedFromLesson))
  }

  @Test func aStrangerLearnsNothingOfTicketOrPassword() {
    let answers = [ClassPasswordState.right, .wrong, .missing, .triesUsedUp].map { password in
      outcome {
        $0.relations = []
        $0.password = password
      }
    }
    #expect(Set(answers) == [.refused(.notOnRoster)])
    let sentences = [
      RefusalReason.ticketForged, .ticketOfOtherAccount, .ticketOfOtherDevice, .ticketOfOtherLesson,
    ]
    .map { $0.error(opens: Self.now) }
    #expect(Set(sentences).count == 1)
    #expect(
      RefusalReason.accountLocked.error(opens: Self.now) == RefusalReason.accountClosed.error(opens: Self.now)
    )
  }

  @Test func everyReasonHasACodeASentenceAndItsOwnRecord() {
    let reasons = RefusalReason.allCases
    #expect(Set(reasons.map(\.record)).count == reasons.count)
    for reason in reasons {
      let error = reason.error(opens: Self.now)
      #expect(error.code.rawValue.hasPrefix("LOP-4"))
      #expect(error.sentence.hasSuffix(".") && !error.sentence.contains("!"))
    }
    #expect(RefusalReason.ticketUsed.record == "Vé vào lớp đã dùng")
    #expect(RefusalReason.beforeOpening.error(opens: .onMonday(7, 45)).sentence.contains("7:45"))
  }

  @Test func theBestStandingCountsWhateverTheOrder() {
    let both: Set<LessonRelation> = [.guardian, .pupil(orderNumber: 3), .teacherInCharge, .substitute]
    #expect(RoomStanding.best(of: both) == .init(role: .teacher, basis: .assignment))
    #expect(RoomStanding.best(of: [.guardian, .leader(visitAnnounced: true)])?.role == .visitor)
    let (ann, ben) = (Person.ID(rawValue: "a"), Person.ID(rawValue: "b"))
    for _ in 0..<20 {
      #expect(
        RoomStanding.best(of: [.guest(admittedBy: ben), .guest(admittedBy: ann)])?.basis == .decision(by: ann)
      )
    }
  }
}
