import Foundation
package import Identity
import LiveClass
import Organisation
import Rules
package import Storage
import Timetable

/// A fictional province, so that every page has something to show. Every name here is invented.
///
/// Demo accounts exist only in a demo database: this writes into an empty one alone, and marks it.
package enum Demo {
  /// One password for all; the sign-in page of a demo shows it.
  package static let password = "sao biển xanh 2026"

  package static let accounts: [DemoAccount] = [
    .init(who: "Học sinh (01, lớp 6A2)", login: "thcs1.6a2.01", password: password),
    .init(who: "Học sinh (07, lớp 6A2)", login: "thcs1.6a2.07", password: password),
    .init(who: "Phụ huynh của 07, lớp 6A2", login: "ph.thcs1.6a2.07", password: password),
    .init(who: "Giáo viên dạy 6A2", login: "gv.thcs1.6a2", password: password),
    .init(who: "Giáo viên chủ nhiệm 6A2", login: "cn.thcs1.6a2", password: password),
    .init(who: "Hiệu trưởng THCS Hoa Phượng", login: "ht.thcs1", password: password),
    .init(who: "Phụ trách CNTT THCS Hoa Phượng", login: "cntt.thcs1", password: password),
    .init(who: "Cán bộ Sở (hư cấu)", login: "so.canbo", password: password),
  ]

  /// The demo's second factor: the same secret for each head and officer, shown on their page.
  package static let factorSecret = "LOPANDEMOLOPANDEMOLOPANDEMOLOPAN"

  /// - Returns: false when the database holds something already; nothing is changed then.
  package static func make(in database: Database, hasher: PasswordHasher) async throws -> Bool {
    let isEmpty = try await database.read { db in
      try Ledger.isEmpty(in: db) && (try SiteFacts.get("kind", in: db)) == nil
    }
    guard isEmpty else { return false }
    let hash = try await hasher.hash(password)
    try await database.write { db in
      try SiteFacts.set("kind", "demo", in: db)
      try SiteFacts.set("name", "LớpAn minh họa", in: db)
      var maker = DemoMaker(db: db, passwordHash: hash)
      try maker.makeProvince()
    }
    return true
  }

  package static func isDemo(_ database: Database) async throws -> Bool {
    try await database.read { try SiteFacts.get("kind", in: $0) } == "demo"
  }

  /// Lessons around now in each demo class that has none running, so that a visitor at any hour finds an open door.
  package static func keepLessonsAroundNow(_ database: Database) async throws {
    let lessons = TimetableFeature(database: database, ports: Ports.timetable).lessons
    try await database.write { db in
      let now = db.at
      let day = Day(at: now)
      for unit in try Schools.schools(on: day, in: db) {
        guard let year = try Schools.year(for: unit, on: day, in: db) else { continue }
        for schoolClass in try Schools.classes(of: unit, year: year.id, in: db) {
          let next = try lessons.next(ofClasses: [schoolClass.id], at: now, in: db)
          if let next, next.startsAt < now + 30 * .minute, next.endsAt > now + 20 * .minute { continue }
          try addLesson(schoolClass, lessons, unit: unit, day: day, in: db)
        }
      }
    }
  }

  /// A lesson that begins at the next full five minutes, never across midnight.
  private static func addLesson(
    _ schoolClass: Schools.ClassFacts, _ lessons: Lessons, unit: OrgUnit.ID, day: Day, in db: Transaction
  ) throws {
    let assignments = try Schools.assignments(in: schoolClass.id, on: day, in: db)
    let homeroom = assignments.first { $0.isHomeroom }?.person
    guard let teaching = assignments.first(where: { !$0.isHomeroom && $0.person != homeroom }),
      let subject = teaching.subject
    else { return }
    let start = Timestamp(seconds: (db.at.seconds / 300 + 1) * 300)
    guard Day(at: start + 46 * .minute) == Day(at: start),
      let time = LessonTime(start: start, end: start + 45 * .minute)
    else {
      return
    }
    let planned = PlannedLesson(id: nil, schoolClass: schoolClass.id, teacher: teaching.person, time: time)
    do {
      _ = try lessons.addLesson(planned, subject: subject, unit: unit, by: nil, in: db)
    } catch is UserError {
      // A lesson that stands already is reason enough to have none more.
    }
  }
}

/// Makes the people and classes of the demo province: deterministic, so that every demo looks the same.
private struct DemoMaker {
  let db: Transaction
  let passwordHash: String
  private var generator = DemoNames()
  private var today: Day { Day(at: db.at) }

  init(db: Transaction, passwordHash: String) {
    self.db = db
    self.passwordHash = passwordHash
  }

  mutating func makeProvince() throws {
    // A day that the calendar has.
    let from = Day(year: 2025, month: 7, day: 1)!
    let department = try Schools.makeUnit(
      .department, name: "Sở GD&ĐT tỉnh Hoa Sen (hư cấu)", code: "SO-HS", from: from, in: db)
    let officer = try account("Đinh Thị Cán Bộ", "so.canbo", department)
    try Schools.appoint(officer, as: .officer, of: department, from: from, in: db)
    try confirmFactor(of: officer)
    let communes = try ["Xã Bình An (hư cấu)", "Phường Suối Mơ (hư cấu)"].map { name in
      let commune = try Schools.makeUnit(.commune, name: name, from: from, in: db)
      try Schools.makeEdge(from: commune, to: department, .professional, validity: .init(from: from), in: db)
      return commune
    }
    let schools: [(String, String, Int, [String], OrgUnit.ID)] = [
      ("Trường THCS Hoa Phượng", "thcs1", 6, ["6A1", "6A2", "7A1", "8A1"], communes[0]),
      ("Trường Tiểu học Ban Mai", "th1", 3, ["3A", "3B", "4A", "5A"], communes[0]),
      ("Trường THPT Đồi Thông", "thpt1", 10, ["10A1", "10A2", "11A1", "12A1"], communes[1]),
    ]
    for (name, code, _, classes, commune) in schools {
      try makeSchool(name, code, classes, under: commune, department, from: from)
    }
  }

