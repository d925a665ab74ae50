/// Compares a class list with the roster.
///
/// Law: planning again after the changes were made plans no change.
package enum RosterReconciliation {
  /// - Parameters:
  ///   - existing: all pupils of the school who are in a class today, so that moves are seen.
  ///   - incoming: the rows taken from the list, each source once.
  ///   - wholeClasses: whether the list holds each of its classes whole, so that who is missing has left.
  ///   - rejected: the rows that could not be taken; a pupil of their class is not counted as having left.
  ///   - decisions: the clerk's answers by row; an answer that names an unknown or already matched pupil is
  ///     not used.
  /// - Returns: changes in the order of the list, then who left in the order of `existing`.
  package static func plan(
    existing: [RosterRow], incoming: [ClassListEntry], wholeClasses: Bool,
    rejected: [ClassListRejection] = [],
    decisions: [ClassListSource: ReconciliationDecision] = [:]
  ) -> ReconciliationPlan {
    var matching = RosterMatching(existing: existing, incoming: incoming, decisions: decisions)
    matching.match()
    var plan = ReconciliationPlan()
    plan.ambiguous = matching.ambiguous
    let missing = findMissing(existing, incoming, matching, rejected, wholeClasses, &plan)
    let numbers = RosterNumbering.assign(
      existing: existing, incoming: incoming, matching: matching, gone: missing, wholeClasses: wholeClasses)
    for (index, entry) in incoming.enumerated() where !matching.undecided.contains(index) {
      let number = numbers[index] ?? entry.orderNumber ?? 1
      if let wanted = entry.orderNumber, !entry.orderIsComputed, wanted != number {
        plan.numberConflicts.append(.init(entry: entry, given: number))
      }
      guard let row = matching.row(of: index) else {
        plan.changes.append(.added(entry, orderNumber: number))
        continue
      }
      let changes = differences(row, entry, number)
      if changes.isEmpty { plan.unchanged.append(row.pupil) }
      plan.changes += changes
    }
    plan.changes += existing.filter { missing.contains($0.pupil) }.map {
      .left($0.pupil, className: $0.className)
    }
    return plan
  }

  /// - Returns: who has left; who only may have is put into `plan.unsure`.
  private static func findMissing(
    _ existing: [RosterRow], _ incoming: [ClassListEntry], _ matching: RosterMatching,
    _ rejected: [ClassListRejection], _ wholeClasses: Bool, _ plan: inout ReconciliationPlan
  ) -> Set<Person.ID> {
    guard wholeClasses else { return [] }
    let listed = Set(incoming.map { ClassNames.key($0.className) })
    let unread = Set(rejected.compactMap { $0.className.map(ClassNames.key) })
    let anyUnread = rejected.contains { $0.className == nil }
    let undecided = Set(matching.undecided.map { ClassNames.key(incoming[$0].className) })
    var missing: Set<Person.ID> = []
    for row in existing where listed.contains(ClassNames.key(row.className)) && !matching.isMatched(row.pupil)
    {
      let key = ClassNames.key(row.className)
      if anyUnread || unread.contains(key) || undecided.contains(key) || matching.isCandidate(row.pupil) {
        plan.unsure.append(row.pupil)
      } else {
        missing.insert(row.pupil)
      }
    }
    return missing
  }

  /// What an entry says otherwise than the roster. An empty cell says nothing.
  private static func differences(_ row: RosterRow, _ entry: ClassListEntry, _ number: Int) -> [RosterChange]
  {
    var changes: [RosterChange] = []
    if ClassNames.key(row.className) != ClassNames.key(entry.className) {
      changes.append(.movedClass(row.pupil, from: row.className, to: entry.className))
    }
    if row.name != entry.name { changes.append(.renamed(row.pupil, from: row.name, to: entry.name)) }
    if row.orderNumber != number { changes.append(.renumbered(row.pupil, from: row.orderNumber, to: number)) }
    if let code = entry.pupilCode, code.uppercased() != row.pupilCode?.uppercased() {
      changes.append(.recoded(row.pupil, from: row.pupilCode, to: code))
    }
    if let day = entry.birthDate, day != row.birthDate {
      changes.append(.birthDateCorrected(row.pupil, from: row.birthDate, to: day))
    }
    if entry.sex != .unknown, entry.sex != row.sex {
      changes.append(.sexCorrected(row.pupil, from: row.sex, to: entry.sex))
    }
    let guardian = row.guardian.updated(name: entry.guardianName, phone: entry.guardianPhone)
    if guardian != row.guardian {
      changes.append(.guardianCorrected(row.pupil, from: row.guardian, to: guardian))
    }
    return changes
  }
}

/// Gives each row of the list an order number that nobody else in the class holds.
enum RosterNumbering {
  /// - Returns: numbers by position in `incoming`; unique within a class together with those who stay
  ///   unlisted.
  static func assign(
    existing: [RosterRow], incoming: [ClassListEntry], matching: RosterMatching, gone: Set<Person.ID>,
    wholeClasses: Bool
  ) -> [Int: Int] {
    var taken: [String: Set<Int>] = [:]
    for row in existing where !matching.isMatched(row.pupil) && !gone.contains(row.pupil) {
      if let number = row.orderNumber { taken[ClassNames.key(row.className), default: []].insert(number) }
    }
    var result: [Int: Int] = [:]
    var waiting: [Int] = []
    for (index, entry) in incoming.enumerated() where !matching.undecided.contains(index) {
      // A number that was computed from a part of a class means nothing beside the numbers already given.
      let wanted = entry.orderIsComputed && !wholeClasses ? nil : entry.orderNumber
      if let wanted, taken[ClassNames.key(entry.className), default: []].insert(wanted).inserted {
        result[index] = wanted
      } else {
        waiting.append(index)
      }
    }
    // Whoever keeps a number goes before whoever gets a new one.
    for index in waiting {
      let key = ClassNames.key(incoming[index].className)
      guard let row = matching.row(of: index), ClassNames.key(row.className) == key,
        let own = row.orderNumber,
        taken[key, default: []].insert(own).inserted
      else { continue }
      result[index] = own
    }
    for index in waiting where result[index] == nil {
      let key = ClassNames.key(incoming[index].className)
      let next = (taken[key]?.max() ?? 0) + 1
      taken[key, default: []].insert(next)
      result[index] = next
    }
    return result
  }
}
