import CZip

/// A zip in memory of which single parts are unpacked, never to disk and never beyond the limits.
///
/// Attack prevented: archives that unpack to gigabytes, by what they declare and by what really comes out.
final class ZipArchive {
  private let storage: UnsafeMutableRawPointer
  private let archive: OpaquePointer
  private var parts: [String: (index: zip_uint64_t, size: UInt64)] = [:]
  private var left: UInt64

  init(_ bytes: [UInt8], _ limits: SpreadsheetLimits) throws(SpreadsheetFault) {
    let storage = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 1)
    bytes.withUnsafeBytes {
      if let first = $0.baseAddress { storage.copyMemory(from: first, byteCount: $0.count) }
    }
    left = UInt64(limits.unpackedBytes)
    var error = zip_error_t()
    guard let source = zip_source_buffer_create(storage, zip_uint64_t(bytes.count), 0, &error) else {
      storage.deallocate()
      throw .damaged
    }
    guard let opened = zip_open_from_source(source, ZIP_RDONLY, &error) else {
      zip_source_free(source)
      zip_error_fini(&error)
      storage.deallocate()
      throw .damaged
    }
    self.storage = storage
    archive = opened
    try list(limits)
  }

  deinit {
    zip_discard(archive)
    storage.deallocate()
  }

  /// Names are compared as Office does: without regard to capitals.
  func contains(_ path: String) -> Bool { parts[path.lowercased()] != nil }

  func contains(where matches: (String) -> Bool) -> Bool { parts.keys.contains(where: matches) }

  /// - Throws: `.damaged` when the part is missing or its checksum is wrong, `.unpacksTooLarge` beyond the
  ///   limit.
  func read(_ path: String) throws(SpreadsheetFault) -> [UInt8] {
    guard let part = parts[path.lowercased()] else { throw .damaged }
    guard part.size <= left else { throw .unpacksTooLarge }
    guard let file = zip_fopen_index(archive, part.index, 0) else { throw .damaged }
    defer { zip_fclose(file) }
    var result: [UInt8] = []
    result.reserveCapacity(Int(part.size))
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = zip_fread(file, &chunk, zip_uint64_t(chunk.count))
      if count < 0 { throw .damaged }
      if count == 0 { break }
      guard UInt64(count) <= left else { throw .unpacksTooLarge }
      left -= UInt64(count)
      result.append(contentsOf: chunk.prefix(Int(count)))
      // More than it declared: whoever made it lied.
      guard UInt64(result.count) <= part.size else { throw .unpacksTooLarge }
    }
    guard UInt64(result.count) == part.size else { throw .damaged }
    return result
  }

  /// Checks every part, needed or not: a bomb among the pictures is still a bomb.
  private func list(_ limits: SpreadsheetLimits) throws(SpreadsheetFault) {
    let count = zip_get_num_entries(archive, 0)
    guard count >= 0 else { throw .damaged }
    guard count <= zip_int64_t(limits.parts) else { throw .tooIntricate }
    var declared: UInt64 = 0
    for index in 0..<zip_uint64_t(count) {
      var stat = zip_stat_t()
      zip_stat_init(&stat)
      let needed = UInt64(ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD)
      guard zip_stat_index(archive, index, 0, &stat) == 0, stat.valid & needed == needed,
        let bytes = stat.name
      else {
        throw .damaged
      }
      let (sum, overflow) = declared.addingReportingOverflow(stat.size)
      guard !overflow, sum <= UInt64(limits.unpackedBytes) else { throw .unpacksTooLarge }
      declared = sum
      if stat.size > 1 << 20, stat.size / max(stat.comp_size, 1) > limits.ratio { throw .unpacksTooLarge }
      if stat.valid & UInt64(ZIP_STAT_ENCRYPTION_METHOD) != 0, stat.encryption_method != 0 {
        throw .encrypted
      }
      guard stat.comp_method == 0 || stat.comp_method == 8 else { throw .damaged }
      let name = String(cString: bytes).replacing("\\", with: "/").lowercased()
      // Two parts of one name: one for the checker, another for the reader.
      guard parts.updateValue((index, stat.size), forKey: name) == nil else { throw .damaged }
    }
  }
}
