import Rules
import Testing

struct AlarmRulesTests {
  @Test func aStrangerReportedByAPupilReachesTeacherFamilyAndHeadAtOnce() {
    let owed = AlarmRules.owed(.stranger, reporter: .pupil, subject: .unknown, age: 0, told: [])
    #expect(owed == [.teacherInCharge, .guardian, .head])
    #expect(
      AlarmRules.owed(.stranger, reporter: .pupil, subject: .unknown, age: 0, told: [.head, .guardian])
        == [.teacherInCharge])
    #expect(
      AlarmRules.owed(.stranger, reporter: .pupil, subject: .unknown, age: 120, told: []).contains(
        .deputyHead))
  }

  @Test func aTeacherReportsToTheHead() {
    #expect(
      AlarmRules.owed(.stranger, reporter: .teacherInCharge, subject: .unknown, age: 0, told: []) == [.head])
  }

  @Test func aGuardianIsToldUnlessTheGuardianIsTheSubject() {
    for subject in AlarmSubject.allCases {
      let owed = AlarmRules.owed(.stranger, reporter: .pupil, subject: subject, age: 0, told: [])
      #expect(owed.contains(.guardian) == (subject != .everyGuardian))
      let left = AlarmRules.exceptions(.stranger, reporter: .pupil, subject: subject).map(\.recipient)
      switch subject {
      case .oneGuardian, .everyGuardian: #expect(left == [.guardian] && owed.contains(.homeroomTeacher))
      case .head: #expect(left == [.head] && owed.contains(.deputyHead) && owed.contains(.receivingAuthority))
      case .unknown, .pupil: #expect(left.isEmpty)
      default: #expect(left.count == 1)
      }
    }
  }

  /// Laws over every kind, reporter and subject.
  @Test func waitingNeverRemovesARecipientAndSomebodyIsAlwaysOwed() {
    let ages: [Int64] = [-5, 0, 59, 60, 120, 300, 600, .day]
    for kind in AlarmKind.allCases {
      for reporter in AlarmReporter.allCases {
        for subject in AlarmSubject.allCases {
          let owed = ages.map {
            AlarmRules.owed(kind, reporter: reporter, subject: subject, age: $0, told: [])
          }
          for (early, late) in zip(owed, owed.dropFirst()) { #expect(Set(early).isSubset(of: late)) }
          let all = Set(owed.last ?? [])
          #expect(!all.isEmpty, "\(kind) \(reporter) \(subject)")
          if let excluded = subject.excluded { #expect(!all.contains(excluded)) }
          #expect(!all.isDisjoint(with: [.teacherInCharge, .homeroomTeacher, .head, .deputyHead]))
          let told = Set(AlarmRecipient.allCases.prefix(3))
          #expect(
            told.isDisjoint(
              with: AlarmRules.owed(kind, reporter: reporter, subject: subject, age: .day, told: told)))
        }
      }
    }
  }

  @Test func functionsBecomePeopleAndTheSubjectIsNeverTold() {
    let (mother, father, teacher, homeroom) = (
      Person.ID(rawValue: "m"), Person.ID(rawValue: "f"), Person.ID(rawValue: "t"), Person.ID(rawValue: "h")
    )
    let holders: [AlarmRecipient: [Person.ID]] = [
      .guardian: [mother, father], .teacherInCharge: [teacher], .homeroomTeacher: [homeroom],
    ]
    let owed: [AlarmRecipient] = [.teacherInCharge, .guardian, .head]
    let one = AlarmAddressees.of(owed, holders: holders, subject: father, reporter: nil)
    #expect(
      one.addressees.map(\.person) == [teacher, mother] && one.leftOut == [father] && one.unfilled == [.head])
    let alone = AlarmAddressees.of(
      [.guardian], holders: [.guardian: [father], .homeroomTeacher: [homeroom]],
      subject: father, reporter: nil)
    #expect(alone.addressees.map(\.person) == [homeroom])
    #expect(alone.addressees.map(\.recipient) == [.guardian])
    #expect(alone.addressees.map(\.standsIn) == [.homeroomTeacher])
    let own = AlarmAddressees.of([.teacherInCharge], holders: holders, subject: nil, reporter: teacher)
    #expect(own.addressees.isEmpty && own.unfilled.isEmpty, "the teacher knows already")
  }

  @Test func dueTimesAreValuesAndAnAcknowledgementSilencesOnlyItsGiver() {
    let plan = AlarmRules.plan(.stranger, reporter: .pupil, subject: .unknown)
    let at = Timestamp(seconds: 10_000)
    let due = AlarmClock.due(plan, raisedAt: at)
    #expect(due.count == plan.count * 5 && due.map(\.at) == due.map(\.at).sorted())
    #expect(due.first == .init(at: at, recipient: .teacherInCharge, action: .tell))
    #expect(AlarmClock.next(due, after: at) == at + 30)
    let fewer = AlarmClock.due(plan, raisedAt: at, acknowledged: [.head])
    #expect(Set(fewer) == Set(due).filter { $0.recipient != .head })
    #expect(AlarmClock.next([], after: at) == nil)
  }

  @Test func groupingLosesNoAlarmAndNeverMixesPeople() {
    for seed in UInt64(1)...200 {
      var generator = SeededGenerator(seed)
      let alarms = (0..<generator.below(30)).map { _ in
        AlarmGroup.Alarm(
          kind: generator.pick([.stranger, .needsHelp]), lesson: .init(rawValue: "L"),
          reporter: .init(rawValue: generator.pick(["a", "b", "c"])),
          at: .init(seconds: Int64(generator.below(600))))
      }
      let groups = AlarmGroup.groups(alarms)
      #expect(groups.flatMap(\.alarms).count == alarms.count)
      for group in groups { #expect(Set(group.alarms.map { "\($0.kind)\($0.reporter as Any)" }).count == 1) }
    }
    let one = (0..<40).map {
      AlarmGroup.Alarm(kind: .stranger, lesson: .init(rawValue: "L"), reporter: nil, at: .init(seconds: $0))
    }
    #expect(AlarmGroup.groups(one).count == 1)
  }
}
