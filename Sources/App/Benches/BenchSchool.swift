import Crypto
import Foundation
import Identity
import Incidents
import Jobs
import LiveClass
import Logging
import Media
import Organisation
import Realtime
import Rules
import Storage
import Timetable
import Web

/// A fictional school in a temporary folder, each class with a lesson that is about to begin.
struct BenchSchool: Sendable {
  /// One signed-in person with the key of the device.
  struct Member: Sendable {
    let viewer: Viewer
    let key: P256.Signing.PrivateKey
  }

  struct ClassOfPupils: Sendable {
    let lesson: Lesson.ID
    let teacher: Member
    let pupils: [Member]
  }

  let folder: String
  let database: Database
  let live: LiveClassFeature
  let classes: [ClassOfPupils]

  static func make(classes count: Int, pupils: Int, logger: Logger) async throws -> BenchSchool {
    let folder = NSTemporaryDirectory() + "/lopan-bench-" + UUID().uuidString
    let database = try Configuration(folder: folder).openDatabase()
    try await Migrator(Features.migrations).migrate(database)
    let timetable = TimetableFeature(database: database, ports: Ports.timetable)
    let made = try await database.write { db in
      var maker = BenchSchoolMaker(db: db, lessons: timetable.lessons)
      return try maker.make(classes: count, pupils: pupils)
    }
    let now = database.now
    let gate = SessionGate(
      database: database, site: .init(name: "LớpAn", isDemo: false),
      memberships: Ports.memberships(timetable.lessons))
    let outbox = Outbox { _, _ in }
    let desk = AlarmDesk(outbox: outbox, ports: Ports.alarms(timetable.lessons, now: now))
    let live = LiveClassFeature(
      database: database,
      ports: Ports.liveClass(timetable.lessons, desk, outbox, now: now), hub: Hub(), media: FakeMedia(),
      gate: gate,
      logger: logger)
    var classes: [ClassOfPupils] = []
    for one in made {
      var members: [Member] = []
      for (token, key) in one.members {
        guard let viewer = try await gate.viewer(token: token) else {
          preconditionFailure("a session just made")
        }
        members.append(Member(viewer: viewer, key: key))
      }
      classes.append(.init(lesson: one.lesson, teacher: members[0], pupils: Array(members.dropFirst())))
    }
    return BenchSchool(folder: folder, database: database, live: live, classes: classes)
  }

  func remove() async {
    await database.close()
    try? FileManager.default.removeItem(atPath: folder)
  }
}

/// Writes the school in one transaction.
private struct BenchSchoolMaker {
  struct Made: Sendable {
    let lesson: Lesson.ID
    /// Session tokens and keys: the teacher, then the pupils.
    let members: [(token: String, key: P256.Signing.PrivateKey)]
  }

  let db: Transaction
  let lessons: Lessons
  private var count = 0
  private var today: Day { Day(at: db.at) }

  init(db: Transaction, lessons: Lessons) {
    self.db = db
    self.lessons = lessons
  }

  mutating func make(classes: Int, pupils: Int) throws -> [Made] {
    let from = today.adding(days: -60)
    let school = try Schools.makeUnit(
      .school, name: "Trường THCS Hoa Phượng", code: "THCS1", from: from, in: db)
    let year = try Schools.makeYear(
      of: school, name: "Năm học", first: from, last: today.adding(days: 200), in: db)
    let subject = try Schools.makeSubject("Toán", in: school, in: db)
    return try (1...classes).map { number in
      let schoolClass = try Schools.makeClass(in: school, year: year, name: "6A\(number)", in: db)
      let teacher = try member(of: school)
      try Schools.assign(teacher.person, to: schoolClass, subject: subject, from: from, in: db)
      var members = [(teacher.token, teacher.key)]
      for order in 1...pupils {
        let pupil = try member(of: school)
        try Schools.enrol(pupil.person, in: schoolClass, orderNumber: order, from: from, in: db)
        members.append((pupil.token, pupil.key))
      }
      let start = db.at + 5 * .minute
      guard let time = LessonTime(start: start, end: start + 45 * .minute) else {
        preconditionFailure("a lesson of 45 minutes")
      }
      let lesson = try lessons.addLesson(
        .init(id: nil, schoolClass: schoolClass, teacher: teacher.person, time: time), subject: subject,
        unit: school,
        by: nil, in: db)
      return Made(lesson: lesson, members: members)
    }
  }

  private mutating func member(
    of school: OrgUnit.ID
  ) throws -> (person: Person.ID, token: String, key: P256.Signing.PrivateKey) {
    count += 1
    let person = try People.add(name: "Nguyễn Văn Số \(count)", in: db)
    let account = try Accounts.issueActive(
      to: person, login: "so.\(count)", passwordHash: "none", verifiedBy: person, unit: school, in: db)
    let key = P256.Signing.PrivateKey()
    let token = Secrets.token()
    _ = try Sessions.open(
      account, token: token, deviceKey: key.publicKey.x963Representation.base64URL, device: "bench",
      address: "127.0.0.1",
      in: db)
    return (person, token, key)
  }
}
