import Identity
import Rules
import Storage

/// Carries a plan out, exactly as it was shown, within one transaction.
struct RosterApplication {
  let unit: OrgUnit.ID
  let year: SchoolYear.ID
  let day: Day
  let actor: Person.ID?
  let db: Transaction
  private var classes: [String: Schools.ClassFacts] = [:]

  init(unit: OrgUnit.ID, year: SchoolYear.ID, day: Day, actor: Person.ID?, in db: Transaction) {
    self.unit = unit
    self.year = year
    self.day = day
    self.actor = actor
    self.db = db
  }

  mutating func apply(_ plan: ImportPlan) throws {
    try openClasses(plan.newClasses)
    var places = PlaceChanges()
    for change in plan.reconciliation.changes { places.note(change) }
    // All old places end before any new one begins, so that two pupils can swap numbers.
    try end(places, plan)
    try correct(plan.reconciliation.changes)
    try begin(places, plan)
    var guardians = GuardianContacts(unit: unit, day: day, actor: actor, in: db)
    try guardians.load(known: plan.reconciliation, plan)
    for change in plan.reconciliation.changes {
      switch change {
      case .added(let entry, let number): try add(entry, number, plan, &guardians)
      case .guardianCorrected(let child, _, let contact):
        try guardians.set(contact, for: child, named: plan.names[child] ?? "")
      default: continue
      }
    }
  }

  private mutating func openClasses(_ names: [String]) throws {
    for name in names { _ = try Schools.makeClass(in: unit, year: year, name: name, by: actor, in: db) }
    let all = try Schools.classes(of: unit, year: year, in: db)
    classes = Dictionary(all.map { (ClassNames.key($0.name), $0) }, uniquingKeysWith: { first, _ in first })
  }

  private func facts(_ className: String) throws -> Schools.ClassFacts {
    guard let facts = classes[ClassNames.key(className)] else { throw UserError.planChanged }
    return facts
  }

  // MARK: Places

  private struct PlaceChanges {
    struct Target {
      var className: String?
      var number: Int?
    }
    private(set) var moved: [Person.ID: Target] = [:]
    private(set) var order: [Person.ID] = []
    private(set) var left: [(pupil: Person.ID, className: String)] = []

    mutating func note(_ change: RosterChange) {
      switch change {
      case .movedClass(let pupil, _, let to): target(pupil) { $0.className = to }
      case .renumbered(let pupil, _, let to): target(pupil) { $0.number = to }
      case .left(let pupil, let className): left.append((pupil, className))
      default: break
      }
    }

    private mutating func target(_ pupil: Person.ID, _ set: (inout Target) -> Void) {
      if moved[pupil] == nil { order.append(pupil) }
      set(&moved[pupil, default: .init()])
    }
  }

  private mutating func end(_ places: PlaceChanges, _ plan: ImportPlan) throws {
    for (pupil, className) in places.left {
      try Schools.remove(pupil, from: try facts(className).id, on: day, by: actor, in: db)
    }
    for pupil in places.order {
      numbers[pupil] = try db.row(
        "SELECT order_number FROM class_enrolment WHERE person_id = \(pupil) AND year_id = \(year) AND valid_to IS NULL"
      )?.int(0)
      let reason: Schools.EndReason = places.moved[pupil]?.className == nil ? .renumbered : .moved
      try Schools.endPlace(of: pupil, in: year, on: day, because: reason, in: db)
    }
  }

  /// Order numbers before the change.
  private var numbers: [Person.ID: Int] = [:]

  private func begin(_ places: PlaceChanges, _ plan: ImportPlan) throws {
    for pupil in places.order {
      guard let target = places.moved[pupil], let was = plan.classNames[pupil],
        let number = target.number ?? numbers[pupil]
      else { throw UserError.planChanged }
      let from = try facts(was)
      let to = try facts(target.className ?? was)
      try Schools.place(
        pupil, in: to, orderNumber: number, from: day,
        because: target.className == nil ? .renumbered : .moved, in: db)
      let name = target.className == nil ? "pupil.renumbered" : "pupil.moved"
      try db.publish(
        Event(
          name, unit: unit, by: actor, of: pupil.rawValue,
          ["from": from.id.rawValue, "class": to.id.rawValue, "number": "\(number)", "on": day.description]))
    }
  }

