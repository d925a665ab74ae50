/// Why one row of a class list was not taken: where, what stands there, and what the clerk can do.
package struct ClassListRejection: Hashable, Sendable {
  package let source: ClassListSource
  /// The column's header as the file writes it; empty when the fault is of the whole row.
  package let column: String
  /// Excel's letter; empty when the fault is of the whole row.
  package let letter: String
  package let reason: ClassListReason
  /// One Vietnamese sentence or two.
  package let sentence: String
  /// What stands in the cell, cleaned and cut to 60 characters.
  package let text: String
  /// The class the row belongs to, where it could be read: while it has such rows, nobody of it counts as
  /// having left.
  package let className: String?

  package init(
    source: ClassListSource, column: String, letter: String, reason: ClassListReason, sentence: String,
    text: String,
    className: String?
  ) {
    self.source = source
    self.column = column
    self.letter = letter
    self.reason = reason
    self.sentence = sentence
    self.text = text
    self.className = className
  }
}

/// Something the reader did that the clerk should look at; the row is taken.
package struct ClassListNotice: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case zeroRestored
    case firstPhoneKept
    case invisibleRemoved
    case serialDateRead
    case unusualAge
    case formulaRead
    case orderComputed
    case runningNumberIgnored
    case guardianChosen
    case sexColumnEmpty
  }

  package let kind: Kind
  package let sheet: String
  /// Nil when it concerns the whole sheet.
  package let line: Int?
  package let sentence: String
}

