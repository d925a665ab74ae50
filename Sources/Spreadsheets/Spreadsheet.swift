package import Rules

/// What a table file holds, reduced to text in rows: no formula, macro, picture or link survives.
package struct Spreadsheet: Hashable, Sendable {
  /// Visible sheets in the order of the file; each a grid whose lines are numbered as Excel shows them.
  package typealias Sheet = ClassListGrid
  package typealias Cell = ClassListGrid.Cell

  package var sheets: [Sheet]
  package var notices: [SpreadsheetNotice] = []

  package init(sheets: [Sheet], notices: [SpreadsheetNotice] = []) {
    self.sheets = sheets
    self.notices = notices
  }
}

/// Something that was passed over on purpose and that the clerk should know.
package enum SpreadsheetNotice: Hashable, Sendable {
  case macrosIgnored
  case externalLinksIgnored
  case hiddenSheetsSkipped([String])
  /// Rows hidden by a filter are read like the others.
  case hiddenRowsRead(sheet: String, rows: Int)

  package var sentence: String {
    switch self {
    case .macrosIgnored: "Tệp có macro. LớpAn không chạy macro, chỉ đọc chữ trong các ô."
    case .externalLinksIgnored:
      "Tệp có liên kết đến tệp khác. LớpAn không mở liên kết, chỉ đọc kết quả đã lưu."
    case .hiddenSheetsSkipped(let names):
      "Không đọc \(names.count) trang đang ẩn: \(names.map { "“\($0)”" }.joined(separator: ", "))."
    case .hiddenRowsRead(let sheet, let rows):
      "Trang “\(sheet)” có \(rows) dòng đang ẩn; các dòng này vẫn được đọc. Hãy xem kỹ trước khi xác nhận."
    }
  }
}

/// How much a table file may hold. A school of 2,000 pupils needs a tenth of it.
package struct SpreadsheetLimits: Hashable, Sendable {
  /// Bytes of the file itself.
  package var fileBytes = 10 << 20
  /// Bytes of all parts of a zip together, by what it declares and by what really comes out.
  package var unpackedBytes = 64 << 20
  /// Unpacked to packed size of one part, where the part is larger than 1 MB.
  package var ratio: UInt64 = 200
  package var parts = 2_000
  package var sheets = 60
  /// Rows with content, all sheets together.
  package var rows = 5_000
  package var columns = 256
  package var cellCharacters = 2_000
  /// UTF-8 bytes of all cells together.
  package var textBytes = 16 << 20
  package var sharedStrings = 300_000
  /// Cells that merged ranges repeat their text into, all together.
  package var coveredCells = 1_000_000

  package static let standard = SpreadsheetLimits()

  package init() {}
}
