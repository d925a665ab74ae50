import Rules
import Spreadsheets
import Testing

/// What a test sees of a sheet: texts of own cells, covered ones in brackets, rows led by their line.
func drawing(_ sheet: ClassListGrid) -> [String] {
  sheet.rows.map { row in
    "\(row.line): " + row.cells.map { $0.cover == .own ? $0.text : "(\($0.text))" }.joined(separator: "|")
  }
}

func read(_ bytes: [UInt8], limits: SpreadsheetLimits = .standard) throws(UserError) -> Spreadsheet {
  try SpreadsheetReader.read(bytes, fileName: "danh sách.xlsx", limits: limits)
}

func refusal(_ bytes: [UInt8], limits: SpreadsheetLimits = .standard) -> String? {
  do {
    _ = try read(bytes, limits: limits)
    return nil
  } catch { return error.code.rawValue }
}

@Suite struct WorkbookTests {
  @Test func stringsAreReadWithoutTheirPhoneticParts() throws {
    let book = TinyWorkbook(
      rows: """
        <row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="s"><v>1</v></c><c t="inlineStr"><is><r><t>Lớp</t></r>\
        <r><t xml:space="preserve"> 6A2</t></r></is></c></row><row r="9"><c t="b"><v>1</v></c><c t="str"><f>A1</f><v>x</v></c></row>
        """,
      strings: [
        "<t>Họ &amp; tên</t>",
        "<r><t>Nguyễn</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> Văn</t></r><rPh sb=\"0\" eb=\"1\"><t>CANARY</t></rPh>",
      ])
    let sheet = try #require(try read(book.bytes).sheets.first)
    #expect(drawing(sheet) == ["2: Họ & tên||Nguyễn Văn|Lớp 6A2", "9: TRUE|x"])
    #expect(sheet.rows[1].cells[1].isFormula && !sheet.rows[1].cells[0].isFormula)
    #expect(sheet.name == "Trang 1")
  }

