import Rules
import Storage
import TestKit
import Testing

@Suite struct LedgerTests {
  /// A chain of ten events.
  private func chain(_ kind: EngineKind, clock: FixedClock = FixedClock()) async throws -> Database {
    let database = try await Shelf.make(kind, clock: clock)
    for number in 1...10 {
      try await Shelf.add(number, to: database)
      clock.advance(1)
    }
    return database
  }

  /// What somebody with the database's own tools can do, the triggers out of the way.
  private func tamper(_ database: Database, _ statements: [SQL]) async throws {
    try await database.write { db in
      switch db.kind {
      case .sqlite:
        try db.run(all: ["DROP TRIGGER ledger_event_no_update", "DROP TRIGGER ledger_event_no_delete"])
      case .postgres: try db.run("DROP TRIGGER ledger_event_append_only ON ledger_event")
      }
      try db.run(all: statements)
    }
  }

  @Test(arguments: EngineKind.allCases)
  func numbersHaveNoGapAndHashesAChain(_ kind: EngineKind) async throws {
    let database = try await chain(kind)
    let events = try await database.read { try Ledger.events(of: Shelf.unit, after: 0, limit: 100, in: $0) }
    #expect(events.map(\.number) == Array(1...10))
    #expect(Set(events.map(\.hash)).count == 10)
    #expect(events.map(\.subject) == (1...10).map { "\($0)" })
    let (checked, findings) = try await Ledger.verify(database)
    #expect(checked == 10)
    #expect(findings == [])
  }

  @Test func bothEnginesGiveTheSameHashes() async throws {
    var hashes: [[String]] = []
    for kind in EngineKind.allCases {
      let database = try await chain(kind)
      hashes.append(
        try await database.read { try Ledger.events(of: Shelf.unit, after: 0, limit: 100, in: $0) }.map(
          \.hash))
    }
    #expect(hashes[0] == hashes[1])
  }

  @Test(
    arguments: EngineKind.allCases,
    [
      ("UPDATE ledger_event SET body = '{\"a\":\"b\"}' WHERE number = 4", 4, .altered),
      ("UPDATE ledger_event SET actor_id = 'p' WHERE number = 4", 4, .altered),
      ("UPDATE ledger_event SET subject_id = NULL WHERE number = 4", 4, .altered),
      ("UPDATE ledger_event SET at = at - 1 WHERE number = 4", 4, .altered),
      ("DELETE FROM ledger_event WHERE number = 5", 6, .missing),
      ("DELETE FROM ledger_event WHERE number > 8", 9, .missing),
      ("DELETE FROM ledger_event", 1, .missing),
      (
        """
        INSERT INTO ledger_event (unit_id, number, at, name, body, hash)
        SELECT unit_id, 11, at, name, body, hash FROM ledger_event WHERE number = 10
        """, 11, .altered
      ),
      ("UPDATE ledger_head SET number = 9", 11, .headDiffers),
      ("UPDATE ledger_head SET hash = '0'", 11, .headDiffers),
    ] as [(SQL, Int64, LedgerFinding.Fault)])
  func tamperingIsFound(_ kind: EngineKind, _ row: (act: SQL, number: Int64, fault: LedgerFinding.Fault))
    async throws
  {
    let database = try await chain(kind)
    try await tamper(database, [row.act])
    let findings = try await Ledger.verify(database).findings
    #expect(findings == [LedgerFinding(unit: Shelf.unit, number: row.number, fault: row.fault)])
  }

  @Test(arguments: EngineKind.allCases)
  func anEmptyTextAndNothingAreDifferent(_ kind: EngineKind) async throws {
    let database = try await chain(kind)
    try await tamper(database, ["UPDATE ledger_event SET actor_id = '' WHERE number = 2"])
    #expect(try await Ledger.verify(database).findings.map(\.fault) == [.altered])
  }

  @Test(arguments: EngineKind.allCases)
  func eachUnitHasItsOwnChain(_ kind: EngineKind) async throws {
    let database = try await chain(kind)
    let other = OrgUnit.ID(rawValue: "truong-khac")
    try await database.write { try $0.publish(Event("lesson.opened", unit: other, by: nil)) }
    try await tamper(database, ["DELETE FROM ledger_event WHERE unit_id = \(Shelf.unit) AND number = 1"])
    let (checked, findings) = try await Ledger.verify(database)
    #expect(findings.map(\.unit) == [Shelf.unit])
    #expect(checked == 1)
    #expect(try await database.read { try Ledger.heads(in: $0) } == [Shelf.unit: 10, other: 1])
  }

  @Test(arguments: EngineKind.allCases)
  func aClockThatJumpsBackDoesNotTurnTheChainBack(_ kind: EngineKind) async throws {
    let clock = FixedClock()
    let database = try await chain(kind, clock: clock)
    let before = clock.time
    clock.advance(-86_400)
    try await Shelf.add(11, to: database)
    let events = try await database.read { try Ledger.events(of: Shelf.unit, after: 9, limit: 5, in: $0) }
    #expect(events.map(\.at) == [before - 1, before - 1])
    #expect(try await Ledger.verify(database).findings == [])
  }

  @Test(arguments: EngineKind.allCases)
  func factsComeBack(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let facts = ["reason": "\"<đ>\\\u{1}\n", "a": "", "z": "\u{1F600}"]
    try await database.write {
      try $0.publish(Event("admission.refused", unit: Shelf.unit, by: .init(rawValue: "p"), of: "l", facts))
    }
    let event = try #require(try await database.read { try Ledger.events(about: "l", in: $0) }.first)
    #expect(event.facts == facts)
    #expect(event.actor == .init(rawValue: "p"))
  }

  @Test(arguments: EngineKind.allCases)
  func anEventOfAFailedChangeIsNowhere(_ kind: EngineKind) async throws {
    let database = try await chain(kind)
    await #expect(throws: (any Error).self) { try await Shelf.add(3, to: database) }
    try await Shelf.add(11, to: database)
    let (checked, findings) = try await Ledger.verify(database)
    #expect(checked == 11)
    #expect(findings == [])
  }
}
