import Identity
import Organisation
import Rules
import Storage
import TestKit
import Testing

@Suite struct SchoolsTests {
  @Test("every role comes from a dated relation", arguments: EngineKind.allCases)
  func memberships(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let (an, schoolClass) = (try await school.pupil("Nguyễn Văn An"), try await school.schoolClass("6A2"))
    let mother = try #require(try await school.guardian(of: an))
    let day = school.today
    let (id, teacher, commune, head) = (school.school, school.teacher, school.commune, school.head)
    let officer = try await school.database.write { db in
      let maths = try Schools.makeSubject("Toán", in: id, in: db)
      try Schools.assign(teacher, to: schoolClass, subject: nil, from: day, in: db)
      try Schools.assign(teacher, to: schoolClass, subject: maths, from: day, in: db)
      let officer = try People.add(name: "Hoàng Văn Sáu", in: db)
      try Schools.appoint(officer, as: .officer, of: commune, from: day, in: db)
      return officer
    }
    func roles(_ person: Person.ID, _ on: Day) async throws -> [Membership] {
      try await school.database.read { try Schools.memberships(of: person, on: on, in: $0) }
    }
    #expect(try await roles(an, day) == [Membership(.pupil, unit: id, schoolClass: schoolClass)])
    #expect(
      try await roles(mother, day) == [Membership(.guardian, unit: id, schoolClass: schoolClass, child: an)])
    #expect(
      Set(try await roles(teacher, day)) == [
        Membership(.homeroomTeacher, unit: id, schoolClass: schoolClass),
        Membership(.subjectTeacher, unit: id, schoolClass: schoolClass),
      ])
    #expect(try await roles(head, day) == [Membership(.head, unit: id)])
    #expect(try await roles(officer, day) == [Membership(.officer, unit: commune)])
    let before = day.adding(days: -1)
    #expect(try await roles(an, before).isEmpty)
    #expect(try await roles(teacher, before).isEmpty)
    #expect(try await roles(officer, before).isEmpty)
  }

  @Test("the stored graph answers as the rule does", arguments: EngineKind.allCases)
  func ancestors(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let (id, commune, department) = (school.school, school.commune, school.department)
    let reform = Day("2025-07-01")!
    try await school.database.write { db in
      let ministry = try Schools.makeUnit(.ministry, name: "Bộ", from: SchoolFixture.began, in: db)
      try Schools.makeEdge(
        from: department, to: ministry, .professional, validity: .init(from: SchoolFixture.began), in: db)
      try Schools.endEdge(from: id, to: commune, .administrative, on: reform, by: nil, in: db)
      try Schools.makeEdge(from: id, to: ministry, .administrative, validity: .init(from: reform), in: db)
      try Schools.makeEdge(from: id, to: commune, .locatedIn, validity: .init(from: reform), in: db)
    }
    for day in [SchoolFixture.began.adding(days: -1), reform.adding(days: -1), reform, school.today] {
      let (stored, ruled) = try await school.database.read { db in
        let units = try Schools.ancestors(of: id, on: day, in: db)
        let edges = try (units + [id]).flatMap { try Schools.edges(of: $0, on: day, in: db) }
        return (units, UnitGraph(Array(Set(edges))).ancestors(of: id, by: UnitEdgeKind.superior, on: day))
      }
      #expect(Set(stored) == Set(ruled) && stored.count == ruled.count, "\(day)")
    }
    let above = try await school.database.read {
      try Schools.ancestors(of: id, on: reform.adding(days: -1), in: $0)
    }
    #expect(above.contains(commune) && above.count == 3)
  }

  @Test(
    "circles and a second administrative parent are refused and leave nothing", arguments: EngineKind.allCases
  )
  func refusedEdges(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let (id, commune, department) = (school.school, school.commune, school.department)
    let always = Validity(from: SchoolFixture.began)
    let events = try await school.eventCount()
    await #expect(throws: UserError.secondAdministrativeParent) {
      try await school.database.write {
        try Schools.makeEdge(from: id, to: department, .administrative, validity: always, in: $0)
      }
    }
    await #expect(throws: UserError.unitCircle) {
      try await school.database.write {
        try Schools.makeEdge(from: commune, to: id, .administrative, validity: always, in: $0)
      }
    }
    #expect(try await school.eventCount() == events)
  }

  @Test("a new name begins on its day", arguments: EngineKind.allCases)
  func rename(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let id = school.school
    let day = school.today.adding(days: 30)
    try await school.database.write {
      try Schools.rename(id, name: "Trường THCS Suối Mây", code: "SUOIMAY", from: day, by: nil, in: $0)
    }
    let names = try await school.database.read { db in
      try [-1, 0].map { try Schools.unit(id, on: day.adding(days: $0), in: db)?.name }
    }
    #expect(names == ["Trường THCS Sông Xanh", "Trường THCS Suối Mây"])
  }

  @Test("a place in a second class and a taken number are refused", arguments: EngineKind.allCases)
  func enrolment(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let an = try await school.pupil("Nguyễn Văn An")
    let (a2, a3) = (try await school.schoolClass("6A2"), try await school.schoolClass("6A3"))
    let day = school.today
    await #expect(throws: UserError.alreadyEnrolled) {
      try await school.database.write { try Schools.enrol(an, in: a3, orderNumber: 9, from: day, in: $0) }
    }
    await #expect(throws: UserError.orderNumberTaken(2)) {
      try await school.database.write { db in
        let pupil = try People.add(name: "Bùi Gia Hân", in: db)
        try Schools.enrol(pupil, in: a2, orderNumber: 2, from: day, in: db)
      }
    }
    let place = try await school.database.read { try Schools.enrolment(of: an, in: a2, on: day, in: $0) }
    #expect(place?.orderNumber == 1)
    #expect(try await school.database.read { try Schools.enrolment(of: an, in: a3, on: day, in: $0) } == nil)
  }

  @Test("a new homeroom teacher takes over from the former", arguments: EngineKind.allCases)
  func homeroom(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let schoolClass = try await school.schoolClass("6A2")
    let (teacher, head, day) = (school.teacher, school.head, school.today)
    try await school.database.write { db in
      try Schools.assign(teacher, to: schoolClass, subject: nil, from: day, in: db)
      try Schools.assign(head, to: schoolClass, subject: nil, from: day.adding(days: 5), in: db)
    }
    let teachers = try await school.database.read { db in
      try [4, 5].map { try Schools.homeroomTeacher(of: schoolClass, on: day.adding(days: $0), in: db) }
    }
    #expect(teachers == [teacher, head])
  }

  @Test("a pupil who was removed has no right and no session", arguments: EngineKind.allCases)
  func removed(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let an = try await school.pupil("Nguyễn Văn An")
    let schoolClass = try await school.schoolClass("6A2")
    let account = try #require(try await school.account(of: an))
    let (day, head) = (school.today, school.head)
    try await school.database.write { db in
      _ = try Sessions.open(
        account.id, token: "token", deviceKey: nil, device: "Máy thử", address: "127.0.0.1", in: db)
      try Schools.remove(an, from: schoolClass, on: day, by: head, in: db)
    }
    #expect(try await school.account(of: an)?.openSessions == 0)
    #expect(try await school.database.read { try Schools.memberships(of: an, on: day, in: $0) }.isEmpty)
    #expect(try await school.database.read { try !Schools.belongs(an, to: schoolClass, on: day, in: $0) })
  }
}
