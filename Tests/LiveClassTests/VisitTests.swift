import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Incidents
import Jobs
import Logging
import Media
import Organisation
import Rules
import Storage
import TestKit
import Testing
import Timetable
import Web

@testable import App
@testable import LiveClass

/// Visits and guests through the whole application: real sessions, real permissions, the door's own facts.
@Suite struct VisitTests {
  private struct World {
    let database: Database
    let clock: FixedClock
    let app: LopanApplication
    let lesson: Lesson.ID
    let people: [String: Person.ID]
    let ports: LiveClassPorts

    func person(_ login: String) throws -> Person.ID { try #require(people[login]) }

    func ask(_ method: HTTPRequest.Method, _ path: String, as login: String, _ body: String = "") async throws
      -> (
        status: Int, text: String
      )
    {
      try await Application(router: app.router(), logger: Logger(label: "test")).test(.router) { client in
        let response = try await client.executeRequest(
          uri: path, method: method,
          headers: [
            .contentType: "application/x-www-form-urlencoded", .init("Sec-Fetch-Site")!: "same-origin",
            .cookie: "lopan-plain=token-\(login)",
          ], body: ByteBuffer(string: body))
        return (response.status.code, String(buffer: response.body))
      }
    }

    /// What the door makes of somebody now.
    func standing(_ login: String) async throws -> RoomStanding? {
      let (person, lesson, ports) = (try person(login), lesson, ports)
      return try await database.read { db in
        guard let plan = try ports.plan(lesson, db) else { return nil }
        var relations = try ports.relations(person, plan, db)
        if let host = try LiveStore.guests(of: lesson, in: db)[person] {
          relations.insert(.guest(admittedBy: host))
        }
        return RoomStanding.best(of: relations)
      }
    }
  }

  private static let logins = ["ht", "hp", "so", "cn", "gv", "gv2", "hs", "ph"]

  private static func world(_ kind: EngineKind = .sqlite) async throws -> World {
    let clock = FixedClock()
    let database = try await TemporaryDatabase.make(kind, migrations: Features.migrations, now: clock.now)
    let timetable = TimetableFeature(database: database, ports: Ports.timetable)
    let (people, lesson) = try await database.write { db in
      try Self.school(timetable.lessons, in: db)
    }
    var configuration = Configuration(folder: try TemporaryFolder.make())
    configuration.isPlainHTTP = true
    configuration.media = .none
    let app = try await LopanApplication(
      database: database, configuration: configuration, media: FakeMedia(), logger: Logger(label: "test"))
    let outbox = Outbox { _, _ in }
    let desk = AlarmDesk(outbox: outbox, ports: Ports.alarms(timetable.lessons, now: clock.now))
    return World(
      database: database, clock: clock, app: app, lesson: lesson, people: people,
      ports: Ports.liveClass(timetable.lessons, desk, outbox, now: clock.now))
  }

  /// One lesson of class 6A2 today at 8:00; it is 7:45.
  private static func school(_ lessons: Lessons, in db: Transaction) throws -> (
    [String: Person.ID], Lesson.ID
  ) {
    let (day, unit) = (
      Day(at: db.at),
      try Schools.makeUnit(
        .school, name: "Trường THCS Sông Xanh", code: "SX", from: Day("2020-01-01")!, in: db)
    )
    let department = try Schools.makeUnit(.department, name: "Sở Lam Giang", from: day, in: db)
    try Schools.makeEdge(from: unit, to: department, .professional, validity: .init(from: day), in: db)
    let year = try Schools.makeYear(
      of: unit, name: "2026", first: Day("2026-08-01")!, last: Day("2027-07-31")!, in: db)
    let schoolClass = try Schools.makeClass(in: unit, year: year, name: "6A2", in: db)
    let maths = try Schools.makeSubject("Toán", in: unit, in: db)
    var people: [String: Person.ID] = [:]
    for login in logins {
      let person = try People.add(name: "Người \(login.uppercased())", in: db)
      let account = try Accounts.issueActive(
        to: person, login: "vt.\(login)", passwordHash: "none", verifiedBy: person, unit: unit, in: db)
      let session = try Sessions.open(
        account, token: "token-\(login)", deviceKey: nil, device: "thử", address: "127.0.0.1", in: db)
      try Sessions.showedSecondFactor(session, in: db)
      people[login] = person
    }
    let of = { (login: String) in people[login] ?? .init(rawValue: "") }
    try Schools.appoint(of("ht"), as: .head, of: unit, from: day, in: db)
    try Schools.appoint(of("hp"), as: .deputyHead, of: unit, from: day, in: db)
    try Schools.appoint(of("so"), as: .officer, of: department, from: day, in: db)
    try Schools.assign(of("cn"), to: schoolClass, subject: nil, from: day, in: db)
    try Schools.assign(of("gv"), to: schoolClass, subject: maths, from: day, in: db)
    try Schools.assign(of("gv2"), to: schoolClass, subject: maths, from: day, in: db)
    try Schools.enrol(of("hs"), in: schoolClass, orderNumber: 7, from: day, in: db)
    try Schools.relate(of("ph"), to: of("hs"), as: .mother, unit: unit, from: day, in: db)
    let start = day.at(minutes: 480)
    let time = try #require(LessonTime(start: start, end: start + 45 * .minute))
    let lesson = try lessons.addLesson(
      .init(id: nil, schoolClass: schoolClass, teacher: of("gv"), time: time), subject: maths, unit: unit,
      by: nil,
      in: db)
    return (people, lesson)
  }

