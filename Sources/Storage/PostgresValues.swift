import CPostgres

/// Values in PostgreSQL's binary form, side by side in memory for one call of libpq.
///
/// Numbers are sent as BIGINT and texts as TEXT, so that `$1 IS NULL` or `COALESCE($1, $2)` has a type; only
/// a bare NULL takes its type from where it stands. Texts go with their length: libpq would cut a C string
/// at U+0000.
struct PostgresBinds {
  private(set) var types: [Oid] = []
  private var bytes: [UInt8] = [0]
  private var ranges: [(start: Int, count: Int)?] = []

  init(_ values: [SQLValue]) {
    types.reserveCapacity(values.count)
    for value in values {
      let start = bytes.count
      switch value {
      case .null:
        types.append(0)
        ranges.append(nil)
        continue
      case .integer(let number):
        types.append(20)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
      case .text(let text):
        types.append(25)
        bytes.append(contentsOf: text.utf8)
      case .bytes(let blob):
        types.append(17)
        bytes.append(contentsOf: blob)
      }
      ranges.append((start, bytes.count - start))
    }
  }

  /// Which values have no type of their own: with the text it names a prepared statement.
  var untyped: String { types.contains(0) ? "\u{0}" + types.map { $0 == 0 ? "?" : "." }.joined() : "" }

  func withPointers<T>(
    _ body: (_ values: [UnsafePointer<CChar>?], _ lengths: [Int32], _ formats: [Int32]) -> T
  ) -> T {
    // An empty text must point somewhere, or libpq takes it for NULL; hence the first byte of `bytes`.
    bytes.withUnsafeBytes { memory in
      let start = memory.baseAddress?.assumingMemoryBound(to: CChar.self)
      return body(
        ranges.map { range in range.flatMap { start?.advanced(by: $0.start) } },
        ranges.map { Int32($0?.count ?? 0) }, Array(repeating: 1, count: ranges.count))
    }
  }
}

/// Rows of an answer, from libpq's text form.
enum PostgresRows {
  static func all(_ result: OpaquePointer) throws -> [Row] {
    let (height, width) = (PQntuples(result), PQnfields(result))
    let types = (0..<width).map { PQftype(result, $0) }
    return try (0..<height).map { row in
      Row(values: try (0..<width).map { try value(result, row, $0, types[Int($0)]) })
    }
  }

  private static func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32, _ type: Oid) throws
    -> SQLValue
  {
    guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else {
      return .null
    }
    let memory = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
    switch type {
    case 16: return .integer(memory.first == UInt8(ascii: "t") ? 1 : 0)
    case 20, 21, 23, 26: return .integer(try whole(memory, column))
    case 700, 701, 1700: return .integer(try rounded(memory, column))
    case 17: return .bytes(try bytes(memory, column))
    default: return .text(String(decoding: memory, as: UTF8.self))
    }
  }

  private static func whole(_ memory: UnsafeRawBufferPointer, _ column: Int32) throws -> Int64 {
    guard let number = Int64(String(decoding: memory, as: UTF8.self)) else {
      throw StorageError.fraction(Int(column))
    }
    return number
  }

  /// SUM over BIGINT is NUMERIC; a whole one is as good as a BIGINT.
  private static func rounded(_ memory: UnsafeRawBufferPointer, _ column: Int32) throws -> Int64 {
    let text = String(decoding: memory, as: UTF8.self)
    let parts = text.split(separator: ".", maxSplits: 1)
    guard let first = parts.first, let number = Int64(first),
      parts.count == 1 || parts[1].allSatisfy({ $0 == "0" })
    else { throw StorageError.fraction(Int(column)) }
    return number
  }

  /// `\x68c3a0` as bytes.
  private static func bytes(_ memory: UnsafeRawBufferPointer, _ column: Int32) throws -> [UInt8] {
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case 48...57: byte - 48
      case 97...102: byte - 87
      default: nil
      }
    }
    guard memory.count >= 2, memory.count % 2 == 0, memory[0] == 92, memory[1] == 120 else {
      throw StorageError(.statement, "column \(column) holds bytes in an unknown form")
    }
    return try stride(from: 2, to: memory.count, by: 2).map { place in
      guard let high = digit(memory[place]), let low = digit(memory[place + 1]) else {
        throw StorageError(.statement, "column \(column) holds bytes in an unknown form")
      }
      return high << 4 | low
    }
  }
}
