import Foundation
import HTTPTypes
import Rules
import Storage
import TestKit

@testable import Identity

/// Requests and questions that the tests of this target share.
extension DemoSchool {
  /// As the browser sends the sign-in form.
  ///
  /// - Parameter cookie: what the browser kept from before.
  func signInByForm(
    _ login: String, password: String = DemoSchool.password, next: String = "", key: String = "",
    cookie: String? = nil
  ) async throws -> Answer {
    let form = "login=\(encoded(login))&password=\(encoded(password))&next=\(encoded(next))&device_key=\(key)"
    return try await ask(.post, "/sessions", cookie: cookie, body: Array(form.utf8))
  }

  func activateByForm(
    _ login: String, _ secret: String, password: String = "cầu vồng sau mưa", again: String? = nil
  ) async throws -> Answer {
    let form =
      "login=\(encoded(login))&secret=\(encoded(secret))&password=\(encoded(password))"
      + "&again=\(encoded(again ?? password))"
    return try await ask(.post, "/activations", cookie: nil, body: Array(form.utf8))
  }

  /// A new pupil of the school whose account waits for its slip.
  func issue(_ login: String, name: String = "Quách Tường Vi") async throws -> AccountRecord {
    let unit = places.school
    return try await database.write { db in
      let person = try People.add(name: name, birthDate: Day("2014-09-05"), in: db)
      _ = try Accounts.issue(to: person, login: login, unit: unit, by: nil, in: db)
      guard let account = try Accounts.state(of: person, in: db) else { throw UserError.notFound }
      return account
    }
  }

  func slip(for account: AccountRecord, lifetime: Int64 = 14 * .day) async throws -> String {
    let by = person(.homeroomTeacher)
    return try await database.write {
      try Accounts.issueSlip(for: account, by: by, lifetime: lifetime, in: $0).secret
    }
  }

  func state(_ person: Person.ID) async throws -> AccountRecord? {
    try await database.read { try Accounts.state(of: person, in: $0) }
  }

  /// Whether a browser is still let in: the home page and not the way to the sign-in page.
  func isSignedIn(_ browser: SignedIn) async throws -> Bool {
    try await ask(.get, "/", cookie: browser.cookie).status == 200
  }
}

/// A value inside a form.
func encoded(_ text: String) -> String {
  text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
}

extension DemoSchool.Answer {
  /// The stable code of a refusal on a page.
  var code: String? { text.firstMatch(of: /data-code="(LOP-\d+)"/).map { String($0.output.1) } }

  /// What a browser would send back of the cookies that were set.
  var cookieHeader: String {
    cookies.compactMap { $0.split(separator: ";").first.map(String.init) }.joined(separator: "; ")
  }
}
