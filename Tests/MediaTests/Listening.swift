import Foundation
import Glibc

/// The network sockets that a process holds, as the kernel lists them.
enum Listening {
  struct Socket {
    let port: Int
    let line: String
  }

  static func sockets(of process: pid_t, in tables: [String]) throws -> [Socket] {
    let inodes = Set(
      try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\($0)")
      }.filter { $0.hasPrefix("socket:[") }.map { String($0.dropFirst(8).dropLast()) })
    // A process that hides its sockets would pass everything.
    guard !inodes.isEmpty else { throw CocoaError(.fileReadNoPermission) }
    return tables.flatMap { table in
      let text = FileManager.default.contents(atPath: "/proc/\(process)/net/\(table)") ?? Data()
      return String(decoding: text, as: UTF8.self).split(separator: "\n").dropFirst().compactMap {
        line -> Socket? in
        let words = line.split(separator: " ")
        guard words.count > 9, inodes.contains(String(words[9])),
          let port = words[1].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
        else { return nil }
        return Socket(port: port, line: "\(table) \(line)")
      }
    }
  }
}
