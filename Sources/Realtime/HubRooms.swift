import NIOCore

/// Who is subscribed to what, on one event loop.
final class HubRooms {
  private struct Member {
    let handler: SocketHandler
    var held: Held?
  }

  private struct Held {
    var frames: [(frame: ByteBuffer, seq: Int64?)] = []
    var bytes = 0
  }

  private let limits: HubLimits
  private let report: @Sendable (Topic, HubShard, HubShard.Change) -> Void
  private var members: [Topic: [Member]] = [:]
  private var topics: [ObjectIdentifier: Set<Topic>] = [:]
  /// Written to and not yet flushed.
  private var touched: [SocketHandler] = []

  init(limits: HubLimits, report: @escaping @Sendable (Topic, HubShard, HubShard.Change) -> Void) {
    self.limits = limits
    self.report = report
  }

  func apply(_ commands: [HubShard.Command], _ shard: HubShard) {
    for command in commands {
      switch command {
      case .publish(let frame, let topic, let seq): publish(frame, topic, seq)
      case .subscribe(let connection, let topic, let held): subscribe(connection, topic, held, shard)
      case .release(let connection, let topic, let missed, let through):
        if let handler = connection.handler.value { release(handler, topic, missed, through) }
      case .unsubscribe(let connection, let topic):
        if let handler = connection.handler.value { remove(handler, topic, shard) }
      case .leave(let connection):
        if let handler = connection.handler.value { leave(handler, shard) }
      case .restart(let topic):
        for member in members[topic] ?? [] { member.handler.close(.tryAgain, "events missing") }
      }
    }
    let flushing = touched
    touched.removeAll(keepingCapacity: true)
    for handler in flushing {
      handler.hubTouched = false
      handler.flush()
    }
  }

  private func publish(_ frame: ByteBuffer, _ topic: Topic, _ seq: Int64?) {
    // A copy: writing may find a connection dead, and its end takes it out of the list.
    guard let present = members[topic] else { return }
    for index in present.indices {
      if present[index].held == nil {
        send(frame, present[index].handler)
      } else {
        hold(frame, seq, topic, present[index].handler)
      }
    }
  }

  private func send(_ frame: ByteBuffer, _ handler: SocketHandler) {
    handler.write(frame)
    guard !handler.hubTouched else { return }
    handler.hubTouched = true
    touched.append(handler)
  }

  private func hold(_ frame: ByteBuffer, _ seq: Int64?, _ topic: Topic, _ handler: SocketHandler) {
    guard let index = index(of: handler, in: topic), var held = members[topic]?[index].held else { return }
    members[topic]?[index].held = nil  // moved out, so that appending does not copy
    held.frames.append((frame, seq))
    held.bytes += frame.readableBytes
    members[topic]?[index].held = held
    if held.frames.count > limits.heldTexts || held.bytes > limits.heldBytes {
      handler.close(.tryAgain, "events missing")
    }
  }

  private func subscribe(_ connection: SocketConnection, _ topic: Topic, _ held: Bool, _ shard: HubShard) {
    if let handler = connection.handler.value, index(of: handler, in: topic) == nil {
      let key = ObjectIdentifier(handler)
      if topics[key] == nil {
        topics[key] = []
        handler.onClose { [unowned handler] _ in self.leave(handler, shard) }
      }
      topics[key]?.insert(topic)
      members[topic, default: []].append(Member(handler: handler, held: held ? Held() : nil))
    }
    report(topic, shard, .arrived(inhabited: members[topic] != nil))
  }

  private func release(_ handler: SocketHandler, _ topic: Topic, _ missed: [ByteBuffer], _ through: Int64) {
    guard let index = index(of: handler, in: topic), let held = members[topic]?[index].held else { return }
    members[topic]?[index].held = nil
    for frame in missed { send(frame, handler) }
    for (frame, seq) in held.frames where seq.map({ $0 > through }) ?? true { send(frame, handler) }
  }

  private func remove(_ handler: SocketHandler, _ topic: Topic, _ shard: HubShard) {
    guard topics[ObjectIdentifier(handler)]?.remove(topic) != nil, let index = index(of: handler, in: topic)
    else {
      return
    }
    members[topic]?.remove(at: index)
    guard members[topic]?.isEmpty == true else { return }
    members[topic] = nil
    report(topic, shard, .emptied)
  }

  private func leave(_ handler: SocketHandler, _ shard: HubShard) {
    for topic in topics[ObjectIdentifier(handler)] ?? [] { remove(handler, topic, shard) }
    // A connection that is cut off from all but lives on keeps its (empty) entry, and with it its one close
    // hook.
    if handler.phase == .ended { topics[ObjectIdentifier(handler)] = nil }
  }

  private func index(of handler: SocketHandler, in topic: Topic) -> Int? {
    members[topic]?.firstIndex { $0.handler === handler }
  }
}
