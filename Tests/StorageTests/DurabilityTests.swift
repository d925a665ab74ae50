import Foundation
import Rules
import TestKit
import Testing

@testable import Storage

/// How much of a file is in memory only and would be lost with the power, in kB: the kernel's own account of
/// dirty pages.
private func unsynced(_ path: String) throws -> Int {
  let size = Int(DurableFile.size(of: path) ?? 0)
  let file = open(path, O_RDONLY | O_CLOEXEC)
  defer { close(file) }
  guard file >= 0, let start = mmap(nil, size, PROT_READ, MAP_SHARED, file, 0), start != MAP_FAILED else {
    throw StorageError(.disk, "cannot map \(path)")
  }
  defer { munmap(start, size) }
  // Only pages that were touched are accounted for.
  let bytes = UnsafeRawBufferPointer(start: start, count: size)
  let sum = stride(from: 0, to: size, by: 4_096).reduce(0) { $0 &+ Int(bytes[$1]) }
  try #require(sum >= 0)
  let area = String(UInt(bitPattern: start), radix: 16) + "-"
  let account = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps")).readToEnd() ?? Data()
  let lines = String(decoding: account, as: UTF8.self).split(separator: "\n").drop {
    !$0.drop(while: { $0 == "0" }).hasPrefix(area)
  }.dropFirst()
  try #require(!lines.isEmpty)
  return lines.prefix(24).filter { $0.contains("_Dirty:") && !$0.hasPrefix("Pss") }
    .compactMap { $0.split(separator: " ").dropFirst().first.flatMap { Int($0) } }.reduce(0, +)
}

@Suite struct DurabilityTests {
  /// A folder on a disk; on a file system in memory nothing is ever synced.
  private func folderOnDisk() throws -> String {
    let folder = try TemporaryFolder.make()
    try Data(repeating: 1, count: 4_096).write(to: URL(fileURLWithPath: folder + "/probe"))
    try DurableFile.publish(folder + "/probe", as: folder + "/synced")
    if try unsynced(folder + "/synced") == 0 { return folder }
    let other = FileManager.default.currentDirectoryPath + "/.build/durability-\(getpid())"
    try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
    return other
  }

  @Test func whatIsAcknowledgedIsOnTheDisk() async throws {
    let path = try folderOnDisk() + "/synced.sqlite"
    let database = Database(engine: try SQLiteEngine(path: path))
    try await Migrator(Shelf.migrations).migrate(database)
    try await database.write { try $0.run("INSERT INTO shelf (id, title) VALUES ('s', 'Kệ')") }
    for number in 1...20 {
      try await Shelf.add(number, to: database)
      #expect(try unsynced(path + "-wal") == 0)
    }
    // The same look does find what is in memory only.
    let plain = path + ".plain"
    let file = open(plain, O_WRONLY | O_CREAT, 0o600)
    _ = write(file, Array(repeating: UInt8(1), count: 9_000), 9_000)
    close(file)
    #expect(try unsynced(plain) > 0)
    await database.close()
    try FileManager.default.removeItem(atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
  }

  @Test func everyWriterConnectionIsFullySynchronous() async throws {
    let path = try TemporaryFolder.make() + "/mode.sqlite"
    let database = Database(engine: try SQLiteEngine(path: path))
    let before = try await database.write { try $0.row("PRAGMA synchronous")?.int(0) }
    let backup = try TemporaryFolder.make() + "/copy"
    try await Migrator(Shelf.migrations).migrate(database)
    _ = try await Backup.make(of: database, to: backup)
    _ = try await Backup.restore(into: database, from: backup)
    let after = try await database.write { db in
      (try db.row("PRAGMA synchronous")?.int(0), try db.row("PRAGMA journal_mode")?.text(0))
    }
    #expect(before == 2)
    #expect(after.0 == 2)
    #expect(after.1 == "wal")
  }

  @Test func nothingAcknowledgedIsLostWhenTheProcessIsKilled() async throws {
    let folder = try TemporaryFolder.make()
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      try await writeUntilKilled(folder)
    }
    let text = try String(contentsOfFile: folder + "/told", encoding: .utf8)
    let told = Set(text.split(separator: "\n").compactMap { Int($0) })
    let database = Database(engine: try SQLiteEngine(path: folder + "/killed.sqlite"))
    let kept = Set(try await Shelf.numbers(in: database))
    #expect(told.count >= 499)
    #expect(told.isSubset(of: kept))
    let (checked, findings) = try await Ledger.verify(database)
    #expect(checked == Int64(kept.count))
    #expect(findings == [])
  }

