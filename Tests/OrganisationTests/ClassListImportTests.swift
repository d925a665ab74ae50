import Foundation
import Organisation
import Rules
import Storage
import TestKit
import Testing

import Identity

@Suite struct ClassListImportTests {
  @Test("a preview changes nothing", arguments: EngineKind.allCases)
  func previewChangesNothing(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let preview = try await school.preview(SchoolFixture.pupils)
    #expect(preview.outcome.added == 5)
    #expect(preview.plan.newClasses == ["6A2", "6A3"])
    #expect(preview.record.dropped.map(\.header) == ["Dân tộc"])
    #expect(
      try await school.database.read { try Schools.classes(of: school.school, year: school.year, in: $0) }
        .isEmpty)
  }

  @Test("importing again changes nothing when nothing changed", arguments: EngineKind.allCases)
  func importTwice(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let first = try await school.take(SchoolFixture.pupils)
    #expect((first.added, first.classesMade) == (5, 2))
    let before = try await school.summary()
    #expect(
      before == [
        "6A2 1 Nguyễn Văn An", "6A2 2 Lê Thị Bích", "6A2 3 Trần Bảo Châu", "6A3 1 Phạm Minh Đức",
        "6A3 2 Vũ Đình Khôi",
      ])
    let events = try await school.eventCount()
    let again = try await school.take(SchoolFixture.pupils)
    #expect(again.changesNothing)
    #expect(try await school.summary() == before)
    // Only that a list was read and taken is told.
    #expect(try await school.eventCount() == events + 2)
  }

  @Test(
    "moved, left, renamed, renumbered, corrected: done as shown, and then nothing is left to do",
    arguments: EngineKind.allCases)
  func reconciliation(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let an = try await school.pupil("Nguyễn Văn An")
    school.clock.advance(3 * .day)
    let changed = [
      "2,2301000001,Nguyễn Văn Ân,05/09/2014,Nam,6A2,Kinh,Lê Thị Hoa,0912000001",
      "1,2301000005,Vũ Đình Khôi,16/06/2014,Nam,6A2,Kinh,,",
      "3,,Trần Bảo Châu,30/11/2014,Nữ,6A2,Kinh,,0912000003",
      "1,2301000004,Phạm Minh Đức,01/02/2014,Nam,6A3,Kinh,Phạm Văn Cả,0912000004",
    ]
    let preview = try await school.preview(changed)
    let shown = preview.outcome
    #expect((shown.moved, shown.left, shown.renamed, shown.added) == (1, 1, 1, 0))
    #expect(shown.renumbered >= 1 && shown.corrected == 2)
    let done = try await school.imports.confirm(
      preview.run, unit: school.school, fingerprint: preview.fingerprint, by: school.head)
    #expect(done == shown)
    #expect(
      try await school.summary() == [
        "6A2 1 Vũ Đình Khôi", "6A2 2 Nguyễn Văn Ân", "6A2 3 Trần Bảo Châu", "6A3 1 Phạm Minh Đức",
      ])
    #expect(try await school.pupil("Nguyễn Văn Ân") == an)
    #expect(try await school.preview(changed).outcome.changesNothing)
    // As at the day before the change the roster is what it was.
    let before = try await school.roster("6A2", on: school.today.adding(days: -1))
    #expect(before.map(\.orderNumber) == [1, 2, 3])
    #expect(before.map(\.person).first == an)
  }

  @Test("two pupils swap numbers, two swap codes", arguments: EngineKind.allCases)
  func swaps(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    var rows = SchoolFixture.pupils
    rows[0] = "2,2301000001,Nguyễn Văn An,05/09/2014,Nam,6A2,Kinh,Lê Thị Hoa,0912000001"
    rows[1] = "1,2301000002,Lê Thị Bích,12/01/2014,Nữ,6A2,Kinh,Lê Văn Tám,0912000002"
    try await school.take(rows)
    #expect(try await school.summary().prefix(2) == ["6A2 1 Lê Thị Bích", "6A2 2 Nguyễn Văn An"])
    #expect(try await school.preview(rows).outcome.changesNothing)
  }

  @Test("a plan that is no longer what was shown is not carried out", arguments: EngineKind.allCases)
  func changedPlan(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let preview = try await school.preview(SchoolFixture.pupils)
    try await school.take([SchoolFixture.pupils[0]], whole: false)
    await #expect(throws: UserError.planChanged) {
      try await school.imports.confirm(
        preview.run, unit: school.school, fingerprint: preview.fingerprint, by: school.head)
    }
    #expect(try await school.summary() == ["6A2 1 Nguyễn Văn An"])
  }

  @Test("a run is taken once, by its own school, within its time", arguments: EngineKind.allCases)
  func onceOnly(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let preview = try await school.preview(SchoolFixture.pupils)
    await #expect(throws: UserError.importNotOpen) {
      try await school.imports.confirm(
        preview.run, unit: school.commune, fingerprint: preview.fingerprint, by: school.head)
    }
    try await school.imports.confirm(
      preview.run, unit: school.school, fingerprint: preview.fingerprint, by: school.head)
    await #expect(throws: UserError.importNotOpen) {
      try await school.imports.confirm(
        preview.run, unit: school.school, fingerprint: preview.fingerprint, by: school.head)
    }
    let late = try await school.preview(SchoolFixture.pupils)
    school.clock.advance(3 * .day)
    await #expect(throws: UserError.importNotOpen) {
      try await school.imports.look(at: late.run, unit: school.school)
    }
  }

  @Test("bad rows are named and only good ones taken", arguments: EngineKind.allCases)
  func badRows(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let preview = try await school.preview(
      SchoolFixture.pupils + ["6,2301000009,Hồ Ngọc Quỳnh,31/02/2014,Nữ,6A2,Kinh,,"])
    #expect(preview.plan.faults.map(\.code) == ["LOP-359"])
    #expect(preview.plan.faults.first?.at.line == 8)
    #expect(preview.outcome.skippedRows == 1)
    let done = try await school.imports.confirm(
      preview.run, unit: school.school, fingerprint: preview.fingerprint, by: school.head)
    #expect(done.added == 5)
  }

  @Test(
    "who left and comes back is the same person; a code of somebody else is refused",
    arguments: EngineKind.allCases)
  func comesBack(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let an = try await school.pupil("Nguyễn Văn An")
    try await school.take(Array(SchoolFixture.pupils.dropFirst()))
    await #expect(throws: UserError.notFound) { try await school.pupil("Nguyễn Văn An") }
    let stranger = "4,2301000001,Đỗ Quốc Nam,09/09/2014,Nam,6A2,Kinh,,"
    let refused = try await school.preview(Array(SchoolFixture.pupils.dropFirst()) + [stranger])
    #expect(refused.plan.faults.map(\.code) == ["LOP-234"])
    let back = try await school.take(SchoolFixture.pupils)
    #expect(back.returned == 1 && back.added == 0)
    #expect(try await school.pupil("Nguyễn Văn An") == an)
  }

  @Test("what only the clerk can decide is left out until decided", arguments: EngineKind.allCases)
  func decisions(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let chau = try await school.pupil("Trần Bảo Châu")
    // The same child with a corrected birth date, or a namesake? Nobody but the clerk knows.
    var rows = SchoolFixture.pupils
    rows[2] = "3,,Trần Bảo Châu,03/11/2014,Nữ,6A2,Kinh,,0912000003"
    let open = try await school.preview(rows)
    #expect(open.plan.reconciliation.ambiguous.count == 1)
    #expect(open.plan.reconciliation.unsure == [chau])
    try await school.imports.decide(
      [0: chau], of: open.run, unit: school.school, fingerprint: open.fingerprint)
    let decided = try await school.imports.look(at: open.run, unit: school.school)
    #expect(decided.plan.reconciliation.ambiguous.isEmpty)
    #expect(decided.outcome.corrected == 1)
    try await school.imports.confirm(
      decided.run, unit: school.school, fingerprint: decided.fingerprint, by: school.head)
    #expect(try await school.roster("6A2").last?.birthDate == Day("2014-11-03"))
    #expect(try await school.preview(rows).outcome.changesNothing)
  }

  @Test("next year's list finds the same pupils, also without codes", arguments: EngineKind.allCases)
  func newYear(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    try await school.take(SchoolFixture.pupils)
    let (an, chau) = (try await school.pupil("Nguyễn Văn An"), try await school.pupil("Trần Bảo Châu"))
    school.clock.set(Day("2027-08-20")!.at(minutes: 480))
    let id = school.school
    let next = try await school.database.write { db in
      try Schools.makeYear(
        of: id, name: "2027-2028", first: Day("2027-08-15")!, last: Day("2028-05-31")!, in: db)
    }
    let rows = SchoolFixture.pupils.map { $0.replacing("6A", with: "7A") }
    let outcome = try await school.take(rows)
    #expect((outcome.returned, outcome.added, outcome.left) == (5, 0, 0))
    let day = school.today
    let people = try await school.database.read { db in
      try Schools.classes(of: id, year: next, in: db).flatMap {
        try Schools.roster(of: $0.id, on: day, in: db)
      }
    }
    #expect(Set([an, chau]).isSubset(of: people.map(\.person)))
    // The old places ended.
    let places = try await school.database.read { try Schools.enrolments(of: an, on: day, in: $0) }
    #expect(places.count == 1)
  }

  @Test func columnsThatAreNotNeededNeverReachTheDisk() async throws {
    let school = try await SchoolFixture.make(.sqlite)
    let rows = SchoolFixture.pupils.map { $0.replacing("Kinh", with: "BiMatCanTim") }
    try await school.take(rows)
    _ = try await school.preview(rows)
    let engine = try #require(school.database.engine as? SQLiteEngine)
    var bytes = Data()
    for suffix in ["", "-wal", "-shm"] {
      bytes += FileManager.default.contents(atPath: engine.path + suffix) ?? Data()
    }
    #expect(bytes.range(of: Data("Nguyễn Văn An".utf8)) != nil)
    #expect(bytes.range(of: Data("BiMatCanTim".utf8)) == nil)
  }

  @Test("a file over the limit is refused before it is read")
  func tooLarge() async throws {
    let school = try await SchoolFixture.make(.sqlite)
    let bytes = [UInt8](repeating: 65, count: ClassListImport.fileLimit + 1)
    await #expect(throws: UserError.self) {
      try await school.imports.preview(
        bytes: bytes, fileName: "lon.csv", unit: school.school, by: school.head)
    }
  }

  @Test("a list of 1,000 pupils", arguments: EngineKind.allCases)
  func thousandRows(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    let rows = (0..<1_000).map { index in
      let number = index % 40 + 1
      let name = "Nguyễn Văn \(Self.word(index / 26))\(Self.word(index % 26).lowercased())"
      return
        "\(number),23020\(10_000 + index),\(name),05/09/2014,Nam,6A\(index / 40 + 1),Kinh,Lê Thị \(Self.word(index % 26)),09\(12_000_000 + index)"
    }
    let clock = ContinuousClock()
    let reading = try await clock.measure { _ = try await school.preview(rows) }
    let taking = try await clock.measure { try await school.take(rows) }
    let again = try await clock.measure {
      let outcome = try await school.take(rows); #expect(outcome.changesNothing)
    }
    print("1,000 rows, \(kind): preview \(reading), with confirmation \(taking), once more \(again)")
    #expect(taking < .seconds(60))
  }

  private static func word(_ index: Int) -> String {
    let letters = Array("ABCDEGHIKLMNOPQRSTUVXYÂÊÔƠ")
    return String([letters[index % letters.count], letters[(index / letters.count + 3) % letters.count]])
  }
}