  private static let purpose = "purpose=G%C3%B3p+%C3%BD+ti%E1%BA%BFt+d%E1%BA%A1y"

  @Test(
    "an announced visit opens the door for head, homeroom teacher and officer", arguments: EngineKind.allCases
  )
  func announced(_ kind: EngineKind) async throws {
    let world = try await Self.world(kind)
    let path = "/lessons/\(world.lesson)/visits"
    for login in ["ht", "hp", "cn", "so"] {
      #expect(try await world.standing(login) == nil, "\(login) has no place before")
      #expect(try await world.ask(.post, path, as: login, Self.purpose).status == 303, "\(login)")
      #expect(try await world.standing(login)?.role == .visitor, "\(login)")
      let again = try await world.ask(.post, path, as: login, Self.purpose)
      #expect(again.status == 409 && again.text.contains("LOP-418"))
    }
    let page = try await world.ask(.get, path, as: "gv")
    #expect(page.status == 200 && page.text.contains("Người HT") && page.text.contains("Góp ý tiết dạy"))
    // The teacher is told, and reads it at the door as well.
    let teacher = try world.person("gv")
    let told = try await world.database.read {
      try Outbox.messages(for: teacher, unreadOnly: true, limit: 20, in: $0)
    }
    #expect(told.count == 4 && told.allSatisfy { $0.link == path && $0.body.contains("Góp ý") })
    #expect(
      try await world.ask(.get, "/lessons/\(world.lesson)", as: "gv").text.contains("Sẽ có người dự giờ"))
    #expect(try await world.ask(.get, "/", as: "gv").text.contains("Dự giờ 8:00–8:45"))
    let record = try await world.ask(.get, "/lessons/\(world.lesson)/record", as: "gv")
    #expect(record.text.contains("Dự giờ đã báo") && record.text.contains("Người SO"))
    // Withdrawn: the door is closed again.
    #expect(try await world.ask(.post, path + "/withdrawal", as: "so").status == 303)
    #expect(try await world.standing("so") == nil)
    #expect(try await world.ask(.post, path + "/withdrawal", as: "so").status == 404)
    // After the announced end as well.
    world.clock.advance(2 * .hour)
    #expect(try await world.standing("ht") == nil)
  }

