package import Identity
import Organisation
import Rules
package import Storage

/// The first school of a real installation, with an account for its head.
package struct NewSchool: Sendable {
  let database: Database

  package init(database: Database) { self.database = database }

  package func make(name: String, code: String, head: String) async throws -> Accounts.Slip {
    try await database.write { db in
      let today = Day(at: db.at)
      let school = try Schools.makeUnit(.school, name: name, code: code, from: today, in: db)
      let start = today.parts.month >= 8 ? today.parts.year : today.parts.year - 1
      if let first = Day(year: start, month: 8, day: 1), let last = Day(year: start + 1, month: 7, day: 31) {
        _ = try Schools.makeYear(of: school, name: "\(start)–\(start + 1)", first: first, last: last, in: db)
      }
      let person = try People.add(name: head, in: db)
      let login = "ht.\(VietnameseText.folded(code).filter { $0.isLetter || $0.isNumber })"
      _ = try Accounts.issue(to: person, login: login, unit: school, by: nil, in: db)
      try Schools.appoint(person, as: .head, of: school, from: today, in: db)
      if try SiteFacts.get("name", in: db) == nil { try SiteFacts.set("name", name, in: db) }
      guard let account = try Accounts.state(of: person, in: db) else { throw UserError.notFound }
      return try Accounts.issueSlip(for: account, by: person, in: db)
    }
  }
}
