import Dispatch
import Foundation
import Synchronization

/// Runs another program to its end, with a limit in time: PostgreSQL's own tools for backup and restore.
package enum ChildProgram {
  package struct Outcome: Sendable {
    /// What the program returned; the signal's number as a negative when one ended it.
    package let status: Int32
    /// Both its outputs, at most the last 64 KiB.
    package let output: String
  }

  /// - Parameters:
  ///   - path: the program's absolute path; nothing is searched for.
  ///   - environment: the only variables it sees.
  ///   - seconds: after which it is killed; the status is then -9.
  /// - Throws: when the program cannot be started.
  package static func run(
    _ path: String, _ arguments: [String], environment: [String: String] = [:], seconds: Double
  ) async throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    let (ended, end) = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { process in
      end.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
      end.finish()
    }
    try process.run()
    let number = process.processIdentifier
    let limit = DispatchWorkItem { kill(number, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: limit)
    let reading = pipe.fileHandleForReading
    let output = await Blocking.run { tail(of: reading) }
    let status = await ended.first { _ in true } ?? -1
    limit.cancel()
    try? reading.close()
    return Outcome(status: status, output: output)
  }

  private static func tail(of handle: FileHandle) -> String {
    var bytes = Data()
    while let piece = try? handle.read(upToCount: 65_536), !piece.isEmpty {
      bytes = (bytes + piece).suffix(65_536)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
