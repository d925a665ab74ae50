import NIOCore
import Synchronization

/// Brings each text to all who subscribed to its topic.
///
/// A text is encoded once and handed once to each event loop that has subscribers; there it is written to all
/// of them and each connection is flushed once for everything that came in meanwhile. All calls are quick and
/// may come from any thread. All subscribers of a topic get its texts in one order, that of the calls;
/// `subscribe`, `unsubscribe` and `cutOff` take their place in the same order: what is published after
/// `cutOff` returned never arrives.
package final class Hub: Sendable {
  /// Where a topic has subscribers.
  private struct Route {
    let shard: HubShard
    /// Subscriptions under way to the loop.
    var coming: Int
    var inhabited: Bool
  }

  private struct Table {
    var routes: [Topic: [Route]] = [:]
    var shards: [ObjectIdentifier: HubShard] = [:]
  }

  private let table = Mutex(Table())
  private let limits: HubLimits

  package init(limits: HubLimits = .init()) { self.limits = limits }

  /// Does nothing when the connection has ended or is subscribed already.
  ///
  /// - Parameter held: true to keep back what is published until `release`: so a page gets what it missed
  ///   first.
  package func subscribe(_ connection: SocketConnection, to topic: Topic, held: Bool = false) {
    table.withLock { table in
      let shard = shard(of: connection, &table)
      if let index = table.routes[topic]?.firstIndex(where: { $0.shard === shard }) {
        table.routes[topic]?[index].coming += 1
      } else {
        table.routes[topic, default: []].append(Route(shard: shard, coming: 1, inhabited: false))
      }
      shard.post(.subscribe(connection, topic, held: held))
    }
  }

  /// Ends the holding back: first `missed` is sent, then what was kept with a higher number than `through` or
  /// with none, then all that follows, live.
  package func release(_ connection: SocketConnection, from topic: Topic, missed: [String], through: Int64) {
    let frames = missed.map { SocketFrame.text($0) }
    table.withLock { shard(of: connection, &$0).post(.release(connection, topic, frames, through: through)) }
  }

  package func unsubscribe(_ connection: SocketConnection, from topic: Topic) {
    table.withLock { shard(of: connection, &$0).post(.unsubscribe(connection, topic)) }
  }

  /// Takes away a right: nothing published to this topic from now on reaches the connection.
  package func cutOff(_ connection: SocketConnection, from topic: Topic) {
    unsubscribe(connection, from: topic)
  }

  /// The same for all its topics.
  package func cutOff(_ connection: SocketConnection) {
    table.withLock { shard(of: connection, &$0).post(.leave(connection)) }
  }

  /// - Parameter seq: the event's number in its topic, if it has one; `release` compares it.
  package func publish(_ text: String, to topic: Topic, seq: Int64? = nil) {
    // Nobody there is the usual case for most topics: nothing is encoded then.
    guard table.withLock({ $0.routes[topic] != nil }) else { return }
    let frame = SocketFrame.text(text)
    table.withLock { table in
      for route in table.routes[topic] ?? [] { route.shard.post(.publish(frame, topic, seq)) }
    }
  }

  /// Makes all subscribers of a topic reconnect (1013) and resume from the event table, because something is
  /// missing.
  package func restart(_ topic: Topic) {
    table.withLock { table in
      for route in table.routes[topic] ?? [] { route.shard.post(.restart(topic)) }
    }
  }

  /// Topics that somebody is subscribed to or about to be; for `/metrics` and tests.
  package var topicCount: Int { table.withLock { $0.routes.count } }

  private func shard(of connection: SocketConnection, _ table: inout Table) -> HubShard {
    let key = ObjectIdentifier(connection.loop)
    if let shard = table.shards[key] { return shard }
    let shard = HubShard(loop: connection.loop, limits: limits) { [weak self] topic, shard, change in
      self?.noted(change, topic, shard)
    }
    table.shards[key] = shard
    return shard
  }

  private func noted(_ change: HubShard.Change, _ topic: Topic, _ shard: HubShard) {
    table.withLock { table in
      guard let index = table.routes[topic]?.firstIndex(where: { $0.shard === shard }) else { return }
      var route = table.routes[topic]![index]  // the index was just found
      switch change {
      case .arrived(let inhabited):
        route.coming -= 1
        route.inhabited = inhabited
      case .emptied:
        route.inhabited = false
      }
      if route.coming > 0 || route.inhabited {
        table.routes[topic]?[index] = route
      } else {
        table.routes[topic]?.remove(at: index)
        if table.routes[topic]?.isEmpty == true { table.routes[topic] = nil }
      }
    }
  }
}

package struct HubLimits: Sendable {
  /// Publications, and their bytes, that wait for one event loop. At it: the topic's subscribers reconnect and
  /// resume.
  package var waiting = 65_536
  package var waitingBytes = 67_108_864
  /// Texts and bytes held back for one subscriber. Above: it reconnects and resumes.
  package var heldTexts = 1_000
  package var heldBytes = 1_048_576

  package init() {}
}
