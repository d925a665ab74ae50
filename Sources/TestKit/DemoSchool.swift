package import App
package import Crypto
import Hummingbird
package import Identity
package import Logging
package import Media
import Organisation
package import Rules
package import Storage
import Synchronization
import Web

/// A small fictional province in a database of its own, on either engine, with the whole application over it.
///
/// Two schools; 6A1 and 6A2 in the first, 7B1 in the second. The clock stands at 7:50 on a Saturday: the 8:00 lessons of
/// the three classes have their doors open (from 7:45), the 13:00 lesson of 6A1 has not.
///
/// ```swift
/// let school = try await DemoSchool.make(.sqlite)
/// let page = try await school.ask(.get, "/lessons/\(school.lesson)", as: .pupil)
/// ```
package struct DemoSchool: Sendable {
  /// One signed-in browser.
  package struct SignedIn: Sendable {
    package let token: String
    /// The session's device; the server knows its public half.
    package let key: P256.Signing.PrivateKey
    package let session: Session.ID
    /// What the `Cookie` header says.
    package var cookie: String { "__Host-lopan=\(token)" }
  }

  package let database: Database
  package let clock: FixedClock
  package let media: FakeMedia
  package let application: LopanApplication
  package let places: Places
  /// The application's router with all middleware, built once.
  let responder: RouterResponder<AppContext>
  private let signedIn: SignInBook

  /// What the maker left in the database.
  package struct Places: Sendable {
    package let department: OrgUnit.ID
    package let commune: OrgUnit.ID
    package let school: OrgUnit.ID
    package let otherSchool: OrgUnit.ID
    /// 6A1, 6A2 and 7B1.
    package let ownClass: SchoolClass.ID
    package let otherClass: SchoolClass.ID
    package let classOfOtherSchool: SchoolClass.ID
    package let maths: SchoolSubject.ID
    package let literature: SchoolSubject.ID
    /// 6A1 at 8:00, by `subjectTeacher`.
    package let lesson: Lesson.ID
    /// 6A1 at 13:00, by `subjectTeacher`.
    package let laterLesson: Lesson.ID
    /// 6A2 at 8:00, by `teacherOfOtherClass`.
    package let lessonOfOtherClass: Lesson.ID
    /// 7B1 at 8:00, by `teacherOfOtherSchool`.
    package let lessonOfOtherSchool: Lesson.ID
    let people: [Actor: Person.ID]
  }

  /// Saturday 2026-09-05, 07:50 in Vietnam.
  package static let start = Timestamp(seconds: 1_788_569_400)
  package static let password = "mây trắng đồi thông 2026"
  /// `password` with the least work that Argon2id knows, so that hundreds of sign-ins cost nothing.
  package static let passwordHash =
    "$argon2id$v=19$m=8,t=1,p=1$QUJDREVGR0hJSktMTU5PUA$B/J864pDVkgw6K0TggeGtg"
  /// The second factor of the heads and the officer.
  package static let factorSecret = "LOPANTESTLOPANTESTLOPANTESTLOPAN"

  /// - Parameters:
  ///   - isPlainHTTP: false for the headers and cookies of a server with TLS.
  ///   - configure: other settings of the application; host and port are loopback and any free one.
  package static func make(
    _ kind: EngineKind, isPlainHTTP: Bool = true, configure: (inout Configuration) -> Void = { _ in }
  ) async throws -> DemoSchool {
    let clock = FixedClock(start)
    let (database, places) = try await DemoSchoolTemplate.shared.copy(kind, clock)
    var configuration = Configuration(folder: try TemporaryFolder.make())
    configuration.port = 0
    configuration.isPlainHTTP = isPlainHTTP
    configure(&configuration)
    return try await over(database, clock, places, configuration)
  }

  /// The same school after a restart: a new application and a new media server over the same database.
  package func restarted() async throws -> DemoSchool {
    try await Self.over(database, clock, places, application.configuration, signedIn)
  }

  private static func over(
    _ database: Database, _ clock: FixedClock, _ places: Places, _ configuration: Configuration,
    _ signedIn: SignInBook = SignInBook()
  ) async throws -> DemoSchool {
    let media = FakeMedia()
    let application = try await LopanApplication(
      database: database, configuration: configuration, media: media, logger: logger)
    return DemoSchool(
      database: database, clock: clock, media: media, application: application, places: places,
      signedIn: signedIn)
  }

  private init(
    database: Database, clock: FixedClock, media: FakeMedia, application: LopanApplication, places: Places,
    signedIn: SignInBook
  ) {
    self.database = database
    self.clock = clock
    self.media = media
    self.application = application
    responder = application.router().buildResponder()
    self.places = places
    self.signedIn = signedIn
  }

  /// Says nothing: a refused request is no news in a test.
  package static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  // MARK: People and places

  /// - Precondition: not `nobody`.
  package func person(_ actor: Actor) -> Person.ID {
    guard let id = places.people[actor] else { preconditionFailure("\(actor) is nobody") }
    return id
  }

  package var lesson: Lesson.ID { places.lesson }
  package var today: Day { Day(at: clock.time) }

  package func account(_ actor: Actor) async throws -> AccountRecord {
    let person = person(actor)
    guard let found = try await database.read({ try Accounts.state(of: person, in: $0) }) else {
      throw UserError.notFound
    }
    return found
  }

  /// Names of all ledger events so far, by unit and number.
  package func eventNames() async throws -> [String] { try await events().map(\.name) }

  /// All ledger events so far, by unit and number.
  package func events() async throws -> [LedgerEvent] {
    try await database.read { db in
      try Ledger.heads(in: db).sorted { $0.key < $1.key }
        .flatMap { try Ledger.events(of: $0.key, after: 0, limit: Int($0.value), in: db) }
    }
  }

  // MARK: Signing in

  /// The browser in which somebody is signed in, the same one each time; nil for `nobody`.
  package func signIn(as actor: Actor) async throws -> SignedIn? {
    guard actor != .nobody else { return nil }
    if let known = signedIn.find(actor) { return known }
    return signedIn.keep(try await signInElsewhere(as: actor), actor)
  }

  /// One more browser of the same person, opened without the form.
  ///
  /// - Parameter showsFactor: false for a head or officer who has not typed the code yet.
  package func signInElsewhere(as actor: Actor, showsFactor: Bool = true) async throws -> SignedIn {
    let account = try await account(actor)
    let token = Secrets.token()
    let key = P256.Signing.PrivateKey()
    let session = try await database.write { db in
      let session = try Sessions.open(
        account.id, token: token, deviceKey: key.publicKey.x963Representation.base64URL,
        device: "Trình duyệt",
        address: "127.0.0.1", in: db)
      if showsFactor { try Sessions.showedSecondFactor(session, in: db) }
      return session
    }
    return SignedIn(token: token, key: key, session: session)
  }
}

/// Who is signed in where, kept by one school.
private final class SignInBook: Sendable {
  private let known = Mutex<[DemoSchool.Actor: DemoSchool.SignedIn]>([:])

  func find(_ actor: DemoSchool.Actor) -> DemoSchool.SignedIn? { known.withLock { $0[actor] } }

  /// The first browser stays.
  func keep(_ browser: DemoSchool.SignedIn, _ actor: DemoSchool.Actor) -> DemoSchool.SignedIn {
    known.withLock { known in
      if let first = known[actor] { return first }
      known[actor] = browser
      return browser
    }
  }
}
