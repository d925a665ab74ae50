import Foundation
import Glibc
import Logging
import Rules

/// The book on disk, so that a program that was killed finds the lessons that go on without it.
///
/// Shape: one JSON object per line; a later line replaces an earlier one of the same key, and a line with a
/// key alone deletes. It is written with one `write` each and not synchronised: it is of use only while the
/// media server runs, hence never after a power cut. Mode 0600: it holds the keys of the rooms.
struct MediaJournal {
  private struct Line: Codable {
    let key: String
    var session: Int64?
    var control: Int64?
    var doomed: Set<Int64>?
    var room: MediaBook.Room?
    var seat: MediaBook.Seat?
  }

  private static let lineLimit = 20_000

  private let path: String
  private let logger: Logger
  private var descriptor: Int32 = -1
  private var count = 0
  /// What the file says: only what differs from it is written.
  private var written = MediaBook()

  init(path: String, logger: Logger) {
    self.path = path
    self.logger = logger
  }

  /// What the file says; lines that cannot be read, as a torn last one, are left out.
  func load() -> MediaBook {
    var book = MediaBook()
    var lines: [String: Line] = [:]
    for text in (FileManager.default.contents(atPath: path) ?? Data()).split(separator: UInt8(ascii: "\n")) {
      guard let line = try? JSONDecoder().decode(Line.self, from: text) else { continue }
      lines[line.key] = line
    }
    if let head = lines[Self.headKey] {
      (book.session, book.control, book.doomed) = (head.session, head.control, head.doomed ?? [])
    }
    for line in lines.values {
      if let room = line.room { book.rooms[room.spec.id] = room }
    }
    for line in lines.values {
      let words = line.key.split(separator: " ").map(String.init)
      guard let seat = line.seat, words.count == 3, book.rooms[.init(rawValue: words[1])] != nil else {
        continue
      }
      book.seats[.init(rawValue: words[1]), default: [:]][.init(rawValue: words[2])] = seat
    }
    return book
  }

  /// Writes what differs from the last call.
  mutating func save(_ book: MediaBook) {
    let isFirst = descriptor < 0 || count > Self.lineLimit
    let lines = Self.changes(from: isFirst ? MediaBook() : written, to: book)
    written = book
    if isFirst { create() }
    count += lines.count
    append(lines.map(Self.encode).reduce(Data(), +))
    if isFirst && descriptor >= 0 { rename(path + ".new", path) }
  }

  private static func changes(from old: MediaBook, to new: MediaBook) -> [Line] {
    var lines: [Line] = []
    if (old.session, old.control) != (new.session, new.control) || old.doomed != new.doomed {
      lines.append(Line(key: headKey, session: new.session, control: new.control, doomed: new.doomed))
    }
    for id in Set(old.rooms.keys).union(new.rooms.keys) where old.rooms[id] != new.rooms[id] {
      lines.append(Line(key: "room \(id)", room: new.rooms[id]))
    }
    for room in Set(old.seats.keys).union(new.seats.keys) {
      let (before, after) = (old.seats[room] ?? [:], new.seats[room] ?? [:])
      for person in Set(before.keys).union(after.keys) where before[person] != after[person] {
        lines.append(Line(key: "seat \(room) \(person)", seat: after[person]))
      }
    }
    return lines
  }

  private static let headKey = "server"

  private static func encode(_ line: Line) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // These types always encode; an empty line would only be left out on reading.
    return ((try? encoder.encode(line)) ?? Data()) + [UInt8(ascii: "\n")]
  }

  private mutating func create() {
    if descriptor >= 0 { close(descriptor) }
    unlink(path + ".new")
    descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
    count = 0
  }

  private mutating func append(_ data: Data) {
    guard !data.isEmpty else { return }
    let done = data.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, data.count) }
    guard done != data.count else { return }
    // A full disk: media goes on, but a killed program would not find it again. Everything is written anew
    // next time.
    logger.error("media journal not written", metadata: ["errno": "\(errno)"])
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
  }
}
