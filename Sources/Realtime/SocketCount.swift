import Synchronization

/// How many sockets are open now, for `/metrics`, and for the tests that none is left behind.
package final class SocketCount: Sendable {
  private let open = Atomic<Int>(0)

  package init() {}

  package var now: Int { open.load(ordering: .relaxed) }

  func changed(by step: Int) { open.add(step, ordering: .relaxed) }
}
