import Identity
import Organisation
import Rules
import Storage
import Timetable

/// Writes the small province in one transaction, by the same changes as the demo and the pages.
struct DemoSchoolMaker {
  typealias Actor = DemoSchool.Actor

  let db: Transaction
  let lessons: Lessons
  private var people: [Actor: Person.ID] = [:]

  // Days that the calendar has.
  private static let founded = Day("2025-07-01")!
  private static let yearFirst = Day("2026-08-15")!
  private static let yearLast = Day("2027-05-31")!

  /// Planning a single lesson asks for names of subjects alone.
  static let ports = TimetablePorts(
    classes: { _, _ in [:] }, subjectNames: { try Schools.subjectNames($0, in: $1) },
    teachings: { _, _, _ in [] }, teachers: { _, _, _ in [] }, classesOfSchool: { _, _, _ in [] },
    permission: { _, _, _ in nil })

  init(db: Transaction, lessons: Lessons) {
    self.db = db
    self.lessons = lessons
  }

  mutating func make() throws -> DemoSchool.Places {
    let department = try Schools.makeUnit(
      .department, name: "Sở Giáo dục và Đào tạo Sông Ngân", from: Self.founded, in: db)
    let commune = try Schools.makeUnit(.commune, name: "Xã Đồi Trăng", from: Self.founded, in: db)
    try Schools.makeEdge(
      from: commune, to: department, .professional, validity: .init(from: Self.founded), in: db)
    try appoint(.officer, .officer, of: department)
    let school = try makeSchool("Trường THCS Lá Biếc", "LABIEC", commune, department)
    let other = try makeSchool("Trường THCS Gió Nồm", "GIONOM", commune, department)
    try appoint(.head, .head, of: school.unit)
    try appoint(.deputyHead, .deputyHead, of: school.unit)
    try appoint(.itTeacher, .itTeacher, of: school.unit)
    try appoint(.headOfOtherSchool, .head, of: other.unit)
    try appoint(.itTeacherOfOtherSchool, .itTeacher, of: other.unit)
    let own = try makeClass("6A1", Actor.ownClass, .homeroomTeacher, .subjectTeacher, in: school)
    let next = try makeClass(
      "6A2", Actor.otherClass, .teacherOfOtherClass, .teacherOfOtherClass, in: school)
    let far = try makeClass(
      "7B1", Actor.otherSchool, .teacherOfOtherSchool, .teacherOfOtherSchool, in: other)
    for (guardian, child) in DemoSchool.families { try relate(guardian, child) }
    try lock(.lockedPupil)
    return DemoSchool.Places(
      department: department, commune: commune, school: school.unit, otherSchool: other.unit, ownClass: own,
      otherClass: next, classOfOtherSchool: far, maths: school.maths, literature: school.literature,
      lesson: try plan(own, .subjectTeacher, at: 8 * 60, in: school),
      laterLesson: try plan(own, .subjectTeacher, at: 13 * 60, in: school),
      lessonOfOtherClass: try plan(next, .teacherOfOtherClass, at: 8 * 60, in: school),
      lessonOfOtherSchool: try plan(far, .teacherOfOtherSchool, at: 8 * 60, in: other), people: people)
  }

  // MARK: Schools and classes

  private struct MadeSchool {
    let unit: OrgUnit.ID
    let year: SchoolYear.ID
    let maths: SchoolSubject.ID
    let literature: SchoolSubject.ID
  }

  private func makeSchool(
    _ name: String, _ code: String, _ commune: OrgUnit.ID, _ department: OrgUnit.ID
  ) throws -> MadeSchool {
    let unit = try Schools.makeUnit(.school, name: name, code: code, from: Self.founded, in: db)
    let validity = Validity(from: Self.founded)
    try Schools.makeEdge(from: unit, to: commune, .administrative, validity: validity, in: db)
    try Schools.makeEdge(from: unit, to: department, .professional, validity: validity, in: db)
    return MadeSchool(
      unit: unit,
      year: try Schools.makeYear(
        of: unit, name: "2026-2027", first: Self.yearFirst, last: Self.yearLast, in: db),
      maths: try Schools.makeSubject("Toán", in: unit, in: db),
      literature: try Schools.makeSubject("Ngữ văn", in: unit, in: db))
  }