  // MARK: Corrections

  private func correct(_ changes: [RosterChange]) throws {
    try recode(changes)
    let pupils = changes.compactMap { change -> Person.ID? in
      switch change {
      case .renamed, .birthDateCorrected, .sexCorrected: change.pupil
      default: nil
      }
    }
    let details = try People.details(of: Schools.unique(pupils), in: db)
    for pupil in Schools.unique(pupils) {
      guard let old = details[pupil] else { continue }
      var (name, birth, sex) = (old.person.name, old.birthDate, old.sex)
      var corrected: [String] = []
      for change in changes where change.pupil == pupil {
        switch change {
        case .renamed(_, _, let to): (name, corrected) = (to, corrected + ["name"])
        case .birthDateCorrected(_, _, let to): (birth, corrected) = (to, corrected + ["birth_date"])
        case .sexCorrected(_, _, let to): (sex, corrected) = (Self.sex(to), corrected + ["sex"])
        default: continue
        }
      }
      try People.correct(pupil, name: name, birthDate: birth, sex: sex, phone: old.phone, in: db)
      let event = corrected.contains("name") ? "pupil.renamed" : "pupil.corrected"
      try db.publish(
        Event(event, unit: unit, by: actor, of: pupil.rawValue, ["what": corrected.joined(separator: ",")]))
    }
  }

  /// All old codes go before any new one comes, so that two pupils can swap codes.
  private func recode(_ changes: [RosterChange]) throws {
    let codes = changes.compactMap { change -> (Person.ID, String)? in
      if case .recoded(let pupil, _, let code) = change { (pupil, code) } else { nil }
    }
    for (pupil, _) in codes {
      try db.run("UPDATE school_pupil SET pupil_code = NULL WHERE unit_id = \(unit) AND person_id = \(pupil)")
    }
    for (pupil, code) in codes {
      try Schools.register(pupil, in: unit, code: code, in: db)
      try db.publish(Event("pupil.corrected", unit: unit, by: actor, of: pupil.rawValue, ["what": "code"]))
    }
  }

  static func sex(_ sex: ClassListEntry.Sex) -> People.Sex {
    switch sex {
    case .male: .male
    case .female: .female
    case .unknown: .unknown
    }
  }

  // MARK: New pupils

  private func add(
    _ entry: ClassListEntry, _ number: Int, _ plan: ImportPlan, _ guardians: inout GuardianContacts
  ) throws {
    let facts = try facts(entry.className)
    let pupil = try plan.returning[entry.source].map { try welcomeBack($0, entry) } ?? register(entry)
    try Schools.register(pupil, in: unit, code: entry.pupilCode, in: db)
    try Schools.place(pupil, in: facts, orderNumber: number, from: day, because: .enrolled, in: db)
    try db.publish(
      Event(
        "pupil.enrolled", unit: unit, by: actor, of: pupil.rawValue,
        ["class": facts.id.rawValue, "number": "\(number)", "from": day.description]))
    try Logins.issue(to: pupil, code: entry.pupilCode, unit: unit, by: actor, in: db)
    if entry.guardianName != nil || entry.guardianPhone != nil {
      try guardians.set(
        .init(name: entry.guardianName, phone: entry.guardianPhone), for: pupil, named: entry.name)
    }
  }

  private func register(_ entry: ClassListEntry) throws -> Person.ID {
    try People.add(name: entry.name, birthDate: entry.birthDate, sex: Self.sex(entry.sex), in: db)
  }

  private func welcomeBack(_ pupil: Person.ID, _ entry: ClassListEntry) throws -> Person.ID {
    let old = try People.details(of: [pupil], in: db)[pupil]
    try People.correct(
      pupil, name: entry.name, birthDate: entry.birthDate ?? old?.birthDate,
      sex: entry.sex == .unknown ? old?.sex ?? .unknown : Self.sex(entry.sex), phone: old?.phone, in: db)
    return pupil
  }
}
