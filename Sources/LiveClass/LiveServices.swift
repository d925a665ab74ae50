import Logging
import Media
import Realtime
import Rules
import Storage
import Synchronization

/// What the rooms of one node share.
final class LiveServices: Sendable {
  let database: Database
  let ports: LiveClassPorts
  let hub: Hub
  let media: any MediaServer
  let mediaDesk: MediaDesk
  let logger: Logger
  private let roomsBox = RoomsBox()

  init(database: Database, ports: LiveClassPorts, hub: Hub, media: any MediaServer, logger: Logger) {
    self.database = database
    self.ports = ports
    self.hub = hub
    self.media = media
    self.logger = logger
    mediaDesk = MediaDesk(media: media, logger: logger)
  }

  var rooms: LiveRooms? { roomsBox.rooms.withLock { $0 } }
  func set(_ rooms: LiveRooms) { roomsBox.rooms.withLock { $0 = rooms } }
}

/// Rooms and services know each other; this breaks the circle of their making.
private final class RoomsBox: Sendable {
  let rooms = Mutex<LiveRooms?>(nil)
}
