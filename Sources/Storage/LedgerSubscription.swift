package import Rules

extension Ledger {
  /// Every event of a unit after a number, then each new one, in order, without a gap or a repeat, until
  /// cancelled.
  ///
  /// Resume by handing in the last number seen. Nothing is read ahead of the reader but one page, so a slow
  /// reader costs no memory.
  /// - Throws: from the sequence, `StorageError(.restored)` when the chain no longer goes on from what was
  ///   seen.
  package static func subscription(
    to unit: OrgUnit.ID, after: Int64, in database: Database
  ) -> AsyncThrowingStream<LedgerEvent, any Error> {
    database.engine.listenForOthers()
    let reader = LedgerReader(
      unit, after: after, bell: Bell.shared.listen(to: Bell.key(unit: unit)), database)
    return AsyncThrowingStream(unfolding: { try await reader.next() })
  }
}

/// The state of one subscription; one reader asks it at a time.
private actor LedgerReader {
  private let unit: OrgUnit.ID
  private let database: Database
  private var bell: AsyncStream<Void>.Iterator?
  private var last: (number: Int64, hash: String?)
  private var page: ArraySlice<LedgerEvent> = []

  init(_ unit: OrgUnit.ID, after: Int64, bell: AsyncStream<Void>, _ database: Database) {
    self.unit = unit
    self.database = database
    self.bell = bell.makeAsyncIterator()
    last = (after, nil)
  }

  /// Nil when the reading task was cancelled.
  func next() async throws -> LedgerEvent? {
    while true {
      if let event = page.popFirst() { return try goOn(to: event) }
      if Task.isCancelled { return nil }
      do {
        guard try await look() else { return nil }
      } catch is CancellationError {
        return nil
      }
    }
  }

  /// Fetches the next page, or waits for news; false when there will be none.
  private func look() async throws -> Bool {
    let (unit, from) = (unit, last.number)
    let (found, head) = try await database.read { db in
      (try Ledger.events(of: unit, after: from, limit: 500, in: db), try Ledger.head(of: unit, in: db))
    }
    page = found[...]
    guard found.isEmpty else { return true }
    if (head?.number ?? 0) < last.number { throw restored }
    return await rung()
  }

  private func goOn(to event: LedgerEvent) throws -> LedgerEvent {
    guard event.number == last.number + 1 else { throw restored }
    if let hash = last.hash, Ledger.hash(after: hash, event) != event.hash { throw restored }
    last = (event.number, event.hash)
    return event
  }

  private var restored: StorageError {
    StorageError(.restored, "the chain of \(unit) does not go on from event \(last.number)")
  }

  private func rung() async -> Bool {
    guard var iterator = bell else { return false }
    // Taken out while we wait, so that a second reader ends instead of sharing the iterator.
    bell = nil
    let rang = await iterator.next(isolation: self) != nil
    bell = iterator
    return rang
  }
}
