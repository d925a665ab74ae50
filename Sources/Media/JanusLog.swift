import Foundation
import Glibc
import Logging

/// Passes on from the server's log what somebody should know, and keeps the file small.
struct JanusLog {
  private static let sizeLimit = 4 * 1024 * 1024
  private static let readLimit = 256 * 1024
  /// What it says because of our own settings, or of every connection.
  private static let expected = [
    "has been disabled, skipping", "mDNS resolution disabled", "current libnice master",
    "add some remote candidates",
  ]

  private let path: String
  private var offset: UInt64
  private var rest = ""

  /// Starts at the present end of the file.
  init(path: String) {
    self.path = path
    var status = stat()
    offset = stat(path, &status) == 0 ? UInt64(status.st_size) : 0
  }

  /// Reads what is new.
  mutating func forward(to logger: Logger) {
    guard let file = FileHandle(forReadingAtPath: path) else { return }
    defer { try? file.close() }
    if let end = try? file.seekToEnd(), end < offset { offset = 0 }
    guard (try? file.seek(toOffset: offset)) != nil, let data = try? file.read(upToCount: Self.readLimit)
    else { return }
    offset += UInt64(data.count)
    var lines = (rest + String(decoding: data, as: UTF8.self)).split(
      separator: "\n", omittingEmptySubsequences: false)
    rest = String(lines.popLast() ?? "")
    for line in lines {
      guard let level = Self.level(of: line) else { continue }
      logger.log(level: level, "media server says", metadata: ["line": "\(line.prefix(300))"])
    }
    // The server appends, so that it goes on at the new end.
    if offset > Self.sizeLimit, truncate(path, 0) == 0 { offset = 0 }
  }

  /// nil for what nobody needs.
  static func level(of line: some StringProtocol) -> Logger.Level? {
    if expected.contains(where: line.contains) { return nil }
    if line.contains("[FATAL]") { return .error }
    if line.contains("[ERR]") { return .warning }
    if line.contains("[WARN]") { return .debug }
    return nil
  }
}
