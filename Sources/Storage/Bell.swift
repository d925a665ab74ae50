import Rules
import Synchronization

/// Wakes who waits for news of a unit's ledger or of a topic; the numbered rows are the truth, so a lost
/// ring only delays.
final class Bell: Sendable {
  static let shared = Bell()

  private struct State {
    var next = 0
    var listeners: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
  }

  private let state = Mutex(State())

  static func key(unit: OrgUnit.ID) -> String { unit.rawValue }
  static func key(topic: String) -> String { "#" + topic }

  func ring(_ key: String) {
    let listeners = state.withLock { $0.listeners[key].map { Array($0.values) } ?? [] }
    for listener in listeners { listener.yield() }
  }

  /// After rings may have been missed, or everything changed at once.
  func ringAll() {
    let listeners = state.withLock { $0.listeners.values.flatMap { Array($0.values) } }
    for listener in listeners { listener.yield() }
  }

  func listen(to key: String) -> AsyncStream<Void> {
    // One waiting ring is enough: the reader takes everything there is.
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let number = state.withLock { state in
      state.next += 1
      state.listeners[key, default: [:]][state.next] = continuation
      return state.next
    }
    continuation.onTermination = { [weak self] _ in self?.forget(key, number) }
    return stream
  }

  private func forget(_ key: String, _ number: Int) {
    state.withLock { state in
      state.listeners[key]?[number] = nil
      if state.listeners[key]?.isEmpty == true { state.listeners[key] = nil }
    }
  }
}
