import Foundation
import Identity
import Media
import Realtime
import Rules
import Storage
import Synchronization

/// One open page of one signed-in person: its WebSocket, its challenge, and the lesson it is in.
final class LivePage: Sendable {
  let connection: SocketConnection
  let viewer: Viewer
  let deviceKey: String?
  /// Signed once by the device's key to enter a lesson; made anew for each connection.
  let challenge: String
  private let inRoom = Mutex<Place>(Place())

  private struct Place {
    var room: LiveRoom?
    var hasBeenIn = false
  }

  init(_ connection: SocketConnection, viewer: Viewer, deviceKey: String?) {
    self.connection = connection
    self.viewer = viewer
    self.deviceKey = deviceKey
    challenge = Secrets.token()
  }

  var room: LiveRoom? { inRoom.withLock { $0.room } }
  func enterRoom(_ room: LiveRoom?) { inRoom.withLock { $0.room = room } }
  func leaveRoom() { inRoom.withLock { $0 = Place(hasBeenIn: true) } }

  /// Whether this page had a seat once and has left it.
  var hasBeenInRoom: Bool { inRoom.withLock { $0.hasBeenIn } }

  /// The thumbprint of the device's key, by which seats and tickets know it.
  var device: DeviceKey.ID { LivePage.device(of: deviceKey) }

  static func device(of key: String?) -> DeviceKey.ID {
    .init(rawValue: key.map { Secrets.hash($0) } ?? "none")
  }

  /// What the page signs to enter: bound to this connection, this lesson and this ticket.
  func proofText(lesson: Lesson.ID, ticket: String?) -> String {
    "lopan-enter\n\(challenge)\n\(lesson.rawValue)\n\(ticket ?? "")"
  }

  func proof(_ signature: String?, lesson: Lesson.ID, ticket: String?) -> DeviceProof {
    guard let deviceKey, let signature else { return .missing }
    return DeviceSignature.verifies(signature, of: proofText(lesson: lesson, ticket: ticket), key: deviceKey)
      ? .valid : .wrong
  }
}
