import Foundation
import Rules
import Testing

@Suite struct ClassListReaderTests {
  private func read(_ drawing: String, _ setting: ClassListSetting = .plain("6A2")) throws -> ClassListReading
  {
    try ClassListReader.read(ClassListGrid(drawing: drawing), setting: setting)
  }

  @Test(
    "birth dates are read in full or not at all",
    arguments: [
      ("05/09/2014", "2014-09-05"), ("5/9/2014", "2014-09-05"), ("05-09-2014", "2014-09-05"),
      ("5.9.2014", "2014-09-05"),
      ("2014-09-05", "2014-09-05"), ("05/09/2014 00:00:00", "2014-09-05"), ("'05/09/2014", "2014-09-05"),
      ("05/09/14", "birthDateTwoDigitYear"), ("2014", "birthDateIncomplete"),
      ("9/2014", "birthDateIncomplete"),
      ("31/02/2014", "birthDateImpossible"), ("09/25/2014", "dayAndMonthSwapped"),
      ("41887", "birthDateUnreadable"),
      ("#2014", "birthDateIncomplete"), ("06/09/2026", "birthDateImpossible"),
      ("05/09/1890", "birthDateImpossible"),
      ("mồng 5", "birthDateUnreadable"), ("5/9/20145", "birthDateUnreadable"),
      ("05/09/2014/1", "birthDateUnreadable"),
      ("=?", "noValue"), ("５/９/2014", "birthDateUnreadable"),
    ])
  func birthDate(_ text: String, _ expected: String) throws {
    let reading = try read("Họ và tên|Ngày sinh\nNguyễn Văn An|\(text)")
    let day = reading.entries.first?.birthDate?.description
    #expect((day ?? reading.rejected.first.map { "\($0.reason)" }) == expected)
    #expect(reading.entries.count + reading.rejectedLines.count == 1)
  }

  @Test func serialNumberIsADateOnlyWhereTheWorkbookSaysSo() throws {
    let drawing = "Họ và tên|Ngày sinh\nNguyễn Văn An|#41887\nTrần Thị Bích|#2014"
    let grid = ClassListGrid(drawing: drawing, serialDayZero: Day("1899-12-30"))
    let reading = try ClassListReader.read(grid, setting: .plain("6A2"))
    #expect(reading.entries.map(\.birthDate) == [Day("2014-09-05")])
    #expect(reading.notices.contains { $0.kind == .serialDateRead && $0.line == 2 })
    #expect(reading.faults == ["3 B birthDateIncomplete"])
    #expect(try read(drawing).entries.isEmpty)
  }

  @Test(
    "a lost zero is restored only where one number can be meant",
    arguments: [
      ("0912345678", "0912345678"), ("912345678", "0912345678"), ("#912345678", "0912345678"),
      ("912345678.0", "0912345678"), ("+84 912 345 678", "0912345678"), ("84912345678", "0912345678"),
      ("0912.345.678", "0912345678"), ("0912-345-678", "0912345678"), ("02431234567", "02431234567"),
      ("0912345678 / 0987654321", "0912345678"), ("0912345678 - 0987654321", "0912345678"),
      ("212345678", nil), ("01612345678", nil), ("12345", nil), ("0912345678 (mẹ)", nil), ("9.12E+08", nil),
      ("0112345678", nil), ("0912345678/1", nil),
    ] as [(String, String?)])
  func phone(_ text: String, _ expected: String?) throws {
    let reading = try read("Họ và tên|SĐT\nNguyễn Văn An|\(text)")
    #expect(reading.entries.first?.guardianPhone == expected)
    #expect(reading.faults == (expected == nil ? ["2 B phoneUnreadable"] : []))
    let restored = expected != nil && text.contains("912345678") && "9#".contains(text.prefix(1))
    #expect(reading.notices.contains { $0.kind == .zeroRestored } == restored)
  }

  @Test(
    "codes are taken as written, never completed",
    arguments: [
      ("Mã HS", "HS-0012", "HS-0012"), ("Mã HS", "1234567890.0", "1234567890"), ("Mã HS", "#0012", "0012"),
      ("Mã HS", "1.23457E+09", "codeLostDigits"), ("Mã HS", "mã 1", "codeUnreadable"),
      ("Mã HS", "<b>1</b>", "codeUnreadable"), ("Mã định danh Bộ GD&ĐT", "1234567890", "1234567890"),
      ("Mã định danh Bộ GD&ĐT", "#123456789", "codeWrongLength"),
      ("Mã HS", String(repeating: "1", count: 31), "codeUnreadable"),
    ])
  func code(_ header: String, _ text: String, _ expected: String) throws {
    let reading = try read("Họ và tên|\(header)\nNguyễn Văn An|\(text)")
    #expect((reading.entries.first?.pupilCode ?? reading.rejected.first.map { "\($0.reason)" }) == expected)
  }

