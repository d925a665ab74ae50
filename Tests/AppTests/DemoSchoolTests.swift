import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

@Suite struct DemoSchoolTests {
  @Test(arguments: EngineKind.allCases)
  func theSmallProvinceStands(_ kind: EngineKind) async throws {
    let school = try await DemoSchool.make(kind)
    let home = try await school.ask(.get, "/", as: .pupil)
    #expect(home.status == 200 && home.text.contains(DemoSchool.Actor.pupil.name))
    #expect(try await school.ask(.get, "/lessons/\(school.lesson)", as: .pupil).status == 200)
    #expect(try await school.ask(.get, "/", as: .head).status == 200)
    #expect(try await school.ask(.get, "/", as: .lockedPupil).location == "/sign-in?next=/")
    let half = try await school.signInElsewhere(as: .head, showsFactor: false)
    #expect(try await school.ask(.get, "/", cookie: half.cookie).location == "/second-factor")
    let again = try await school.restarted()
    #expect(try await again.ask(.get, "/", as: .pupil).status == 200)
  }

  @Test func everyNameIsAnother() {
    let names = DemoSchool.Actor.people.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { name in names.count { $0.contains(name) } == 1 })
  }
}
