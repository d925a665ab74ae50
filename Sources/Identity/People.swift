package import Rules
package import Storage

/// The persons that the school knows. Other features ask here by key; the table is named nowhere else.
package enum People {
  package enum Sex: String, Sendable, SQLBindable { case male, female, unknown }

  package struct Details: Sendable, Equatable {
    package let person: Person
    package let birthDate: Day?
    package let sex: Sex
    package let email: String?
    package let phone: String?
  }

  /// Adds a person; the name is cleaned to one canonical form first.
  package static func add(
    name: String, birthDate: Day? = nil, sex: Sex = .unknown, email: String? = nil, phone: String? = nil,
    in db: Transaction
  ) throws -> Person.ID {
    let id = Identifiers.make(Person.self)
    let name = VietnameseText.clean(name)
    try db.run(
      """
      INSERT INTO person (id, name, search, birth_date, sex, email, phone, created_at)
      VALUES (\(id), \(name), \(VietnameseText.folded(name)), \(birthDate), \(sex), \(email), \(phone), \(db.at))
      """)
    return id
  }

  /// Corrects a person as the roster now has them; the caller publishes what changed.
  package static func correct(
    _ id: Person.ID, name: String, birthDate: Day?, sex: Sex, phone: String?, in db: Transaction
  ) throws {
    let name = VietnameseText.clean(name)
    try db.run(
      """
      UPDATE person SET name = \(name), search = \(VietnameseText.folded(name)), birth_date = \(birthDate),
        sex = \(sex), phone = \(phone)
      WHERE id = \(id)
      """)
  }

  package static func details(of ids: [Person.ID], in db: any Connection) throws -> [Person.ID: Details] {
    guard !ids.isEmpty else { return [:] }
    let rows = try db.rows(
      "SELECT id, name, birth_date, sex, email, phone FROM person WHERE id IN (\(list: ids))")
    return Dictionary(
      uniqueKeysWithValues: rows.map { row in
        let details = Details(
          person: Person(id: row.id(0), name: row.text(1)), birthDate: row.optionalDay(2),
          sex: Sex(rawValue: row.text(3)) ?? .unknown, email: row.optionalText(4), phone: row.optionalText(5))
        return (details.person.id, details)
      })
  }

  package static func names(of ids: [Person.ID], in db: any Connection) throws -> [Person.ID: String] {
    guard !ids.isEmpty else { return [:] }
    let rows = try db.rows("SELECT id, name FROM person WHERE id IN (\(list: ids))")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id(0), $0.text(1)) })
  }

  package static func email(of id: Person.ID, in db: any Connection) throws -> String? {
    try db.row("SELECT email FROM person WHERE id = \(id)")?.optionalText(0)
  }
}
