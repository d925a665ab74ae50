import Logging
import Realtime
import Rules
import Storage

extension LiveRoom {
  func commit(_ change: Change) async throws {
    try await withCheckedThrowingContinuation { continuation in
      var change = change
      change.answer = continuation
      waiting.append(change)
      if !isWriting {
        isWriting = true
        Task { await self.writeWaiting() }
      }
    }
  }

  /// One writer at a time for a lesson, so that its log is durable in its own order on any engine.
  private func writeWaiting() async {
    while !waiting.isEmpty {
      let changes = waiting
      waiting = []
      do {
        let lesson = plan.id
        let rows = changes.flatMap(\.rows)
        let writes = changes.flatMap(\.writes)
        if !rows.isEmpty || !writes.isEmpty {
          try await services.database.write { db in
            for row in rows { try LiveStore.append(row, to: lesson, in: db) }
            for write in writes { try write(db) }
          }
        }
        for change in changes { await finish(change) }
      } catch {
        services.logger.error(
          "a lesson could not be written", metadata: ["lesson": "\(plan.id)", "error": "\(error)"])
        breakDown(changes + waiting, error)
        waiting = []
      }
    }
    isWriting = false
    // Not before everything is written: two rooms of one lesson would number its log twice.
    if state.phase == .ended, !isBroken {
      close()
      await services.rooms?.drop(self)
    }
  }

  private func finish(_ change: Change) async {
    var orders: [MediaOrder] = []
    for after in change.after {
      switch after {
      case .publish(let text, let number):
        publishedSeq = number
        services.hub.publish(text, to: topic, seq: number)
      case .tell(let person, let text): pages[person]?.connection.send(text)
      case .letIn(let person):
        if let page = pages[person] { await showRoom(to: person, page, after: 0) }
      case .media(let order): orders.append(order)
      case .disconnect(let person): disconnect(person)
      }
    }
    change.answer?.resume()
    if !orders.isEmpty { services.mediaDesk.carryOut(orders, room: self) }
  }

  private func disconnect(_ person: Person.ID) {
    guard let page = pages.removeValue(forKey: person) else { return }
    services.hub.cutOff(page.connection, from: topic)
    page.leaveRoom()
    page.connection.close(.policy, "removed")
  }

  /// Nothing that waits was acknowledged; everybody reconnects and is given the state that was kept.
  private func breakDown(_ changes: [Change], _ error: any Error) {
    isBroken = true
    for change in changes { change.answer?.resume(throwing: error) }
    for page in pages.values { page.connection.close(.tryAgain, "storage") }
    pages = [:]
    Task { await services.rooms?.brokeDown(self) }
  }
}
