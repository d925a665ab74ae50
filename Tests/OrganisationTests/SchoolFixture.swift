import Organisation
import Rules
import Storage
import TestKit

import Identity

/// An invented school under an invented commune and department, with one school year around the clock's day.
struct SchoolFixture {
  let database: Database
  let clock: FixedClock
  let department: OrgUnit.ID
  let commune: OrgUnit.ID
  let school: OrgUnit.ID
  let year: SchoolYear.ID
  let head: Person.ID
  let teacher: Person.ID
  let imports: ClassListImport

  static let migrations = Ledger.migrations + IdentityFeature.migrations + OrganisationFeature.migrations
  static let began = Day("2020-01-01")!

  var today: Day { Day(at: clock.time) }

  static func make(_ kind: EngineKind) async throws -> SchoolFixture {
    let clock = FixedClock()
    let database = try await TemporaryDatabase.make(kind, migrations: migrations, now: clock.now)
    return try await database.write { db in
      let department = try Schools.makeUnit(
        .department, name: "Sở Giáo dục và Đào tạo Lam Giang", from: began, in: db)
      let commune = try Schools.makeUnit(.commune, name: "Ủy ban nhân dân xã Suối Mây", from: began, in: db)
      let school = try Schools.makeUnit(
        .school, name: "Trường THCS Sông Xanh", code: "SONGXANH", from: began, in: db)
      try Schools.makeEdge(from: school, to: commune, .administrative, validity: .init(from: began), in: db)
      try Schools.makeEdge(from: school, to: department, .professional, validity: .init(from: began), in: db)
      let year = try Schools.makeYear(
        of: school, name: "2026-2027", first: Day("2026-08-15")!, last: Day("2027-05-31")!, in: db)
      let head = try People.add(name: "Vũ Thị Hạnh", in: db)
      let teacher = try People.add(name: "Trần Thị Minh", in: db)
      try Schools.appoint(head, as: .head, of: school, from: began, in: db)
      return SchoolFixture(
        database: database, clock: clock, department: department, commune: commune, school: school,
        year: year,
        head: head, teacher: teacher, imports: ClassListImport(database: database))
    }
  }

  func schoolClass(_ name: String) async throws -> SchoolClass.ID {
    let (school, year) = (school, year)
    let found = try await database.read { db in
      try Schools.classes(of: school, year: year, in: db).first { $0.name == name }?.id
    }
    if let found { return found }
    return try await database.write { try Schools.makeClass(in: school, year: year, name: name, in: $0) }
  }

  // MARK: Lists

  static let header = "STT,Mã học sinh,Họ và tên,Ngày sinh,Giới tính,Lớp,Dân tộc,Phụ huynh,SĐT phụ huynh"

  /// A list as a school's clerk saves it: rows of the nine columns above.
  static func list(_ rows: [String]) -> [UInt8] {
    Array(("DANH SÁCH HỌC SINH\n" + header + "\n" + rows.joined(separator: "\n") + "\n").utf8)
  }

  static let pupils = [
    "1,2301000001,Nguyễn Văn An,05/09/2014,Nam,6A2,Kinh,Lê Thị Hoa,0912000001",
    "2,2301000002,Lê Thị Bích,12/01/2014,Nữ,6A2,Kinh,Lê Văn Tám,0912000002",
    "3,,Trần Bảo Châu,30/11/2014,Nữ,6A2,Kinh,,0912000003",
    "1,2301000004,Phạm Minh Đức,01/02/2014,Nam,6A3,Kinh,Phạm Văn Cả,",
    "2,2301000005,Vũ Đình Khôi,15/06/2014,Nam,6A3,Kinh,,",
  ]

  @discardableResult
  func take(_ rows: [String], whole: Bool = true) async throws -> ImportOutcome {
    let preview = try await preview(rows, whole: whole)
    return try await imports.confirm(preview.run, unit: school, fingerprint: preview.fingerprint, by: head)
  }

  func preview(_ rows: [String], whole: Bool = true) async throws -> ClassListImport.Preview {
    try await imports.preview(
      bytes: Self.list(rows), fileName: "lop6.csv", unit: school, wholeClasses: whole, by: head)
  }

  func roster(_ name: String, on day: Day? = nil) async throws -> [Schools.RosterEntry] {
    let (id, day) = (try await schoolClass(name), day ?? today)
    return try await database.read { try Schools.roster(of: id, on: day, in: $0) }
  }

  /// “6A2 01 Nguyễn Văn An”, for all classes.
  func summary() async throws -> [String] {
    var lines: [String] = []
    for name in ["6A2", "6A3", "6A4"] {
      lines += try await roster(name).map { "\(name) \($0.orderNumber) \($0.name)" }
    }
    return lines
  }

  func pupil(_ name: String) async throws -> Person.ID {
    for schoolClass in ["6A2", "6A3", "6A4"] {
      if let entry = try await roster(schoolClass).first(where: { $0.name == name }) { return entry.person }
    }
    throw UserError.notFound
  }

  func eventCount() async throws -> Int {
    try await database.read { db in Int(try Ledger.heads(in: db).values.reduce(0, +)) }
  }

  func guardian(of child: Person.ID) async throws -> Person.ID? {
    let day = today
    return try await database.read { try Schools.guardians(of: child, on: day, in: $0).first }
  }

  func account(of person: Person.ID) async throws -> AccountRecord? {
    try await database.read { try Accounts.state(of: person, in: $0) }
  }
}
