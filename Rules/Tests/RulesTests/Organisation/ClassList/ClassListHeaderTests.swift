import Foundation
import Rules
import Testing

@Suite struct ClassListHeaderTests {
  @Test(
    "every header variant of public lists names its field",
    arguments: [
      ("STT", ClassListField.orderNumber), ("Số TT", .orderNumber),
      ("Mã định danh Bộ GD&ĐT", .code(.ministry)),
      ("Mã học sinh", .code(.school)), ("Mã HS", .code(.school)), ("Mã định danh", .code(.school)),
      ("SBD", .code(.candidate)),
      ("Họ tên", .fullName), ("Họ và tên", .fullName), ("Tên học sinh", .fullName),
      ("HỌ VÀ TÊN HỌC SINH", .fullName),
      ("Họ đệm", .familyName), ("Họ và chữ đệm", .familyName), ("Họ lót", .familyName),
      ("Họ và đệm", .familyName),
      ("Tên", .givenName), ("Ngày sinh", .birthDate), ("Ngày, tháng, năm sinh", .birthDate),
      ("Ngày sinh (dd/mm/yyyy)", .birthDate), ("Giới tính", .sex), ("Giới tính (Nam/Nữ)", .sex),
      ("Nữ", .femaleMark),
      ("Nam", .maleMark), ("Lớp", .className), ("Lớp học", .className), ("Trạng thái", .status),
      ("Tên cha", .guardianName(.father)), ("Tên mẹ", .guardianName(.mother)),
      ("Họ và tên mẹ", .guardianName(.mother)),
      ("Họ và tên người giám hộ", .guardianName(.any)), ("Phụ huynh", .guardianName(.any)),
      ("Cha mẹ", .guardianName(.any)),
      ("Người giám hộ", .guardianName(.any)), ("SĐT", .guardianPhone(.any)),
      ("SĐT liên hệ", .guardianPhone(.any)),
      ("Điện thoại", .guardianPhone(.any)), ("Điện thoại mẹ", .guardianPhone(.mother)),
      ("SĐT (cha)", .guardianPhone(.father)),
    ])
  func header(_ header: String, _ field: ClassListField) {
    let variants = [
      header, header + " (*)", header + "*", "  " + header.uppercased() + " ", header.lowercased(),
      header.decomposedStringWithCanonicalMapping, header.replacingOccurrences(of: " ", with: "\u{A0} \n"),
    ]
    for variant in variants { #expect(ClassListHeaders.field(of: variant) == field, "\(variant)") }
  }

  @Test(
    "what the school does not need has no field",
    arguments: [
      "Dân tộc", "Nơi sinh chi tiết", "Tổ/thôn Hộ khẩu thường trú", "Số CMND", "Ngày cấp", "Nghề nghiệp cha",
      "Năm sinh cha",
      "Năm sinh của mẹ", "Năm sinh người giám hộ", "Khối học", "Số định danh cá nhân", "Năm", "Ghi chú",
      "Email", "",
    ])
  func unneeded(_ header: String) {
    #expect(ClassListHeaders.field(of: header) == nil)
  }

  @Test func ministryExportIsReadAndTheRestDropped() throws {
    let headers =
      "STT|Mã định danh Bộ GD&ĐT|Họ tên|Ngày sinh|Giới tính|Dân tộc|Trạng thái|SĐT liên hệ|Nơi sinh chi tiết|"
      + "Tổ/thôn Hộ khẩu thường trú|Tỉnh thành quê quán|Phường Xã quê quán|Chỗ ở hiện nay|Số CMND|Ngày cấp|Nơi cấp|"
      + "Tên cha|Nghề nghiệp cha|Năm sinh cha|Tên mẹ|Nghề nghiệp mẹ|Năm sinh mẹ|Lớp học|Khối học|Số định danh cá nhân"
    let grid = ClassListGrid(
      drawing: """
        UBND XÃ SAO BIỂN
        TRƯỜNG THCS HẢI ÂU
        DANH SÁCH HỌC SINH
        \(headers)
        1|0123456789|Lê Thị Ánh|05/09/2014|Nữ|CANARY|Đang học|0912345678|CANARY|CANARY|CANARY|CANARY|CANARY|CANARY|CANARY|\
        CANARY|Lê Văn Bình|CANARY|CANARY|Trần Thị Cúc|CANARY|CANARY|6A2|CANARY|CANARY
        2|0123456790|Vũ Văn Em|06/10/2014|Nam|CANARY|Chuyển trường||||||||||||||||6A2||
        """)
    let reading = try ClassListReader.read(grid, setting: .plain())
    let pupil = try #require(reading.entries.first)
    #expect(pupil.name == "Lê Thị Ánh" && pupil.pupilCode == "0123456789" && pupil.className == "6A2")
    #expect(pupil.birthDate == Day("2014-09-05") && pupil.sex == .female && pupil.orderNumber == 1)
    #expect(pupil.guardianName == "Trần Thị Cúc" && pupil.guardianPhone == "0912345678")
    #expect(reading.faults == ["6 G notStudying"])
    #expect(reading.columns.count == 10 && reading.dropped.count == 15)
    #expect(!"\(reading)".contains("CANARY"))
  }

  @Test func platformTemplateIsRead() throws {
    let grid = ClassListGrid(
      drawing: """
        Họ và tên (*)|Giới tính (*)|Lớp (*)|Ngày sinh (*)|Họ và tên mẹ (*)|Năm sinh của mẹ (*)|Họ và tên người giám hộ|Năm sinh người giám hộ
        Đỗ Minh An|Nam|7/1|01/02/2013|Phạm Thị Lan|1985||
        Bùi Gia Bảo|nam|7/1|2/3/2013|||Bùi Văn Sơn|1970
        """)
    let reading = try ClassListReader.read(grid, setting: .plain())
    #expect(reading.entries.map(\.name) == ["Đỗ Minh An", "Bùi Gia Bảo"])
    #expect(reading.entries.map(\.guardianName) == ["Phạm Thị Lan", "Bùi Văn Sơn"])
    #expect(reading.entries.map(\.orderNumber) == [1, 2])
    #expect(reading.dropped.map(\.header) == ["Năm sinh của mẹ (*)", "Năm sinh người giám hộ"])
  }

  @Test func splitNamesAreJoined() throws {
    for headers in ["Họ đệm|Tên", "Họ và chữ đệm|Tên", "Họ lót|Tên"] {
      let grid = ClassListGrid(
        drawing: "STT|\(headers)|Lớp\n1|Nguyễn Văn|An|6A1\n2|  Trần  Thị |Bích Ngọc|6A1")
      let names = try ClassListReader.read(grid, setting: .plain()).entries.map(\.name)
      #expect(names == ["Nguyễn Văn An", "Trần Thị Bích Ngọc"])
    }
  }

  @Test(
    "a name header merged over two columns joins both, with and without its merging",
    arguments: ["STT|Họ và tên|<|Ngày sinh", "STT|Họ và tên||Ngày sinh"])
  func mergedNameHeader(_ headers: String) throws {
    let grid = ClassListGrid(drawing: "\(headers)\n1|Nguyễn Văn|An|05/09/2014\n2|Trần Thị|Bích|06/09/2014")
    let reading = try ClassListReader.read(grid, setting: .plain("6A1"))
    #expect(reading.entries.map(\.name) == ["Nguyễn Văn An", "Trần Thị Bích"])
  }

  @Test func severalHeaderRowsAreRead() throws {
    let grid = ClassListGrid(
      drawing: """
        DANH SÁCH LỚP 6A2|<|<|<|<|<|<|<
        STT|Học sinh|<|<|Cha|<|Mẹ|<
        ^|Họ và tên|Ngày sinh|Nữ|Họ tên|SĐT|Họ tên|SĐT
        (1)|(2)|(3)|(4)|(5)|(6)|(7)|(8)
        1|Nguyễn Văn An|05/09/2014||Nguyễn Văn Bình|0912 345 678||
        2|Trần Thị Bích|06/09/2014|x|||Lê Thị Cúc|+84 98 765 4321
        """)
    let reading = try ClassListReader.read(grid, setting: .plain())
    #expect(reading.entries.map(\.guardianName) == ["Nguyễn Văn Bình", "Lê Thị Cúc"])
    #expect(reading.entries.map(\.guardianPhone) == ["0912345678", "0987654321"])
    #expect(reading.entries.map(\.sex) == [.male, .female])
    #expect(reading.entries.allSatisfy { $0.className == "6A2" })
  }

  @Test func listWithoutHeadersIsRefused() {
    let grid = ClassListGrid(drawing: "Nguyễn Văn An|6A2\nTrần Thị Bích|6A2")
    #expect(throws: UserError.noClassListHeader(sheets: 1)) {
      try ClassListReader.read(grid, setting: .plain())
    }
    let late = ClassListGrid(
      drawing: String(repeating: "chữ\n", count: 20) + "STT|Họ và tên\n1|Nguyễn Văn An")
    #expect(throws: UserError.self) { try ClassListReader.read(late, setting: .plain()) }
    #expect(throws: UserError.self) { try ClassListReader.read([], setting: .plain()) }
  }
}
