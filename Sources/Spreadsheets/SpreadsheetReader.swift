package import Rules

/// Turns a file that somebody uploaded into plain rows. The content decides what it is, never its name.
package enum SpreadsheetReader {
  /// Reads .xlsx (and .xlsm without its macros), .csv, HTML tables and Excel 2003 XML that are often named
  /// .xls.
  ///
  /// - Parameters:
  ///   - bytes: the whole file; hostile until read.
  ///   - fileName: only for the sentence of a refusal.
  /// - Throws: LOP-301 … LOP-316, each saying what to do.
  package static func read(
    _ bytes: [UInt8], fileName: String, limits: SpreadsheetLimits = .standard
  ) throws(UserError) -> Spreadsheet {
    do throws(SpreadsheetFault) {
      return try read(bytes, limits)
    } catch {
      throw error.error(fileName: fileName)
    }
  }

  /// Refuses by size alone, so that 200 MB need not be taken in.
  ///
  /// - Throws: LOP-301.
  package static func checkSize(
    _ bytes: Int, fileName: String, limits: SpreadsheetLimits = .standard
  ) throws(UserError) {
    guard bytes <= limits.fileBytes else {
      throw SpreadsheetFault.fileTooLarge(limit: limits.fileBytes).error(fileName: fileName)
    }
  }

  private static func read(
    _ bytes: [UInt8], _ limits: SpreadsheetLimits
  ) throws(SpreadsheetFault) -> Spreadsheet {
    guard bytes.count <= limits.fileBytes else { throw .fileTooLarge(limit: limits.fileBytes) }
    guard !bytes.isEmpty else { throw .empty }
    var budget = SpreadsheetBudget(limits: limits)
    let spreadsheet =
      switch SpreadsheetFormat(of: bytes) {
      case .zip: try OfficeWorkbook.read(bytes, &budget)
      case .compoundFile: throw isEncrypted(bytes) ? .encrypted : .oldExcel
      case .oldExcel: throw .oldExcel
      case .otherBinary: throw .unknownFormat
      case .text: try readText(bytes, &budget)
      }
    guard spreadsheet.sheets.contains(where: { !$0.rows.isEmpty }) else { throw .empty }
    return spreadsheet
  }

  private static func readText(
    _ bytes: [UInt8], _ budget: inout SpreadsheetBudget
  ) throws(SpreadsheetFault) -> Spreadsheet {
    let text = try TextEncodings.decode(bytes)
    switch SpreadsheetFormat.ofText(text) {
    case .excel2003: return try Excel2003XML.read(text, &budget)
    case .html: return try HTMLTables.read(text, &budget)
    case .delimited: return try DelimitedText.read(text, &budget)
    case .unknown: throw .unknownFormat
    }
  }

  /// A workbook with a password is a compound file with a stream of this name.
  private static func isEncrypted(_ bytes: [UInt8]) -> Bool {
    let mark = "EncryptedPackage".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    return bytes.firstIndex(of: mark) != nil
  }
}

/// The kind of a file by its first bytes.
enum SpreadsheetFormat {
  case zip
  case compoundFile
  case oldExcel
  case otherBinary
  case text

  init(of bytes: [UInt8]) {
    func starts(_ prefix: [UInt8]) -> Bool { bytes.starts(with: prefix) }
    if starts([0x50, 0x4B, 3, 4]) || starts([0x50, 0x4B, 5, 6]) {
      self = .zip
    } else if starts([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
      self = .compoundFile
    } else if starts([9, 0, 4, 0]) || starts([9, 2, 6, 0]) || starts([9, 4, 6, 0]) || starts([9, 8, 8, 0]) {
      self = .oldExcel
    } else if starts(Array("%PDF".utf8)) || starts(Array("{\\rtf".utf8)) || starts([0x89, 0x50])
      || starts([0xFF, 0xD8, 0xFF])
      || starts([0x1F, 0x8B]) || starts([0x7F, 0x45, 0x4C, 0x46]) || starts(Array("Rar!".utf8))
    {
      self = .otherBinary
    } else {
      self = .text
    }
  }

  enum Text {
    case excel2003
    case html
    case delimited
    case unknown
  }

  static func ofText(_ text: String) -> Text {
    let bytes = Array(text.utf8.drop { $0 <= 32 })
    guard bytes.first == UInt8(ascii: "<") else {
      return bytes.starts(with: Array("MIME-Version:".utf8)) ? .unknown : .delimited
    }
    let head = bytes.prefix(4_096).map { (65...90).contains($0) ? $0 + 32 : $0 }
    if head.firstIndex(of: Array("urn:schemas-microsoft-com:office:spreadsheet".utf8)) != nil,
      head.firstIndex(of: Array("<html".utf8)) == nil
    {
      return .excel2003
    }
    if head.firstIndex(of: Array("<html".utf8)) != nil { return .html }
    let all = bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    return all.firstIndex(of: Array("<table".utf8)) != nil ? .html : .unknown
  }
}

extension [UInt8] {
  /// Where a sequence of bytes first occurs.
  func firstIndex(of pattern: [UInt8]) -> Int? {
    guard let first = pattern.first, pattern.count <= count else { return nil }
    var position = 0
    while let hit = self[position...].firstIndex(of: first), hit + pattern.count <= count {
      if self[hit..<(hit + pattern.count)].elementsEqual(pattern) { return hit }
      position = hit + 1
    }
    return nil
  }
}
