import Rules
import Testing

@Suite struct RosterReconciliationTests {
  private func row(
    _ id: String, _ name: String, code: String? = nil, born: String? = nil, in className: String = "6A2",
    no: Int? = nil
  ) -> RosterRow {
    .init(
      pupil: .init(rawValue: id), className: className, orderNumber: no, pupilCode: code, name: name,
      birthDate: born.flatMap { Day($0) })
  }

  private func entry(
    _ line: Int, _ name: String, code: String? = nil, born: String? = nil, in className: String = "6A2",
    no: Int? = nil
  ) -> ClassListEntry {
    .init(
      source: .init(sheet: "", line: line), className: className, orderNumber: no, pupilCode: code,
      name: name,
      birthDate: born.flatMap { Day($0) })
  }

  private func id(_ text: String) -> Person.ID { .init(rawValue: text) }

  @Test func codeFindsThePupilWhateverElseChanged() {
    let existing = [row("a", "Lê An", code: "1", born: "2014-01-01", in: "6A1", no: 3)]
    let plan = RosterReconciliation.plan(
      existing: existing, incoming: [entry(2, "Lê Ân", code: "1", born: "2014-01-01", in: "6A2", no: 5)],
      wholeClasses: true)
    #expect(
      plan.changes == [
        .movedClass(id("a"), from: "6A1", to: "6A2"), .renamed(id("a"), from: "Lê An", to: "Lê Ân"),
        .renumbered(id("a"), from: 3, to: 5),
      ])
  }

  @Test func missingFromAWholeClassMeansLeft() {
    let existing = [
      row("a", "Lê An", no: 1), row("b", "Lê Bình", no: 2), row("c", "Lê Chi", in: "6A9", no: 1),
    ]
    let list = [entry(2, "Lê An", no: 1)]
    #expect(
      RosterReconciliation.plan(existing: existing, incoming: list, wholeClasses: true).changes
        == [.left(id("b"), className: "6A2")])
    #expect(RosterReconciliation.plan(existing: existing, incoming: list, wholeClasses: false).isEmpty)
  }

  @Test func nobodyLeavesBecauseARowCouldNotBeRead() {
    let existing = [row("a", "Lê An", no: 1), row("b", "Lê Bình", no: 2)]
    for className in ["6a2", nil] {
      let fault = ClassListRejection(
        source: .init(sheet: "", line: 3), column: "", letter: "", reason: .phoneUnreadable, sentence: "",
        text: "",
        className: className)
      let plan = RosterReconciliation.plan(
        existing: existing, incoming: [entry(2, "Lê An", no: 1)], wholeClasses: true, rejected: [fault])
      #expect(plan.changes.isEmpty && plan.unsure == [id("b")])
    }
  }

  @Test func whatIsNotClearIsLeftToTheClerk() {
    let existing = [
      row("a", "Lê An", code: "1", born: "2014-01-01"), row("b", "Lê Bình", born: "2014-02-02", in: "6A1"),
      row("c", "Lê Chi", born: "2014-03-03"), row("d", "Lê Chi", born: "2014-04-04"),
      row("e", "Lê Dung", code: "5", born: "2014-05-05"), row("f", "Lê Thị Em", born: "2014-06-06"),
    ]
    let list = [
      entry(2, "Vũ Gấm", code: "1", born: "2013-01-01"),  // a's code, nothing else of a's
      entry(3, "Lê Bình", born: "2014-02-02"),  // perhaps moved
      entry(4, "Lê Chi"),  // either of two
      entry(5, "Lê Dung", code: "9", born: "2014-05-05"),  // another code
      entry(6, "Lê Thi Em", born: "2014-06-06"),  // perhaps misspelt
      entry(7, "Vũ Hoa", code: "8"),  // new
    ]
    let plan = RosterReconciliation.plan(existing: existing, incoming: list, wholeClasses: true)
    #expect(
      plan.ambiguous.map(\.cause) == [
        .codeOfAnother, .perhapsChanged, .severalFit, .otherCode, .perhapsChanged,
      ])
    #expect(
      plan.ambiguous.map { $0.candidates.map(\.rawValue) } == [["a"], ["b"], ["c", "d"], ["e"], ["f"]])
    #expect(plan.changes == [.added(list[5], orderNumber: 1)])
    #expect(!plan.unsure.isEmpty)
    let decided = RosterReconciliation.plan(
      existing: existing, incoming: list, wholeClasses: true,
      decisions: [
        list[0].source: .newPupil, list[1].source: .samePupil(id("b")), list[2].source: .samePupil(id("d")),
        list[3].source: .samePupil(id("e")), list[4].source: .samePupil(id("f")),
      ])
    #expect(decided.ambiguous.isEmpty)
    #expect(decided.changes.contains(.movedClass(id("b"), from: "6A1", to: "6A2")))
    #expect(decided.changes.contains(.recoded(id("e"), from: "5", to: "9")))
    #expect(decided.changes.contains(.left(id("c"), className: "6A2")))
  }

  @Test func emptyCellsEraseNothing() {
    var known = row("a", "Lê An", code: "1", born: "2014-01-01", no: 1)
    known.sex = .female
    known.guardian = .init(name: "Vũ Mai", phone: "0912345678")
    let plan = RosterReconciliation.plan(
      existing: [known], incoming: [entry(2, "Lê An", no: 1)], wholeClasses: true)
    #expect(plan.isEmpty && plan.unchanged == [id("a")])
  }

  @Test func aNewGuardianNeverGetsTheOldOnesNumber() {
    var known = row("a", "Lê An", code: "1", no: 1)
    known.guardian = .init(name: "Vũ Mai", phone: "0912345678")
    var list = entry(2, "Lê An", code: "1", no: 1)
    list.guardianName = "Lê Sơn"
    let plan = RosterReconciliation.plan(existing: [known], incoming: [list], wholeClasses: true)
    #expect(plan.changes == [.guardianCorrected(id("a"), from: known.guardian, to: .init(name: "Lê Sơn"))])
  }

  @Test func aNumberInUseIsNotGivenTwice() {
    let existing = [row("a", "Lê An", no: 1), row("b", "Lê Bình", no: 2)]
    let plan = RosterReconciliation.plan(
      existing: existing, incoming: [entry(2, "Lê Chi", no: 2)], wholeClasses: false)
    #expect(plan.changes == [.added(entry(2, "Lê Chi", no: 2), orderNumber: 3)])
    #expect(plan.numberConflicts.map(\.given) == [3])
  }

  @Test("planning again after applying plans nothing", arguments: [true, false])
  func planningAgainPlansNothing(wholeClasses: Bool) {
    for seed in UInt64(1)...400 {
      var generator = RosterGenerator(seed: seed)
      let existing = generator.roster()
      let incoming = generator.list(of: existing)
      let first = RosterReconciliation.plan(
        existing: existing, incoming: incoming, wholeClasses: wholeClasses)
      let after = applied(first, to: existing)
      let second = RosterReconciliation.plan(existing: after, incoming: incoming, wholeClasses: wholeClasses)
      #expect(second.changes.isEmpty, "seed \(seed)")
      #expect(second.ambiguous.count == first.ambiguous.count, "seed \(seed)")
      let numbers = after.compactMap { row in row.orderNumber.map { "\(row.className) \($0)" } }
      #expect(Set(numbers).count == numbers.count, "seed \(seed)")
    }
  }

  @Test func everyRowAndEveryPupilIsAccountedForOnce() {
    for seed in UInt64(1)...400 {
      var generator = RosterGenerator(seed: seed)
      let existing = generator.roster()
      let incoming = generator.list(of: existing)
      let plan = RosterReconciliation.plan(existing: existing, incoming: incoming, wholeClasses: true)
      let changed = Set(plan.changes.compactMap(\.pupil))
      let added = plan.changes.count { $0.pupil == nil }
      let left = plan.changes.count { if case .left = $0 { true } else { false } }
      #expect(
        added + plan.ambiguous.count + changed.count - left + plan.unchanged.count == incoming.count,
        "seed \(seed)")
      #expect(
        changed.isDisjoint(with: plan.unchanged) && changed.isDisjoint(with: plan.unsure), "seed \(seed)")
      for case .added(let entry, _) in plan.changes {
        #expect(
          !existing.contains { $0.pupilCode == entry.pupilCode && entry.pupilCode != nil }, "seed \(seed)")
      }
    }
  }

  @Test func orderOfTheListDoesNotMatterToTheOutcome() {
    for seed in UInt64(1)...200 {
      var generator = RosterGenerator(seed: seed)
      let existing = generator.roster()
      let incoming = generator.list(of: existing)
      let one = RosterReconciliation.plan(existing: existing, incoming: incoming, wholeClasses: true)
      let other = RosterReconciliation.plan(
        existing: existing.reversed(), incoming: incoming.reversed(), wholeClasses: true)
      #expect(
        Set(one.unchanged) == Set(other.unchanged) && Set(one.unsure) == Set(other.unsure), "seed \(seed)")
      #expect(one.ambiguous.map(\.entry) == other.ambiguous.map(\.entry), "seed \(seed)")
    }
  }
}

