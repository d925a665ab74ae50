import App
import HTTPTypes
import Identity
import Jobs
import Organisation
import Rules
import TestKit
import Timetable

@testable import Storage

/// The small province with something behind every kind of key: an import, a weekly slot, an alarm, a message.
struct RouteWorld {
  /// Whose objects stand in the path.
  enum Side: CaseIterable { case own, otherClass, otherSchool }

  let school: DemoSchool
  private let halfHead: DemoSchool.SignedIn
  private var keys: [Side: [String: String]] = [:]

  static func make(for row: RouteRow, _ kind: EngineKind = .sqlite) async throws -> RouteWorld {
    let school = try await DemoSchool.make(kind)
    var world = RouteWorld(
      school: school, halfHead: try await school.signInElsewhere(as: .head, showsFactor: false))
    try await world.fill(row)
    for asker in Asker.allCases { _ = try await world.cookie(asker) }
    return world
  }

  private init(school: DemoSchool, halfHead: DemoSchool.SignedIn) {
    self.school = school
    self.halfHead = halfHead
  }

  // MARK: Who asks

  static func actor(_ asker: Asker) -> DemoSchool.Actor {
    switch asker {
    case .nobody: .nobody
    case .locked: .lockedPupil
    case .half, .head: .head
    case .pupil: .pupil
    case .unverified: .unverifiedPupil
    case .guardian: .guardian
    case .teacher: .subjectTeacher
    case .homeroom: .homeroomTeacher
    case .otherPupil: .pupilOfOtherClass
    case .otherGuardian: .guardianOfOtherClass
    case .otherTeacher: .teacherOfOtherClass
    case .deputy: .deputyHead
    case .it: .itTeacher
    case .officer: .officer
    case .farPupil: .pupilOfOtherSchool
    case .farGuardian: .guardianOfOtherSchool
    case .farTeacher: .teacherOfOtherSchool
    case .farHead: .headOfOtherSchool
    case .farIT: .itTeacherOfOtherSchool
    }
  }

  func cookie(_ asker: Asker) async throws -> String? {
    if asker == .half { return halfHead.cookie }
    return try await school.signIn(as: Self.actor(asker))?.cookie
  }

  // MARK: What is asked for

  private mutating func fill(_ row: RouteRow) async throws {
    let places = school.places
    keys[.own] = [
      "class": "\(places.ownClass)", "unit": "\(places.school)", "lesson": "\(places.lesson)",
      "later": "\(places.laterLesson)", "person": "\(school.person(.classmate))",
      "child": "\(school.person(.pupil))", "unverified": "\(school.person(.unverifiedPupil))",
      "locked": "\(school.person(.lockedPupil))", "staff": "\(school.person(.teacherOfOtherClass))",
    ]
    let (next, far) = (school.person(.pupilOfOtherClass), school.person(.pupilOfOtherSchool))
    keys[.otherClass] = Self.keys(places.otherClass, places.school, places.lessonOfOtherClass, next)
    keys[.otherSchool] = Self.keys(
      places.classOfOtherSchool, places.otherSchool, places.lessonOfOtherSchool, far)
    if row.pattern.contains("/staff/") {
      set("staff", "\(school.person(.teacherOfOtherClass))", .otherClass)
      set("staff", "\(school.person(.teacherOfOtherSchool))", .otherSchool)
    }
    if row.pattern.contains(":year") || row.pattern.contains(":subject") { try await fillSetup() }
    if row.pattern.contains(":run") { try await fillRuns() }
    if row.pattern.contains(":slot") { try await fillSlots() }
    if row.pattern.contains(":alarm") || row.pattern.contains(":message") { try await fillAlarms() }
  }

  private static func keys(
    _ schoolClass: SchoolClass.ID, _ unit: OrgUnit.ID, _ lesson: Lesson.ID, _ person: Person.ID
  ) -> [String: String] {
    [
      "class": "\(schoolClass)", "unit": "\(unit)", "lesson": "\(lesson)", "later": "\(lesson)",
      "person": "\(person)", "child": "\(person)", "unverified": "\(person)", "locked": "\(person)",
    ]
  }

  private mutating func set(_ name: String, _ key: String?, _ side: Side) {
    keys[side, default: [:]][name] = key
  }

  private mutating func fillSetup() async throws {
    for (side, unit) in [(Side.own, school.places.school), (.otherSchool, school.places.otherSchool)] {
      let (year, spare) = try await school.database.write { db in
        let spare = try Schools.makeSubject("Cờ vua", in: unit, in: db)
        return (try db.rows("SELECT id FROM school_year WHERE unit_id = \(unit)").first?.text(0), spare)
      }
      set("year", year, side)
      set("spare", "\(spare)", side)
    }
  }

