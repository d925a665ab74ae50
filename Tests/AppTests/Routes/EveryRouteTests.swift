import App
import Foundation
import HTTPTypes
import Rules
import Storage
import TestKit
import Testing
import Web

@Suite struct EveryRouteTests {
  @Test func everyRouteHasItsRow() async throws {
    let routes = try await DemoSchool.make(.sqlite).application.routes.all.map { "\($0.method) \($0.path)" }
    let rows = RouteRow.rows.map(\.description)
    #expect(Set(routes).count == routes.count, "two routes of one address")
    #expect(Set(routes).subtracting(rows) == [], "routes without a row")
    #expect(Set(rows).subtracting(routes) == [], "rows without a route")
  }

  @Test("each route opens for those whom the table names, alone", arguments: RouteRow.rows)
  func whoMay(_ row: RouteRow) async throws {
    let world = try await RouteWorld.make(for: row)
    let before = try await world.state(ledger: !row.isOnRecord)
    for asker in Asker.allCases where row.status(of: asker) == nil {
      let answer = try await world.ask(row, as: asker)
      expectRefusal(answer, row, asker, path: world.path(row))
      expectNames(answer, asker, "\(row) by \(asker)")
      expectHeaders(answer, "\(row) by \(asker)")
    }
    if row.isPost { try await expectOwnFormsOnly(row, world) }
    #expect(try await world.state(ledger: !row.isOnRecord) == before, "\(row) refused had an effect")
    for (status, askers) in row.groups {
      for asker in askers where row.status(of: asker) == status {
        let answer = try await world.ask(row, as: asker)
        #expect(answer.status == status, "\(row) by \(asker): \(code(answer))")
        expectNames(answer, asker, "\(row) by \(asker)")
        expectHeaders(answer, "\(row) by \(asker)")
      }
    }
  }

  /// Attack prevented: a form on another site that posts in the name of who may.
  private func expectOwnFormsOnly(_ row: RouteRow, _ world: RouteWorld) async throws {
    guard let asker = row.groups.first?.askers.first else { return }
    let origins: [DemoSchool.Origin] = [
      .silent, .foreign, .text("null"), .text("https://localhost.xau.example"), .text("http://localhost:81"),
      .text("http://xau.example/http://localhost"), .text(""),
    ]
    for origin in origins {
      let answer = try await world.ask(row, as: asker, origin: origin)
      #expect(answer.status == 403 && answer.text.contains("LOP-110"), "\(row) from \(origin)")
      expectHeaders(answer, "\(row) from \(origin)")
    }
    for site in ["cross-site", "same-site", "none", ""] {
      let answer = try await world.ask(
        row, as: asker, origin: .silent, headers: [.init("Sec-Fetch-Site")!: site])
      #expect(answer.status == 403 && answer.text.contains("LOP-110"), "\(row) by a page that is \(site)")
    }
  }

