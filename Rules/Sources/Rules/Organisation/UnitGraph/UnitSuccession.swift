/// A decided change by which one unit goes on as another, or ends.
package struct UnitSuccession: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case merge, split, rename, dissolve

    package var label: String {
      switch self {
      case .merge: "Sáp nhập"
      case .split: "Chia, tách"
      case .rename: "Đổi thành"
      case .dissolve: "Giải thể"
      }
    }
  }

  package let unit: OrgUnit.ID
  /// Nil when the unit was dissolved without anybody to go on.
  package let successor: OrgUnit.ID?
  package let kind: Kind
  /// Number and symbol of the deciding document, as written on it.
  package let document: String
  /// The first day on which the successor stands in.
  package let effective: Day

  package init(unit: OrgUnit.ID, successor: OrgUnit.ID?, kind: Kind, document: String, effective: Day) {
    self.unit = unit
    self.successor = successor
    self.kind = kind
    self.document = document
    self.effective = effective
  }
}

package enum UnitSuccessionRules {
  /// Who answers on a day for what a unit did earlier.
  ///
  /// - Parameters:
  ///   - successions: in any order.
  ///   - day: successions that take effect later count as not made.
  /// - Returns: the unit itself while it stands; several after a split; none after a dissolution without successor.
  /// - Source: `research/regulation.md` 4.3 points 4 and 5.
  package static func successors(
    of unit: OrgUnit.ID, among successions: [UnitSuccession], on day: Day
  ) -> [OrgUnit.ID] {
    let made = Dictionary(grouping: successions.filter { $0.effective <= day }, by: \.unit)
    var result: [OrgUnit.ID] = []
    var seen: Set<OrgUnit.ID> = [unit]
    var frontier = [unit]
    while !frontier.isEmpty {
      var next: [OrgUnit.ID] = []
      for unit in frontier {
        guard let steps = made[unit] else {
          result.append(unit)
          continue
        }
        next += steps.compactMap(\.successor).filter { seen.insert($0).inserted }
      }
      frontier = next
    }
    return result.sorted()
  }

  /// - Throws: LOP-202 when the unit would, over other units, become its own successor.
  package static func check(_ new: UnitSuccession, beside made: [UnitSuccession]) throws(UserError) {
    guard let successor = new.successor else { return }
    let bySource = Dictionary(grouping: made, by: \.unit)
    var frontier = [successor]
    var seen: Set<OrgUnit.ID> = [successor]
    while let unit = frontier.popLast() {
      if unit == new.unit { throw .successionCircle }
      frontier += (bySource[unit] ?? []).compactMap(\.successor).filter { seen.insert($0).inserted }
    }
  }
}
