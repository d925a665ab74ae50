import Dispatch
import Synchronization

/// A change or a question that waits for a thread of the engine.
struct Work: Sendable {
  /// Runs it; what it returns tells the waiting task, and is called only when the answer holds (after the
  /// commit).
  let run: @Sendable (any Connection) throws -> @Sendable () -> Void
  let fail: @Sendable (any Error) -> Void
}

/// Who waits for an engine: bounded in number and in time. At either bound the caller gets
/// `StorageError(.busy)`.
///
/// Each lane is one thread that takes work; the line remembers which of them are idle.
final class WaitingLine: Sendable {
  private struct Entry {
    let ticket: UInt64
    let deadline: DispatchTime
    let work: Work
  }

  private struct State {
    var entries: [Entry] = []
    var idle: [Int]
    var tickets: UInt64 = 0
    var sweeping = false
    var closed = false
  }

  private let state: Mutex<State>
  private let most: Int
  private let seconds: Double

  /// - Parameters:
  ///   - most: how many may wait.
  ///   - seconds: how long one may wait before it is begun.
  init(lanes: Int, most: Int = 20_000, seconds: Double) {
    state = Mutex(State(idle: Array(0..<lanes)))
    self.most = most
    self.seconds = seconds
  }

  /// Waits for a lane, runs `body` on it and gives what it made.
  ///
  /// A task that is cancelled while it waits leaves the line; work that was begun is finished.
  /// - Parameter wake: called with an idle lane that must now take from the line.
  func perform<T: Sendable>(
    _ body: @escaping @Sendable (any Connection) throws -> T, wake: @Sendable (Int) -> Void
  ) async throws -> T {
    try Task.checkCancellation()
    let ticket = state.withLock { state in
      state.tickets += 1
      return state.tickets
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let work = Work(
          run: { connection in
            let value = try body(connection)
            return { continuation.resume(returning: value) }
          },
          fail: { continuation.resume(throwing: $0) })
        join(work, ticket, wake: wake)
        if Task.isCancelled { withdraw(ticket) }
      }
    } onCancel: {
      withdraw(ticket)
    }
  }

  /// What the lane does next; when nothing waits the lane counts as idle and the answer is empty.
  func take(upTo most: Int, lane: Int) -> [Work] {
    state.withLock { state in
      guard !state.entries.isEmpty else {
        state.idle.append(lane)
        return []
      }
      let batch = state.entries.prefix(most).map(\.work)
      state.entries.removeFirst(batch.count)
      return batch
    }
  }

  /// Turns away who waits and who comes.
  func close() {
    let waiting = state.withLock { state in
      state.closed = true
      defer { state.entries = [] }
      return state.entries
    }
    for entry in waiting { entry.work.fail(StorageError(.closed, "the database is closed")) }
  }

  private func join(_ work: Work, _ ticket: UInt64, wake: (Int) -> Void) {
    let deadline = DispatchTime.now() + seconds
    var mustSweep = false
    var lane: Int?
    let refusal: StorageError? = state.withLock { state in
      if state.closed { return StorageError(.closed, "the database is closed") }
      if state.entries.count >= most { return StorageError(.busy, "\(most) already wait") }
      state.entries.append(Entry(ticket: ticket, deadline: deadline, work: work))
      lane = state.idle.popLast()
      mustSweep = !state.sweeping
      state.sweeping = true
      return nil
    }
    if let refusal { return work.fail(refusal) }
    if mustSweep { sweep(at: deadline) }
    if let lane { wake(lane) }
  }

  private func withdraw(_ ticket: UInt64) {
    let work: Work? = state.withLock { state in
      guard let place = state.entries.firstIndex(where: { $0.ticket == ticket }) else { return nil }
      return state.entries.remove(at: place).work
    }
    work?.fail(CancellationError())
  }

  private func sweep(at deadline: DispatchTime) {
    DispatchQueue.global().asyncAfter(deadline: deadline) { [weak self] in self?.sweep() }
  }

  /// Turns away who waited too long; one timer for the whole line, since all may wait equally long.
  private func sweep() {
    let now = DispatchTime.now()
    var next: DispatchTime?
    let late = state.withLock { state in
      let late = state.entries.prefix { $0.deadline <= now }
      state.entries.removeFirst(late.count)
      next = state.entries.first?.deadline
      state.sweeping = next != nil
      return late
    }
    for entry in late { entry.work.fail(StorageError(.busy, "waited \(seconds) s for the database")) }
    if let next { sweep(at: next) }
  }
}
