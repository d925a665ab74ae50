import CZip

/// Makes zips in memory for the tests.
enum ZipWriter {
  static func zip(_ parts: [(path: String, content: [UInt8])], stored: Bool = false) -> [UInt8] {
    var error = zip_error_t()
    guard let source = zip_source_buffer_create(nil, 0, 0, &error),
      let archive = zip_open_from_source(source, ZIP_TRUNCATE, &error)
    else { return [] }
    zip_source_keep(source)
    var buffers: [UnsafeMutableBufferPointer<UInt8>] = []
    for part in parts {
      let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(part.content.count, 1))
      _ = buffer.initialize(from: part.content)
      buffers.append(buffer)
      let content = zip_source_buffer(archive, buffer.baseAddress, zip_uint64_t(part.content.count), 0)
      let index = zip_file_add(archive, part.path, content, zip_flags_t(ZIP_FL_ENC_UTF_8))
      if stored, index >= 0 { zip_set_file_compression(archive, zip_uint64_t(index), ZIP_CM_STORE, 0) }
    }
    zip_close(archive)
    for buffer in buffers { buffer.deallocate() }
    defer { zip_source_free(source) }
    zip_source_open(source)
    defer { zip_source_close(source) }
    zip_source_seek(source, 0, 2)
    var bytes = [UInt8](repeating: 0, count: Int(zip_source_tell(source)))
    zip_source_seek(source, 0, 0)
    zip_source_read(source, &bytes, zip_uint64_t(bytes.count))
    return bytes
  }
}
