import Identity
import Rules
import Storage

/// Keeps the guardians of a school as its class lists name them: brothers and sisters share one.
struct GuardianContacts {
  let unit: OrgUnit.ID
  let day: Day
  let actor: Person.ID?
  let db: Transaction
  /// Guardians whom the lists name with name and number.
  private var byContact: [String: Person.ID] = [:]
  private var current: [Person.ID: RosterReading.Contact] = [:]
  private var children: [Person.ID: Set<Person.ID>] = [:]
  private var targets: [Person.ID: GuardianContact] = [:]

  init(unit: OrgUnit.ID, day: Day, actor: Person.ID?, in db: Transaction) {
    self.unit = unit
    self.day = day
    self.actor = actor
    self.db = db
  }

  mutating func load(known plan: ReconciliationPlan, _ names: ImportPlan) throws {
    current = try RosterReading.contacts(of: Array(names.names.keys) + Array(names.returning.values), in: db)
    for (child, contact) in current.sorted(by: { $0.key < $1.key }) {
      children[contact.guardian, default: []].insert(child)
      if let key = Self.key(contact.contact) { byContact[key] = contact.guardian }
    }
    for change in plan.changes {
      if case .guardianCorrected(let child, _, let to) = change { targets[child] = to }
    }
  }

  /// Only a full name with a number says that two contacts are one person.
  private static func key(_ contact: GuardianContact) -> String? {
    guard let name = contact.name, let phone = contact.phone else { return nil }
    return VietnameseText.folded(name) + "|" + phone
  }

  mutating func set(_ contact: GuardianContact, for child: Person.ID, named childName: String) throws {
    if let now = current[child] {
      if now.contact == contact { return }
      if isSamePerson(now, contact) { return try amend(now.guardian, contact, childName) }
    }
    let guardian = try find(contact) ?? add(contact, childName)
    try Schools.relate(
      guardian, to: child, as: .guardian, isContact: true, nameKnown: contact.name != nil, unit: unit,
      from: day,
      by: actor, in: db)
    if let old = current[child]?.guardian { children[old]?.remove(child) }
    current[child] = .init(guardian: guardian, contact: contact)
    children[guardian, default: []].insert(child)
    if let key = Self.key(contact) { byContact[key] = guardian }
    if contact.phone != nil {
      try Logins.issue(to: guardian, code: nil, unit: unit, by: actor, in: db)
    }
  }

  /// A number or a spelling was corrected, the person stays, and with the person the account.
  ///
  /// Not when a child that keeps the old contact shares the person: then only one of them meant the correction.
  private func isSamePerson(_ now: RosterReading.Contact, _ contact: GuardianContact) -> Bool {
    let sameName: Bool =
      switch (now.contact.name, contact.name) {
      case (let old?, let new?): VietnameseText.folded(old) == VietnameseText.folded(new)
      case (nil, _): now.contact.phone == contact.phone || contact.name == nil
      case (_?, nil): false
      }
    let allAgree = children[now.guardian, default: []].allSatisfy { sibling in
      (targets[sibling] ?? current[sibling]?.contact) == contact
    }
    return sameName && allAgree
  }

  private mutating func amend(_ guardian: Person.ID, _ contact: GuardianContact, _ childName: String) throws {
    guard let old = try People.details(of: [guardian], in: db)[guardian] else { return }
    try People.correct(
      guardian, name: contact.name ?? old.person.name, birthDate: old.birthDate, sex: old.sex,
      phone: contact.phone,
      in: db)
    if contact.name != nil {
      try db.run(
        "UPDATE guardian_relation SET name_known = 1 WHERE guardian_id = \(guardian) AND from_list = 1 AND valid_to IS NULL"
      )
    }
    for child in children[guardian, default: []] {
      current[child] = .init(guardian: guardian, contact: contact)
    }
    // The old contact no longer names this person: another child's row may still carry it.
    byContact = byContact.filter { $0.value != guardian }
    if let key = Self.key(contact) { byContact[key] = guardian }
    try db.publish(Event("guardian.corrected", unit: unit, by: actor, of: guardian.rawValue))
    if contact.phone != nil {
      try Logins.issue(to: guardian, code: nil, unit: unit, by: actor, in: db)
    }
  }

  private func find(_ contact: GuardianContact) -> Person.ID? { Self.key(contact).flatMap { byContact[$0] } }

  private func add(_ contact: GuardianContact, _ childName: String) throws -> Person.ID {
    try People.add(name: contact.name ?? "Phụ huynh em \(childName)", phone: contact.phone, in: db)
  }
}