  /// The homeroom teacher teaches literature as well, the subject teacher mathematics.
  private mutating func makeClass(
    _ name: String, _ pupils: [Actor], _ homeroom: Actor, _ teacher: Actor, in school: MadeSchool
  ) throws -> SchoolClass.ID {
    let id = try Schools.makeClass(in: school.unit, year: school.year, name: name, in: db)
    let homeroom = try account(homeroom, in: school.unit)
    try Schools.assign(homeroom, to: id, subject: nil, from: Self.yearFirst, in: db)
    try Schools.assign(homeroom, to: id, subject: school.literature, from: Self.yearFirst, in: db)
    let teacher = try account(teacher, in: school.unit)
    try Schools.assign(teacher, to: id, subject: school.maths, from: Self.yearFirst, in: db)
    for (index, actor) in pupils.enumerated() {
      let pupil = try account(
        actor, in: school.unit, verifiedBy: actor == .unverifiedPupil ? nil : homeroom)
      try Schools.enrol(pupil, in: id, orderNumber: index + 1, from: Self.yearFirst, in: db)
    }
    return id
  }

  private func plan(
    _ schoolClass: SchoolClass.ID, _ teacher: Actor, at minute: Int, in school: MadeSchool
  ) throws -> Lesson.ID {
    let start = Day(at: db.at).at(minutes: minute)
    guard let time = LessonTime(start: start, end: start + 45 * .minute), let teacher = people[teacher] else {
      preconditionFailure("a lesson of 45 minutes by somebody made before")
    }
    return try lessons.addLesson(
      PlannedLesson(id: nil, schoolClass: schoolClass, teacher: teacher, time: time), subject: school.maths,
      unit: school.unit, by: nil, in: db)
  }

  // MARK: People

  /// The person, made at the first call, with an account that is active; adults stand for themselves.
  private mutating func account(_ actor: Actor, in unit: OrgUnit.ID) throws -> Person.ID {
    if let known = people[actor] { return known }
    let person = try add(actor)
    _ = try Accounts.issueActive(
      to: person, login: actor.login, passwordHash: DemoSchool.passwordHash, verifiedBy: person, unit: unit,
      in: db)
    return person
  }

  private mutating func account(
    _ actor: Actor, in unit: OrgUnit.ID, verifiedBy: Person.ID?
  ) throws -> Person.ID {
    let person = try add(actor)
    _ = try Accounts.issueActive(
      to: person, login: actor.login, passwordHash: DemoSchool.passwordHash, verifiedBy: verifiedBy,
      unit: unit, in: db)
    return person
  }

  private mutating func add(_ actor: Actor) throws -> Person.ID {
    let person = try People.add(name: actor.name, email: "\(actor.login)@example.invalid", in: db)
    people[actor] = person
    return person
  }

  private mutating func appoint(_ actor: Actor, _ function: UnitFunction, of unit: OrgUnit.ID) throws {
    let person = try account(actor, in: unit)
    try Schools.appoint(person, as: function, of: unit, from: Self.founded, in: db)
    if function != .itTeacher { try Accounts.setDemoFactor(DemoSchool.factorSecret, of: person, in: db) }
  }

  private mutating func relate(_ guardian: Actor, _ child: Actor) throws {
    guard let childID = people[child], let unit = try Accounts.state(of: childID, in: db)?.unit else {
      preconditionFailure("\(child) was made before")
    }
    let person = try account(guardian, in: unit)
    try Schools.relate(
      person, to: childID, as: .guardian, isContact: true, unit: unit, from: Self.yearFirst, in: db)
  }

  private func lock(_ actor: Actor) throws {
    guard let person = people[actor], let account = try Accounts.state(of: person, in: db) else { return }
    try Accounts.lock(account, by: person, reason: "other", in: db)
  }
}
