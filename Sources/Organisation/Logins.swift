import Identity
import Rules
import Storage

/// Account names: the ministry's ten digits where the pupil has them, else the school's prefix and a running number.
///
/// Never made of a birth date, and no two schools share a prefix.
/// - Source: `research/regulation.md` 6.2; no national rule is known.
enum Logins {
  /// Starts the series of a school.
  static func open(_ unit: OrgUnit.ID, in db: Transaction) throws {
    let attributes = try db.row(
      "SELECT code, name FROM unit_attribute WHERE unit_id = \(unit) ORDER BY valid_from DESC LIMIT 1")
    let base = prefix(code: attributes?.optionalText(0), name: attributes?.text(1) ?? "")
    var candidate = base
    var number = 2
    while try db.exists("SELECT 1 FROM school_roster WHERE login_prefix = \(candidate)") {
      candidate = "\(base)\(number)"
      number += 1
    }
    try db.run(
      """
      INSERT INTO school_roster (unit_id, revision, login_prefix, last_login) VALUES (\(unit), 1, \(candidate), 0)
      ON CONFLICT (unit_id) DO UPDATE SET revision = school_roster.revision + 1
      """)
  }

  /// Letters of the code, else the first letters of the name's words; never digits first, so it is no pupil code.
  static func prefix(code: String?, name: String) -> String {
    let fromCode = VietnameseText.folded(code ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let fromName = String(VietnameseText.folded(name).split(separator: " ").compactMap(\.first))
      .filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let text = fromCode.first?.isLetter == true ? fromCode : fromName
    return text.count >= 2 && text.first?.isLetter == true ? String(text.prefix(12)) : "truong"
  }

  /// Makes an account for somebody who has none.
  ///
  /// - Precondition: the caller holds the roster's lock.
  static func issue(
    to person: Person.ID, code: String?, unit: OrgUnit.ID, by actor: Person.ID?, in db: Transaction
  ) throws {
    if try Accounts.state(of: person, in: db) != nil { return }
    if let code, code.utf8.count == 10, code.utf8.allSatisfy({ (48...57).contains($0) }),
      try Accounts.taken([code], in: db).isEmpty
    {
      _ = try Accounts.issue(to: person, login: code, unit: unit, by: actor, in: db)
      return
    }
    while true {
      guard
        let row = try db.row(
          """
          UPDATE school_roster SET last_login = last_login + 1 WHERE unit_id = \(unit) RETURNING login_prefix, last_login
          """)
      else { preconditionFailure("the roster's lock is not held") }
      let number = String(row.int(1))
      let login = row.text(0) + "-" + String(repeating: "0", count: max(0, 4 - number.count)) + number
      guard try Accounts.taken([login], in: db).isEmpty else { continue }
      _ = try Accounts.issue(to: person, login: login, unit: unit, by: actor, in: db)
      return
    }
  }
}
