import App
import Crypto
import Foundation
import Logging
import Media
import Rules
import ServiceLifecycle
import Synchronization
@testable import Storage
import TestKit
import Testing

/// The small school with its server running: a real port, real sockets, a clock that stands.
struct Classroom: Sendable {
  let school: DemoSchool
  /// Of the application that runs now.
  let database: Database
  let media: FakeMedia
  let port: Int
  /// All pages that were ever opened; they stay open until the test ends.
  let pages = PageBook()
  private let stopServer: @Sendable () async -> Void

  var lesson: Lesson.ID { school.lesson }
  var clock: FixedClock { school.clock }

  // MARK: Running

  private static func run(
    _ school: DemoSchool, _ application: LopanApplication, _ database: Database, _ media: FakeMedia
  ) async throws -> Classroom {
    let (ports, started) = AsyncStream.makeStream(of: Int.self)
    let server = application.application(tls: nil, logger: DemoSchool.logger) { started.yield($0) }
    let services = ServiceGroup(configuration: .init(services: [server], logger: DemoSchool.logger))
    let life = Task { try await services.run() }
    let port = await ports.first { _ in true } ?? 0
    return Classroom(school: school, database: database, media: media, port: port) {
      await services.triggerGracefulShutdown()
      try? await life.value
    }
  }

  private init(
    school: DemoSchool, database: Database, media: FakeMedia, port: Int,
    stopServer: @escaping @Sendable () async -> Void
  ) {
    self.school = school
    self.database = database
    self.media = media
    self.port = port
    self.stopServer = stopServer
  }

  func stop() async {
    pages.close()
    await stopServer()
  }

  static func open(_ kind: EngineKind) async throws -> Classroom {
    let school = try await DemoSchool.make(kind)
    return try await run(school, school.application, school.database, school.media)
  }

  /// The program is killed and started again over the same stored data.
  ///
  /// What the old one still had in memory can be written nowhere: its database is cut off first.
  func killed() async throws -> Classroom {
    let engine: any Engine
    if let postgres = database.engine as? PostgresEngine {
      engine = PostgresEngine(postgres.settings)
    } else {
      let path = try await database.read {
        try $0.rows("PRAGMA database_list").map { $0.text(2) }.first ?? ""
      }
      engine = try SQLiteEngine(path: path)
    }
    await database.close()
    await stop()
    let again = Database(engine: engine, now: clock.now)
    let media = FakeMedia()
    let application = try await LopanApplication(
      database: again, configuration: school.application.configuration, media: media,
      logger: DemoSchool.logger)
    return try await Self.run(school, application, again, media)
  }

  // MARK: People

  /// The browser in which somebody is signed in, the same each time.
  func browser(_ actor: DemoSchool.Actor) async throws -> Browser {
    let signedIn = try await school.signIn(as: actor)
    return Browser(
      classroom: self, actor: actor, cookie: signedIn?.cookie, key: signedIn?.key ?? P256.Signing.PrivateKey()
    )
  }

  /// One more browser of the same person, on another machine.
  func otherBrowser(_ actor: DemoSchool.Actor) async throws -> Browser {
    let signedIn = try await school.signInElsewhere(as: actor)
    return Browser(classroom: self, actor: actor, cookie: signedIn.cookie, key: signedIn.key)
  }

  func page(_ actor: DemoSchool.Actor) async throws -> LessonPage { try await browser(actor).page() }

  func page(_ actor: DemoSchool.Actor, in place: String, of lesson: Lesson.ID? = nil) async throws
    -> LessonPage
  {
    try await browser(actor).page(in: place, of: lesson)
  }

  /// The teacher's page in the lesson, opened.
  func openLesson() async throws -> LessonPage {
    let teacher = try await page(.subjectTeacher, in: "room")
    try await teacher.does("open")
    return teacher
  }

  // MARK: The record

  /// One line of a lesson's log or one event of a school's chain that tells of a refusal.
  struct Refusal: Hashable, Sendable {
    /// `admission.refused`, `admissionRefused` or `refused`.
    let kind: String
    /// Of the door, or the code with which a command was refused.
    let reason: String
    let person: String?
  }

  func refusals() async throws -> [Refusal] {
    struct Body: Decodable {
      let reason: String?
      let code: String?
    }
    return try await database.read { db in
      let rows =
        try db.rows(
          """
          SELECT name, body, actor_id FROM ledger_event WHERE name = 'admission.refused'
          ORDER BY unit_id, number
          """)
        + db.rows(
          """
          SELECT kind, body, COALESCE(by_id, person_id) FROM live_event
          WHERE kind IN ('admissionRefused', 'refused') ORDER BY lesson_id, seq
          """)
      return try rows.map { row in
        let body = try JSONDecoder().decode(Body.self, from: Data(row.text(1).utf8))
        return Refusal(kind: row.text(0), reason: body.reason ?? body.code ?? "", person: row.optionalText(2))
      }
    }
  }

  /// Who has a seat in any lesson.
  func seats() async throws -> [Person.ID] {
    try await database.read {
      try $0.rows("SELECT person_id FROM live_seat ORDER BY person_id").map { $0.id(0) }
    }
  }

  func log(_ kind: String, of lesson: Lesson.ID? = nil) async throws -> [(
    person: Person.ID?, body: String, at: Timestamp
  )] {
    let lesson = lesson ?? self.lesson
    return try await database.read { db in
      try db.rows(
        "SELECT person_id, body, at FROM live_event WHERE lesson_id = \(lesson) AND kind = \(kind) ORDER BY seq"
      )
      .map { ($0.optionalID(0), $0.text(1), $0.time(2)) }
    }
  }
}

/// The open tabs of all browsers of one test.
final class PageBook: Sendable {
  private let pages = Mutex<[LessonPage]>([])

  func keep(_ page: LessonPage) { pages.withLock { $0.append(page) } }
  func close() { for page in pages.withLock({ $0 }) { page.cut() } }
}

/// A classroom for one test, gone afterwards.
func withClassroom(_ kind: EngineKind = .sqlite, _ body: (Classroom) async throws -> Void) async throws {
  let classroom = try await Classroom.open(kind)
  do {
    try await body(classroom)
  } catch {
    await classroom.stop()
    throw error
  }
  await classroom.stop()
}
