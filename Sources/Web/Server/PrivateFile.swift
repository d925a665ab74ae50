import Foundation

/// Files that hold keys: written whole or not at all, readable by their owner only.
enum PrivateFile {
  struct CannotWrite: Error {
    let path: String
    let reason: String
  }

  static func makeFolder(_ folder: URL) throws {
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  /// Writes beside the file, then renames: the mode is right from the first byte on, and a crash leaves the
  /// old file.
  static func write(_ text: String, to file: URL, mode: mode_t) throws {
    let beside = file.path + ".\(UUID().uuidString).new"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw failure(beside) }
    defer { close(descriptor) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    do {
      try handle.write(contentsOf: Data(text.utf8))
      guard fsync(descriptor) == 0, rename(beside, file.path) == 0 else { throw failure(file.path) }
    } catch {
      unlink(beside)
      throw error
    }
  }

  /// The first PEM section of this kind, "" when there is none.
  static func section(_ kind: String, of pem: String) -> String {
    let (start, end) = ("-----BEGIN \(kind)-----", "-----END \(kind)-----")
    guard let from = pem.range(of: start), let to = pem.range(of: end, range: from.upperBound..<pem.endIndex)
    else {
      return ""
    }
    return String(pem[from.lowerBound..<to.upperBound])
  }

  private static func failure(_ path: String) -> CannotWrite {
    CannotWrite(path: path, reason: String(cString: strerror(errno)))
  }
}