  @Test(
    "names are real names in NFC",
    arguments: [
      ("Nguyễn Văn A\u{301}nh".decomposedStringWithCanonicalMapping, "Nguyễn Văn Ánh"),
      ("Nguyễn\u{200B} Văn\u{202E} An", "Nguyễn Văn An"), ("H'Hen Niê", "H'Hen Niê"),
      ("Y-Bih Êban", "Y-Bih Êban"),
      ("Nguyễn Văn A2", "nameHasDigits"), ("<script>x</script>", "nameHasStrangeCharacters"),
      ("Nguyễn Văn \u{410}n", "nameHasStrangeCharacters"), ("==cmd", "nameHasStrangeCharacters"),
      ("Nguyễn 😀", "nameHasStrangeCharacters"),
      (String(repeating: "a", count: 81), "nameTooLong"), ("@An", "nameHasStrangeCharacters"),
    ])
  func name(_ text: String, _ expected: String) throws {
    let reading = try read("STT|Họ và tên\n1|\(text)")
    let shown = reading.entries.first?.name ?? reading.rejected.first.map { "\($0.reason)" }
    #expect(shown == expected)
    #expect(shown.map { $0.unicodeScalars.allSatisfy { !VietnameseText.isInvisible($0) } } == true)
  }

  @Test func hiddenCharactersAreRemovedWithANotice() throws {
    let reading = try read("STT|Họ và tên\n1|Nguyễn\u{200B} Văn An")
    #expect(reading.notices.map(\.kind) == [.invisibleRemoved])
    #expect(reading.entries[0].name.unicodeScalars.count == 13)
  }

  @Test func femaleColumnMarksGirlsAndSaysNothingWhenEmpty() throws {
    let marked = try read("STT|Họ và tên|Nữ\n1|Lê An|\n2|Lê Bình|x\n3|Lê Chi|X\n4|Lê Dung|có lẽ")
    #expect(marked.entries.map(\.sex) == [.male, .female, .female])
    #expect(marked.faults == ["5 C sexUnreadable"])
    let unmarked = try read("STT|Họ và tên|Nữ\n1|Lê An|\n2|Lê Bình|")
    #expect(unmarked.entries.map(\.sex) == [.unknown, .unknown])
    #expect(unmarked.notices.map(\.kind) == [.sexColumnEmpty])
    let both = try read("STT|Họ và tên|Nam|Nữ\n1|Lê An|x|\n2|Lê Bình||x\n3|Lê Chi||")
    #expect(both.entries.map(\.sex) == [.male, .female, .unknown])
  }

  @Test func footersAndPreparedLinesAreNoPupils() throws {
    let reading = try read(
      """
      STT|Họ và tên|Ngày sinh|Lớp
      1|Tống Sơn Hà|05/09/2014|6A2
      2|Công Nam Anh|06/09/2014|6A2
      3|||
      Tổng số: 2 học sinh, trong đó 1 nữ|||
      ||Hạ Long, ngày 5 tháng 9 năm 2026|
      |Người lập|Hiệu trưởng|
      |Nguyễn Thị Ký|Lê Văn Tên|
      """)
    #expect(reading.entries.map(\.name) == ["Tống Sơn Hà", "Công Nam Anh"])
    #expect(reading.rejected.isEmpty)
    #expect(reading.ignored.map(\.line) == [4, 5, 6, 7, 8])
  }

  @Test func bareNamesAreReadUntilTheFooter() throws {
    let reading = try read("Họ và tên\nTổng Văn An\nCông Thị Bích\nNữ Hoàng Chi\nTổng số: 3\nNguyễn Thị Ký")
    #expect(reading.entries.map(\.name) == ["Tổng Văn An", "Công Thị Bích", "Nữ Hoàng Chi"])
  }

  @Test func severalClassesBelowOneAnotherAreKeptApart() throws {
    let reading = try read(
      """
      DANH SÁCH LỚP 6A1 - NĂM HỌC 2026-2027
      STT|Họ và tên|Ngày sinh
      1|Lê An|05/09/2014
      2|Lê Bình|06/09/2014
      Tổng số: 2
      Lớp: 6 A2
      STT|Họ và tên|Ngày sinh
      1|Lê Chi|05/09/2014
      2|Lê Dung|06/09/2014
      """, .plain())
    #expect(reading.entries.map(\.className) == ["6A1", "6A1", "6A2", "6A2"])
    #expect(reading.entries.map(\.orderNumber) == [1, 2, 1, 2])
    #expect(reading.rejected.isEmpty)
  }

