import Foundation
import Jobs
import Logging
import NIOCore
import Rules
@testable import Storage
import Synchronization
import TestKit

/// One database with a clock of its own, and everything that hangs on it. Two fixtures on one database are
/// two nodes.
final class JobsFixture: Sendable {
  let database: Database
  let clock: FixedClock
  let outbox: Outbox
  /// What was pushed to pages, in order.
  let pushed: Pushed

  static let unit = OrgUnit.ID(rawValue: "unit-1")

  init(_ database: Database, _ clock: FixedClock) {
    self.database = database
    self.clock = clock
    let pushed = Pushed()
    self.pushed = pushed
    outbox = Outbox { person, json in pushed.add(person, json) }
  }

  private let others = Mutex<[Database]>([])

  /// Another node on the same database: on PostgreSQL with connections of its own.
  func anotherNode() -> JobsFixture {
    guard let engine = database.engine as? PostgresEngine else { return JobsFixture(database, clock) }
    let other = Database(engine: PostgresEngine(engine.settings), now: clock.now)
    others.withLock { $0.append(other) }
    return JobsFixture(other, clock)
  }

  func close() async {
    for other in others.withLock({ $0 }) { await other.close() }
    await database.close()
  }

  func runner(
    _ handlers: [ClockHandler] = [], mail: MailDelivery? = nil, limits: JobLimits = .init()
  ) -> JobRunner {
    var logger = Logger(label: "jobs.test")
    logger.logLevel = .critical
    return JobRunner(
      database: database, handlers: handlers, outbox: outbox, mail: mail, limits: limits, logger: logger)
  }

  /// Runs a node while `body` runs, then kills it.
  func running(_ runner: JobRunner, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      try await body()
      group.cancelAll()
    }
  }

  func mail(
    to transport: MailTransport, addresses: [String: String] = ["parent": "phu.huynh@nha.example"]
  ) -> MailDelivery {
    MailDelivery(
      transport: transport, sender: MailAddress("lopan@truong.example")!, senderName: "Trường THCS Bãi Cháy",
      siteAddress: "https://lop.truong.example/"
    ) { person, _ in addresses[person.rawValue] }
  }

  static func message(
    to person: String = "parent", by channels: Set<MessageChannel> = [.email], key: String = "alarm-1",
    cause: String = "alarm-1", subject: String = "Có người lạ trong lớp 6A2",
    body: String = "Học sinh vừa báo có người lạ.\nGiáo viên đã được báo.", link: String? = "/alarms/1",
    urgency: MessageUrgency = .urgent, due: Timestamp? = nil, expires: Timestamp? = nil
  ) -> NewMessage {
    NewMessage(
      unit: unit, to: .init(rawValue: person), by: channels, kind: "incident.alarm", cause: cause,
      subject: subject,
      body: body, link: link, urgency: urgency, dedupeKey: key, dueAt: due, expiresAt: expires)
  }

  @discardableResult
  func post(_ message: NewMessage) async throws -> [MessageChannel: OutboxMessage.ID] {
    try await database.write { [outbox] in try outbox.post(message, in: $0) }
  }

  func receipts(of cause: String = "alarm-1") async throws -> [MessageReceipt] {
    try await database.read { try Outbox.receipts(of: cause, in: $0) }
  }

  func setClock(_ kind: String = "test.reminder", of subject: String, version: Int64 = 1, in seconds: Int64)
    async throws
  {
    let due = clock.time + seconds
    try await database.write {
      try DueClocks.set(kind, of: subject, version: version, unit: Self.unit, due: due, in: $0)
    }
  }

  func pending(of subject: String) async throws -> [DueClock] {
    try await database.read { try DueClocks.pending(of: subject, in: $0) }
  }
}

final class Pushed: Sendable {
  private let all = Mutex<[(Person.ID, String)]>([])
  func add(_ person: Person.ID, _ json: String) { all.withLock { $0.append((person, json)) } }
  var texts: [String] { all.withLock { $0.map(\.1) } }
  var people: [Person.ID] { all.withLock { $0.map(\.0) } }
  var count: Int { all.withLock { $0.count } }
}

/// Counts what happened, by key.
final class Tally: Sendable {
  private let counts = Mutex<[String: Int]>([:])
  func add(_ key: String) { counts.withLock { $0[key, default: 0] += 1 } }
  func count(_ key: String) -> Int { counts.withLock { $0[key] ?? 0 } }
  var total: Int { counts.withLock { $0.values.reduce(0, +) } }
  var keys: Set<String> { counts.withLock { Set($0.keys) } }
}

struct NeverHappened: Error { let what: String }

/// Waits until a condition holds. The limit is only for a test that fails; it counts looks, not seconds, so
/// that a machine that stands still for a minute fails nothing.
func eventually(_ what: String, looks: Int = 6_000, _ holds: () async throws -> Bool) async throws {
  for _ in 0..<looks {
    if try await holds() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  throw NeverHappened(what: what)
}

extension SMTPSettings.Limits {
  /// For tests that are not about time: a busy machine is no silent server.
  static var patient: Self {
    var limits = Self()
    (limits.connect, limits.answer, limits.whole) = (.minutes(5), .minutes(5), .minutes(5))
    return limits
  }
}

/// A database of its own for each test, on either engine.
func withFixture(_ kind: EngineKind, _ body: (JobsFixture) async throws -> Void) async throws {
  let clock = FixedClock()
  let database = try await TemporaryDatabase.make(
    kind, migrations: Ledger.migrations + JobsMigrations.all, now: clock.now)
  let fixture = JobsFixture(database, clock)
  do {
    try await body(fixture)
  } catch {
    await fixture.close()
    throw error
  }
  await fixture.close()
}