  @Test func nobodyElseAnnouncesOrSeesVisits() async throws {
    let world = try await Self.world()
    let path = "/lessons/\(world.lesson)/visits"
    for login in ["hs", "ph", "gv", "gv2"] {
      let answer = try await world.ask(.post, path, as: login, Self.purpose)
      #expect(answer.status == 403 && answer.text.contains("LOP-101"), "\(login)")
    }
    #expect(try await world.ask(.post, path, as: "ht", Self.purpose).status == 303)
    for login in ["hs", "ph"] {
      let answer = try await world.ask(.get, path, as: login)
      #expect(
        answer.status == 403 && !answer.text.contains("Người HT") && !answer.text.contains("Góp ý"),
        "\(login)")
      #expect(try await world.ask(.get, "/visits", as: login).status == 403)
    }
    #expect(!(try await world.ask(.get, "/lessons/\(world.lesson)", as: "hs").text.contains("Góp ý")))
    for login in ["ht", "cn"] {
      let answer = try await world.ask(.get, "/visits", as: login)
      #expect(answer.status == 200, "\(login)")
    }
    let below = try await world.ask(.get, "/visits", as: "so")
    #expect(below.text.contains("Toán 6A2") && below.text.contains("Người GV"))
    for (body, code) in [("purpose=", "LOP-416"), (Self.purpose + "&from=07%3A00", "LOP-417")] {
      let answer = try await world.ask(.post, path, as: "cn", body)
      #expect(answer.status == 422 && answer.text.contains(code))
    }
  }

  @Test func aGuestComesByTheInvitationOfTheTeacherInChargeOrTheHead() async throws {
    let world = try await Self.world()
    let (door, guests) = ("/lessons/\(world.lesson)", "/lessons/\(world.lesson)/guests")
    #expect(try await world.ask(.get, door, as: "ph").status == 403)
    for login in ["gv2", "cn", "hs", "ph", "so"] {
      let answer = try await world.ask(.post, guests, as: login, "login=vt.ph")
      #expect(answer.status == 403, "\(login)")
    }
    for login in ["vt.hs", "nobody", "vt.gv", ""] {
      let answer = try await world.ask(.post, guests, as: "gv", "login=\(login)")
      #expect(answer.status == 409 && answer.text.contains("LOP-419"), "\(login)")
    }
    #expect(try await world.ask(.post, guests, as: "gv", "login=vt.ph").status == 303)
    #expect(
      try await world.standing("ph") == .init(role: .guest, basis: .decision(by: try world.person("gv"))))
    #expect(try await world.ask(.get, door, as: "ph").status == 200)
    let record = try await world.ask(.get, "\(door)/record", as: "ht")
    #expect(record.text.contains("Được mời vào lớp, người quyết định: Người GV"))
    #expect(
      try await world.ask(.post, guests + "/withdrawal", as: "ht", "person=\(try world.person("ph"))").status
        == 303)
    #expect(try await world.ask(.get, door, as: "ph").status == 403)
    #expect(try await world.standing("ph") == nil)
  }

  @Test func aTeacherWhoLeftTheSchoolHasNoPlaceInTheLessonsThatStillNameThem() async throws {
    let world = try await Self.world()
    #expect(try await world.standing("gv")?.role == .teacher)
    let (teacher, head) = (try world.person("gv"), try world.person("ht"))
    let day = Day(at: world.clock.time)
    try await world.database.write { db in
      let unit = try #require(try Schools.memberships(of: head, on: day, in: db).first).unit
      try Schools.leave(teacher, staffOf: unit, by: head, in: db)
    }
    #expect(try await world.standing("gv") == nil)
    let page = try await world.ask(.get, "/lessons/\(world.lesson)", as: "gv")
    #expect(page.status != 200 && !page.text.contains("Toán"))
  }

  @Test("the list of a new school shows what is done and what comes next")
  func progress() async throws {
    let world = try await Self.world()
    let page = try await world.ask(.get, "/school", as: "ht")
    #expect(page.status == 200 && page.text.contains("Năm học đã sẵn sàng"))
    let home = try await world.ask(.get, "/", as: "ht")
    #expect(!home.text.contains("Bắt đầu năm học"))
    for login in ["gv", "hs", "ph"] { #expect(try await world.ask(.get, "/school", as: login).status == 403) }
    let slip = try await NewSchool(database: world.database).make(
      name: "Trường mới", code: "MOI", head: "Bà Mới")
    try await world.database.write { db in
      guard let account = try Accounts.state(of: slip.person, in: db) else { throw UserError.notFound }
      _ = try Accounts.activate(login: slip.login, secret: slip.secret, passwordHash: "x", in: db)
      let session = try Sessions.open(
        account.id, token: "token-moi", deviceKey: nil, device: "thử", address: "127.0.0.1", in: db)
      try Sessions.showedSecondFactor(session, in: db)
    }
    let new = try await world.ask(.get, "/", as: "moi")
    #expect(new.text.contains("Việc tiếp theo: Môn học") && !new.text.contains("Sông Xanh"))
    #expect(try await world.ask(.get, "/school", as: "moi").text.contains("đã xong 1 trên 6"))
  }
}
