import Rules

/// Why a table file is refused; `error(fileName:)` says it to the person.
enum SpreadsheetFault: Error, Hashable {
  case fileTooLarge(limit: Int)
  case empty
  case unknownFormat
  case oldExcel
  case encrypted
  case damaged
  case unpacksTooLarge
  case tooManyRows(limit: Int)
  case tooManyColumns(limit: Int, sheet: String)
  case cellTooLong(limit: Int, sheet: String, line: Int)
  case otherProgram(String)
  case unknownEncoding
  case declaresEntities
  case noVisibleSheet
  case tooIntricate
  case openQuote(line: Int)

  func error(fileName: String) -> UserError {
    let clean = VietnameseText.clean(String(fileName.prefix(300)))
    let name = clean.isEmpty ? "Tệp này" : "Tệp “\(clean.count <= 60 ? clean : clean.prefix(59) + "…")”"
    return switch self {
    case .fileTooLarge(let limit): .fileTooLarge(name, limit)
    case .empty: .fileEmpty(name)
    case .unknownFormat: .fileOfUnknownFormat(name)
    case .oldExcel: .oldExcelFile(name)
    case .encrypted: .encryptedFile(name)
    case .damaged: .damagedFile(name)
    case .unpacksTooLarge: .fileUnpacksTooLarge(name)
    case .tooManyRows(let limit): .tooManyRows(name, limit)
    case .tooManyColumns(let limit, let sheet): .tooManyColumns(name, limit, sheet)
    case .cellTooLong(let limit, let sheet, let line): .cellTooLong(name, limit, sheet, line)
    case .otherProgram(let program): .fileOfOtherProgram(name, program)
    case .unknownEncoding: .unknownEncoding(name)
    case .declaresEntities: .fileDeclaresEntities(name)
    case .noVisibleSheet: .noVisibleSheet(name)
    case .tooIntricate: .fileTooIntricate(name)
    case .openQuote(let line): .openQuote(name, line)
    }
  }
}

/// “Nothing changed” belongs into each sentence: the clerk's first fear is that half a list is in.
private let safe = "Danh sách của trường chưa thay đổi."

extension UserError {
  private static func refusal(_ code: String, _ sentence: String, _ kind: Kind = .invalid) -> Self {
    .init(.init(rawValue: code), sentence, kind)
  }

  /// LOP-301. Thrown before anything is read when the file is larger than the limit in bytes.
  static func fileTooLarge(_ name: String, _ limit: Int) -> Self {
    refusal(
      "LOP-301",
      "\(name) lớn hơn \(limit >> 20) MB nên không được đọc. \(safe) "
        + "Hãy chỉ giữ trang danh sách lớp rồi lưu lại.",
      .tooLarge)
  }

  /// LOP-302. Thrown when the file has no byte or no cell.
  static func fileEmpty(_ name: String) -> Self {
    refusal("LOP-302", "\(name) không có nội dung. \(safe) Hãy chọn lại tệp danh sách lớp.")
  }

  /// LOP-303. Thrown when the content is none of the kinds that are read.
  static func fileOfUnknownFormat(_ name: String) -> Self {
    refusal(
      "LOP-303", "\(name) không phải là bảng tính. \(safe) Hãy mở danh sách bằng Excel và lưu dạng .xlsx.",
      .unsupported)
  }

  /// LOP-304. Thrown for binary Excel files of 1997 to 2003.
  static func oldExcelFile(_ name: String) -> Self {
    refusal(
      "LOP-304",
      "\(name) là tệp Excel đời cũ (.xls). \(safe) Hãy mở bằng Excel, chọn Lưu thành và chọn .xlsx.",
      .unsupported)
  }

  /// LOP-305. Thrown when a password protects the file.
  static func encryptedFile(_ name: String) -> Self {
    refusal(
      "LOP-305", "\(name) có mật khẩu nên không đọc được. \(safe) Hãy bỏ mật khẩu của tệp rồi lưu lại.",
      .unsupported)
  }

