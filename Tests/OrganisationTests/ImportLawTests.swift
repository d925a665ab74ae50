import Organisation
import Rules
import Storage
import TestKit
import Testing

/// One made-up pupil of a random list.
private struct RandomPupil {
  var code: String
  var name: String
  var schoolClass: String
  var guardian: String
  var phone: String
  /// Stays, so that the list always speaks of this class.
  let isAnchor: Bool

  func row(number: Int) -> String {
    "\(number),\(code),\(name),05/09/2014,Nam,\(schoolClass),Kinh,\(guardian),\(phone)"
  }
}

@Suite struct ImportLawTests {
  private static let names = [
    "An", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khôi", "Linh", "Minh", "Nam", "Phúc", "Quân",
  ]
  private static let classes = ["6A2", "6A3", "6A4"]
  private static let guardians = ["Lê Thị Hoa", "Lê Văn Tám", "Phạm Văn Cả", ""]

  @Test(
    "whatever the list says: done as shown, then nothing left to do, and no number twice",
    arguments: EngineKind.allCases)
  func laws(_ kind: EngineKind) async throws {
    let school = try await SchoolFixture.make(kind)
    var random = SeededGenerator(20_260_905)
    var pupils: [RandomPupil] = []
    var nextCode = 2_301_000_001
    for round in 1...(kind == .sqlite ? 60 : 12) {
      Self.change(&pupils, &nextCode, &random)
      let rows = Self.rows(pupils)
      let preview = try await Self.answered(school, rows)
      let done = try await school.imports.confirm(
        preview.run, unit: school.school, fingerprint: preview.fingerprint, by: school.head)
      #expect(done == preview.outcome, "round \(round)")
      let again = try await school.preview(rows)
      #expect(again.outcome.changesNothing, "round \(round): \(again.plan.reconciliation.changes)")
      let summary = try await school.summary()
      #expect(summary.count == pupils.count, "round \(round)")
      #expect(Set(summary).count == summary.count)
      if Bool.random(using: &random) { school.clock.advance(.day) }
    }
  }

  /// A preview in which the clerk has said of every namesake with another code: this is a new pupil.
  private static func answered(
    _ school: SchoolFixture, _ rows: [String]
  ) async throws -> ClassListImport.Preview {
    let preview = try await school.preview(rows)
    let questions = preview.plan.reconciliation.ambiguous
    if questions.isEmpty { return preview }
    try await school.imports.decide(
      Dictionary(uniqueKeysWithValues: questions.indices.map { ($0, Person.ID?.none) }), of: preview.run,
      unit: school.school, fingerprint: preview.fingerprint)
    return try await school.imports.look(at: preview.run, unit: school.school)
  }

  private static func change(
    _ pupils: inout [RandomPupil], _ nextCode: inout Int, _ random: inout SeededGenerator
  ) {
    for index in pupils.indices {
      switch Int.random(in: 0..<12, using: &random) {
      case 0 where !pupils[index].isAnchor: pupils[index].schoolClass = pick(classes, &random)
      case 1: pupils[index].name = name(&random)
      case 2: pupils[index].guardian = pick(guardians, &random)
      case 3: pupils[index].phone = phone(&random)
      case 4:
        let other = Int.random(in: pupils.indices, using: &random)
        pupils.swapAt(index, other)
      default: break
      }
    }
    let index = Int.random(in: 0..<12, using: &random)
    if pupils.indices.contains(index), !pupils[index].isAnchor { pupils.remove(at: index) }
    while pupils.count < 12 {
      let isAnchor = pupils.count < 3
      let schoolClass = isAnchor ? classes[pupils.count] : pick(classes, &random)
      pupils.append(
        RandomPupil(
          code: "\(nextCode)", name: name(&random), schoolClass: schoolClass,
          guardian: pick(guardians, &random),
          phone: phone(&random), isAnchor: isAnchor))
      nextCode += 1
    }
  }

  private static func rows(_ pupils: [RandomPupil]) -> [String] {
    var numbers: [String: Int] = [:]
    return pupils.map { pupil in
      numbers[pupil.schoolClass, default: 0] += 1
      return pupil.row(number: numbers[pupil.schoolClass] ?? 1)
    }
  }

  private static func name(_ random: inout SeededGenerator) -> String {
    "Nguyễn \(pick(names, &random)) \(pick(names, &random))"
  }

  private static func phone(_ random: inout SeededGenerator) -> String {
    pick(["", "0912000001", "0912000002", "0912000003"], &random)
  }

  private static func pick<T>(_ choices: [T], _ random: inout SeededGenerator) -> T {
    choices[Int.random(in: choices.indices, using: &random)]
  }
}
