import Rules
import Storage
import TestKit
import Testing

@Suite struct SubscriptionTests {
  /// The next numbers after one, as a page that just came back would ask for them.
  private func take(_ count: Int, after: Int64, from database: Database) async throws -> [Int64] {
    var numbers: [Int64] = []
    if count == 0 { return [] }
    for try await event in Ledger.subscription(to: Shelf.unit, after: after, in: database) {
      numbers.append(event.number)
      if numbers.count == count { break }
    }
    return numbers
  }

  @Test(arguments: EngineKind.allCases)
  func resumingUnderManyWritersLosesAndRepeatsNothing(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    try await withThrowingTaskGroup(of: [Int64].self) { group in
      for writer in 0..<8 {
        group.addTask {
          for number in 1...25 { try await Shelf.add(writer * 25 + number, to: database) }
          return []
        }
      }
      for seed in UInt64(1)...3 {
        group.addTask {
          var generator = SeededGenerator(seed)
          var numbers: [Int64] = []
          while numbers.count < 200 {
            let piece = min(Int.random(in: 1...60, using: &generator), 200 - numbers.count)
            numbers += try await take(piece, after: numbers.last ?? 0, from: database)
          }
          return numbers
        }
      }
      for try await numbers in group where !numbers.isEmpty { #expect(numbers == Array(1...200)) }
    }
  }

  @Test(arguments: EngineKind.allCases)
  func aWaitingReaderIsWokenAndEndsWhenCancelled(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let seen = Seen()
    let reader = Task {
      for try await event in Ledger.subscription(to: Shelf.unit, after: 0, in: database) {
        seen.add(Int(event.number))
      }
    }
    for number in 1...3 {
      try await Shelf.add(number, to: database)
      #expect(try await eventually { seen.all.count == number })
    }
    reader.cancel()
    try await reader.value
    #expect(seen.all == [1, 2, 3])
  }

  @Test func anotherProcessIsHeardOnSQLite() async throws {
    let path = try TemporaryFolder.make() + "/shared.sqlite"
    let (here, there) = (
      Database(engine: try SQLiteEngine(path: path)), Database(engine: try SQLiteEngine(path: path))
    )
    try await Migrator(Shelf.migrations).migrate(here)
    try await there.write { try $0.run("INSERT INTO shelf (id, title) VALUES ('s', 'Kệ')") }
    // The table is written without a ring, as another process would.
    async let number = take(1, after: 0, from: here).first
    try await there.write { db in
      let other = OrgUnit.ID(rawValue: "elsewhere")
      try db.publish(Event("book.added", unit: other, by: nil))
      try db.run("UPDATE ledger_head SET unit_id = unit_id WHERE unit_id = \(other)")
    }
    try await Shelf.add(1, to: there)
    #expect(try await number == 1)
  }

  @Test(arguments: EngineKind.allCases)
  func topicsWakeWhoWaits(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    var rings = database.wakeUps(on: "jobs").makeAsyncIterator()
    try await database.write { $0.wake("jobs") }
    #expect(await rings.next() != nil)
  }
}
