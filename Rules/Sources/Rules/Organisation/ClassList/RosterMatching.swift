/// Finds which pupil of the roster each row of a class list is: by code, else by name and birth date within
/// the class, else the clerk decides.
struct RosterMatching {
  private let existing: [RosterRow]
  private let incoming: [ClassListEntry]
  private let decisions: [ClassListSource: ReconciliationDecision]
  /// Position in `incoming` to position in `existing`.
  private var pairs: [Int: Int] = [:]
  private var taken: Set<Int> = []
  private var settledAsNew: Set<Int> = []
  private(set) var ambiguous: [ReconciliationPlan.Ambiguity] = []
  private(set) var undecided: Set<Int> = []
  private var candidates: Set<Person.ID> = []
  private let byPupil: [Person.ID: Int]

  init(
    existing: [RosterRow], incoming: [ClassListEntry], decisions: [ClassListSource: ReconciliationDecision]
  ) {
    (self.existing, self.incoming, self.decisions) = (existing, incoming, decisions)
    byPupil = Dictionary(
      existing.indices.map { (existing[$0].pupil, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func row(of index: Int) -> RosterRow? { pairs[index].map { existing[$0] } }
  func isMatched(_ pupil: Person.ID) -> Bool { byPupil[pupil].map(taken.contains) ?? false }
  func isCandidate(_ pupil: Person.ID) -> Bool { candidates.contains(pupil) }

  mutating func match() {
    applyDecisions()
    matchByCode()
    matchByNameInClass()
    lookForResemblance()
    ambiguous.sort { $0.entry.source < $1.entry.source }
  }

  private var open: [Int] {
    incoming.indices.filter { pairs[$0] == nil && !undecided.contains($0) && !settledAsNew.contains($0) }
  }

  private mutating func applyDecisions() {
    for (index, entry) in incoming.enumerated() {
      switch decisions[entry.source] {
      case .samePupil(let pupil)?:
        if let row = byPupil[pupil], !taken.contains(row) { pair(index, row) }
      case .newPupil?: settledAsNew.insert(index)
      case nil: break
      }
    }
  }

  private mutating func matchByCode() {
    let rows = Dictionary(grouping: existing.indices.filter { !taken.contains($0) }) {
      existing[$0].pupilCode?.uppercased() ?? ""
    }
    let wanted = Dictionary(grouping: open) { incoming[$0].pupilCode?.uppercased() ?? "" }
    for index in open {
      guard let code = incoming[index].pupilCode?.uppercased(), let found = rows[code] else { continue }
      guard found.count == 1, wanted[code]?.count == 1 else {
        leaveOpen(index, found, .severalFit)
        continue
      }
      let (entry, row) = (incoming[index], existing[found[0]])
      let bothDiffer =
        VietnameseText.folded(entry.name) != VietnameseText.folded(row.name)
        && entry.birthDate != nil && row.birthDate != nil && entry.birthDate != row.birthDate
      if bothDiffer { leaveOpen(index, found, .codeOfAnother) } else { pair(index, found[0]) }
    }
  }

  private mutating func matchByNameInClass() {
    let rows = Dictionary(grouping: existing.indices.filter { isFree($0) }) { Self.place(existing[$0]) }
    let wanted = Dictionary(grouping: open) { Self.place(incoming[$0]) }
    for (place, indices) in wanted.sorted(by: { $0.value[0] < $1.value[0] }) {
      guard let namesakes = rows[place] else { continue }
      var fits: [Int: [Int]] = [:]
      for index in indices { fits[index] = namesakes.filter { mayBeSame(incoming[index], existing[$0]) } }
      // Pupils who share a name are told apart by equal birth dates first; a missing date fits only where one
      // is left.
      for index in indices {
        let exact = fits[index, default: []].filter { existing[$0].birthDate == incoming[index].birthDate }
        let rivals = indices.filter {
          incoming[$0].birthDate == incoming[index].birthDate && fits[$0]?.isEmpty == false
        }
        if exact.count == 1, rivals.count == 1,
          incoming[index].birthDate != nil || namesakes.count == indices.count
        {
          pair(index, exact[0])
        }
      }
      for index in indices where pairs[index] == nil {
        let left = fits[index, default: []].filter { !taken.contains($0) }
        let rivals = indices.filter { pairs[$0] == nil && !(fits[$0] ?? []).filter(left.contains).isEmpty }
        if left.count == 1, rivals.count == 1 {
          pair(index, left[0])
        } else if !left.isEmpty {
          leaveOpen(index, left, .severalFit)
        }
      }
    }
  }

  /// Rows left over that resemble a pupil left over: moved without a code, renamed, given another code or
  /// birth date.
  private mutating func lookForResemblance() {
    let free = existing.indices.filter { isFree($0) }
    let byName = Dictionary(grouping: free) { VietnameseText.folded(existing[$0].name) }
    let byBirth = Dictionary(grouping: free.filter { existing[$0].birthDate != nil }) {
      existing[$0].birthDate
    }
    for index in open {
      let entry = incoming[index]
      let namesakes = byName[VietnameseText.folded(entry.name), default: []]
      let twins = entry.birthDate.map { byBirth[$0, default: []] } ?? []
      let given = Self.givenName(entry.name)
      let similar = Set(
        namesakes.filter { row in
          let sameBirth = entry.birthDate != nil && entry.birthDate == existing[row].birthDate
          return sameBirth || Self.sameClass(entry, existing[row])
        } + twins.filter { Self.sameClass(entry, existing[$0]) && Self.givenName(existing[$0].name) == given }
      ).filter { !taken.contains($0) && !haveDifferentCodesAndBirths(entry, existing[$0]) }
      guard !similar.isEmpty else { continue }
      let otherCode = similar.contains { entry.pupilCode != nil && existing[$0].pupilCode != nil }
      leaveOpen(index, similar.sorted(), otherCode ? .otherCode : .perhapsChanged)
    }
  }

  // MARK: Parts

  private func isFree(_ row: Int) -> Bool {
    !taken.contains(row) && !candidates.contains(existing[row].pupil)
  }

  private mutating func pair(_ index: Int, _ row: Int) {
    pairs[index] = row
    taken.insert(row)
  }

  private mutating func leaveOpen(_ index: Int, _ rows: [Int], _ cause: ReconciliationPlan.Ambiguity.Cause) {
    let pupils = rows.map { existing[$0].pupil }
    undecided.insert(index)
    candidates.formUnion(pupils)
    ambiguous.append(.init(entry: incoming[index], candidates: pupils, cause: cause))
  }

  /// Two different codes are two pupils or a corrected code: never matched without asking.
  private func mayBeSame(_ entry: ClassListEntry, _ row: RosterRow) -> Bool {
    if let own = entry.pupilCode, let theirs = row.pupilCode, own.uppercased() != theirs.uppercased() {
      return false
    }
    if let own = entry.birthDate, let theirs = row.birthDate { return own == theirs }
    return true
  }

  private func haveDifferentCodesAndBirths(_ entry: ClassListEntry, _ row: RosterRow) -> Bool {
    guard let code = entry.pupilCode, let theirs = row.pupilCode, let day = entry.birthDate,
      let other = row.birthDate
    else { return false }
    return code.uppercased() != theirs.uppercased() && day != other
  }

  private static func place(_ entry: ClassListEntry) -> String {
    ClassNames.key(entry.className) + "|" + entry.name.lowercased()
  }

  private static func place(_ row: RosterRow) -> String {
    ClassNames.key(row.className) + "|" + row.name.lowercased()
  }

  private static func sameClass(_ entry: ClassListEntry, _ row: RosterRow) -> Bool {
    ClassNames.key(entry.className) == ClassNames.key(row.className)
  }

  private static func givenName(_ name: String) -> String {
    VietnameseText.folded(name).split(separator: " ").last.map(String.init) ?? ""
  }
}
