/// The smallest .xlsx that Excel opens, with each of its parts open to mischief.
struct TinyWorkbook {
  struct Sheet {
    var name = "Trang 1"
    var state = "visible"
    /// Content of `sheetData`.
    var rows = ""
    var after = ""
  }

  var sheets: [Sheet] = []
  var strings: [String] = []
  var numberFormats = ""
  /// Number format ids of the cell styles, in order.
  var styles = [0, 14]
  var workbookProperties = "<workbookPr/>"
  var extra: [(path: String, content: [UInt8])] = []
  var heading = #"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#

  init(rows: String, strings: [String] = [], after: String = "") {
    sheets = [.init(rows: rows, after: after)]
    self.strings = strings
  }

  /// Rows of inline strings, as the ministry's export might have them.
  init(table: [[String]]) {
    self.init(
      rows: table.enumerated().map { line, cells in
        let xml = cells.enumerated().map { column, text in
          text.isEmpty
            ? "" : "<c r=\"\(Self.letter(column))\(line + 1)\" t=\"inlineStr\"><is><t>\(text)</t></is></c>"
        }
        return "<row r=\"\(line + 1)\">\(xml.joined())</row>"
      }.joined())
  }

  static func letter(_ column: Int) -> String {
    column < 26
      ? String(Character(Unicode.Scalar(UInt8(65 + column)))) : letter(column / 26 - 1) + letter(column % 26)
  }

  var parts: [(path: String, content: [UInt8])] {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    let package = "http://schemas.openxmlformats.org/package/2006/relationships"
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    func relations(_ list: [(String, String, String)]) -> String {
      heading + "<Relationships xmlns=\"\(package)\">"
        + list.map { "<Relationship Id=\"\($0.0)\" Type=\"\(relation)/\($0.1)\" Target=\"\($0.2)\"/>" }
        .joined()
        + "</Relationships>"
    }
    let numbers = sheets.indices.map { $0 + 1 }
    var list: [(String, String)] = [
      ("_rels/.rels", relations([("rId1", "officeDocument", "xl/workbook.xml")])),
      (
        "xl/workbook.xml",
        heading + "<workbook xmlns=\"\(main)\" xmlns:r=\"\(relation)\">\(workbookProperties)<sheets>"
          + zip(sheets, numbers).map { sheet, number in
            "<sheet name=\"\(sheet.name)\" sheetId=\"\(number)\" state=\"\(sheet.state)\" r:id=\"rId\(number)\"/>"
          }.joined() + "</sheets></workbook>"
      ),
      (
        "xl/_rels/workbook.xml.rels",
        relations(
          numbers.map { ("rId\($0)", "worksheet", "worksheets/sheet\($0).xml") }
            + [("rId901", "sharedStrings", "sharedStrings.xml"), ("rId902", "styles", "/xl/styles.xml")])
      ),
      (
        "xl/sharedStrings.xml",
        heading + "<sst xmlns=\"\(main)\">" + strings.map { "<si>\($0)</si>" }.joined() + "</sst>"
      ),
      (
        "xl/styles.xml",
        heading
          + "<styleSheet xmlns=\"\(main)\"><numFmts>\(numberFormats)</numFmts><cellStyleXfs><xf numFmtId=\"14\"/>"
          + "</cellStyleXfs><cellXfs>" + styles.map { "<xf numFmtId=\"\($0)\"/>" }.joined()
          + "</cellXfs></styleSheet>"
      ),
    ]
    for (sheet, number) in zip(sheets, numbers) {
      list.append(
        (
          "xl/worksheets/sheet\(number).xml",
          heading
            + "<worksheet xmlns=\"\(main)\"><sheetData>\(sheet.rows)</sheetData>\(sheet.after)</worksheet>"
        ))
    }
    return list.map { ($0.0, Array($0.1.utf8)) } + extra
  }

  var bytes: [UInt8] { ZipWriter.zip(parts) }
}
