import Foundation
import Glibc
import Rules
import Web

/// Makes PDF files with WeasyPrint of Debian as a child process: HTML in, PDF out, nothing on disk but its empty folder.
///
/// One at a time, since each takes a core and up to 200 MB; at most six wait.
struct DocumentPrinter: Sendable {
  static let program = "/usr/bin/weasyprint"
  private static let queue: OperationQueue = {
    // A child that died early must not end us when we write to it; the error is enough.
    signal(SIGPIPE, SIG_IGN)
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    return queue
  }()

  /// Seconds after which a document is given up.
  var limit: Double = 60

  /// - Throws: LOP-208 when the program is missing, fails, takes too long, or too many wait.
  func pdf(_ document: HTML) async throws -> [UInt8] {
    guard Self.queue.operationCount < 7 else { throw UserError.printingFailed }
    let (input, limit) = (Data(document.text.utf8), limit)
    return try await withCheckedThrowingContinuation { continuation in
      Self.queue.addOperation {
        continuation.resume(with: Result { try Self.run(input, limit: limit) })
      }
    }
  }

  private static func run(_ input: Data, limit: Double) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "lopan-print-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    // No base address: what has no address of its own cannot be loaded, and the document names none.
    process.arguments = ["--quiet", "--encoding", "utf8", "-", "-"]
    process.currentDirectoryURL = folder
    process.environment = [
      "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder.path, "TMPDIR": folder.path,
      "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
    ]
    let (toChild, fromChild) = (Pipe(), Pipe())
    process.standardInput = toChild
    process.standardOutput = fromChild
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { throw UserError.printingFailed }
    let watch = DispatchSource.makeTimerSource(queue: .global())
    watch.schedule(deadline: .now() + limit)
    let child = process.processIdentifier
    watch.setEventHandler { kill(child, SIGKILL) }
    watch.resume()
    defer { watch.cancel() }
    feed(input, to: toChild)
    let output = fromChild.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, output.starts(with: Data("%PDF".utf8)) else {
      throw UserError.printingFailed
    }
    return [UInt8](output)
  }

  /// From another thread, so that neither side waits for the other with a full pipe.
  private static func feed(_ input: Data, to pipe: Pipe) {
    let handle = pipe.fileHandleForWriting
    DispatchQueue.global().async {
      try? handle.write(contentsOf: input)
      try? handle.close()
    }
  }
}
