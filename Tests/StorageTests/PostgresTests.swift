import Foundation
import Rules
import TestKit
import Testing

@testable import Storage

@Suite struct PostgresTests {
  /// A database and a second node on it, with its own settings.
  private func nodes(_ change: (inout PostgresSettings) -> Void = { _ in }) async throws -> (
    Database, Database
  ) {
    let first = try await Shelf.make(.postgres)
    let engine = try #require(first.engine as? PostgresEngine)
    var settings = engine.settings
    change(&settings)
    return (first, Database(engine: PostgresEngine(settings), now: first.now))
  }

  @Test(
    arguments: [
      ("53100", .disk), ("58030", .disk), ("55P03", .busy), ("57014", .busy), ("23505", .duplicate),
      ("23503", .refusedBySchema), ("42601", .statement), ("53200", .busy),
    ] as [(String, StorageError.Reason)])
  func everyStateHasItsReason(_ row: (state: String, reason: StorageError.Reason)) async throws {
    let database = try await Shelf.make(.postgres)
    let raise = SQL(unsafe: "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '\(row.state)'; END; $$")
    do {
      try await database.write { _ = try $0.run(raise) }
      Issue.record("not refused")
    } catch let error as StorageError {
      #expect(error.reason == row.reason)
      #expect(error.code == row.state)
    }
  }

  @Test func lostSessionsAreMadeAnew() async throws {
    let (database, other) = try await nodes()
    for number in 1...5 {
      try await Shelf.add(number, to: database)
      _ = try await Shelf.numbers(in: database)
      try await other.write { db in
        _ = try db.rows(
          """
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid()
          """)
      }
    }
    #expect(try await Shelf.numbers(in: database) == [1, 2, 3, 4, 5])
    #expect(try await Ledger.verify(database).checked == 5)
  }

