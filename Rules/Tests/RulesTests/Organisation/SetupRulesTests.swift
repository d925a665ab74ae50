import Rules
import Testing

@Suite struct SetupRulesTests {
  private static func span(_ first: String, _ last: String) -> SchoolYearRules.Span {
    .init(first: Day(first)!, last: Day(last)!)
  }

  private static let year = span("2026-08-01", "2027-07-31")
  private static let terms = [span("2026-09-05", "2027-01-18"), span("2027-01-19", "2027-05-31")]

  // MARK: Years

  @Test(
    "what is no year is refused with its own reason",
    arguments: [
      ("2026–2027", year, terms, [], nil),
      ("", year, terms, [], "LOP-212"),
      ("2026–2027", span("2027-07-31", "2026-08-01"), [], [], "LOP-212"),
      ("2026–2027", span("2026-08-01", "2028-07-31"), [], [], "LOP-212"),
      ("2026–2027", year, [terms[1], terms[0]], [], "LOP-213"),
      ("2026–2027", year, [span("2026-07-01", "2026-12-31")], [], "LOP-213"),
      ("2026–2027", year, [terms[0], span("2027-01-18", "2027-05-31")], [], "LOP-213"),
      ("2026–2027", year, terms, [span("2025-08-01", "2026-08-01")], "LOP-214"),
      ("2026–2027", year, terms, [span("2025-08-01", "2026-07-31")], nil),
    ] as [(String, SchoolYearRules.Span, [SchoolYearRules.Span], [SchoolYearRules.Span], String?)])
  func years(
    _ name: String, _ span: SchoolYearRules.Span, _ terms: [SchoolYearRules.Span],
    _ others: [SchoolYearRules.Span], _ code: String?
  ) {
    var refused: String?
    do throws(UserError) {
      try SchoolYearRules.check(.init(name: name, span: span, terms: terms), beside: others)
    } catch { refused = error.code.rawValue }
    #expect(refused == code)
  }

  @Test func aYearIsNotEndedInThePastNorBeforeItBegan() {
    let today = Day("2026-11-21")!
    for (day, isAllowed) in [
      ("2026-11-21", true), ("2027-05-31", true), ("2027-07-31", true), ("2026-11-20", false),
      ("2027-08-01", false), ("2026-08-01", false),
    ] {
      let ended: Void? = try? SchoolYearRules.checkEnding(Self.year, on: Day(day)!, today: today)
      #expect((ended != nil) == isAllowed, "\(day)")
    }
  }

  @Test("what is suggested is accepted, on every day of ten years, and after any number of years")
  func suggestions() throws {
    for number in stride(from: Day("2020-01-01")!.number, to: Day("2030-01-01")!.number, by: 9) {
      let today = Day(number: number)
      var known: [SchoolYearRules.Span] = []
      for round in 0..<3 {
        let proposal = SchoolYearRules.suggestion(for: today, after: known)
        try SchoolYearRules.check(proposal, beside: known)
        if round == 0 { #expect(proposal.span.first <= today && today <= proposal.span.last) }
        known.append(proposal.span)
      }
    }
  }

  // MARK: Subjects

  @Test func everyGradeHasALevelWithItsSubjectsAndNoneTwice() {
    for grade in 1...12 {
      let names = StandardSubjects.level(ofGrade: grade).map(StandardSubjects.names) ?? []
      #expect(names.contains("Toán") && Set(names).count == names.count)
      #expect(names.allSatisfy { (1...60).contains($0.count) })
    }
    #expect(StandardSubjects.level(ofGrade: 0) == nil && StandardSubjects.level(ofGrade: 13) == nil)
  }

  // MARK: Staff

  private func refusal(
    _ step: StaffRules.Step, by actor: StaffRules.Standing, to target: StaffRules.Standing,
    isOneself: Bool = false, didTheOtherHalf: Bool = false
  ) -> String? {
    do throws(UserError) {
      try StaffRules.check(
        .init(step, by: actor, to: target, isOneself: isOneself, didTheOtherHalf: didTheOtherHalf))
      return nil
    } catch { return error.code.rawValue }
  }

  @Test func nobodyVerifiesLocksOrReleasesThemselves() {
    for standing in StaffRules.Standing.allCases {
      for step in [StaffRules.Step.verify, .lock, .unlock, .resetFactor, .leave] {
        #expect(refusal(step, by: standing, to: standing, isOneself: true) == "LOP-215")
      }
      #expect(refusal(.issueSlip, by: standing, to: standing, isOneself: true) == nil)
    }
  }

  @Test func leadersAreLockedAndReleasedByLeadersAlone() {
    for target in [StaffRules.Standing.head, .deputy] {
      for step in [StaffRules.Step.lock, .unlock] {
        #expect(refusal(step, by: .itTeacher, to: target) == "LOP-216")
        #expect(refusal(step, by: .deputy, to: target) == nil)
      }
    }
    #expect(refusal(.leave, by: .itTeacher, to: .deputy) == "LOP-216")
    #expect(refusal(.leave, by: .head, to: .deputy) == nil)
    #expect(refusal(.leave, by: .itTeacher, to: .other) == nil)
    #expect(refusal(.lock, by: .itTeacher, to: .other) == nil)
  }

  @Test func aSchoolIsNeverLeftWithoutItsHead() {
    for actor in StaffRules.Standing.allCases {
      #expect(refusal(.leave, by: actor, to: .head) == "LOP-218")
      let ended: Void? = try? StaffRules.checkFunction(.head, ending: true, by: actor, hasHead: true)
      #expect(ended == nil)
      let handed: Void? = try? StaffRules.checkFunction(.head, ending: false, by: actor, hasHead: true)
      #expect((handed != nil) == (actor == .head))
    }
  }

  @Test("no single person, whoever they are, gets both halves of a leader's sign-in")
  func bothHalves() {
    for actor in StaffRules.Standing.allCases {
      for step in StaffRules.Step.allCases {
        for target in StaffRules.Standing.allCases {
          let code = refusal(step, by: actor, to: target, didTheOtherHalf: true)
          let isHalf = step == .issueSlip || step == .resetFactor
          #expect((code == "LOP-217") == (isHalf && target.isLeader), "\(actor) \(step) \(target)")
        }
      }
    }
  }
}