  /// LOP-306. Thrown when the file breaks off or contradicts itself.
  static func damagedFile(_ name: String) -> Self {
    refusal(
      "LOP-306", "\(name) bị hỏng hoặc tải lên chưa trọn. \(safe) Hãy mở tệp bằng Excel, lưu lại rồi thử lại."
    )
  }

  /// LOP-307. Thrown when a zip unpacks, or says that it unpacks, to more than the limit.
  static func fileUnpacksTooLarge(_ name: String) -> Self {
    refusal(
      "LOP-307",
      "\(name) giải nén ra quá lớn nên không được đọc. \(safe) Hãy chép riêng danh sách sang tệp mới.",
      .tooLarge)
  }

  /// LOP-308. Thrown when the sheets have more rows with content than the limit.
  static func tooManyRows(_ name: String, _ limit: Int) -> Self {
    refusal(
      "LOP-308",
      "\(name) có hơn \(limit) dòng. \(safe) Hãy chia danh sách thành nhiều tệp, mỗi khối một tệp.", .tooLarge
    )
  }

  /// LOP-309. Thrown when a row has content beyond the limit of columns.
  static func tooManyColumns(_ name: String, _ limit: Int, _ sheet: String) -> Self {
    refusal(
      "LOP-309",
      "\(name) có hơn \(limit) cột\(onSheet(sheet)). \(safe) Hãy xoá các cột không cần rồi lưu lại.",
      .tooLarge)
  }

  /// LOP-310. Thrown when a cell holds more characters than the limit.
  static func cellTooLong(_ name: String, _ limit: Int, _ sheet: String, _ line: Int) -> Self {
    refusal(
      "LOP-310",
      "\(name) có ô dài hơn \(limit) ký tự ở dòng \(line)\(onSheet(sheet)). \(safe) Hãy rút ngắn ô đó.",
      .tooLarge)
  }

  /// LOP-311. Thrown for files of another program, which the sentence names.
  static func fileOfOtherProgram(_ name: String, _ program: String) -> Self {
    refusal(
      "LOP-311", "\(name) là tệp \(program). \(safe) Hãy mở danh sách và lưu dạng .xlsx hoặc .csv.",
      .unsupported)
  }

  /// LOP-312. Thrown when the letters of a text file are in no encoding that can be told for certain.
  static func unknownEncoding(_ name: String) -> Self {
    refusal(
      "LOP-312",
      "\(name) dùng bảng mã chữ cũ nên có thể sai dấu tên học sinh. \(safe) "
        + "Hãy lưu dạng .xlsx hoặc “CSV UTF-8”.",
      .unsupported)
  }

  /// LOP-313. Thrown when XML declares a document type: harmless tables never do, attacks do.
  static func fileDeclaresEntities(_ name: String) -> Self {
    refusal(
      "LOP-313",
      "\(name) có phần khai báo không an toàn nên không được đọc. \(safe) Hãy mở bằng Excel và lưu lại.")
  }

  /// LOP-314. Thrown when all sheets are hidden.
  static func noVisibleSheet(_ name: String) -> Self {
    refusal("LOP-314", "\(name) không có trang nào đang hiện. \(safe) Hãy bỏ ẩn trang danh sách rồi lưu lại.")
  }

  /// LOP-315. Thrown when a file within its size limits would still take too long: sheets, merges, strings,
  /// nesting.
  static func fileTooIntricate(_ name: String) -> Self {
    refusal(
      "LOP-315", "\(name) quá phức tạp để đọc. \(safe) Hãy chép riêng danh sách sang tệp mới.", .tooLarge)
  }

  /// LOP-316. Thrown when a quoted CSV field is never closed.
  static func openQuote(_ name: String, _ line: Int) -> Self {
    refusal(
      "LOP-316",
      "\(name) có dấu ngoặc kép mở ở dòng \(line) mà không đóng. \(safe) Hãy sửa dòng đó hoặc lưu dạng .xlsx."
    )
  }

  private static func onSheet(_ sheet: String) -> String {
    let clean = VietnameseText.clean(String(sheet.prefix(100)))
    return clean.isEmpty ? "" : " của trang “\(clean.prefix(31))”"
  }
}
