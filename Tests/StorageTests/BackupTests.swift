import Foundation
import Rules
import TestKit
import Testing

@testable import Storage

@Suite struct BackupTests {
  @Test(arguments: EngineKind.allCases)
  func aBackupMadeWhileWritingIsWholeAndComesBack(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    try await Shelf.add(1, to: database)
    let path = try TemporaryFolder.make() + "/school.backup"
    let writer = Task {
      var number = 1
      while !Task.isCancelled {
        number += 1
        try await Shelf.add(number, to: database)
      }
    }
    let report = try await Backup.make(of: database, to: path)
    writer.cancel()
    _ = await writer.result
    #expect(report.findings == [])
    #expect(report.steps == Shelf.migrations.map(\.name).sorted())
    #expect(report.bytes == DurableFile.size(of: path))

    let other = try await TemporaryDatabase.make(kind, migrations: [])
    let restored = try await Backup.restore(into: other, from: path, known: Migrator(Shelf.migrations))
    #expect(restored.findings == [])
    #expect(restored.events >= 1)
    let numbers = try await Shelf.numbers(in: other)
    #expect(numbers == Array(1...Int(restored.events)))
    try await Shelf.add(numbers.count + 1, to: other)
    #expect(try await Ledger.verify(other).findings == [])
  }

  @Test(arguments: EngineKind.allCases)
  func restoringIntoARunningDatabaseIsOneStepForEveryReader(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    for number in 1...5 { try await Shelf.add(number, to: database) }
    let path = try TemporaryFolder.make() + "/school.backup"
    _ = try await Backup.make(of: database, to: path)
    for number in 6...9 { try await Shelf.add(number, to: database) }
    let reader = Task {
      var seen: Set<Int> = []
      repeat {
        seen.insert(
          try await database.read { db in
            let books = try db.rows("SELECT number FROM book").count
            let events = try Ledger.heads(in: db)[Shelf.unit].map(Int.init) ?? 0
            return books == events ? books : -1
          })
      } while !Task.isCancelled
      return seen
    }
    let subscriber = Task {
      for try await _ in Ledger.subscription(to: Shelf.unit, after: 0, in: database) {}
    }
    _ = try await Backup.restore(into: database, from: path)
    #expect(try await Shelf.numbers(in: database) == [1, 2, 3, 4, 5])
    reader.cancel()
    do { #expect(try await reader.value.isSubset(of: [5, 9])) } catch is CancellationError {}
    try await Shelf.add(6, to: database)
    #expect(try await Ledger.verify(database).findings == [])
    subscriber.cancel()
    _ = await subscriber.result
  }

  @Test(arguments: EngineKind.allCases)
  func aSubscriberHearsThatTheLedgerWasSetBack(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    for number in 1...5 { try await Shelf.add(number, to: database) }
    let path = try TemporaryFolder.make() + "/school.backup"
    _ = try await Backup.make(of: database, to: path)
    try await Shelf.add(6, to: database)
    let (caughtUp, tell) = AsyncStream<Void>.makeStream()
    let subscriber = Task {
      for try await event in Ledger.subscription(to: Shelf.unit, after: 0, in: database)
      where event.number == 6 {
        tell.finish()
      }
    }
    for await _ in caughtUp {}
    _ = try await Backup.restore(into: database, from: path)
    #expect(await refusal { try await subscriber.value } == .restored)
  }

  @Test(arguments: EngineKind.allCases)
  func whatIsNoBackupIsRefusedAndNothingIsTouched(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    try await Shelf.add(1, to: database)
    let folder = try TemporaryFolder.make()
    let good = folder + "/good"
    _ = try await Backup.make(of: database, to: good)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: good))
    try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: folder + "/half"))
    for place in stride(from: bytes.count / 3, to: bytes.count * 2 / 3, by: 7) { bytes[place] ^= 0x5A }
    try bytes.write(to: URL(fileURLWithPath: folder + "/damaged"))
    try Data("Họ và tên;Lớp\n".utf8).write(to: URL(fileURLWithPath: folder + "/text"))
    try Data().write(to: URL(fileURLWithPath: folder + "/empty"))
    for name in ["half", "damaged", "text", "empty", "missing"] {
      let reason = await refusal { _ = try await Backup.restore(into: database, from: folder + "/" + name) }
      #expect(reason == .schema, "\(name)")
    }
    #expect(try await Shelf.numbers(in: database) == [1])
  }

  @Test(arguments: EngineKind.allCases)
  func aBackupOfANewerVersionIsRefused(_ kind: EngineKind) async throws {
    let newer = try await Shelf.make(kind)
    let path = try TemporaryFolder.make() + "/newer"
    _ = try await Backup.make(of: newer, to: path)
    let older = try await TemporaryDatabase.make(kind, migrations: Ledger.migrations)
    let reason = await refusal {
      _ = try await Backup.restore(into: older, from: path, known: Migrator(Ledger.migrations))
    }
    #expect(reason == .schema)
    #expect(try await Migrator(Ledger.migrations).missing(in: older) == [])
  }

  @Test(arguments: EngineKind.allCases)
  func theOldBackupStaysWhenTheNewOneCannotBeMade(_ kind: EngineKind) async throws {
    let database = try await Shelf.make(kind)
    let folder = try TemporaryFolder.make()
    #expect(await refusal { _ = try await Backup.make(of: database, to: folder + "/none/here") } == .disk)
    let path = folder + "/school.backup"
    _ = try await Backup.make(of: database, to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    await database.close()
    await #expect(throws: (any Error).self) {
      _ = try await Backup.make(of: database, to: path, tools: .init(folder: "/nowhere"))
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["school.backup"])
    let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    #expect(rights?.intValue == 0o600)
  }
}
