import Synchronization

/// Puts numbered events back into their order before they are published.
///
/// Events get their number in the transaction that stores them, but the tasks that stored them go on in any
/// order, and a number may never come to anything when its transaction failed. Texts leave here in strictly
/// rising order without gaps other than the numbers named by `skip`. Texts for a topic that was not started
/// wait for its start.
package final class TopicSequencer: Sendable {
  private struct Line {
    /// The number that comes next; nil before `start`.
    var next: Int64?
    /// Nil for a number that was skipped.
    var waiting: [Int64: String?] = [:]
    var since: ContinuousClock.Instant?
  }

  /// A hole that holds up a topic.
  package struct Gap: Hashable, Sendable {
    package let topic: Topic
    /// The numbers that did not come; whoever finds them in the event table publishes them, the others are
    /// skipped.
    package let missing: ClosedRange<Int64>
  }

  private let lines = Mutex<[Topic: Line]>([:])
  private let bound: Int
  private let release: @Sendable (Topic, Int64, String) -> Void
  private let overrun: @Sendable (Topic) -> Void

  /// - Parameter bound: texts that may wait in one topic. Above: the gap is given up, and the topic's
  ///   subscribers reconnect and read what they miss from the event table.
  package convenience init(hub: Hub, bound: Int = 1_024) {
    self.init(
      bound: bound, release: { hub.publish($2, to: $0, seq: $1) }, overrun: { hub.restart($0) })
  }

  /// - Parameters:
  ///   - release: called in order, under a lock: must be quick and must not call back.
  ///   - overrun: likewise, when a gap was given up.
  init(
    bound: Int, release: @escaping @Sendable (Topic, Int64, String) -> Void,
    overrun: @escaping @Sendable (Topic) -> Void
  ) {
    self.bound = bound
    self.release = release
    self.overrun = overrun
  }

  /// The event after `seq` is the next to be published. Does nothing when the topic was started already.
  package func start(_ topic: Topic, after seq: Int64) {
    lines.withLock { lines in
      var line = lines.removeValue(forKey: topic) ?? Line()
      if line.next == nil {
        line.next = seq + 1
        line.waiting = line.waiting.filter { $0.key > seq }
      }
      pass(&line, topic)
      lines[topic] = line
    }
  }

  /// The topic is over; what waits is dropped.
  package func stop(_ topic: Topic) { lines.withLock { $0[topic] = nil } }

  /// A number published already is ignored.
  package func publish(_ text: String, to topic: Topic, seq: Int64) { put(text, topic, seq) }

  /// This number will never come: its transaction failed.
  package func skip(_ seq: Int64, of topic: Topic) { put(nil, topic, seq) }

  /// Topics held up by a number for longer than `patience`, because its writer died without `skip`.
  package func gaps(olderThan patience: Duration, now: ContinuousClock.Instant) -> [Gap] {
    lines.withLock { lines in
      lines.compactMap { topic, line in
        guard let next = line.next, let since = line.since, now - since > patience,
          let first = line.waiting.keys.min()
        else { return nil }
        return Gap(topic: topic, missing: next...(first - 1))
      }
    }
  }

  private func put(_ text: String?, _ topic: Topic, _ seq: Int64) {
    lines.withLock { lines in
      // Taken out while it is changed: a dictionary inside a dictionary would be copied at each change.
      var line = lines.removeValue(forKey: topic) ?? Line()
      defer { lines[topic] = line }
      if let next = line.next, seq < next { return }
      line.waiting.updateValue(text, forKey: seq)
      pass(&line, topic)
      guard line.waiting.count > bound, let first = line.waiting.keys.min() else { return }
      if line.next == nil {
        line.waiting[first] = nil
      } else {
        line.next = first
        pass(&line, topic)
        overrun(topic)
      }
    }
  }

  private func pass(_ line: inout Line, _ topic: Topic) {
    guard var next = line.next else { return }
    let before = next
    while let found = line.waiting.removeValue(forKey: next) {
      if let text = found { release(topic, next, text) }
      next += 1
    }
    line.next = next
    if line.waiting.isEmpty {
      line.since = nil
    } else if line.since == nil || next != before {
      line.since = .now
    }
  }
}
