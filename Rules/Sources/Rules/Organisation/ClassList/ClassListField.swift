/// A column that a class list may have and that the school needs; every other column is dropped before
/// storage.
package enum ClassListField: Hashable, Sendable {
  case orderNumber
  case code(CodeKind)
  case fullName
  case familyName
  case middleName
  case givenName
  case birthDate
  case sex
  /// “Nữ” (or “Nam”), marked with an x.
  case femaleMark
  case maleMark
  case className
  /// “Trạng thái”: read to refuse pupils who have left, never stored.
  case status
  case guardianName(GuardianRole)
  case guardianPhone(GuardianRole)

  /// Which identifier a column holds; the first one of these that a list has is used.
  package enum CodeKind: Int, Hashable, Sendable, Comparable {
    /// The ministry's identifier of 10 digits.
    case ministry
    case school
    /// SBD, the number in an examination.
    case candidate

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// Whom a guardian column speaks of, in the order in which they are preferred.
  package enum GuardianRole: Int, Hashable, Sendable, CaseIterable {
    /// “Phụ huynh”, “Người giám hộ”, or a telephone number without a person.
    case any
    case mother
    case father
  }

  var isPupilName: Bool {
    switch self {
    case .fullName, .familyName, .middleName, .givenName: true
    default: false
    }
  }
}