  private mutating func fillRuns() async throws {
    let imports = ClassListImport(database: school.database)
    let list = Array("STT,Họ và tên,Lớp\n1,Quách Tường Vi,6A9\n".utf8)
    for (side, unit, by) in [
      (Side.own, school.places.school, DemoSchool.Actor.head),
      (.otherSchool, school.places.otherSchool, .headOfOtherSchool),
    ] {
      let preview = try await imports.preview(
        bytes: list, fileName: "lop.csv", unit: unit, by: school.person(by))
      set("run", "\(preview.run)", side)
    }
  }

  private mutating func fillSlots() async throws {
    let day = school.today.adding(days: 2)
    for (side, schoolClass, head, teacher) in [
      (Side.own, school.places.ownClass, DemoSchool.Actor.head, DemoSchool.Actor.homeroomTeacher),
      (.otherClass, school.places.otherClass, .head, .teacherOfOtherClass),
    ] {
      let (maths, literature) = (school.places.maths, school.places.literature)
      let teaching = side == .own ? literature : maths
      let form =
        "teaching=\(teaching)+\(school.person(teacher))&weekday=\(day.weekday)&start=09%3A00&length=45"
      let answer = try await school.ask(
        .post, "/classes/\(schoolClass)/timetable/slots", as: head, body: form)
      guard answer.status == 303 else { throw Unprepared(answer.text) }
      let slots = try await school.database.read { db in
        try db.rows("SELECT id FROM weekly_slot WHERE class_id = \(schoolClass)").map { $0.text(0) }
      }
      set("slot", slots.first, side)
    }
    // The other school has none; a slot that exists, under a class that is foreign.
    set("slot", keys[.own]?["slot"], .otherSchool)
  }

  private mutating func fillAlarms() async throws {
    for (side, lesson, pupil) in [
      (Side.own, school.places.lesson, DemoSchool.Actor.pupil),
      (.otherClass, school.places.lessonOfOtherClass, .pupilOfOtherClass),
      (.otherSchool, school.places.lessonOfOtherSchool, .pupilOfOtherSchool),
    ] {
      let answer = try await school.ask(
        .post, "/lessons/\(lesson)/alarms", as: pupil, body: "kind=stranger&confirmed=1")
      guard answer.status == 201 else { throw Unprepared(answer.text) }
      let alarm = try await school.database.read { db in
        try db.rows("SELECT id FROM alarm WHERE lesson_id = \(lesson)").first?.text(0)
      }
      set("alarm", alarm, side)
    }
    for (side, reader) in [
      (Side.own, DemoSchool.Actor.subjectTeacher), (.otherClass, .teacherOfOtherClass),
      (.otherSchool, .teacherOfOtherSchool),
    ] {
      let person = school.person(reader)
      let message = try await school.database.read { db in
        try Outbox.messages(for: person, unreadOnly: true, limit: 5, in: db).first.map { "\($0.id)" }
      }
      set("message", message, side)
    }
  }

  struct Unprepared: Error {
    let answer: String
    init(_ answer: String) { self.answer = answer }
  }

  /// The path of a row with the keys of one side.
  ///
  /// - Parameter replacing: parameters that are to be something else.
  func path(_ row: RouteRow, _ side: Side = .own, replacing: [String: String] = [:]) -> String {
    row.pattern.split(separator: "/", omittingEmptySubsequences: false).map { segment in
      guard segment.hasPrefix(":") else { return String(segment) }
      let name = String(segment.dropFirst())
      return replacing[name] ?? keys[side]?[row.with[name] ?? name] ?? "missing-\(name)"
    }.joined(separator: "/")
  }

  func body(_ row: RouteRow) -> String {
    row.body.replacing("{password}", with: formEncoded(DemoSchool.password))
      .replacing("{person}", with: keys[.own]?["person"] ?? "")
  }

  func ask(
    _ row: RouteRow, as asker: Asker, _ side: Side = .own, origin: DemoSchool.Origin = .own,
    headers: HTTPFields = [:]
  ) async throws -> DemoSchool.Answer {
    try await school.ask(
      row.isPost ? .post : .get, path(row, side), cookie: try await cookie(asker),
      body: Array(body(row).utf8), origin: origin, headers: headers)
  }

  /// Everything stored, table by table.
  ///
  /// - Parameter ledger: false where a refusal is meant to be on record.
  func state(ledger: Bool = true) async throws -> [String: [[SQLValue]]] {
    try await school.database.read { db in
      let tables = try db.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
      var state: [String: [[SQLValue]]] = [:]
      for name in tables.map({ $0.text(0) }) where ledger || !name.hasPrefix("ledger_") {
        state[name] = try db.rows(SQL(unsafe: "SELECT * FROM \(name)")).map(\.values)
      }
      return state
    }
  }
}

/// A value inside a form or a query.
func formEncoded(_ text: String) -> String {
  text.utf8.map { byte in
    switch byte {
    case 48...57, 65...90, 97...122, 45, 46, 95: String(UnicodeScalar(byte))
    default: "%" + [byte].hexadecimal.uppercased()
    }
  }.joined()
}
