import Rules
import Spreadsheets
import Testing

@Suite struct RefusalTests {
  @Test func largeFilesAreRefusedUnread() {
    #expect(refusal([UInt8](repeating: 65, count: 10 << 20 + 1)) == "LOP-301")
    #expect(throws: UserError.self) { try SpreadsheetReader.checkSize(200 << 20, fileName: "a.xlsx") }
    #expect(throws: Never.self) { try SpreadsheetReader.checkSize(10 << 20, fileName: "a.xlsx") }
  }

  @Test func othersKindsAreNamed() {
    let compound: [UInt8] =
      [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 600)
    #expect(refusal([]) == "LOP-302")
    #expect(refusal(Array(" \n ,, \n".utf8)) == "LOP-302")
    #expect(refusal(Array("%PDF-1.7 …".utf8)) == "LOP-303")
    #expect(refusal([0xFF, 0xD8, 0xFF, 0xE0]) == "LOP-303")
    #expect(refusal(Array("<svg xmlns='…'/>".utf8)) == "LOP-303")
    #expect(refusal(Array("MIME-Version: 1.0\n".utf8)) == "LOP-303")
    #expect(refusal([65, 44, 66, 0, 1, 2, 10]) == "LOP-303")
    #expect(refusal(compound) == "LOP-304")
    #expect(refusal([9, 8, 8, 0, 0, 6, 5, 0]) == "LOP-304")
    #expect(refusal(compound + "EncryptedPackage".utf16.flatMap { [UInt8($0), 0] }) == "LOP-305")
    #expect(refusal(ZipWriter.zip([("xl/workbook.bin", [1])])) == "LOP-311")
    #expect(refusal(ZipWriter.zip([("mimetype", [1]), ("content.xml", [1])])) == "LOP-311")
    #expect(refusal(ZipWriter.zip([("anh.png", [1])])) == "LOP-303")
  }

  @Test func everyRefusalSaysThatNothingChangedAndWhatToDo() {
    do {
      _ = try SpreadsheetReader.read(
        [1, 2], fileName: "x\u{202E}slx.exe" + String(repeating: "a", count: 999))
    } catch {
      #expect(error.sentence.contains("chưa thay đổi") && error.sentence.contains("Hãy"))
      #expect(!error.sentence.unicodeScalars.contains("\u{202E}") && error.sentence.count < 300)
    }
  }