  @Test func aSessionLostInTheMiddleOfAChangeIsTriedAgain() async throws {
    let (database, other) = try await nodes()
    let (gate, tries) = (Gate(), Seen())
    let (begun, begin) = AsyncStream<Void>.makeStream()
    let change = Task {
      try await database.write { db in
        try db.run("INSERT INTO book (number, shelf_id) VALUES (1, 's')")
        tries.add(1)
        begin.finish()
        if tries.all.count == 1 { gate.wait() }
        try db.run("INSERT INTO book (number, shelf_id) VALUES (2, 's')")
      }
    }
    for await _ in begun {}
    try await other.write { db in
      _ = try db.rows(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """)
    }
    gate.open()
    try await change.value
    #expect(tries.all.count == 2)
    #expect(try await Shelf.numbers(in: database) == [1, 2])
  }

  @Test func aServerThatIsNotThereIsSaidSoInTime() async throws {
    var settings = PostgresSettings(address: "host=\(try TemporaryFolder.make()) dbname=none")
    settings.connectSeconds = 0.3
    let database = Database(engine: PostgresEngine(settings))
    let start = ContinuousClock.now
    #expect(await refusal { _ = try await database.read { try $0.rows("SELECT 1") } } == .unreachable)
    #expect(await refusal { try await database.write { _ = try $0.run("SELECT 1") } } == .unreachable)
    #expect(ContinuousClock.now - start < .seconds(20))
    let bad = Database(
      engine: PostgresEngine(
        {
          var bad = settings
          bad.address = "nonsense=\u{0}x'"
          return bad
        }()))
    #expect(await refusal { _ = try await bad.read { try $0.rows("SELECT 1") } } == .unreachable)
  }

  @Test func aStatementThatTakesTooLongIsEnded() async throws {
    let (_, node) = try await nodes { $0.statementSeconds = 0.3 }
    #expect(await refusal { _ = try await node.read { try $0.rows("SELECT pg_sleep(30)") } } == .busy)
    #expect(try await node.read { try $0.row("SELECT 1")?.int(0) } == 1)
  }

  @Test func aLockHeldByAnotherNodeIsWaitedForAndThenRefused() async throws {
    let (database, node) = try await nodes { $0.lockSeconds = 0.3 }
    let gate = Gate()
    let (begun, begin) = AsyncStream<Void>.makeStream()
    let holder = Task {
      try await database.write { db in
        try db.publish(Event("book.added", unit: Shelf.unit, by: nil))
        begin.finish()
        gate.wait()
      }
    }
    for await _ in begun {}
    let other = OrgUnit.ID(rawValue: "truong-khac")
    let refused = await withTaskGroup(of: StorageError.Reason?.self) { group in
      for number in 1...4 {
        group.addTask {
          await refusal {
            try await node.write {
              try $0.publish(Event("book.added", unit: number == 2 ? Shelf.unit : other, by: nil))
            }
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(refused.compactMap { $0 } == [.busy])
    gate.open()
    try await holder.value
    #expect(try await Ledger.verify(database).checked == 4)
  }

  @Test func twoChangesThatWaitForEachOtherBothArrive() async throws {
    let (database, node) = try await nodes()
    let units = ["a", "b"].map { OrgUnit.ID(rawValue: $0) }
    for unit in units {
      try await database.write { try $0.publish(Event("book.added", unit: unit, by: nil)) }
    }
    let (here, there) = (Gate(), Gate())
    @Sendable func change(_ database: Database, _ units: [OrgUnit.ID], _ mine: Gate, _ theirs: Gate)
      async throws
    {
      let tries = Seen()
      try await database.write { db in
        tries.add(1)
        try db.publish(Event("book.added", unit: units[0], by: nil))
        if tries.all.count == 1 {
          theirs.open()
          mine.wait()
        }
        try db.publish(Event("book.added", unit: units[1], by: nil))
      }
    }
    async let one: Void = change(database, units, here, there)
    async let two: Void = change(node, units.reversed(), there, here)
    _ = try await (one, two)
    #expect(try await database.read { try Ledger.heads(in: $0) } == [units[0]: 3, units[1]: 3])
  }

  @Test func aCommitTellsTheOtherNodesOnceForEachUnit() async throws {
    let (database, _) = try await nodes()
    let engine = try #require(database.engine as? PostgresEngine)
    let link = try PostgresLink(engine.settings, until: .now() + 30)
    _ = try link.exchange([.plain("LISTEN lopan")])
    try await database.write { db in
      for _ in 1...3 { try db.publish(Event("book.added", unit: Shelf.unit, by: nil)) }
      db.wake("jobs")
    }
    await #expect(throws: CancellationError.self) {
      try await database.write { db in
        db.wake("never")
        throw CancellationError()
      }
    }
    _ = try link.exchange([.plain("SELECT 1")])
    #expect(try link.notifications() == ["#jobs:0", "\(Shelf.unit):3"])
  }

  @Test func newsFromAnotherNodeRingsHere() async throws {
    let (database, _) = try await nodes()
    let engine = try #require(database.engine as? PostgresEngine)
    var rings = database.wakeUps(on: "news").makeAsyncIterator()
    // The first ring says that the listener is connected.
    #expect(await rings.next() != nil)
    let link = try PostgresLink(engine.settings, until: .now() + 30)
    _ = try link.exchange([.plain("NOTIFY lopan, '#news:0'")])
    #expect(await rings.next() != nil)
  }

  @Test func aTableThatChangesUnderAPreparedStatementDoesNoHarm() async throws {
    let (database, node) = try await nodes()
    let ask: @Sendable (any Connection) throws -> Int = {
      try $0.rows("SELECT * FROM shelf").first?.count ?? 0
    }
    #expect(try await database.read(ask) == 2)
    try await node.write { try $0.run("ALTER TABLE shelf ADD COLUMN room TEXT") }
    for _ in 0..<8 { #expect(try await database.read(ask) == 3) }
  }

  @Test func listsOfAnyLengthCostNoMemoryForEver() async throws {
    let (database, _) = try await nodes()
    for length in stride(from: 1, to: 1_400, by: 2) {
      let found = try await database.read { db in
        try db.row("SELECT COUNT(*) FROM shelf WHERE id IN (\(list: Array(repeating: "s", count: length)))")?
          .int(0)
      }
      #expect(found == 1)
    }
    let held = try await database.read {
      try $0.row("SELECT COUNT(*) FROM pg_prepared_statements")?.int(0) ?? 0
    }
    #expect(held <= 402)
  }

  @Test func largeValuesGoBothWays() async throws {
    let (database, _) = try await nodes()
    let bytes = (0..<6_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try await database.write {
      try $0.run("INSERT INTO book (number, shelf_id, cover) VALUES (1, 's', \(bytes))")
    }
    #expect(try await database.read { try $0.row("SELECT cover FROM book")?.bytes(0) } == bytes)
  }
}
