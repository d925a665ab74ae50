package import Rules
import Synchronization

/// Tells whoever holds a live connection that its session has ended, so that revocation acts at once, not at the next page.
package final class SessionEnds: Sendable {
  package static let shared = SessionEnds()
  private let listeners = Mutex<[@Sendable (Session.ID) -> Void]>([])

  package func listen(_ body: @escaping @Sendable (Session.ID) -> Void) {
    listeners.withLock { $0.append(body) }
  }

  func tell(_ ended: [Session.ID]) {
    let all = listeners.withLock { $0 }
    for id in ended { for listener in all { listener(id) } }
  }
}