  private mutating func makeSchool(
    _ name: String, _ code: String, _ classes: [String], under commune: OrgUnit.ID, _ department: OrgUnit.ID,
    from: Day
  ) throws {
    let school = try Schools.makeUnit(.school, name: name, code: code.uppercased(), from: from, in: db)
    try Schools.makeEdge(from: school, to: commune, .administrative, validity: .init(from: from), in: db)
    try Schools.makeEdge(from: school, to: department, .professional, validity: .init(from: from), in: db)
    let head = try account(generator.adult(), "ht.\(code)", school)
    try Schools.appoint(head, as: .head, of: school, from: from, in: db)
    try confirmFactor(of: head)
    let deputy = try account(generator.adult(), "hp.\(code)", school)
    try Schools.appoint(deputy, as: .deputyHead, of: school, from: from, in: db)
    let it = try account(generator.adult(), "cntt.\(code)", school)
    try Schools.appoint(it, as: .itTeacher, of: school, from: from, in: db)
    let start = today.parts.month >= 8 ? today.parts.year : today.parts.year - 1
    // Days that every year has.
    let year = try Schools.makeYear(
      of: school, name: "\(start)–\(start + 1)", first: Day(year: start, month: 8, day: 1)!,
      last: Day(year: start + 1, month: 7, day: 31)!, in: db)
    let subjects = try ["Toán", "Ngữ văn", "Tiếng Anh"].map {
      try Schools.makeSubject($0, in: school, in: db)
    }
    for name in classes { try makeClass(name, code, school, year, subjects, head: head) }
  }

  private mutating func makeClass(
    _ name: String, _ code: String, _ school: OrgUnit.ID, _ year: SchoolYear.ID,
    _ subjects: [SchoolSubject.ID],
    head: Person.ID
  ) throws {
    let yearStart = today.adding(days: -60)
    let id = try Schools.makeClass(in: school, year: year, name: name, in: db)
    let short = name.lowercased()
    let homeroom = try account(generator.adult(), "cn.\(code).\(short)", school)
    try Schools.assign(homeroom, to: id, subject: nil, from: yearStart, in: db)
    try Schools.assign(homeroom, to: id, subject: subjects[1], from: yearStart, in: db)
    let teacher = try account(generator.adult(), "gv.\(code).\(short)", school)
    try Schools.assign(teacher, to: id, subject: subjects[0], from: yearStart, in: db)
    for number in 1...40 {
      let two = number < 10 ? "0\(number)" : "\(number)"
      // A few are still to be activated or verified, so that the account desk has something to do.
      let isOpen = number > 38
      let pupil = try account(
        generator.pupil(), "\(code).\(short).\(two)", school, verifiedBy: isOpen ? nil : homeroom)
      try Schools.enrol(pupil, in: id, orderNumber: number, from: yearStart, in: db)
      let guardian = try account(generator.adult(), "ph.\(code).\(short).\(two)", school)
      try Schools.relate(
        guardian, to: pupil, as: number % 2 == 0 ? .mother : .father, isContact: true, unit: school,
        from: yearStart, in: db)
    }
  }

  private func account(_ name: String, _ login: String, _ unit: OrgUnit.ID, verifiedBy: Person.ID? = nil)
    throws -> Person.ID
  {
    let person = try People.add(name: name, email: "\(login)@example.invalid", in: db)
    let isPupil = login.split(separator: ".").count == 3 && !["ph", "gv", "cn"].contains(login.prefix(2))
    _ = try Accounts.issueActive(
      to: person, login: login, passwordHash: passwordHash, verifiedBy: isPupil ? verifiedBy : person,
      unit: unit, in: db)
    return person
  }

  private func confirmFactor(of person: Person.ID) throws {
    try Accounts.setDemoFactor(Demo.factorSecret, of: person, in: db)
  }
}

/// Invented Vietnamese names from small lists, in a fixed order.
private struct DemoNames {
  private var count = 0
  private let families = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
  ]
  private let middles = ["Thị", "Văn", "Minh", "Ngọc", "Hoài", "Thanh", "Quang", "Bảo", "Gia", "Thu", "Đức"]
  private let given = [
    "An", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hà", "Hiếu", "Khánh", "Khôi", "Lan", "Linh", "Long", "Mai",
    "Minh",
    "Nam", "Ngân", "Nhi", "Phong", "Phúc", "Quân", "Quỳnh", "Sơn", "Tâm", "Thảo", "Trang", "Trí", "Tuấn",
    "Vy", "Yến", "Ánh",
  ]

  mutating func pupil() -> String { next() }
  mutating func adult() -> String { next() }

  private mutating func next() -> String {
    count += 1
    return
      "\(families[count * 5 % families.count]) \(middles[count * 7 % middles.count]) \(given[count * 11 % given.count])"
  }
}
