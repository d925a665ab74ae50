import Foundation
import Rules
import Spreadsheets
import Testing

@Suite struct TextFileTests {
  private static let table =
    "STT;Họ và tên;Lớp\r\n1;Nguyễn Văn Ánh;6A2\r\n2;\"Lê \"\"Bé\"\"; An\r\nx\";6A2\r\n"
  private static let rows = [
    "1: STT|Họ và tên|Lớp", "2: 1|Nguyễn Văn Ánh|6A2", "3: 2|Lê \"Bé\"; An\r\nx|6A2",
  ]

  private static func utf16(_ text: String, bigEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { bigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)] }
  }

  @Test func everyEncodingGivesTheSameTable() throws {
    let utf8 = Array(Self.table.utf8)
    let files: [[UInt8]] = [
      utf8, [0xEF, 0xBB, 0xBF] + utf8, [0xFF, 0xFE] + Self.utf16(Self.table, bigEndian: false),
      [0xFE, 0xFF] + Self.utf16(Self.table, bigEndian: true), Self.utf16(Self.table, bigEndian: false),
      Self.utf16(Self.table, bigEndian: true),
    ]
    for file in files { #expect(drawing(try read(file).sheets[0]) == Self.rows) }
  }

  @Test(arguments: [",", ";", "\t"])
  func separatorsAreFound(_ separator: String) throws {
    let lines = [
      ["Danh sách lớp 6A2"], ["STT", "Họ tên", "Chỗ ở"], ["1", "Lê An", "\"Số 1, phố A; tổ 2\""],
    ]
    for end in ["\n", "\r\n", "\r"] {
      let text = lines.map { $0.joined(separator: separator) }.joined(separator: end)
      #expect(
        drawing(try read(Array(text.utf8)).sheets[0])
          == ["1: Danh sách lớp 6A2", "2: STT|Họ tên|Chỗ ở", "3: 1|Lê An|Số 1, phố A; tổ 2"])
    }
  }

  @Test func declaredSeparatorIsObeyedAndLinesStayExcels() throws {
    #expect(drawing(try read(Array("sep=|\r\nA,B|C\n\nD|E".utf8)).sheets[0]) == ["2: A,B|C", "4: D|E"])
  }

  @Test func oldCodePageIsReadOnlyWhereItProvesItself() throws {
    // “Họ và tên;Lớp / Lê Ánh;6A2” in Windows-1258: base letter, then tone.
    let good: [UInt8] =
      [0x48, 0x6F, 0xF2, 0x20, 0x76, 0xE0, 0x20, 0x74, 0xEA, 0x6E, 0x3B, 0x4C, 0xF5, 0xEC, 0x70, 0x0A]
      + [0x4C, 0xEA, 0x20, 0xC1, 0x6E, 0x68, 0x3B, 0x36, 0x41, 0x32]
    #expect(drawing(try read(good).sheets[0]) == ["1: Họ và tên|Lớp", "2: Lê Ánh|6A2"])
    // VNI “Hoï vaø teân” and TCVN3 “Hä vµ tªn”.
    for bad: [UInt8] in [
      [0x48, 0x6F, 0xEF, 0x20, 0x76, 0x61, 0xF8, 0x20, 0x74, 0x65, 0xE2, 0x6E, 0x0A],
      [0x48, 0xE4, 0x20, 0x76, 0xB5, 0x20, 0x74, 0xAA, 0x6E, 0x0A], [0x4C, 0xEA, 0x20, 0xC1, 0x6E, 0x68],
    ] {
      #expect(refusal(bad) == "LOP-312")
    }
  }

  @Test func openQuoteNamesItsLine() {
    #expect(throws: UserError.self) { try read(Array("a,b\n1,\"c\n2,d".utf8)) }
    do { _ = try read(Array("a,b\n1,\"c\n2,d".utf8)) } catch { #expect(error.sentence.contains("dòng 2")) }
  }

  @Test func htmlTablesAreReadWithTheirSpansAndTitles() throws {
    let html = """
      <html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><title>CANARY</title><style>td{}</style></head><body>
      <h3>Danh sách lớp 6A2</h3>
      <table><tr><td><table border=1>
      <tr><th rowspan=2>STT<th colspan=2>Họ&nbsp;và<br>tên<th rowspan=2>Lớp</tr>
      <tr><td>Họ đệm</td><td>Tên</td></tr>
      <tr><td>1</td><td>Nguyễn Văn</td><td>Ánh &amp; Bé</td><td rowspan=2>6A2</td></tr>
      <tr><td>2</td><td>Lê</td><td>An</td></tr>
      </table></td></tr></table><script>CANARY</script><p>Người lập</p></body></html>
      """
    let expected = [
      "1: Danh sách lớp 6A2", "2: STT|Họ và tên|(Họ và tên)|Lớp", "3: (STT)|Họ đệm|Tên|(Lớp)",
      "4: 1|Nguyễn Văn|Ánh & Bé|6A2",
      "5: 2|Lê|An|(6A2)", "6: Người lập",
    ]
    let rows = drawing(try read(Array(html.utf8)).sheets[0])
    #expect(rows == expected, "\(rows)")
    #expect(drawing(try read([0xFF, 0xFE] + Self.utf16(html, bigEndian: false)).sheets[0]) == expected)
  }

  @Test func excel2003XMLIsRead() throws {
    let xml = """
      <?xml version="1.0" encoding="windows-1252"?><?mso-application progid="Excel.Sheet"?>
      <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
      <Worksheet ss:Name="6A2"><Table><Row ss:Index="3"><Cell ss:MergeAcross="1"><Data ss:Type="String">Họ và tên</Data></Cell>
      <Cell><Data ss:Type="String">Ngày sinh</Data></Cell></Row><Row><Cell><Data ss:Type="String">Lê</Data></Cell>
      <Cell><Data ss:Type="String">An</Data></Cell><Cell><Data ss:Type="DateTime">2014-09-05T00:00:00.000</Data></Cell>
      <Cell ss:Index="5"><Data ss:Type="Number">912345678</Data></Cell></Row></Table></Worksheet></Workbook>
      """
    let sheet = try read(Array(xml.utf8)).sheets[0]
    #expect(drawing(sheet) == ["3: Họ và tên|(Họ và tên)|Ngày sinh", "4: Lê|An|05/09/2014||912345678"])
    #expect(sheet.name == "6A2" && sheet.rows[1].cells[2].content == .day(Day(number: 16_318)))
  }
}
