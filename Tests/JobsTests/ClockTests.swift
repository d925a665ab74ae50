import Jobs
import Rules
import Storage
import TestKit
import Testing

@Suite struct ClockTests {
  private func counting(_ tally: Tally, _ kind: String = "test.reminder") -> ClockHandler {
    ClockHandler(kind) { clock, db in
      db.afterCommit { tally.add("\(clock.subject)@\(clock.version)") }
    }
  }

  @Test("a deadline runs when it is due, once", arguments: EngineKind.allCases)
  func runsWhenDue(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let tally = Tally()
      let runner = f.runner([counting(tally)])
      try await f.running(runner) {
        try await f.setClock(of: "late", in: 60)
        try await f.setClock(of: "now", in: 0)
        try await eventually("the one that is due") { tally.count("now@1") == 1 }
        #expect(tally.count("late@1") == 0)
        f.clock.advance(60)
        runner.wakeUp()
        try await eventually("the other") { tally.count("late@1") == 1 }
      }
      #expect(tally.total == 2)
      #expect(try await f.pending(of: "late").isEmpty)
    }
  }

  @Test("a newer version replaces the deadline of an older one", arguments: EngineKind.allCases)
  func versions(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.setClock(of: "case", version: 1, in: 10)
      try await f.setClock(of: "case", version: 1, in: 99)
      #expect(try await f.pending(of: "case").map(\.dueAt) == [f.clock.time + 10])
      try await f.setClock(of: "case", version: 2, in: 20)
      try await f.setClock(of: "case", version: 1, in: 5)
      #expect(try await f.pending(of: "case").map(\.version) == [2])
      f.clock.advance(100)
      let tally = Tally()
      try await f.running(f.runner([counting(tally)])) {
        try await eventually("version 2") { tally.count("case@2") == 1 }
      }
      #expect(tally.total == 1)
    }
  }

  @Test("a cancelled deadline does not run", arguments: EngineKind.allCases)
  func cancelled(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.setClock(of: "case", in: 0)
      try await f.database.write { try DueClocks.cancel("test.reminder", of: "case", in: $0) }
      try await f.setClock(of: "other", in: 0)
      let tally = Tally()
      try await f.running(f.runner([counting(tally)])) {
        try await eventually("the other") { tally.count("other@1") == 1 }
      }
      #expect(tally.total == 1)
    }
  }

  @Test(
    "effect and mark are one change: a failing handler leaves nothing and is run again",
    arguments: EngineKind.allCases)
  func failingHandler(kind: EngineKind) async throws {
    struct Broken: Error {}
    try await withFixture(kind) { f in
      let tries = Tally()
      let outbox = f.outbox
      let handler = ClockHandler("test.reminder") { clock, db in
        try outbox.post(JobsFixture.message(by: [.page], key: "reminder-\(clock.attempts)"), in: db)
        tries.add("try")
        if clock.attempts < 3 { throw Broken() }
      }
      try await f.setClock(of: "case", in: 0)
      let due = f.clock.time
      let runner = f.runner([handler])
      try await f.running(runner) {
        for attempt in 1...2 {
          try await eventually("released \(attempt)") {
            // The failure is stored: the next attempt lies in the future.
            let free = try await f.database.read {
              try $0.exists(
                "SELECT 1 FROM due_clock WHERE taken_by IS NULL AND attempts = \(attempt)"
              )
            }
            return free
          }
          #expect(try await f.receipts().isEmpty)
          f.clock.advance(60)
          runner.wakeUp()
        }
        try await eventually("done") { try await f.pending(of: "case").isEmpty }
      }
      #expect(tries.total == 3)
      #expect(try await f.receipts().count == 1)
      let row = try await f.database.read { try $0.row("SELECT due_at, outcome FROM due_clock") }
      #expect(row?.time(0) == due && row?.text(1) == "ran")
    }
  }

  @Test("eight nodes race for two hundred deadlines: each runs exactly once", arguments: EngineKind.allCases)
  func race(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      let count = 200
      try await f.database.write { db in
        for number in 0..<count {
          try DueClocks.set(
            "test.reminder", of: "case-\(number)", version: 1, unit: JobsFixture.unit, due: db.at, in: db)
        }
      }
      let tally = Tally()
      let inside = Tally()
      let handler = ClockHandler("test.reminder") { clock, db in
        inside.add(clock.subject)
        db.afterCommit { tally.add(clock.subject) }
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          let runner = f.anotherNode().runner([handler])
          group.addTask { try await runner.run() }
        }
        try await eventually("all") { tally.keys.count == count }
        group.cancelAll()
      }
      #expect(tally.total == count)
      #expect(inside.total == count, "nobody else even began")
      let taken = try await f.database.read { try $0.row("SELECT MAX(attempts) FROM due_clock")?.int(0) }
      #expect(taken == 1, "a lease is exclusive")
      #expect(try await f.database.read { try DueClocks.overdue(at: f.clock.time + 1, in: $0) } == 0)
    }
  }

  @Test("a dead node's lease ends and another node takes over", arguments: EngineKind.allCases)
  func deadNode(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.setClock(of: "case", in: 0)
      // As a node leaves it that was killed between taking and finishing.
      try await f.database.write { db in
        try db.run(
          """
          UPDATE due_clock SET taken_by = 'dead', taken_until = \(db.at + 60), attempts = 1
          WHERE subject_id = 'case'
          """)
      }
      let tally = Tally()
      let runner = f.runner([counting(tally)])
      try await f.running(runner) {
        try await f.setClock(of: "free", in: 0)
        try await eventually("what is free") { tally.count("free@1") == 1 }
        #expect(tally.count("case@1") == 0)
        f.clock.advance(60)
        runner.wakeUp()
        try await eventually("what the dead one held") { tally.count("case@1") == 1 }
      }
    }
  }

  @Test("a clock set back a year leaves nobody waiting for a lease", arguments: EngineKind.allCases)
  func clockSetBack(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.setClock(of: "case", in: -400 * .day)
      try await f.database.write { db in
        try db.run(
          "UPDATE due_clock SET taken_by = 'dead', taken_until = \(db.at + 60) WHERE subject_id = 'case'")
      }
      f.clock.advance(-365 * .day)
      let tally = Tally()
      try await f.running(f.runner([counting(tally)])) {
        try await eventually("run") { tally.count("case@1") == 1 }
      }
    }
  }

  @Test("a kind that this program does not know stays for one that does", arguments: EngineKind.allCases)
  func unknownKind(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.setClock("future.kind", of: "case", in: 0)
      try await f.setClock(of: "case", in: 0)
      let tally = Tally()
      try await f.running(f.runner([counting(tally)])) {
        try await eventually("the known one") { tally.total == 1 }
      }
      #expect(try await f.pending(of: "case").map(\.kind) == ["future.kind"])
      try await f.running(f.anotherNode().runner([counting(tally, "future.kind")])) {
        try await eventually("the newer program") { tally.total == 2 }
      }
    }
  }

  @Test("a replaced deadline that was already taken does not run", arguments: EngineKind.allCases)
  func replacedWhileTaken(kind: EngineKind) async throws {
    try await withFixture(kind) { f in
      try await f.setClock(of: "case", version: 1, in: 0)
      try await f.database.write { db in
        try db.run("UPDATE due_clock SET taken_by = 'slow', taken_until = \(db.at + 60)")
      }
      try await f.setClock(of: "case", version: 2, in: 0)
      let tally = Tally()
      try await f.running(f.runner([counting(tally)])) {
        try await eventually("version 2") { tally.count("case@2") == 1 }
      }
      let outcomes = try await f.database.read { db in
        try db.rows("SELECT outcome FROM due_clock ORDER BY version").map { $0.text(0) }
      }
      #expect(outcomes == ["replaced", "ran"])
    }
  }
}