  @Test func bombsAreRefusedByWhatTheyDeclare() {
    var book = TinyWorkbook(table: [["Lê An"]])
    book.extra = [("xl/media/a.bin", [UInt8](repeating: 0, count: 5 << 20))]
    #expect(refusal(book.bytes) == "LOP-307")  // a ratio of 1000
    book.extra = [
      ("xl/media/a.bin", (0..<(5 << 20)).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7 ^ $0 >> 11) })
    ]
    var limits = SpreadsheetLimits()
    limits.unpackedBytes = 4 << 20
    #expect(refusal(book.bytes, limits: limits) == "LOP-307")
    book.extra = (0..<2_001).map { ("p\($0)", []) }
    #expect(refusal(book.bytes) == "LOP-315")
  }

  @Test func bombsAreRefusedByWhatReallyComesOut() throws {
    // The directory and the local header say 100 bytes, the stream holds far more.
    let parts = TinyWorkbook(table: [[String(repeating: "Lê An ", count: 300)]]).parts
    var bytes = ZipWriter.zip(parts)
    let target = try #require(parts.last)
    let size = withUnsafeBytes(of: UInt32(target.content.count).littleEndian) { Array($0) }
    let lie = withUnsafeBytes(of: UInt32(100).littleEndian) { Array($0) }
    var changed = 0
    for index in bytes.indices.dropLast(4) where Array(bytes[index..<(index + 4)]) == size {
      bytes.replaceSubrange(index..<(index + 4), with: lie)
      changed += 1
    }
    #expect(changed >= 1)
    #expect(["LOP-306", "LOP-307"].contains(refusal(bytes)))
  }

  @Test func twoPartsOfOneNameAreRefused() {
    let parts = TinyWorkbook(table: [["Lê An"]]).parts
    #expect(refusal(ZipWriter.zip(parts + [("XL/Workbook.xml", Array("<x/>".utf8))])) == "LOP-306")
  }

  @Test func entitiesAndDocumentTypesAreRefusedEverywhere() {
    let laughs =
      "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>"
    var book = TinyWorkbook(table: [["&c;"]])
    book.heading += laughs
    #expect(refusal(book.bytes) == "LOP-313")
    book.heading = "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADw-+ACE-DOCTYPE x+AD4-"
    #expect(refusal(book.bytes) == "LOP-306")
    book = TinyWorkbook(table: [["&unknown;"]])
    #expect(["LOP-306", "LOP-313"].contains(refusal(book.bytes)))
    let old =
      "<?xml version=\"1.0\"?>" + laughs
      + "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">&b;</Workbook>"
    #expect(refusal(Array(old.utf8)) == "LOP-313")
    let html = laughs + "<html><table><tr><td>&c;</td></tr></table></html>"
    #expect(!"\(String(describing: try? read(Array(html.utf8))))".contains("root:"))
  }

  @Test func sizesOfTheTableAreLimited() throws {
    let rows = (1...5_001).map { "\($0)" }.joined(separator: "\n")
    #expect(refusal(Array(rows.utf8)) == "LOP-308")
    #expect(refusal(Array(Array(repeating: "x", count: 257).joined(separator: ",").utf8)) == "LOP-309")
    #expect(refusal(Array(("x" + String(repeating: ",", count: 9_999)).utf8)) == nil)
    #expect(refusal(Array(String(repeating: "ă", count: 2_001).utf8)) == "LOP-310")
    #expect(refusal(Array(String(repeating: "ă", count: 2_000).utf8)) == nil)
    #expect(refusal(TinyWorkbook(rows: "<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>").bytes) == "LOP-309")
    let sparse = TinyWorkbook(
      rows: "<row r=\"1048576\"><c r=\"A1048576\"><v>1</v></c><c r=\"XFD1048576\" s=\"1\"/></row>")
    #expect(drawing(try read(sparse.bytes).sheets[0]) == ["1048576: 1"])
  }

  @Test func intricateFilesAreRefusedQuickly() {
    var book = TinyWorkbook(table: (0..<1_000).map { ["\($0)"] + Array(repeating: "x", count: 40) })
    book.sheets[0].after =
      "<mergeCells>" + String(repeating: "<mergeCell ref=\"A1:XFD1048576\"/>", count: 2_000) + "</mergeCells>"
    #expect(refusal(book.bytes) == "LOP-315")
    let html = "<table>" + String(repeating: "<tr><td colspan=9999 rowspan=9999>x", count: 6_000) + "</table>"
    #expect(refusal(Array(html.utf8)) != nil)
    let deep = String(repeating: "<table><tr><td><div><b>", count: 20_000)
    _ = refusal(Array(deep.utf8))
    let deepXML = TinyWorkbook(rows: String(repeating: "<row><c>", count: 5_000))
    #expect(refusal(deepXML.bytes) == "LOP-306")
  }

  @Test(arguments: [
    "<row r=\"x\"/>", "<row r=\"0\"/>", "<row r=\"9\"/><row r=\"3\"/>", "<row r=\"1\"><c r=\"A2\"/></row>",
    "<c r=\"A1\"/>", "<row><c t=\"s\"><v>99999</v></c></row>", "<row><c t=\"s\"><v>-1</v></c></row>",
    "<row><c><v>nhiều</v></c></row>", "<row r=\"99999999999999999999\"/>", "<row><c r=\"AAAA1\"/></row>",
    "<row>",
    "<row><c t=\"d\"><v>hôm nay</v></c></row>", "<row><c><v>nan</v></c></row>",
  ])
  func contradictionsAreDamage(_ rows: String) {
    #expect(refusal(TinyWorkbook(rows: rows).bytes) == "LOP-306")
  }
}