  @Test func classComesFromColumnTitleSheetOrChoice() throws {
    func name(_ drawing: String, sheet: String = "", _ setting: ClassListSetting) throws -> String? {
      let reading = try ClassListReader.read(ClassListGrid(drawing: drawing, name: sheet), setting: setting)
      return reading.entries.first?.className ?? reading.rejected.first.map { "\($0.reason)" }
    }
    let bare = "Họ và tên|Ngày sinh\nLê An|05/09/2014"
    #expect(try name("Họ và tên|Lớp\nLê An|lớp 6a2", .plain()) == "6A2")
    #expect(try name("Danh sách lớp 6/2\n" + bare, sheet: "7A1", .plain()) == "6/2")
    #expect(try name("DANH SÁCH LỚP 6 NĂM HỌC 2026\n" + bare, .plain()) == "missingClass")
    #expect(try name(bare, sheet: "Lớp 6A2", .plain()) == "6A2")
    #expect(try name(bare, sheet: "Sheet1", .plain()) == "missingClass")
    #expect(try name(bare, .plain("6A3")) == "6A3")
    #expect(try name("Họ và tên|Lớp\nLê An|6A2", .plain("6A3")) == "classConflict")
    #expect(try name("Danh sách lớp 6A2\n" + bare, .plain("6A3")) == "classConflict")
    #expect(try name("Họ và tên|Lớp\nLê An|6a2", .plain(known: ["6A1", "6A2"])) == "6A2")
    #expect(try name("Họ và tên|Lớp\nLê An|6A9", .plain(known: ["6A1", "6A2"])) == "unknownClass")
    #expect(try name("Họ và tên|Lớp\nLê An|6A2;", .plain()) == "classUnreadable")
    let dated = ClassListGrid(
      name: "",
      rows: [
        .init(line: 1, cells: [.text("Họ và tên"), .text("Lớp")]),
        .init(line: 2, cells: [.text("Lê An"), .day(Day(number: 20_000))]),
      ])
    #expect(try ClassListReader.read(dated, setting: .plain()).faults == ["2 B classBecameDate"])
  }

