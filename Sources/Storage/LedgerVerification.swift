package import Rules

/// What `lopan verify` found in one unit's chain.
package struct LedgerFinding: Sendable, Equatable {
  package enum Fault: String, Sendable {
    /// A row's contents no longer give its hash.
    case altered
    /// A number is missing.
    case missing
    /// The head does not name the last row: rows were cut off the end, or added behind the program's back.
    case headDiffers
    /// A row is older than the one before it.
    case timeRunsBackwards
  }

  package let unit: OrgUnit.ID
  package let number: Int64
  package let fault: Fault

  package init(unit: OrgUnit.ID, number: Int64, fault: Fault) {
    self.unit = unit
    self.number = number
    self.fault = fault
  }
}

extension Ledger {
  /// Checks every chain from its first event; reads in pieces, so that any size fits into little memory.
  ///
  /// - Returns: how many events were checked, and the first fault of each broken chain.
  package static func verify(_ database: Database) async throws -> (checked: Int64, findings: [LedgerFinding])
  {
    let units = try await database.read { db in
      // Events whose head row was removed count as a chain too.
      try db.rows("SELECT unit_id FROM ledger_head UNION SELECT unit_id FROM ledger_event ORDER BY 1")
        .map { $0.id(0) as OrgUnit.ID }
    }
    var checked: Int64 = 0
    var findings: [LedgerFinding] = []
    for unit in units {
      let (count, finding) = try await verify(unit, in: database)
      checked += count
      if let finding { findings.append(finding) }
    }
    return (checked, findings)
  }

  private static func verify(_ unit: OrgUnit.ID, in database: Database) async throws -> (
    Int64, LedgerFinding?
  ) {
    var previous = (number: Int64(0), hash: genesis(unit), at: Timestamp(seconds: .min))
    while true {
      let from = previous.number
      // Page and head from one state, so that events which arrive while we read look right at the end.
      let (page, head) = try await database.read { db in
        (try Ledger.events(of: unit, after: from, limit: 1_000, in: db), try Ledger.head(of: unit, in: db))
      }
      for event in page {
        if let fault = fault(in: event, after: previous) {
          return (previous.number, .init(unit: unit, number: event.number, fault: fault))
        }
        previous = (event.number, event.hash, event.at)
      }
      guard page.isEmpty else { continue }
      if let head, head.number == previous.number, head.hash == previous.hash {
        return (previous.number, nil)
      }
      let cut = (head?.number ?? 0) > previous.number
      return (
        previous.number, .init(unit: unit, number: previous.number + 1, fault: cut ? .missing : .headDiffers)
      )
    }
  }

  private static func fault(
    in event: LedgerEvent, after previous: (number: Int64, hash: String, at: Timestamp)
  ) -> LedgerFinding.Fault? {
    if event.number != previous.number + 1 { return .missing }
    if hash(after: previous.hash, event) != event.hash { return .altered }
    if event.at < previous.at { return .timeRunsBackwards }
    return nil
  }
}