  @Test(
    "numbers are shown as Excel shows them",
    arguments: [
      ("General", "1234567890", "1234567890"), ("General", "1.2345678901E10", "12345678901"),
      ("General", "0.5", "0.5"),
      ("0", "7", "7"), ("00", "7", "07"), ("0000000000", "912345678", "0912345678"),
      ("0000 000 000", "912345678", "0912 345 678"),
      ("\\0###", "912", "0912"), ("\"0\"#", "912345678", "0912345678"), ("@", "5", "5"),
      ("#,##0", "5000", "5000"),
      ("dd/mm/yyyy", "41887", "05/09/2014"), ("[$-1010000]d/m/yyyy;@", "41887", "05/09/2014"),
      ("[$-42A]dd mmmm yyyy", "41887.75", "05/09/2014"), ("mm/yyyy", "41887", "09/2014"),
      ("yyyy", "41887", "2014"),
      ("d-mmm", "41887", "05/09"), ("h:mm", "0.5", "0.5"), ("[Red]0", "7", "7"),
      ("\"ngày\" 0", "7", "ngày 7"),
      ("mm:ss", "0.5", "0.5"), ("dd/mm/yyyy", "-1", "-1"), ("dd/mm/yyyy", "60", "60"),
      ("dd/mm/yyyy", "59", "28/02/1900"),
    ])
  func numberFormat(_ code: String, _ raw: String, _ shown: String) throws {
    var book = TinyWorkbook(rows: "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>\(raw)</v></c></row>")
    book.styles = [0, 170]
    book.numberFormats = "<numFmt numFmtId=\"170\" formatCode=\"\(code.replacing("\"", with: "&quot;"))\"/>"
    let cell = try read(book.bytes).sheets[0].rows[0].cells[0]
    #expect(cell.text == shown)
    if code == "dd/mm/yyyy", raw == "41887" { #expect(cell.content == .day(Day(number: 16_318))) }
  }

  @Test func bothDateSystemsGiveTheSameDay() throws {
    var book = TinyWorkbook(rows: "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>41887</v></c></row>")
    #expect(try read(book.bytes).sheets[0].serialDayZero == Day("1899-12-30"))
    #expect(try read(book.bytes).sheets[0].rows[0].cells[0].content == .day(Day(number: 16_318)))
    book.workbookProperties = "<workbookPr date1904=\"1\"/>"
    book.sheets[0].rows = "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>40425</v></c></row>"
    #expect(try read(book.bytes).sheets[0].rows[0].cells[0].text == "05/09/2014")
    #expect(try read(book.bytes).sheets[0].serialDayZero == Day("1904-01-01"))
  }

  @Test func mergedCellsRepeatTheirTextMarked() throws {
    var book = TinyWorkbook(table: [
      ["Danh sách"], ["STT", "Họ và tên", "", "Lớp"], ["1", "Lê", "An", "6A2"], ["2", "Vũ", "Bình"],
    ])
    book.sheets[0].after =
      "<mergeCells count=\"3\"><mergeCell ref=\"A1:XFD1\"/><mergeCell ref=\"B2:C2\"/><mergeCell ref=\"D3:D1048576\"/></mergeCells>"
    #expect(
      drawing(try read(book.bytes).sheets[0]) == [
        "1: Danh sách|(Danh sách)|(Danh sách)|(Danh sách)", "2: STT|Họ và tên|(Họ và tên)|Lớp",
        "3: 1|Lê|An|6A2",
        "4: 2|Vũ|Bình|(6A2)",
      ])
  }

  @Test func hiddenSheetsAreSkippedAndHiddenRowsSaid() throws {
    var book = TinyWorkbook(rows: "<row r=\"1\" hidden=\"1\"><c><v>1</v></c><c><v>2</v></c></row>")
    book.sheets.append(
      .init(name: "Bí mật", state: "veryHidden", rows: "<row><c t=\"str\"><v>CANARY</v></c></row>"))
    let result = try read(book.bytes)
    #expect(result.sheets.map(\.name) == ["Trang 1"] && !"\(result.sheets)".contains("CANARY"))
    #expect(result.notices == [.hiddenSheetsSkipped(["Bí mật"]), .hiddenRowsRead(sheet: "Trang 1", rows: 1)])
    book.sheets[0].state = "hidden"
    #expect(refusal(book.bytes) == "LOP-314")
  }

  @Test func formulasAreNeverComputed() throws {
    let book = TinyWorkbook(
      rows: """
        <row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>WEBSERVICE("http://x")</f></c>\
        <c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1" t="str"><f>A1</f><v></v></c></row>
        """)
    let cells = try read(book.bytes).sheets[0].rows[0].cells
    #expect(cells.map(\.isFormula) == [true, true, true])
    #expect(cells.map(\.content) == [.number, .noValue, .noValue])
    #expect(cells.map(\.text) == ["2", "", "#DIV/0!"])
  }

  @Test func macrosAndLinksAreSaidAndNotTouched() throws {
    var book = TinyWorkbook(table: [["Lê An"]])
    book.extra = [
      ("xl/vbaProject.bin", [1, 2, 3]), ("xl/externalLinks/externalLink1.xml", Array("<x".utf8)),
    ]
    let result = try read(book.bytes)
    #expect(result.notices == [.macrosIgnored, .externalLinksIgnored])
    #expect(result.sheets[0].rows.count == 1)
  }

  @Test func officesEscapesAreUndone() throws {
    let book = TinyWorkbook(
      rows: "<row><c t=\"s\"><v>0</v></c></row>", strings: ["<t>Lê_x000D_An_x005F_x</t>"])
    #expect(try read(book.bytes).sheets[0].rows[0].cells[0].text == "Lê\rAn_x")
  }

  @Test func ministryExportArrivesAsPupils() throws {
    var table = [["UBND XÃ SAO BIỂN"], ["TRƯỜNG THCS HẢI ÂU"], ["DANH SÁCH LỚP 6A2"]]
    table.append([
      "STT", "Mã định danh Bộ GD&amp;ĐT", "Họ tên", "Ngày sinh", "Giới tính", "Dân tộc", "SĐT liên hệ",
    ])
    table.append(["1", "0123456789", "Lê Thị Ánh", "05/09/2014", "Nữ", "CANARY", "0912345678"])
    let sheets = try read(TinyWorkbook(table: table).bytes).sheets
    let reading = try ClassListReader.read(sheets, setting: .init(today: Day(number: 20_700)))
    #expect(reading.entries.map(\.name) == ["Lê Thị Ánh"] && reading.entries[0].className == "6A2")
    #expect(reading.rejected.isEmpty && !"\(reading)".contains("CANARY"))
  }
}