/// What a store does with a plan.
private func applied(_ plan: ReconciliationPlan, to existing: [RosterRow]) -> [RosterRow] {
  var rows = existing
  for change in plan.changes {
    if case .added(let entry, let number) = change {
      rows.append(
        .init(
          pupil: .init(rawValue: "new-\(entry.source.line)"), className: entry.className, orderNumber: number,
          pupilCode: entry.pupilCode, name: entry.name, birthDate: entry.birthDate, sex: entry.sex,
          guardian: .init(name: entry.guardianName, phone: entry.guardianPhone)))
    }
    guard let pupil = change.pupil, let index = rows.firstIndex(where: { $0.pupil == pupil }) else {
      continue
    }
    switch change {
    case .added: break
    case .left: rows.remove(at: index)
    case .movedClass(_, _, let name): rows[index].className = name
    case .renamed(_, _, let name): rows[index].name = name
    case .renumbered(_, _, let number): rows[index].orderNumber = number
    case .recoded(_, _, let code): rows[index].pupilCode = code
    case .birthDateCorrected(_, _, let day): rows[index].birthDate = day
    case .sexCorrected(_, _, let sex): rows[index].sex = sex
    case .guardianCorrected(_, _, let guardian): rows[index].guardian = guardian
    }
  }
  return rows
}

