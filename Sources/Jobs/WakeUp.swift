import Synchronization

/// Tells waiting workers that there may be something to do. The rows are the truth, so a lost ring only
/// delays.
package final class WakeUp: Sendable {
  private struct State {
    var rings = 0
    var lastKey = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// How often it has rung. Read *before* looking for work, so that a ring during the look is not missed.
  package var rings: Int { state.withLock { $0.rings } }

  package func ring() {
    let waiting = state.withLock { state in
      state.rings += 1
      defer { state.waiting.removeAll() }
      return state.waiting.values.map { $0 }
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns when it has rung more often than `seen`, or when the task is cancelled.
  package func rung(after seen: Int) async {
    let key = state.withLock { state in
      state.lastKey += 1
      return state.lastKey
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.rings > seen || Task.isCancelled { return true }
          state.waiting[key] = continuation
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: key) }?.resume()
    }
  }

  /// The same, and also when the time is over. Real time passes here, so a clock that is set to another hour
  /// neither stretches nor cuts the wait.
  package func rung(after seen: Int, atMost limit: Duration) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.rung(after: seen) }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}
