import Rules
import Storage
import Synchronization
import TestKit
import Testing

@Suite struct WritingTests {
  /// Holds the writer, lets changes queue up behind it, and so makes them one batch.
  private func together(
    _ database: Database, _ changes: [@Sendable (Transaction) throws -> Int]
  ) async throws -> [Result<Int, any Error>] {
    let gate = Gate()
    let (begun, begin) = AsyncStream<Void>.makeStream()
    let holder = Task {
      try await database.write { _ in
        begin.finish()
        gate.wait()
      }
    }
    for await _ in begun {}
    return try await withThrowingTaskGroup(of: (Int, Result<Int, any Error>).self) { group in
      for (index, change) in changes.enumerated() {
        group.addTask {
          do { return (index, .success(try await database.write(change))) } catch {
            return (index, .failure(error))
          }
        }
      }
      for _ in 0..<500 { await Task.yield() }
      gate.open()
      var results: [Int: Result<Int, any Error>] = [:]
      for try await (index, result) in group { results[index] = result }
      try await holder.value
      return changes.indices.compactMap { results[$0] }
    }
  }

  @Test(arguments: EngineKind.allCases)
  func aBadChangeFailsAlone(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let results = try await together(
      database,
      (1...30).map { number in
        { db in
          try db.run("INSERT INTO book (number, shelf_id, code) VALUES (\(number), 's', \("a\(number)"))")
          if number % 3 == 0 { try db.run("INSERT INTO book (number, shelf_id) VALUES (\(number), 's')") }
          if number % 5 == 0 { throw CancellationError() }
          return number
        }
      })
    let good = (1...30).filter { $0 % 3 != 0 && $0 % 5 != 0 }
    #expect(results.compactMap { try? $0.get() } == good)
    #expect(try await Shelf.numbers(in: database) == good)
    for (index, result) in results.enumerated() where (index + 1) % 3 == 0 {
      if case .failure(let error) = result { #expect((error as? StorageError)?.reason == .duplicate) }
    }
  }

  @Test(arguments: EngineKind.allCases)
  func aCheckThatComesAtTheCommitFailsItsOwnChangeOnly(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let results = try await together(
      database,
      (1...10).map { number in
        { db in
          try db.run(
            "INSERT INTO book (number, shelf_id) VALUES (\(number), \(number == 4 ? "nowhere" : "s"))")
          return number
        }
      })
    #expect(results.compactMap { try? $0.get() } == [1, 2, 3, 5, 6, 7, 8, 9, 10])
    #expect(try await Shelf.numbers(in: database) == [1, 2, 3, 5, 6, 7, 8, 9, 10])
  }

  @Test(arguments: EngineKind.allCases)
  func hooksRunInTheOrderOfTheCommitsAndNotAfterARollback(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let seen = Seen()
    let change: @Sendable (Transaction) throws -> Int = { db in
      try db.publish(Event("book.added", unit: Shelf.unit, by: nil))
      let number = try Ledger.heads(in: db)[Shelf.unit].map(Int.init) ?? 0
      db.afterCommit { seen.add(number) }
      return number
    }
    let failing: @Sendable (Transaction) throws -> Int = { db in
      db.afterCommit { seen.add(-1) }
      throw CancellationError()
    }
    _ = try await together(
      database, Array(repeating: change, count: 6) + [failing] + Array(repeating: change, count: 40))
    #expect(seen.all == Array(1...46))
  }

  @Test(arguments: EngineKind.allCases)
  func aHookSeesItsChangeKept(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let (kept, keep) = AsyncStream<Void>.makeStream()
    try await database.write { db in
      try db.run("INSERT INTO book (number, shelf_id) VALUES (1, 's')")
      db.afterCommit { keep.finish() }
    }
    for await _ in kept {}
    #expect(try await Shelf.numbers(in: database) == [1])
  }

  @Test(arguments: EngineKind.allCases)
  func aFailedStatementFailsTheChangeEvenWhenCaught(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let reason = await refusal {
      try await database.write { db in
        try db.run("INSERT INTO book (number, shelf_id) VALUES (1, 's')")
        try? { _ = try db.run("INSERT INTO book (number, shelf_id) VALUES (1, 's')") }()
      }
    }
    #expect(reason == .duplicate)
    #expect(try await Shelf.numbers(in: database) == [])
  }

  @Test(arguments: EngineKind.allCases)
  func errorsInsideAChangeAreStorageErrors(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let seen = Seen()
    _ = await refusal {
      try await database.write { db in
        do { try db.run("INSERT INTO shelf (id, title) VALUES ('s', 'x')") } catch let error as StorageError {
          if error.reason == .duplicate { seen.add(1) }
          throw error
        }
      }
    }
    #expect(seen.all.contains(1))
  }

  @Test(arguments: EngineKind.allCases)
  func aThousandWritersAllArrive(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 1...1_000 { group.addTask { try await Shelf.add(number, to: database) } }
      try await group.waitForAll()
    }
    #expect(try await Shelf.numbers(in: database) == Array(1...1_000))
    let (checked, findings) = try await Ledger.verify(database)
    #expect(checked == 1_000)
    #expect(findings == [])
  }

  @Test(arguments: EngineKind.allCases)
  func whoWaitsAndIsCancelledLeavesNothing(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let gate = Gate()
    let (begun, begin) = AsyncStream<Void>.makeStream()
    async let holder: Void = database.write { _ in
      begin.finish()
      gate.wait()
    }
    for await _ in begun {}
    let waiting = Task { try await Shelf.add(1, to: database) }
    for _ in 0..<100 { await Task.yield() }
    waiting.cancel()
    let result = await waiting.result
    gate.open()
    try await holder
    #expect(throws: CancellationError.self) { try result.get() }
    #expect(try await Shelf.numbers(in: database) == [])
  }

  @Test(arguments: EngineKind.allCases)
  func aClosedDatabaseRefuses(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    await database.close()
    #expect(await refusal { try await Shelf.add(1, to: database) } == .closed)
  }
}

/// Numbers in the order in which they came, from any thread.
final class Seen: Sendable {
  private let numbers = Mutex<[Int]>([])
  func add(_ number: Int) { numbers.withLock { $0.append(number) } }
  var all: [Int] { numbers.withLock { $0 } }
}
