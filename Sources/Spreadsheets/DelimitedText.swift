import Rules

/// Reads CSV as Excel writes it: comma, semicolon or tab, quoted fields, any line ends.
enum DelimitedText {
  static func read(_ text: String, _ budget: inout SpreadsheetBudget) throws(SpreadsheetFault) -> Spreadsheet
  {
    var bytes = Array(text.utf8)
    if bytes.last == 0x1A { bytes.removeLast() }
    var start = 0
    let separator: UInt8
    if let declared = declaredSeparator(bytes) {
      (separator, start) = declared
    } else {
      separator = likelySeparator(bytes)
    }
    var parser = Parser(bytes: bytes, position: start, separator: separator, line: start > 0 ? 2 : 1)
    var builder = SheetBuilder(name: "")
    while let record = try parser.next(maximumFields: budget.limits.columns) {
      for (column, field) in record.fields.enumerated() {
        try builder.set(line: record.line, column: column, .text(field), &budget)
      }
    }
    return Spreadsheet(sheets: [try builder.finish(&budget)])
  }

  /// Excel's own first line `sep=;`.
  private static func declaredSeparator(_ bytes: [UInt8]) -> (UInt8, Int)? {
    guard bytes.count >= 5, bytes.starts(with: Array("sep=".utf8)) else { return nil }
    let end = bytes[5...].prefix { $0 == 13 || $0 == 10 }.prefix(2)
    return end.isEmpty ? nil : (bytes[4], 5 + (end.first == 13 && end.last == 10 ? 2 : 1))
  }

  /// The sign that occurs equally often in most of the first lines.
  private static func likelySeparator(_ bytes: [UInt8]) -> UInt8 {
    let candidates = [UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: ",")]
    var counts = Array(repeating: [0, 0, 0], count: 1)
    var quoted = false
    for byte in bytes.prefix(64 << 10) {
      if byte == UInt8(ascii: "\"") { quoted.toggle() }
      guard !quoted else { continue }
      if byte == 10 || byte == 13 {
        if counts.count == 40 { break }
        counts.append([0, 0, 0])
      } else if let index = candidates.firstIndex(of: byte) {
        counts[counts.count - 1][index] += 1
      }
    }
    var best = (sign: UInt8(ascii: ","), lines: 0, count: 0)
    for (index, sign) in candidates.enumerated() {
      let perLine = Dictionary(grouping: counts.map { $0[index] }.filter { $0 > 0 }, by: \.self).mapValues(
        \.count)
      for (count, lines) in perLine where (lines, count) > (best.lines, best.count) {
        best = (sign, lines, count)
      }
    }
    return best.sign
  }

  /// One record after another; a quoted field may hold separators and line ends.
  private struct Parser {
    let bytes: [UInt8]
    var position: Int
    let separator: UInt8
    /// Rows as Excel numbers them: a line end inside quotes starts no row.
    var line: Int

    mutating func next(maximumFields: Int) throws(SpreadsheetFault) -> (line: Int, fields: [String])? {
      skipEmptyLines()
      guard position < bytes.count else { return nil }
      var fields: [String] = []
      let own = line
      line += 1
      while true {
        let field = try self.field()
        // Empty fields beyond the limit are the trailing separators of wide sheets.
        if fields.count <= maximumFields || !field.isEmpty { fields.append(field) }
        guard fields.count <= maximumFields + 1 else {
          throw .tooManyColumns(limit: maximumFields, sheet: "")
        }
        guard position < bytes.count else { break }
        let mark = bytes[position]
        position += 1
        if mark == separator { continue }
        if mark == 13, position < bytes.count, bytes[position] == 10 { position += 1 }
        break
      }
      return (own, fields)
    }

    private mutating func skipEmptyLines() {
      while position < bytes.count, bytes[position] == 10 || bytes[position] == 13 {
        if bytes[position] == 13, position + 1 < bytes.count, bytes[position + 1] == 10 { position += 1 }
        position += 1
        line += 1
      }
    }

    private mutating func field() throws(SpreadsheetFault) -> String {
      guard position < bytes.count, !isEnd(bytes[position]) else { return "" }
      var text: [UInt8] = []
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        position += 1
        while true {
          guard position < bytes.count else { throw .openQuote(line: line - 1) }
          let byte = bytes[position]
          position += 1
          if byte != UInt8(ascii: "\"") {
            text.append(byte)
          } else if position < bytes.count, bytes[position] == byte {
            text.append(byte)
            position += 1
          } else {
            break
          }
        }
      }
      let start = position
      while position < bytes.count, !isEnd(bytes[position]) { position += 1 }
      if text.isEmpty { return String(decoding: bytes[start..<position], as: UTF8.self) }
      return String(decoding: text + bytes[start..<position], as: UTF8.self)
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == separator || byte == 10 || byte == 13 }
  }
}
