import Rules
import Testing

/// Units of one invented province, before and after the district offices ended.
private enum Province {
  static let ministry = OrgUnit.ID(rawValue: "ministry")
  static let department = OrgUnit.ID(rawValue: "department")
  static let district = OrgUnit.ID(rawValue: "district")
  static let commune = OrgUnit.ID(rawValue: "commune")
  static let school = OrgUnit.ID(rawValue: "school")
  static let reform = Day("2025-07-01")!
  static let before = Day("2025-06-30")!

  static func edge(
    _ child: OrgUnit.ID, _ parent: OrgUnit.ID, _ kind: UnitEdgeKind = .administrative,
    from: Day = Day("2020-01-01")!,
    to: Day? = nil
  ) -> UnitEdge {
    .init(child: child, parent: parent, kind: kind, validity: .init(from: from, to: to))
  }

  static let graph = UnitGraph([
    edge(department, ministry, .professional),
    edge(district, department, .professional, to: reform),
    edge(school, district, to: reform),
    edge(school, commune, from: reform),
    edge(school, department, .professional, from: reform),
  ])
}

@Suite struct UnitGraphTests {
  @Test(
    "the reform of 2025 moves the school on its own day",
    arguments: [
      (Province.before, [Province.district, Province.department, Province.ministry]),
      (Province.reform, [Province.commune, Province.department, Province.ministry]),
    ])
  func ancestorsAsAt(day: Day, expected: [OrgUnit.ID]) {
    #expect(Province.graph.ancestors(of: Province.school, by: UnitEdgeKind.superior, on: day) == expected)
  }

  @Test func onlyTheAskedKindIsFollowed() {
    let above = Province.graph.ancestors(of: Province.school, by: [.administrative], on: Province.reform)
    #expect(above == [Province.commune])
  }

  @Test func descendantsAreTheOtherWayRound() {
    let below = Province.graph.descendants(
      of: Province.department, by: UnitEdgeKind.superior, on: Province.before)
    #expect(below == [Province.district, Province.school])
  }

  @Test func aSecondAdministrativeParentIsRefused() {
    #expect(throws: UserError.secondAdministrativeParent) {
      try Province.graph.adding(Province.edge(Province.school, Province.ministry, from: Day("2024-01-01")!))
    }
    #expect(throws: Never.self) {
      try Province.graph.adding(Province.edge(Province.school, Province.ministry, .professional))
    }
  }

  @Test func aUnitNeverStandsAboveItself() {
    #expect(throws: UserError.unitCircle) {
      try Province.graph.adding(Province.edge(Province.ministry, Province.ministry))
    }
    // The circle would begin only when a later edge begins.
    let later = Province.edge(Province.ministry, Province.school, .professional, from: Day("2021-01-01")!)
    #expect(throws: UserError.unitCircle) { try Province.graph.adding(later) }
    let earlier = Province.edge(
      Province.ministry, Province.school, .professional, from: Day("2021-01-01")!, to: Province.reform)
    #expect(throws: Never.self) { try Province.graph.adding(earlier) }
  }

  @Test func endingAnEdgeLeavesItsPast() {
    let old = Province.graph.edges[3]
    let ended = Province.graph.ending(old, on: Day("2026-07-01")!)
    #expect(
      ended.parents(of: Province.school, by: [.administrative], on: Day("2026-06-30")!) == [Province.commune])
    #expect(ended.parents(of: Province.school, by: [.administrative], on: Day("2026-07-01")!).isEmpty)
  }

  @Test func changesOfTheFutureNeverRewriteThePast() {
    for seed in UInt64(1)...300 {
      var random = SeededGenerator(seed)
      let units = (0..<8).map { OrgUnit.ID(rawValue: "unit-\($0)") }
      var graph = UnitGraph()
      for _ in 0..<25 { graph = (try? graph.adding(random.edge(among: units, from: 0...100))) ?? graph }
      var later = graph
      for _ in 0..<15 {
        if Bool.random(using: &random), let old = later.edges.randomElement(using: &random) {
          later = later.ending(
            old, on: max(old.validity.from, Day(number: Int64.random(in: 101...150, using: &random))))
        } else {
          later = (try? later.adding(random.edge(among: units, from: 101...150))) ?? later
        }
      }
      for day in 0...100 {
        let day = Day(number: Int64(day))
        for kind in UnitEdgeKind.allCases {
          for unit in units {
            let was = graph.ancestors(of: unit, by: [kind], on: day)
            #expect(later.ancestors(of: unit, by: [kind], on: day) == was, "seed \(seed)")
            #expect(!was.contains(unit), "seed \(seed)")
          }
        }
        for unit in units {
          #expect(later.parents(of: unit, by: [.administrative], on: day).count <= 1, "seed \(seed)")
        }
      }
    }
  }
}

@Suite struct UnitSuccessionTests {
  private static let day = Day("2025-07-01")!
  private static let made: [UnitSuccession] = [
    .init(
      unit: .init(rawValue: "a"), successor: .init(rawValue: "b"), kind: .merge, document: "1/QĐ",
      effective: day),
    .init(
      unit: .init(rawValue: "b"), successor: .init(rawValue: "c"), kind: .split, document: "2/QĐ",
      effective: day.adding(days: 90)),
    .init(
      unit: .init(rawValue: "b"), successor: .init(rawValue: "d"), kind: .split, document: "2/QĐ",
      effective: day.adding(days: 90)),
    .init(
      unit: .init(rawValue: "d"), successor: nil, kind: .dissolve, document: "3/QĐ",
      effective: day.adding(days: 200)),
  ]

  @Test(
    "who stands in",
    arguments: [
      ("a", -1, ["a"]), ("a", 0, ["b"]), ("a", 89, ["b"]), ("a", 90, ["c", "d"]), ("a", 200, ["c"]),
      ("d", 200, []),
      ("x", 500, ["x"]),
    ])
  func successors(unit: String, daysAfter: Int, expected: [String]) {
    let found = UnitSuccessionRules.successors(
      of: .init(rawValue: unit), among: Self.made, on: Self.day.adding(days: daysAfter))
    #expect(found.map(\.rawValue) == expected)
  }

  @Test func noUnitBecomesItsOwnSuccessor() {
    let circle = UnitSuccession(
      unit: .init(rawValue: "c"), successor: .init(rawValue: "a"), kind: .merge, document: "4/QĐ",
      effective: Self.day)
    #expect(throws: UserError.successionCircle) { try UnitSuccessionRules.check(circle, beside: Self.made) }
  }
}

extension SeededGenerator {
  fileprivate mutating func edge(among units: [OrgUnit.ID], from days: ClosedRange<Int64>) -> UnitEdge {
    let from = Day(number: Int64.random(in: days, using: &self))
    let to = Bool.random(using: &self) ? from.adding(days: Int.random(in: 0...60, using: &self)) : nil
    return .init(
      child: units.randomElement(using: &self)!, parent: units.randomElement(using: &self)!,
      kind: UnitEdgeKind.allCases.randomElement(using: &self)!, validity: .init(from: from, to: to))
  }
}
