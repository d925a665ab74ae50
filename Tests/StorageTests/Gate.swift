import Dispatch
import Testing

/// Holds a database closure, which may block, until the test lets it go; gives up after a while.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func open(times: Int = 1) {
    for _ in 0..<times { semaphore.signal() }
  }

  func wait() {
    if semaphore.wait(timeout: .now() + 60) == .timedOut { Issue.record("a gate was never opened") }
  }
}
