import Rules
import Spreadsheets
import Testing

/// Whatever a file is turned into, reading it ends: with a table or with a refusal.
@Suite struct GarbledFileTests {
  private static let table =
    [["Danh sách lớp 6A2"], ["STT", "Họ và tên", "Ngày sinh", "Nữ"]]
    + (1...20).map { ["\($0)", "Lê Thị An", "05/09/2014", "x"] }

  private static var files: [[UInt8]] {
    var book = TinyWorkbook(table: table)
    book.strings = ["<t>Lê</t>", "<r><t>An</t></r>"]
    book.sheets[0].after = "<mergeCells><mergeCell ref=\"A1:D1\"/></mergeCells>"
    let html =
      "<html><body><table>"
      + table.map { "<tr><td>" + $0.joined(separator: "</td><td colspan=2>") + "</td></tr>" }.joined()
    let old =
      "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet Name=\"6A2\"><Table>"
      + table.map {
        "<Row>" + $0.map { "<Cell><Data Type=\"String\">\($0)</Data></Cell>" }.joined() + "</Row>"
      }.joined()
      + "</Table></Worksheet></Workbook>"
    let csv = table.map { $0.map { "\"\($0)\"" }.joined(separator: ";") }.joined(separator: "\r\n")
    return [
      book.bytes, ZipWriter.zip(book.parts, stored: true), Array(html.utf8), Array(old.utf8), Array(csv.utf8),
      [0xFF, 0xFE] + csv.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] },
    ]
  }

  private func survive(_ bytes: [UInt8]) {
    guard let spreadsheet = try? read(bytes) else { return }
    for sheet in spreadsheet.sheets {
      #expect(sheet.rows.count <= 5_000 && sheet.rows.allSatisfy { $0.cells.count <= 256 })
      #expect(zip(sheet.rows, sheet.rows.dropFirst()).allSatisfy { $0.line < $1.line })
    }
    _ = try? ClassListReader.read(spreadsheet.sheets, setting: .init(today: Day(number: 20_700)))
  }

  @Test func cutOffAnywhere() {
    for file in Self.files {
      for length in stride(from: 0, to: file.count, by: max(1, file.count / 150)) {
        survive(Array(file.prefix(length)))
      }
    }
  }

  @Test func changedAnywhere() {
    var state: UInt64 = 42
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    let values: [UInt8] = [0, 1, 0x22, 0x26, 0x3B, 0x3C, 0x3E, 0x7F, 0x80, 0xFF, 0x50, 0x4B]
    for file in Self.files {
      for _ in 0..<120 {
        var bytes = file
        for _ in 0...(next() % 4) { bytes[next() % bytes.count] = values[next() % values.count] }
        survive(bytes)
      }
    }
  }

  @Test func piecesRepeatedAndLost() {
    var state: UInt64 = 7
    func next() -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33)
    }
    for file in Self.files {
      for _ in 0..<40 {
        let (start, length) = (next() % file.count, next() % 200)
        let piece = file[start..<min(file.count, start + length)]
        survive(Array(file[..<start]) + piece + piece + file[start...])
        survive(Array(file[..<start]) + file[piece.endIndex...])
      }
    }
  }

  @Test func noise() {
    var state: UInt64 = 3
    for round in 0..<200 {
      let bytes = (0..<(round * 7)).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 40)
      }
      survive(bytes)
      survive([0x50, 0x4B, 3, 4] + bytes)
      survive(Array("<table>".utf8) + bytes.map { $0 & 0x7F | 0x20 })
    }
  }
}
