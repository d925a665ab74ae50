import Organisation
import Rules
import Storage
import TestKit
import Testing

import Identity

@Suite struct GuardianContactTests {
  private static let siblings = [
    "1,2301000001,Nguyễn Văn An,05/09/2014,Nam,6A2,Kinh,Lê Thị Hoa,0912000001",
    "1,2301000002,Nguyễn Văn Bình,06/09/2015,Nam,6A3,Kinh,Lê Thị Hoa,0912000001",
  ]

  @Test("brothers and sisters share one guardian with one account", arguments: EngineKind.allCases)
  func shared(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(Self.siblings)
    let mother = try await school.guardian(of: try await school.pupil("Nguyễn Văn An"))
    #expect(try await school.guardian(of: try await school.pupil("Nguyễn Văn Bình")) == mother)
    let account = try await school.account(of: try #require(mother))
    #expect(account?.state == .issued)
    #expect(account?.login.hasPrefix("songxanh-") == true)
  }

  @Test("a corrected number keeps the person and the account", arguments: EngineKind.allCases)
  func correctedNumber(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(Self.siblings)
    let mother = try #require(try await school.guardian(of: try await school.pupil("Nguyễn Văn An")))
    let corrected = Self.siblings.map { $0.replacing("0912000001", with: "0912000007") }
    try await school.take(corrected)
    #expect(try await school.guardian(of: try await school.pupil("Nguyễn Văn An")) == mother)
    #expect(try await school.guardian(of: try await school.pupil("Nguyễn Văn Bình")) == mother)
    #expect(try await school.preview(corrected).outcome.changesNothing)
  }

  @Test("a number corrected for one of two children is another person's", arguments: EngineKind.allCases)
  func correctedForOne(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(Self.siblings)
    let mother = try await school.guardian(of: try await school.pupil("Nguyễn Văn Bình"))
    var rows = Self.siblings
    rows[0] = rows[0].replacing("0912000001", with: "0912000007")
    try await school.take(rows)
    #expect(try await school.guardian(of: try await school.pupil("Nguyễn Văn Bình")) == mother)
    #expect(try await school.guardian(of: try await school.pupil("Nguyễn Văn An")) != mother)
    #expect(try await school.preview(rows).outcome.changesNothing)
  }

  @Test(
    "another contact takes the place of the former, who is a guardian no longer",
    arguments: EngineKind.allCases)
  func replaced(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(Self.siblings)
    let an = try await school.pupil("Nguyễn Văn An")
    let mother = try #require(try await school.guardian(of: an))
    school.clock.advance(.day)
    var rows = Self.siblings
    rows[0] = rows[0].replacing("Lê Thị Hoa,0912000001", with: "Nguyễn Văn Tư,0912000008")
    try await school.take(rows)
    let day = school.today
    let children = try await school.database.read { try Schools.children(of: mother, on: day, in: $0) }
    #expect(children == [try await school.pupil("Nguyễn Văn Bình")])
    let was = try await school.database.read {
      try Schools.guardians(of: an, on: day.adding(days: -1), in: $0)
    }
    #expect(was == [mother])
    #expect(try await school.preview(rows).outcome.changesNothing)
  }

  @Test(
    "a number without a name gives a guardian, and a later name stays with that person",
    arguments: EngineKind.allCases)
  func nameless(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let row = "1,2301000001,Nguyễn Văn An,05/09/2014,Nam,6A2,Kinh,,0912000001"
    try await school.take([row])
    let guardian = try await school.guardian(of: try await school.pupil("Nguyễn Văn An"))
    #expect(try await school.preview([row]).outcome.changesNothing)
    let named = row.replacing(",,0912", with: ",Lê Thị Hoa,0912")
    try await school.take([named])
    #expect(try await school.guardian(of: try await school.pupil("Nguyễn Văn An")) == guardian)
    #expect(try await school.preview([named]).outcome.changesNothing)
  }

  @Test("the account name is the ministry's code, else the school's series", arguments: EngineKind.allCases)
  func logins(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    #expect(try await school.account(of: try await school.pupil("Nguyễn Văn An"))?.login == "2301000001")
    let other = try await school.account(of: try await school.pupil("Trần Bảo Châu"))?.login
    #expect(other?.hasPrefix("songxanh-") == true)
  }
}
