import Foundation
import Identity
import Jobs
import Rules
import Storage
import Synchronization
import TestKit
import Timetable

@testable import App
@testable import Incidents

/// The small school with an alarm desk of its own: real roles, real rows, a clock that a test moves.
struct AlarmFixture: Sendable {
  typealias Actor = DemoSchool.Actor

  let school: DemoSchool
  let desk: AlarmDesk
  private let runner: JobRunner

  static func with(_ kind: EngineKind = .sqlite, _ body: (AlarmFixture) async throws -> Void) async throws {
    let fixture = AlarmFixture(try await DemoSchool.make(kind))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await fixture.runner.run() }
      try await body(fixture)
      group.cancelAll()
    }
  }

  private init(_ school: DemoSchool) {
    self.school = school
    let lessons = TimetableFeature(database: school.database, ports: Ports.timetable).lessons
    let outbox = Outbox { _, _ in }
    desk = AlarmDesk(outbox: outbox, ports: Ports.alarms(lessons, now: school.clock.now))
    runner = JobRunner(
      database: school.database, handlers: [desk.clockHandler], outbox: outbox, mail: nil,
      logger: DemoSchool.logger)
  }

  // MARK: Raising

  /// Raises an alarm in the eight o'clock lesson and returns its key; nil when it was the same press again.
  @discardableResult
  func raise(_ kind: AlarmKind = .stranger, by reporter: Actor?, about subject: Actor? = nil) async throws
    -> Alarm.ID?
  {
    let alarm = AlarmCase(
      kind: kind, unit: school.places.school, schoolClass: school.places.ownClass, className: "6A1",
      lesson: school.lesson, teacher: school.person(.subjectTeacher), reporter: reporter.map(school.person),
      about: subject.map(school.person))
    let (desk, before) = (desk, try await alarms())
    try await school.database.write { try desk.raise(alarm, in: $0) }
    return try await alarms().first { !before.contains($0) }
  }

  func alarms() async throws -> [Alarm.ID] {
    try await school.database.read { try $0.rows("SELECT id FROM alarm ORDER BY at, id").map { $0.id(0) } }
  }

  /// Moves the clock and lets everything run that is due by then.
  func passes(_ seconds: Int64) async throws {
    let until = school.clock.time + seconds
    while true {
      let next = try await school.database.read {
        try $0.row("SELECT min(next_at) FROM due_clock WHERE done_at IS NULL")?.optionalTime(0)
      }
      guard let next, next <= until else { break }
      school.clock.set(max(next, school.clock.time))
      runner.wakeUp()
      try await eventually("the clocks due at \(next) have run") {
        try await school.database.read {
          try !$0.exists("SELECT 1 FROM due_clock WHERE done_at IS NULL AND due_at <= \(next)")
        }
      }
    }
    school.clock.set(until)
  }

  // MARK: Who knows

  /// “head”, or “guardian: homeroomTeacher” for a stand-in, in order.
  func told(_ alarm: Alarm.ID) async throws -> [String] {
    let rows = try await school.database.read { db in
      try db.rows("SELECT recipient, person_id FROM alarm_addressee WHERE alarm_id = \(alarm)")
        .map { ($0.text(0), Person.ID(rawValue: $0.text(1))) }
    }
    return rows.map { "\($0): \(actor($1)?.rawValue ?? "?")" }.sorted()
  }

  func exceptions(_ alarm: Alarm.ID) async throws -> [String] {
    try await school.database.read { db in
      try db.rows("SELECT recipient, why FROM alarm_exception WHERE alarm_id = \(alarm) ORDER BY recipient")
        .map { "\($0.text(0)) \($0.text(1))" }
    }
  }

  /// The message that a person was sent on their pages.
  func message(_ alarm: Alarm.ID, to actor: Actor) async throws -> MessageReceipt? {
    let person = school.person(actor)
    return try await school.database.read { db in
      try Outbox.receipts(of: alarm.rawValue, in: db).first { $0.recipient == person && $0.channel == .page }
    }
  }

  func actor(_ person: Person.ID) -> Actor? { Actor.people.first { school.person($0) == person } }

  func count(_ event: String) async throws -> Int {
    try await school.database.read { try $0.rows("SELECT 1 FROM ledger_event WHERE name = \(event)").count }
  }
}

struct NeverHappened: Error { let what: String }

/// Waits until a condition holds; the limit counts looks and is only for a test that fails.
func eventually(_ what: String, looks: Int = 5_000, _ holds: () async throws -> Bool) async throws {
  for _ in 0..<looks {
    if try await holds() { return }
    try await Task.sleep(for: .milliseconds(2))
  }
  throw NeverHappened(what: what)
}
