import HTTPTypes
import Rules
import Storage
import TestKit
import Testing

/// The same routes with other people's objects in the path.
@Suite struct ForeignObjectTests {
  static let keyed = RouteRow.rows.filter { $0.pattern.contains(":") }

  @Test("nobody of one school opens what belongs to another", arguments: keyed)
  func otherSchool(_ row: RouteRow) async throws {
    let world = try await RouteWorld.make(for: row)
    let before = try await world.state(ledger: !row.isOnRecord)
    for asker in Asker.ofSchool {
      let answer = try await world.ask(row, as: asker, .otherSchool)
      #expect([403, 404].contains(answer.status), "\(row) by \(asker): \(code(answer))")
      expectNames(answer, asker, "\(row) of the other school by \(asker)")
    }
    #expect(try await world.state(ledger: !row.isOnRecord) == before, "\(row) had an effect elsewhere")
  }

  @Test("nobody of one class opens what belongs to another", arguments: keyed)
  func otherClass(_ row: RouteRow) async throws {
    let isOfClass = row.pattern.contains(/:(class|lesson|person|alarm|message)/)
    guard isOfClass else { return }
    let world = try await RouteWorld.make(for: row)
    let before = try await world.state(ledger: !row.isOnRecord)
    for asker in Asker.ofClass {
      let answer = try await world.ask(row, as: asker, .otherClass)
      #expect([403, 404].contains(answer.status), "\(row) by \(asker): \(code(answer))")
      expectNames(answer, asker, "\(row) of the other class by \(asker)")
    }
    #expect(try await world.state(ledger: !row.isOnRecord) == before, "\(row) had an effect elsewhere")
  }

  @Test("an own class with a foreign person, lesson or slot below it finds nothing", arguments: keyed)
  func mixedPath(_ row: RouteRow) async throws {
    guard row.pattern.hasPrefix("/classes/:class/"), row.pattern.contains(/:(person|lesson|slot)/) else {
      return
    }
    let world = try await RouteWorld.make(for: row)
    let before = try await world.state()
    let body = row.pattern.hasSuffix("/substitute") ? "teacher=\(world.school.person(.homeroomTeacher))" : nil
    for side in [RouteWorld.Side.otherClass, .otherSchool] {
      // A slot of 6A1 below 6A2 is as wrong as the other way round.
      let schoolClass =
        row.pattern.contains(":slot") ? world.school.places.otherClass : world.school.places.ownClass
      let mixed = world.path(
        row, row.pattern.contains(":slot") ? .own : side, replacing: ["class": "\(schoolClass)"])
      for asker in [Asker.head, .it, .homeroom] {
        let answer = try await world.school.ask(
          row.isPost ? .post : .get, mixed, cookie: try await world.cookie(asker),
          body: Array((body ?? world.body(row)).utf8))
        #expect([403, 404].contains(answer.status), "\(row) by \(asker): \(code(answer))")
      }
    }
    #expect(try await world.state() == before, "\(row)")
  }

  static let garbage = [
    "0190a2c4-0000-7000-8000-000000000000", "x", "1", "-", "------------------------------------",
    "0190A2C4-0000-7000-8000-000000000000", "%00", "%27%20OR%201=1--", "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%ff%fe", "%E2%80%AE", "null", "*", String(repeating: "a", count: 5_000),
    "0190a2c4-0000-7000-8000-00000000000%00",
  ]

  @Test("unknown and garbled keys are not found, whoever asks", arguments: keyed, [EngineKind.sqlite])
  func garbageKeys(_ row: RouteRow, _ kind: EngineKind) async throws {
    try await expectNothing(row, kind)
  }

  /// PostgreSQL judges bytes that SQLite lets pass, so the hard ones are tried there as well.
  @Test("garbled keys on PostgreSQL", arguments: ["/lessons/:lesson", "/children/:person", "/units/:unit"])
  func garbageKeysOnPostgres(_ pattern: String) async throws {
    let row = try #require(RouteRow.rows.first { $0.pattern == pattern })
    try await expectNothing(row, .postgres)
  }

  private func expectNothing(_ row: RouteRow, _ kind: EngineKind) async throws {
    let world = try await RouteWorld.make(for: row, kind)
    let names = row.pattern.split(separator: "/").filter { $0.hasPrefix(":") }.map { String($0.dropFirst()) }
    // What is no key, or a key of nothing, belongs nowhere: the table refuses it or it is not found.
    for name in names {
      for key in Self.garbage {
        for asker in [Asker.head, .homeroom] {
          let path = world.path(row, replacing: [name: key])
          let answer = try await world.school.ask(
            row.isPost ? .post : .get, path, cookie: try await world.cookie(asker),
            body: Array(world.body(row).utf8))
          // A form that is wrong may be said before its key is looked up.
          let isFine = [400, 403, 404].contains(answer.status) || (row.isPost && answer.status == 422)
          #expect(isFine, "\(row) with \(name) \(key.prefix(60)) by \(asker): \(code(answer))")
          expectHeaders(answer, "\(row) with \(key.prefix(60))")
        }
      }
    }
  }

  @Test("ten megabytes are refused by whatever reads a form", arguments: RouteRow.rows.filter(\.readsForm))
  func hugeForms(_ row: RouteRow) async throws {
    let world = try await RouteWorld.make(for: row)
    guard let asker = row.groups.first?.askers.first else { return }
    let cookie = try await world.cookie(asker)
    let before = try await world.state()
    let size = 10 * 1_048_576 + 65_537
    for type in ["application/x-www-form-urlencoded", "multipart/form-data; boundary=edge"] {
      let answer = try await world.school.ask(
        .post, world.path(row), cookie: cookie, body: [UInt8](repeating: 97, count: size), type: type)
      #expect(answer.status == 413 && answer.text.contains("LOP-123"), "\(row): \(code(answer))")
    }
    #expect(try await world.state() == before, "\(row)")
  }
}
