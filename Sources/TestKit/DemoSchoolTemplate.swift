import App
import Foundation
import Storage
import Timetable

/// The small province, written once for each process and copied for each test: most of a test's time would go into it.
actor DemoSchoolTemplate {
  static let shared = DemoSchoolTemplate()

  private struct Made: Sendable {
    let path: String
    let places: DemoSchool.Places
  }

  private var making: Task<Made, any Error>?

  /// A database of its own; of PostgreSQL only the schema is copied, and the people are written anew.
  func copy(_ kind: EngineKind, _ clock: FixedClock) async throws -> (Database, DemoSchool.Places) {
    guard kind == .sqlite else {
      let database = try await TemporaryDatabase.make(kind, migrations: Features.migrations, now: clock.now)
      return (database, try await Self.fill(database))
    }
    let template = try await template()
    let path = try TemporaryFolder.make() + "/lopan.sqlite"
    try FileManager.default.copyItem(atPath: template.path, toPath: path)
    return (Database(engine: try SQLiteEngine(path: path), now: clock.now), template.places)
  }

  private func template() async throws -> Made {
    if let making { return try await making.value }
    let task = Task {
      let path = try TemporaryFolder.make() + "/lopan.sqlite"
      let database = Database(engine: try SQLiteEngine(path: path), now: FixedClock(DemoSchool.start).now)
      try await Migrator(Features.migrations).migrate(database)
      let places = try await Self.fill(database)
      // The last connection to go writes the log into the file.
      await database.close()
      guard !FileManager.default.fileExists(atPath: path + "-wal") else { throw NotClosed() }
      return Made(path: path, places: places)
    }
    making = task
    return try await task.value
  }

  private struct NotClosed: Error {}

  private static func fill(_ database: Database) async throws -> DemoSchool.Places {
    let lessons = TimetableFeature(database: database, ports: DemoSchoolMaker.ports).lessons
    return try await database.write { db in
      var maker = DemoSchoolMaker(db: db, lessons: lessons)
      return try maker.make()
    }
  }
}
