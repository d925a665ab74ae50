import Identity
package import Rules
import Storage

/// What a class list would change in a school, made anew from the roster each time it is shown or carried out.
package struct ImportPlan: Sendable {
  package let reconciliation: ReconciliationPlan
  /// The rows that are taken.
  let entries: [ClassListEntry]
  /// Faults of the file, and rows whose code belongs to a former pupil.
  package let faults: [ImportRecord.Fault]
  /// Rows of pupils who were here before and are known again.
  let returning: [ClassListSource: Person.ID]
  /// Classes that the list names and the school does not have this year.
  package let newClasses: [String]
  /// Names of the pupils spoken of.
  package let names: [Person.ID: String]
  let classNames: [Person.ID: String]

  /// What the plan is, in one word: equal only for the same plan.
  package var fingerprint: String {
    let back = returning.sorted { $0.key < $1.key }.map { "\($0.key.sheet)|\($0.key.line)|\($0.value)" }
    return Secrets.hash(
      "\(reconciliation.changes)\n\(back)\n\(newClasses)\n\(reconciliation.numberConflicts.count)")
  }

  static func make(
    _ record: ImportRecord, unit: OrgUnit.ID, year: SchoolYear.ID, in db: any Connection
  ) throws -> ImportPlan {
    let existing = try RosterReading.rows(of: unit, year: year, in: db)
    let former = try RosterReading.former(of: unit, year: year, in: db)
    let known = Set(try Schools.classes(of: unit, year: year, in: db).map { ClassNames.key($0.name) })
    var entries = record.entries
    var faults = record.faults
    while true {
      let plan = RosterReconciliation.plan(
        existing: existing, incoming: entries, wholeClasses: record.wholeClasses,
        rejected: faults.map(\.rejection), decisions: record.decisionsBySource)
      let (returning, refused) = recognise(plan, former, entries)
      if refused.isEmpty {
        let named = Schools.unique(entries.map(\.className)).filter { !known.contains(ClassNames.key($0)) }
        return ImportPlan(
          reconciliation: plan, entries: entries, faults: faults, returning: returning,
          newClasses: uniqueClasses(named),
          names: Dictionary(existing.map { ($0.pupil, $0.name) }, uniquingKeysWith: { first, _ in first }),
          classNames: Dictionary(
            existing.map { ($0.pupil, $0.className) }, uniquingKeysWith: { first, _ in first }))
      }
      faults += entries.filter { refused.contains($0.source) }.map(ImportRecord.Fault.init(codeOfFormer:))
      entries.removeAll { refused.contains($0.source) }
    }
  }

  private static func uniqueClasses(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert(ClassNames.key($0)).inserted }
  }

  /// Tells which new rows are pupils who were here before, and which carry the code of such a pupil without being it.
  private static func recognise(
    _ plan: ReconciliationPlan, _ former: [RosterReading.Former], _ entries: [ClassListEntry]
  ) -> (returning: [ClassListSource: Person.ID], refused: Set<ClassListSource>) {
    let byCode = Dictionary(
      former.compactMap { pupil in pupil.code.map { ($0.uppercased(), pupil) } },
      uniquingKeysWith: { first, _ in first })
    let byName = Dictionary(grouping: former, by: \.foldedName)
    var returning: [ClassListSource: Person.ID] = [:]
    var refused: Set<ClassListSource> = []
    var taken: Set<Person.ID> = []
    for change in plan.changes {
      switch change {
      case .added(let entry, _):
        if let code = entry.pupilCode?.uppercased(), let pupil = byCode[code] {
          if pupil.mayBe(entry), taken.insert(pupil.pupil).inserted {
            returning[entry.source] = pupil.pupil
          } else {
            refused.insert(entry.source)
          }
          continue
        }
        let namesakes = byName[VietnameseText.folded(entry.name), default: []].filter { $0.isSurely(entry) }
        if namesakes.count == 1, taken.insert(namesakes[0].pupil).inserted {
          returning[entry.source] = namesakes[0].pupil
        }
      case .recoded(_, _, let code) where byCode[code.uppercased()] != nil:
        refused.formUnion(entries.filter { $0.pupilCode?.uppercased() == code.uppercased() }.map(\.source))
      default: continue
      }
    }
    return (returning, refused)
  }
}

/// How many of each kind of change a plan holds.
package struct ImportOutcome: Sendable, Equatable, Codable {
  package var added = 0
  package var returned = 0
  package var moved = 0
  package var left = 0
  package var renamed = 0
  package var renumbered = 0
  package var corrected = 0
  package var classesMade = 0
  package var skippedRows = 0

  package init() {}

  init(_ plan: ImportPlan) {
    for change in plan.reconciliation.changes {
      switch change {
      case .added(let entry, _):
        if plan.returning[entry.source] == nil { added += 1 } else { returned += 1 }
      case .movedClass: moved += 1
      case .left: left += 1
      case .renamed: renamed += 1
      case .renumbered: renumbered += 1
      case .recoded, .birthDateCorrected, .sexCorrected, .guardianCorrected: corrected += 1
      }
    }
    classesMade = plan.newClasses.count
    skippedRows = Set(plan.faults.map(\.at)).count + plan.reconciliation.ambiguous.count
  }

  package var changesNothing: Bool {
    added + returned + moved + left + renamed + renumbered + corrected + classesMade == 0
  }
}
