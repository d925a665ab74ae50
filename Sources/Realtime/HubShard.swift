import NIOCore
import Synchronization

/// The subscribers on one event loop. Commands come in order from any thread; everything else happens on the
/// loop.
final class HubShard: Sendable {
  enum Command {
    case subscribe(SocketConnection, Topic, held: Bool)
    case release(SocketConnection, Topic, [ByteBuffer], through: Int64)
    case unsubscribe(SocketConnection, Topic)
    case leave(SocketConnection)
    case publish(ByteBuffer, Topic, Int64?)
    case restart(Topic)
  }

  enum Change {
    /// A subscription was dealt with; whether the topic has subscribers on this loop now.
    case arrived(inhabited: Bool)
    case emptied
  }

  private struct Inbox {
    var commands: [Command] = []
    var publications = 0
    var bytes = 0
    var scheduled = false
    /// Topics whose texts were dropped and whose subscribers will be told so.
    var overrun: Set<Topic> = []
  }

  private let loop: any EventLoop
  private let limits: HubLimits
  private let inbox = Mutex(Inbox())
  private let rooms: NIOLoopBoundBox<HubRooms>

  /// - Parameter report: called on the loop, outside all locks.
  init(
    loop: any EventLoop, limits: HubLimits, report: @escaping @Sendable (Topic, HubShard, Change) -> Void
  ) {
    self.loop = loop
    self.limits = limits
    rooms = .makeBoxSendingValue(HubRooms(limits: limits, report: report), eventLoop: loop)
  }

  func post(_ command: Command) {
    let wake = inbox.withLock { inbox in
      if case .publish(let frame, let topic, _) = command {
        if inbox.publications >= limits.waiting || inbox.bytes >= limits.waitingBytes {
          guard inbox.overrun.insert(topic).inserted else { return false }
          inbox.commands.append(.restart(topic))
        } else {
          inbox.publications += 1
          inbox.bytes += frame.readableBytes
          inbox.commands.append(command)
        }
      } else {
        inbox.commands.append(command)
      }
      defer { inbox.scheduled = true }
      return !inbox.scheduled
    }
    if wake { loop.execute { self.drain() } }
  }

  private func drain() {
    let commands = inbox.withLock { inbox in
      defer { inbox = Inbox() }
      return inbox.commands
    }
    rooms.value.apply(commands, self)
  }
}
