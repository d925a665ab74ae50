package import Rules
import Synchronization

/// A clock that stands still until a test moves it, also backwards.
package final class FixedClock: Sendable {
  private let moment: Mutex<Timestamp>

  /// - Parameter start: by default Saturday 2026-09-05, 07:45 in Vietnam.
  package init(_ start: Timestamp = .init(seconds: 1_788_569_100)) { moment = Mutex(start) }

  /// What a `Database` and a service take as their clock.
  package var now: @Sendable () -> Timestamp { { self.time } }
  package var time: Timestamp { moment.withLock { $0 } }
  package func set(_ time: Timestamp) { moment.withLock { $0 = time } }
  package func advance(_ seconds: Int64) { moment.withLock { $0 = $0 + seconds } }
}