  @Test func aFullDiskRefusesAndHangsNobody() async throws {
    let folder = try TemporaryFolder.make()
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      try await writeUntilFull(folder)
    }
  }

  @Test func aLockHeldByAnotherProcessIsWaitedForAndThenRefused() async throws {
    let path = try TemporaryFolder.make() + "/locked.sqlite"
    let database = Database(engine: try SQLiteEngine(path: path, busySeconds: 0.2))
    let other = Database(engine: try SQLiteEngine(path: path))
    try await Migrator(Shelf.migrations).migrate(database)
    try await database.write { try $0.run("INSERT INTO shelf (id, title) VALUES ('s', 'Kệ')") }
    let gate = Gate()
    let (begun, begin) = AsyncStream<Void>.makeStream()
    let holder = Task {
      try await other.write { db in
        try db.run("INSERT INTO book (number, shelf_id) VALUES (9, 's')")
        begin.finish()
        gate.wait()
      }
    }
    for await _ in begun {}
    let refused = await withTaskGroup(of: StorageError.Reason?.self) { group in
      for number in 1...5 { group.addTask { await refusal { try await Shelf.add(number, to: database) } } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(refused == Array(repeating: .busy, count: 5))
    #expect(try await Shelf.numbers(in: database) == [])
    gate.open()
    try await holder.value
    try await Shelf.add(1, to: database)
    #expect(try await Shelf.numbers(in: database) == [1, 9])
  }

  @Test func whatIsNoDatabaseIsRefused() throws {
    let folder = try TemporaryFolder.make()
    try Data(repeating: 65, count: 5_000).write(to: URL(fileURLWithPath: folder + "/text"))
    #expect(throws: StorageError.self) { _ = try SQLiteEngine(path: folder + "/text") }
    #expect(throws: StorageError.self) { _ = try SQLiteEngine(path: folder + "/no/folder") }
  }
}

/// Runs in a child process: 32 writers note down what was acknowledged, until a signal that nobody can catch.
private func writeUntilKilled(_ folder: String) async throws {
  let database = Database(engine: try SQLiteEngine(path: folder + "/killed.sqlite"))
  try await Migrator(Shelf.migrations).migrate(database)
  try await database.write { try $0.run("INSERT INTO shelf (id, title) VALUES ('s', 'Kệ')") }
  let told = open(folder + "/told", O_WRONLY | O_CREAT | O_APPEND, 0o600)
  let count = Seen()
  try await withThrowingTaskGroup(of: Void.self) { group in
    for writer in 0..<32 {
      group.addTask {
        for step in 1...10_000 {
          let number = step * 32 + writer
          try await Shelf.add(number, to: database)
          let line = Array("\(number)\n".utf8)
          _ = write(told, line, line.count)
          // In the middle of everybody else's work.
          count.add(number)
          if count.all.count >= 500 { kill(getpid(), SIGKILL) }
        }
      }
    }
    try await group.waitForAll()
  }
}

/// Runs in a child process whose files may not grow past 400 kB.
private func writeUntilFull(_ folder: String) async throws {
  let database = Database(engine: try SQLiteEngine(path: folder + "/full.sqlite"))
  try await Migrator(Shelf.migrations).migrate(database)
  try await database.write { try $0.run("INSERT INTO shelf (id, title) VALUES ('s', 'Kệ')") }
  signal(SIGXFSZ, SIG_IGN)
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(1), &limit)
  let most = limit.rlim_cur
  limit.rlim_cur = 400_000
  setrlimit(__rlimit_resource_t(1), &limit)
  let refused = await withTaskGroup(of: StorageError.Reason?.self) { group in
    let cover = [UInt8](repeating: 7, count: 4_000)
    for number in 1...400 {
      group.addTask {
        await refusal {
          try await database.write { db in
            try db.run("INSERT INTO book (number, shelf_id, cover) VALUES (\(number), 's', \(cover))")
            try db.publish(Event("book.added", unit: Shelf.unit, by: nil))
          }
        }
      }
    }
    return await group.reduce(into: []) { $0.append($1) }
  }
  let kept = try await Shelf.numbers(in: database).count
  #expect(refused.contains(.disk))
  #expect(Set(refused.compactMap { $0 }) == [.disk])
  #expect(refused.filter { $0 == nil }.count == kept)
  // Room again: work goes on without a restart.
  limit.rlim_cur = most
  setrlimit(__rlimit_resource_t(1), &limit)
  try await Shelf.add(1_000, to: database)
  let findings = try await Ledger.verify(database).findings
  #expect(findings == [])
}
