import Logging
import Rules
import Storage
import Synchronization

/// One kind of stored work that falls due.
protocol Lane: Sendable {
  associatedtype Item: Sendable
  /// What a transaction wakes when it stores such work, on every node.
  static var topic: String { get }
  /// How many items are worked on at once, >= 1.
  var width: Int { get }
  var wakeUp: WakeUp { get }
  /// When the next item is due or its lease ends; nil when nothing is owed.
  func nextDue() async throws -> Timestamp?
  /// Leases items that are due; `count` at most.
  func take(_ count: Int) async throws -> [Item]
  /// Does the work and stores what came of it.
  func perform(_ item: Item) async
}

/// Takes work as it falls due until told to stop; then lets what is under way come to its end.
struct LaneLoop<L: Lane>: Sendable {
  let lane: L
  let now: @Sendable () -> Timestamp
  let stop: WakeUp
  /// The longest wait: after it the rows are looked at even though nobody rang, for what other nodes left
  /// behind and for a clock that was set.
  let longestWait: Duration
  let logger: Logger

  func run() async {
    let slots = Slots(lane.width)
    await withDiscardingTaskGroup { group in
      var failures = 0
      while stop.rings == 0, !Task.isCancelled {
        let seen = lane.wakeUp.rings
        var wait = longestWait
        do {
          let taken = try await takeDue(slots.free, &wait)
          failures = 0
          for item in taken {
            slots.occupy()
            group.addTask {
              await lane.perform(item)
              slots.leave()
              lane.wakeUp.ring()
            }
          }
          if !taken.isEmpty, slots.free > 0 { continue }
        } catch {
          failures += 1
          wait = .seconds(min(1 << min(failures - 1, 5), 30))
          logger.warning(
            "jobs cannot reach the database", metadata: ["lane": "\(L.topic)", "error": "\(error)"])
        }
        await lane.wakeUp.rung(after: seen, atMost: min(wait, longestWait))
      }
    }
  }

  /// - Parameter wait: set to how long nothing will be due.
  private func takeDue(_ count: Int, _ wait: inout Duration) async throws -> [L.Item] {
    guard count > 0, let due = try await lane.nextDue() else { return [] }
    let away = due - now()
    if away <= 0 {
      let taken = try await lane.take(count)
      // Another node was quicker: no hurry to ask again.
      if taken.isEmpty { wait = .milliseconds(200) }
      return taken
    }
    wait = .seconds(away)
    return []
  }
}

/// Counts the items under way.
private final class Slots: Sendable {
  private let busy = Mutex(0)
  private let width: Int
  init(_ width: Int) { self.width = width }
  var free: Int { width - busy.withLock { $0 } }
  func occupy() { busy.withLock { $0 += 1 } }
  func leave() { busy.withLock { $0 -= 1 } }
}
