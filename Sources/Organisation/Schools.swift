package import Rules
import Storage

/// One year of teaching, with its own classes.
package enum SchoolYear { package typealias ID = Identifier<SchoolYear> }

/// The organisation as stored: units, classes, who learns, teaches and answers where, each as at a day.
///
/// Every question takes a `Connection`, so that other features can ask it within their own transaction through a port
/// that the application fills. Questions are in `Schools+….swift` by subject; changes in `Schools+Making.swift`.
package enum Schools {
  /// A unit as it was called on a day.
  package struct Unit: Sendable, Equatable {
    package let id: OrgUnit.ID
    package let kind: UnitKind
    package let name: String
    /// School code or agency identifier; nil where none is known.
    package let code: String?
  }

  package struct ClassFacts: Sendable, Equatable {
    package let id: SchoolClass.ID
    package let unit: OrgUnit.ID
    package let year: SchoolYear.ID
    package let yearName: String
    /// 0 for preschool, 1 … 12.
    package let grade: Int
    package let name: String
  }

  package struct Year: Sendable, Equatable {
    package let id: SchoolYear.ID
    package let name: String
    package let first: Day
    /// The last day, inclusive.
    package let last: Day
  }

  /// One pupil on a class's roster on a day.
  package struct RosterEntry: Sendable, Equatable {
    package let person: Person.ID
    package let name: String
    package let orderNumber: Int
    package let code: String?
    package let birthDate: Day?
    /// The day from which the pupil has this place.
    package let since: Day
  }

  package struct Enrolment: Sendable, Equatable {
    package let person: Person.ID
    package let schoolClass: SchoolClass.ID
    package let orderNumber: Int
    package let validity: Validity
  }

  package struct Guardianship: Sendable, Equatable {
    package enum Kind: String, Sendable, SQLBindable, CaseIterable { case mother, father, guardian }
    package let guardian: Person.ID
    package let child: Person.ID
    package let kind: Kind
    /// Whom the class list names as the one to call.
    package let isContact: Bool
  }

  package struct Assignment: Sendable, Equatable {
    package let person: Person.ID
    package let schoolClass: SchoolClass.ID
    /// Nil for the homeroom teacher's own assignment.
    package let subject: SchoolSubject.ID?
    package var isHomeroom: Bool { subject == nil }
  }

  package struct Holder: Sendable, Equatable {
    package let function: UnitFunction
    package let person: Person.ID?
    /// A telephone number or address where no person is known to the system.
    package let contact: String?
  }
}

extension UnitKind: SQLBindable {}
extension UnitEdgeKind: SQLBindable {}
extension UnitFunction: SQLBindable {}
extension UnitSuccession.Kind: SQLBindable {}