/// Small rosters with many namesakes, and lists of them with everything that changes in a school year. Invented names.
private struct RosterGenerator {
  private var state: UInt64
  private let names = ["Lê An", "Lê Ân", "Vũ An", "Trần Bình", "Trần Binh", "Đỗ Chi"]
  private let classes = ["6A1", "6A2", "7A1"]

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }

  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  mutating func birth() -> Day? { chance(25) ? nil : Day(number: 16_000 + Int64(below(6))) }

  mutating func roster() -> [RosterRow] {
    var used: [String: Int] = [:]
    return (0..<below(14)).map { index in
      let className = classes[below(classes.count)]
      used[className, default: 0] += 1 + below(2)
      return .init(
        pupil: .init(rawValue: "p\(index)"), className: className,
        orderNumber: chance(90) ? used[className] : nil,
        pupilCode: chance(60) ? "C\(index)" : nil, name: names[below(names.count)], birthDate: birth(),
        sex: chance(50) ? .male : .unknown,
        guardian: .init(
          name: chance(50) ? "Mẹ \(below(3))" : nil, phone: chance(50) ? "091234567\(below(9))" : nil))
    }
  }

  mutating func list(of roster: [RosterRow]) -> [ClassListEntry] {
    var used: [String: Set<Int>] = [:]
    var result: [ClassListEntry] = []
    func add(_ entry: ClassListEntry) {
      var entry = entry
      if let number = entry.orderNumber, !used[entry.className, default: []].insert(number).inserted {
        entry.orderNumber = nil
      }
      result.append(entry)
    }
    for row in roster where !chance(15) {
      add(
        .init(
          source: .init(sheet: "", line: result.count + 2),
          className: chance(85) ? row.className : classes[below(3)],
          orderNumber: chance(70) ? row.orderNumber : below(20) + 1, orderIsComputed: chance(20),
          pupilCode: chance(80) ? row.pupilCode : nil,
          name: chance(85) ? row.name : names[below(names.count)],
          birthDate: chance(80) ? row.birthDate : birth(), sex: chance(50) ? row.sex : .female,
          guardianName: chance(50) ? row.guardian.name : "Mẹ \(below(3))",
          guardianPhone: chance(60) ? row.guardian.phone : "0987654321"))
    }
    for index in 0..<below(4) {
      add(
        .init(
          source: .init(sheet: "", line: result.count + 2), className: classes[below(3)],
          orderNumber: chance(60) ? below(20) + 1 : nil, pupilCode: chance(60) ? "N\(index)" : nil,
          name: names[below(names.count)], birthDate: birth()))
    }
    return result
  }
}
