import Foundation
import Glibc
import Rules
import Testing

@testable import Media

/// A lesson on a real server, as far as it goes without a browser.
extension RealServer {
  static let room = MediaRoom.ID(rawValue: "lesson")
  static let teacher = MediaParticipant.ID(rawValue: "teacher")
  static let pupil = MediaParticipant.ID(rawValue: "pupil")

  /// A room with two people, of whom the teacher has joined.
  func lesson() async throws {
    try await media.openRoom(.init(id: Self.room))
    for person in [Self.teacher, Self.pupil] {
      try await media.admit(person, as: person.rawValue, to: Self.room)
    }
    try await join(Self.teacher)
  }

  func join(_ person: MediaParticipant.ID) async throws {
    try await media.joinWithoutMedia(.init(room: Self.room, person: person, leg: .cam))
  }

  func publish(by person: MediaParticipant.ID, connection: Int = 11) async throws -> String {
    try await media.publish(
      offer(["audio sendonly"], connection: connection), on: .cam, by: person, in: Self.room,
      allowed: [.audio])
  }

  /// Feeds of the room as the server itself lists them.
  func joined() async throws -> [String] {
    let name = try #require(await media.book.rooms[Self.room]?.name)
    let answer = try await media.message(["request": "listparticipants", "room": .text(name)])
    return answer["plugindata"]?["data"]?["participants"]?.list.compactMap { $0["id"]?.string } ?? []
  }
}

extension JanusMedia {
  /// A sending leg as far as it goes where there is no network: joined to the room, with no description.
  func joinWithoutMedia(_ place: MediaBook.Place) async throws {
    let room = try #require(book.rooms[place.room])
    let handle = try await attach()
    let feed = MediaFeed.ID(rawValue: JanusSecrets.word())
    book[place] = .init(handle: handle, feed: feed, kinds: ["0": .audio], origin: "1")
    save()
    try await message(
      [
        "request": "join", "ptype": "publisher", "room": .text(room.name), "pin": .text(room.pin),
        "id": .text(feed.rawValue), "display": "x",
      ], handle: handle)
  }
}

extension JanusSettings {
  init(folder: String, ports: ClosedRange<Int>) {
    self.init(folder: folder)
    self.ports = ports
  }
}

extension ChildProcess {
  /// `T` for each thread of a stopped process.
  static func threadStates(_ process: pid_t) -> [String] {
    let folder = "/proc/\(process)/task"
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { thread in
      let stat = FileManager.default.contents(atPath: "\(folder)/\(thread)/stat") ?? Data()
      let rest = String(decoding: stat, as: UTF8.self).split(separator: ")").last
      return rest?.split(separator: " ").first.map(String.init)
    }
  }
}
