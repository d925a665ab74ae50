/// What a person is to the school, always derived from dated relations and functions, never typed in.
package enum Role: String, CaseIterable, Sendable, Codable {
  case pupil
  case guardian
  case subjectTeacher
  case homeroomTeacher
  case head
  case itTeacher
  /// Staff of a superior unit.
  case officer

  /// As people read it.
  package var label: String {
    switch self {
    case .pupil: "Học sinh"
    case .guardian: "Phụ huynh"
    case .subjectTeacher: "Giáo viên"
    case .homeroomTeacher: "Giáo viên chủ nhiệm"
    case .head: "Hiệu trưởng"
    case .itTeacher: "Phụ trách CNTT"
    case .officer: "Cán bộ quản lý"
    }
  }

  /// Heads and officers see many children's data, so a password alone never admits them. S3-56.
  package var needsSecondFactor: Bool { self == .head || self == .officer }
}

/// One reason for which a person has rights today: a role, and the class, unit or child it is held in.
package struct Membership: Hashable, Sendable {
  package let role: Role
  /// The school, or for an officer the superior unit.
  package let unit: OrgUnit.ID
  /// The class of a pupil, a teacher, or of a guardian's child.
  package let schoolClass: SchoolClass.ID?
  /// The child of a guardian.
  package let child: Person.ID?

  package init(_ role: Role, unit: OrgUnit.ID, schoolClass: SchoolClass.ID? = nil, child: Person.ID? = nil) {
    self.role = role
    self.unit = unit
    self.schoolClass = schoolClass
    self.child = child
  }
}

/// The person who asks, with everything the permission table needs; loaded once per request.
package struct Viewer: Hashable, Sendable {
  package let person: Person
  package let account: Account.ID
  package let session: Session.ID
  /// False until a teacher or guardian has confirmed who the person is; no room before it. S3-27.
  package let isVerified: Bool
  /// False when a role needs a second factor and this session has not shown it yet.
  package let isFullySignedIn: Bool
  package let memberships: [Membership]

  package init(
    person: Person, account: Account.ID, session: Session.ID, isVerified: Bool, isFullySignedIn: Bool,
    memberships: [Membership]
  ) {
    self.person = person
    self.account = account
    self.session = session
    self.isVerified = isVerified
    self.isFullySignedIn = isFullySignedIn
    self.memberships = memberships
  }

  package var roles: Set<Role> { Set(memberships.map(\.role)) }
  package func holds(_ role: Role) -> Bool { memberships.contains { $0.role == role } }
  package func units(as role: Role) -> [OrgUnit.ID] {
    unique(memberships.filter { $0.role == role }.map(\.unit))
  }
  package func classes(as role: Role) -> [SchoolClass.ID] {
    unique(memberships.filter { $0.role == role }.compactMap(\.schoolClass))
  }
  package var children: [Person.ID] { unique(memberships.compactMap(\.child)) }

  private func unique<T: Hashable>(_ values: [T]) -> [T] {
    var seen: Set<T> = []
    return values.filter { seen.insert($0).inserted }
  }
}

/// What somebody wants to do something to, as far as permission is concerned.
package struct Subject: Hashable, Sendable {
  /// The school it belongs to.
  package let unit: OrgUnit.ID?
  /// Units above that school today.
  package let above: [OrgUnit.ID]
  package let schoolClass: SchoolClass.ID?
  /// Whose data it is.
  package let person: Person.ID?

  package init(
    unit: OrgUnit.ID? = nil, above: [OrgUnit.ID] = [], schoolClass: SchoolClass.ID? = nil,
    person: Person.ID? = nil
  ) {
    self.unit = unit
    self.above = above
    self.schoolClass = schoolClass
    self.person = person
  }

  /// The person who asks, nothing else.
  package static func own(_ viewer: Viewer) -> Subject { .init(person: viewer.person.id) }
}