/// The stable codes of faults in a row. Each is listed in docs/errors.md and never reused.
package enum ClassListReason: String, Error, Hashable, Sendable, CaseIterable {
  case missingName = "LOP-351"
  case nameHasDigits = "LOP-352"
  case nameHasStrangeCharacters = "LOP-353"
  case nameTooLong = "LOP-354"
  case nameColumnsDisagree = "LOP-355"
  case birthDateUnreadable = "LOP-356"
  case birthDateTwoDigitYear = "LOP-357"
  case birthDateIncomplete = "LOP-358"
  case birthDateImpossible = "LOP-359"
  case dayAndMonthSwapped = "LOP-360"
  case sexUnreadable = "LOP-361"
  case codeUnreadable = "LOP-362"
  case codeLostDigits = "LOP-363"
  case codeWrongLength = "LOP-364"
  case phoneUnreadable = "LOP-365"
  case orderUnreadable = "LOP-366"
  case missingClass = "LOP-367"
  case unknownClass = "LOP-368"
  case classConflict = "LOP-369"
  case classBecameDate = "LOP-370"
  case classUnreadable = "LOP-371"
  case duplicateCode = "LOP-372"
  case duplicateOrder = "LOP-373"
  case duplicatePupil = "LOP-374"
  case duplicateRow = "LOP-375"
  case noValue = "LOP-376"
  case notStudying = "LOP-377"

  /// What happened and what to do next.
  ///
  /// - Parameter other: the line of the other row, for the four duplicates.
  package func sentence(other: ClassListSource? = nil) -> String {
    let line =
      other.map { $0.sheet.isEmpty ? "dòng \($0.line)" : "dòng \($0.line) của trang “\($0.sheet)”" }
      ?? "dòng khác"
    return Self.sentences[self, default: rawValue].replacing("{line}", with: line)
  }

  private static let sentences: [ClassListReason: String] = [
    .missingName: "Dòng này chưa có họ tên. Hãy điền họ tên, hoặc xoá dòng nếu không phải học sinh.",
    .nameHasDigits: "Họ tên có chữ số. Hãy sửa lại họ tên đúng như giấy khai sinh.",
    .nameHasStrangeCharacters: "Họ tên có ký tự không phải chữ cái Việt hoặc La-tinh. Hãy gõ lại họ tên.",
    .nameTooLong: "Họ tên dài quá 80 ký tự. Hãy kiểm tra lại ô này.",
    .nameColumnsDisagree: "Cột họ tên và cột tên không khớp nhau. Hãy giữ một cách ghi cho dòng này.",
    .birthDateUnreadable: "Chưa đọc được ngày sinh. Hãy ghi dạng ngày/tháng/năm, ví dụ 05/09/2014.",
    .birthDateTwoDigitYear:
      "Năm sinh chỉ có hai chữ số nên không đoán được thế kỷ. Hãy ghi đủ bốn chữ số, ví dụ 05/09/2014.",
    .birthDateIncomplete:
      "Ngày sinh chưa đủ ngày, tháng và năm. Hãy ghi đủ, ví dụ 05/09/2014, hoặc để trống.",
    .birthDateImpossible:
      "Không có ngày sinh này, hoặc ngày này không thể là ngày sinh của học sinh. Hãy kiểm tra lại.",
    .dayAndMonthSwapped: "Ngày và tháng có vẻ bị đảo chỗ. Hãy ghi ngày trước, tháng sau.",
    .sexUnreadable: "Chưa đọc được giới tính. Hãy ghi Nam hoặc Nữ, hoặc để trống.",
    .codeUnreadable: "Mã học sinh có ký tự lạ hoặc quá dài. Hãy kiểm tra lại mã.",
    .codeLostDigits: "Excel đã làm mất chữ số của mã này. Hãy định dạng cột mã là Văn bản rồi nhập lại mã.",
    .codeWrongLength:
      "Mã định danh của Bộ phải có đúng 10 chữ số. Hãy kiểm tra xem mã có mất số 0 ở đầu không.",
    .phoneUnreadable: "Số điện thoại này không đúng. Hãy ghi đủ 10 chữ số bắt đầu bằng 0, hoặc để trống.",
    .orderUnreadable: "Số thứ tự không phải là số nguyên từ 1 đến 999. Hãy sửa lại hoặc để trống.",
    .missingClass:
      "Chưa biết học sinh này học lớp nào. Hãy điền cột Lớp, hoặc chọn lớp khi tải danh sách lên.",
    .unknownClass: "Trường chưa có lớp này trong năm học. Hãy tạo lớp trước, hoặc sửa tên lớp.",
    .classConflict: "Lớp ghi ở dòng này khác với lớp đã chọn. Hãy sửa cột Lớp, hoặc chọn lại lớp.",
    .classBecameDate:
      "Excel đã đổi tên lớp thành ngày tháng. Hãy định dạng cột Lớp là Văn bản rồi gõ lại tên lớp.",
    .classUnreadable: "Chưa đọc được tên lớp. Hãy ghi ngắn gọn, ví dụ 6A2.",
    .duplicateCode: "Mã này cũng đứng ở {line} cho một học sinh khác. Hãy kiểm tra mã của cả hai dòng.",
    .duplicateOrder: "Số thứ tự này đã có ở {line} của cùng lớp. Hãy sửa một trong hai dòng.",
    .duplicatePupil:
      "Học sinh cùng họ tên đã có ở {line} của cùng lớp. "
      + "Nếu là hai em, hãy ghi mã hoặc ngày sinh để phân biệt.",
    .duplicateRow: "Dòng này lặp lại {line}. Hãy xoá một trong hai dòng.",
    .noValue:
      "Ô này là công thức chưa có kết quả hoặc bị lỗi. "
      + "Hãy mở tệp bằng Excel, lưu lại, hoặc gõ giá trị vào ô.",
    .notStudying:
      "Trạng thái của học sinh không phải là đang học. Hãy sửa trạng thái nếu em vẫn học, hoặc xoá dòng này.",
  ]
}

extension UserError {
  /// LOP-350. Thrown when no sheet of the file has a row of headers with a name column.
  package static func noClassListHeader(sheets: Int) -> Self {
    .init(
      .init(rawValue: "LOP-350"),
      "Không tìm thấy dòng tiêu đề có cột Họ và tên trong 20 dòng đầu "
        + "của \(sheets == 1 ? "danh sách" : "các trang"). "
        + "Danh sách của trường chưa thay đổi. "
        + "Hãy thêm một dòng tiêu đề như STT, Họ và tên, Ngày sinh, Giới tính, Lớp."
    )
  }
}
