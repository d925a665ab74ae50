/// A human being known to the school: pupil, guardian, teacher, officer. One row however many functions they hold.
package struct Person: Hashable, Sendable, Codable {
  package typealias ID = Identifier<Person>
  package let id: ID
  /// Real name in NFC, as on the roster.
  package let name: String

  package init(id: ID, name: String) {
    self.id = id
    self.name = name
  }
}

/// The right to sign in as one person.
package enum Account { package typealias ID = Identifier<Account> }

/// One browser on one device in which an account is signed in.
package enum Session { package typealias ID = Identifier<Session> }

/// A unit of the education system: ministry, department, commune, school.
package enum OrgUnit { package typealias ID = Identifier<OrgUnit> }

/// A class of one school year, “6A2”.
package enum SchoolClass { package typealias ID = Identifier<SchoolClass> }

/// One dated online lesson of a class.
package enum Lesson { package typealias ID = Identifier<Lesson> }
