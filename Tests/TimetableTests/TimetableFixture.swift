import Identity
import Rules
import Storage
import TestKit
import Timetable

/// Two classes of an invented school whose organisation is only pretended through the ports.
struct TimetableFixture {
  let database: Database
  let clock: FixedClock
  let lessons: Lessons
  let feature: TimetableFeature
  let unit: OrgUnit.ID
  let classes: [SchoolClass.ID]
  let maths: SchoolSubject.ID
  let minh: Person.ID
  let huy: Person.ID
  let head: Person.ID

  /// Saturday 2026-09-05, 07:45.
  var today: Day { Day(at: clock.time) }
  var monday: Day { Day("2026-09-07")! }
  static let lastDay = Day("2027-05-31")!

  static func make(_ kind: EngineKind) async throws -> TimetableFixture {
    let clock = FixedClock()
    let database = try await TemporaryDatabase.make(
      kind, migrations: Ledger.migrations + IdentityFeature.migrations + TimetableFeature.migrations,
      now: clock.now)
    let unit = Identifiers.make(OrgUnit.self)
    let classes = [Identifiers.make(SchoolClass.self), Identifiers.make(SchoolClass.self)]
    let maths = Identifiers.make(SchoolSubject.self)
    let people = try await database.write { db in
      try ["Trần Thị Minh", "Lê Quang Huy", "Vũ Thị Hạnh"].map { try People.add(name: $0, in: db) }
    }
    let names = Dictionary(uniqueKeysWithValues: zip(classes, ["6A2", "6A3"]))
    let ports = TimetablePorts(
      classes: { ids, _ in
        Dictionary(
          uniqueKeysWithValues: ids.compactMap { id in
            names[id].map { (id, .init(unit: unit, name: $0, lastDay: lastDay)) }
          })
      },
      subjectNames: { ids, _ in Dictionary(uniqueKeysWithValues: ids.map { ($0, "Toán") }) },
      teachings: { _, _, _ in [.init(teacher: people[0], subject: maths)] },
      teachers: { _, _, _ in [people[0], people[1]] },
      classesOfSchool: { _, _, _ in classes },
      permission: { id, _, _ in names[id].map { _ in Subject(unit: unit, schoolClass: id) } })
    let feature = TimetableFeature(database: database, ports: ports)
    return TimetableFixture(
      database: database, clock: clock, lessons: feature.lessons, feature: feature, unit: unit,
      classes: classes,
      maths: maths, minh: people[0], huy: people[1], head: people[2])
  }

  /// Monday 8:00 to 8:45 unless said otherwise.
  func slot(
    _ index: Int = 0, by teacher: Person.ID? = nil, weekday: Int = 1, at minute: Int = 480, until: Day? = nil
  ) throws -> WeeklySlot {
    try WeeklySlot(
      schoolClass: classes[index], teacher: teacher ?? minh, weekday: weekday, startMinute: minute,
      lengthMinutes: 45,
      first: today, last: until ?? Self.lastDay)
  }

  @discardableResult
  func add(_ slot: WeeklySlot) async throws -> Weekly.ID {
    let (lessons, unit, maths, head) = (lessons, unit, maths, head)
    return try await database.write {
      try lessons.addSlot(slot, subject: maths, unit: unit, by: head, in: $0)
    }
  }

  func ofClass(_ index: Int = 0, days: Int64 = 400) async throws -> [LessonPlan] {
    let (lessons, id, now) = (lessons, classes[index], clock.time)
    return try await database.read {
      try lessons.lessons(ofClass: id, from: now - .day, to: now + days * .day, at: now, in: $0)
    }
  }

  func ofTeacher(_ person: Person.ID) async throws -> [LessonPlan] {
    let (lessons, now) = (lessons, clock.time)
    return try await database.read {
      try lessons.lessons(ofTeacher: person, from: now - .day, to: now + 400 * .day, at: now, in: $0)
    }
  }

  func appoint(_ person: Person.ID, for lesson: Lesson.ID) async throws {
    let (lessons, id, head) = (lessons, classes[0], head)
    try await database.write { try lessons.appointSubstitute(person, for: lesson, of: id, by: head, in: $0) }
  }
}