  private func expectRefusal(_ answer: DemoSchool.Answer, _ row: RouteRow, _ asker: Asker, path: String) {
    switch asker {
    case .nobody, .locked:
      #expect(answer.status == (row.isPost ? 401 : 303), "\(row) by \(asker)")
      if !row.isPost { #expect(answer.location == "/sign-in?next=\(path)", "\(row) by \(asker)") }
    case .half:
      #expect(answer.status == 303 && answer.location == "/second-factor", "\(row) by \(asker)")
    default:
      #expect(answer.status == 403 && answer.text.contains("LOP-101"), "\(row) by \(asker): \(code(answer))")
    }
  }
}

/// The status with the code of the refusal, for a failure that explains itself.
func code(_ answer: DemoSchool.Answer) -> String {
  "\(answer.status) \(answer.text.firstMatch(of: /LOP-\d+/).map { String($0.output) } ?? "")"
}

/// No inline script, no sniffing, no frame, no referrer to strangers: on a page, a refusal and a redirect alike.
func expectHeaders(
  _ answer: DemoSchool.Answer, _ words: String, isTLS: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let headers = answer.headers
  let policy = headers[.contentSecurityPolicy] ?? ""
  let isStrict =
    policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'")
    && policy.contains("base-uri 'none'") && policy.contains("form-action 'self'")
    && !policy.contains("unsafe") && !policy.contains("*")
  #expect(isStrict, "\(words): \(policy)", sourceLocation: sourceLocation)
  #expect(headers[.xContentTypeOptions] == "nosniff", "\(words)", sourceLocation: sourceLocation)
  #expect(headers[.init("Referrer-Policy")!] == "same-origin", "\(words)", sourceLocation: sourceLocation)
  #expect(
    headers[.init("Cross-Origin-Opener-Policy")!] == "same-origin", "\(words)", sourceLocation: sourceLocation
  )
  #expect(
    (headers[.strictTransportSecurity] != nil) == isTLS, "\(words)", sourceLocation: sourceLocation)
  if answer.status == 200, headers[.contentType]?.hasPrefix("text/html") ?? false {
    #expect(headers[.cacheControl] == "no-store", "\(words)", sourceLocation: sourceLocation)
    let inline = answer.text.contains(" onclick=") || answer.text.contains("<script>")
    #expect(!inline && !answer.text.contains(" style="), "\(words)", sourceLocation: sourceLocation)
  }
}

// MARK: Names

/// Nobody reads a name that is not theirs to know, on whatever page.
func expectNames(
  _ answer: DemoSchool.Answer, _ asker: Asker, _ words: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let own = RouteWorld.actor(asker)
  // A form that was wrong comes back with its choices; any other refusal tells nothing.
  let known = answer.status < 300 || [409, 422].contains(answer.status) ? mayKnow(asker) : []
  let text = Data(answer.text.utf8)
  let told = DemoSchool.Actor.people.filter {
    $0 != own && !known.contains($0) && holds(text, $0.name)
  }
  #expect(told == [], "\(words)", sourceLocation: sourceLocation)
}

/// Byte by byte: thousands of pages are searched for dozens of names.
private func holds(_ text: Data, _ name: String) -> Bool { text.range(of: Data(name.utf8)) != nil }

/// Whose names somebody may read anywhere at all. S3-34: need to know.
private func mayKnow(_ asker: Asker) -> Set<DemoSchool.Actor> {
  typealias Actor = DemoSchool.Actor
  let teachers: Set<Actor> = [.subjectTeacher, .homeroomTeacher]
  // Who was told of an alarm sees who else was.
  let told: Set<Actor> = teachers.union([.guardian, .head, .deputyHead])
  let ownSchool = Set(Actor.ownClass + Actor.otherClass).union(told).union([
    .otherGuardian, .guardianOfOtherClass, .teacherOfOtherClass, .itTeacher,
  ])
  let farSchool = Set(Actor.otherSchool).union([
    .guardianOfOtherSchool, .teacherOfOtherSchool, .headOfOtherSchool, .itTeacherOfOtherSchool,
  ])
  return switch asker {
  case .nobody, .locked, .half: []
  case .pupil, .unverified: teachers
  case .guardian: told.union([.pupil])
  case .teacher: told.union(Actor.ownClass)
  case .homeroom: told.union(Actor.ownClass).union([.otherGuardian])
  case .otherPupil: [.teacherOfOtherClass]
  case .otherGuardian: [.pupilOfOtherClass, .teacherOfOtherClass]
  case .otherTeacher: Set(Actor.otherClass).union([.guardianOfOtherClass])
  case .head, .deputy, .it: ownSchool
  // Whose lesson a visit would be announced to.
  case .officer:
    [.head, .deputyHead, .itTeacher, .subjectTeacher, .headOfOtherSchool, .itTeacherOfOtherSchool]
  case .farPupil: [.teacherOfOtherSchool]
  case .farGuardian: [.pupilOfOtherSchool, .teacherOfOtherSchool]
  case .farTeacher, .farHead, .farIT: farSchool
  }
}