  @Test func duplicatesAreShownAndNeverMerged() throws {
    let reading = try read(
      """
      STT|Mã HS|Họ và tên|Ngày sinh
      1|A1|Lê An|05/09/2014
      2|A2|Lê An|06/09/2014
      3|A3|Lê Bình|05/09/2014
      4|a3|Lê Chi|07/09/2014
      5|A5|Lê Dung|08/09/2014
      6|A5|Lê Dung|08/09/2014
      7||Lê Em|09/09/2014
      8||Lê Em|09/09/2014
      9||Lê Em|10/09/2014
      10||Lê Gấm|
      11||Lê Gấm|11/09/2014
      1|A9|Lê Hoa|12/09/2014
      """)
    #expect(reading.entries.map(\.source.line) == [2, 3, 6, 8, 10, 11])
    #expect(
      reading.faults == [
        "4 B duplicateCode", "5 B duplicateCode", "7  duplicateRow", "9 C duplicateRow",
        "12 C duplicatePupil",
        "13 A duplicateOrder",
      ])
    #expect(
      reading.rejected[0].sentence.contains("dòng 5") && reading.rejected[1].sentence.contains("dòng 4"))
  }

  @Test func missingNumbersFollowTheVietnameseOrder() throws {
    let all = try read("Họ và tên\nTrần Văn Ý\nLê Thị Đào\nLê Thị Dung\nNguyễn Văn Ân\nNguyễn An")
    #expect(
      all.entries.sorted { $0.orderNumber ?? 0 < $1.orderNumber ?? 0 }.map(\.name)
        == ["Nguyễn An", "Nguyễn Văn Ân", "Lê Thị Dung", "Lê Thị Đào", "Trần Văn Ý"])
    let some = try read("STT|Họ và tên\n1|Lê Chi\n|Lê Bình\n7|Lê Dung\n|Lê An")
    #expect(some.entries.map(\.orderNumber) == [1, 9, 7, 8])
    #expect(some.entries.map(\.orderIsComputed) == [false, true, false, true])
    #expect(some.notices.map(\.kind) == [.orderComputed])
  }

  @Test func aNumberThatRunsThroughTheSchoolIsNotUsed() throws {
    let reading = try read(
      "STT|Họ và tên|Lớp\n1|Lê An|6A1\n2|Lê Bình|6A1\n3|Lê Chi|6A2\n4|Lê Dung|6A2", .plain())
    #expect(reading.entries.map(\.orderNumber) == [1, 2, 1, 2])
    #expect(reading.notices.map(\.kind).contains(.runningNumberIgnored))
    let school = try read("STT|Họ và tên|Lớp\n999|Lê An|6A1\n1000|Lê Bình|6A1\n1001|Lê Chi|6A2", .plain())
    #expect(school.entries.map(\.orderNumber) == [1, 2, 1])
    #expect(try read("STT|Họ và tên\n1000|Lê An").faults == ["2 A orderUnreadable"])
  }

  @Test func everyFaultOfARowIsListedWithItsCell() throws {
    let reading = try read("STT|Họ và tên|Ngày sinh|SĐT\nx|Lê A1|05/09/14|12", .plain("6A2"))
    #expect(
      reading.faults == [
        "2 B nameHasDigits", "2 A orderUnreadable", "2 C birthDateTwoDigitYear", "2 D phoneUnreadable",
      ])
    #expect(reading.rejected.map(\.column) == ["Họ và tên", "STT", "Ngày sinh", "SĐT"])
    #expect(reading.rejected.map(\.text) == ["Lê A1", "x", "05/09/14", "12"])
    #expect(reading.rejected.allSatisfy { $0.className == "6A2" })
  }

  @Test func aPupilWithoutNameIsShown() throws {
    let reading = try read("STT|Mã HS|Họ và tên|Ngày sinh\n1|A1||05/09/2014")
    #expect(reading.faults == ["2 C missingName"])
  }

  @Test func fullNameAndGivenNameMustAgree() throws {
    let reading = try read("Họ và tên|Tên|Lớp\nLê Văn An|An|6A2\nLê Văn|Bình|6A2")
    #expect(reading.entries.map(\.name) == ["Lê Văn An"])
    #expect(reading.faults == ["3 A nameColumnsDisagree"])
  }

  @Test func mergedClassColumnCountsForEachRow() throws {
    let reading = try read("Họ và tên|Lớp\nLê An|6A1\nLê Bình|^\nLê Chi|^", .plain())
    #expect(reading.entries.map(\.className) == ["6A1", "6A1", "6A1"])
  }

  @Test func formulaResultsAreUsedAndSaid() throws {
    let reading = try read("STT|Họ và tên|Ngày sinh\n1|=Lê Văn An|05/09/2014\n2|=?|05/09/2014")
    #expect(reading.entries.map(\.name) == ["Lê Văn An"])
    #expect(reading.notices.map(\.kind) == [.formulaRead])
    #expect(reading.faults == ["3 B noValue"])
  }

  @Test func sheetsAreReadAsOneList() throws {
    let reading = try ClassListReader.read(
      [
        ClassListGrid(drawing: "Họ và tên|Mã HS\nLê An|A1", name: "6A1"),
        ClassListGrid(drawing: "Hướng dẫn\nĐiền đủ các cột", name: "Ghi chú"),
        ClassListGrid(drawing: "Họ và tên|Mã HS\nLê Bình|A1", name: "6A2"),
      ], setting: .plain())
    #expect(reading.skippedSheets == ["Ghi chú"])
    #expect(reading.rejected.map(\.reason) == [.duplicateCode, .duplicateCode])
    #expect(reading.rejected[0].sentence.contains("trang “6A2”"))
  }

  @Test func everyReasonHasItsSentenceAndItsOwnCode() {
    for reason in ClassListReason.allCases {
      #expect(reason.sentence() != reason.rawValue && !reason.sentence().contains("{"))
      #expect(reason.rawValue.wholeMatch(of: /LOP-3\d\d/) != nil)
    }
    #expect(Set(ClassListReason.allCases.map(\.rawValue)).count == ClassListReason.allCases.count)
  }

  @Test func noRowIsEverLostOrCountedTwice() throws {
    let pieces = [
      "Lê An", "", "Tổng số: 3", "05/09/2014", "x", "6A2", "0912345678", "#7", "<", "^", "=?", "Người lập",
      "🙂", "A1", "2",
    ]
    for seed in UInt64(1)...400 {
      var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
      func pick() -> String {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return pieces[Int(state >> 33) % pieces.count]
      }
      let rows = (0..<12).map { _ in (0..<6).map { _ in pick() }.joined(separator: "|") }
      let drawing = "STT|Mã HS|Họ và tên|Ngày sinh|Lớp|SĐT\n" + rows.joined(separator: "\n")
      let grid = ClassListGrid(drawing: drawing)
      let reading = try ClassListReader.read(grid, setting: .plain())
      let lines =
        reading.entries.map(\.source.line) + reading.rejectedLines.map(\.line) + reading.ignored.map(\.line)
      #expect(Set(lines).count == lines.count, "seed \(seed)")
      // The header, and at most one row below it that looks like “(1) (2) (3)”.
      #expect((1...2).contains(grid.rows.count - lines.count), "seed \(seed)")
    }
  }
}
