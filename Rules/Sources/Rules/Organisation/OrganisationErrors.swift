extension UserError {
  /// LOP-200. Thrown when a unit would stand above itself.
  package static let unitCircle = UserError(
    .init(rawValue: "LOP-200"),
    "Đơn vị này sẽ trở thành cấp trên của chính nó nên chưa lưu. Hãy chọn lại đơn vị cấp trên.", .conflict)

  /// LOP-201. Thrown when a unit would have two administrative superiors on one day.
  package static let secondAdministrativeParent = UserError(
    .init(rawValue: "LOP-201"),
    "Trong thời gian này đơn vị đã có một cấp quản lý hành chính. Hãy kết thúc quan hệ cũ trước, rồi thêm quan hệ mới.",
    .conflict)

  /// LOP-202. Thrown when a unit would, over others, become its own successor.
  package static let successionCircle = UserError(
    .init(rawValue: "LOP-202"),
    "Đơn vị tiếp nhận lại chuyển về chính đơn vị này nên chưa lưu. Hãy kiểm tra lại quyết định.", .conflict)

  /// LOP-203. Thrown when no school year covers today.
  package static let noSchoolYear = UserError(
    .init(rawValue: "LOP-203"),
    "Trường chưa có năm học nào cho ngày hôm nay. Hãy thêm năm học rồi làm lại; chưa có gì thay đổi.",
    .conflict)

  /// LOP-204. Thrown when a pupil has a place in another class of the same year.
  package static let alreadyEnrolled = UserError(
    .init(rawValue: "LOP-204"),
    "Học sinh này đang ở một lớp khác trong năm học. Hãy chuyển lớp thay vì thêm lần nữa.", .conflict)

  /// LOP-205. Thrown when somebody in the class has the number.
  package static func orderNumberTaken(_ number: Int) -> UserError {
    .init(
      .init(rawValue: "LOP-205"), "Số thứ tự \(number) đã có học sinh khác trong lớp dùng. Hãy chọn số khác.",
      .conflict)
  }

  /// LOP-207. Thrown when slips are asked for nobody.
  package static let nobodyChosen = UserError(
    .init(rawValue: "LOP-207"), "Chưa chọn ai. Hãy đánh dấu ít nhất một người trong danh sách rồi bấm lại.")

  /// LOP-208. Thrown when the paper sheet could not be made as a PDF.
  package static let printingFailed = UserError(
    .init(rawValue: "LOP-208"),
    "Chưa tạo được tệp PDF. Phiếu cũ không còn dùng được; hãy bấm “In phiếu” để lấy phiếu mới ngay trong trình duyệt.",
    .unavailable)

  /// LOP-209. Thrown when a locked account is to get a slip.
  package static let slipForLocked = UserError(
    .init(rawValue: "LOP-209"), "Tài khoản đang bị khóa nên chưa cấp phiếu được. Hãy mở khóa trước.",
    .conflict)

  /// LOP-210. Thrown when a class's account desk is asked to touch the account of a teacher, head or officer.
  package static let staffAccount = UserError(
    .init(rawValue: "LOP-210"),
    "Người này là giáo viên hoặc cán bộ nên tài khoản không do lớp quản lý. Hãy liên hệ người phụ trách CNTT của trường.",
    .forbidden)

  /// LOP-211. Thrown when more slips are asked for than one sheet may hold.
  package static func tooManySlips(most: Int) -> UserError {
    .init(.init(rawValue: "LOP-211"), "Mỗi lần in được nhiều nhất \(most) phiếu. Hãy chọn ít người hơn.")
  }
}

extension UserError {
  /// LOP-230. Thrown when the preview is confirmed, thrown away or too old.
  package static let importNotOpen = UserError(
    .init(rawValue: "LOP-230"),
    "Bản xem trước này đã được nhập, đã bỏ hoặc đã quá hạn. Hãy chọn lại tệp danh sách.", .gone)

  /// LOP-231. Thrown when the roster changed between preview and confirmation.
  package static let planChanged = UserError(
    .init(rawValue: "LOP-231"),
    "Danh sách của trường đã thay đổi từ lúc xem trước nên chưa nhập gì. Hãy mở lại bản xem trước và kiểm tra lần nữa.",
    .conflict)

  /// LOP-232. Thrown when several large files are being read at once.
  package static let importBusy = UserError(
    .init(rawValue: "LOP-232"),
    "Máy chủ đang đọc các danh sách khác. Hãy đợi khoảng một phút rồi chọn lại tệp.", .unavailable)

  /// LOP-233. Thrown when the form came without a file.
  package static let noFileChosen = UserError(
    .init(rawValue: "LOP-233"), "Chưa chọn tệp danh sách. Hãy chọn một tệp Excel hoặc CSV rồi bấm Xem trước.")

  /// LOP-234. A row whose pupil code belongs to another pupil who left the class earlier.
  package static let codeOfFormerPupil = UserError(
    .init(rawValue: "LOP-234"),
    "Mã này thuộc về một học sinh khác từng học ở trường. Hãy kiểm tra lại mã của em.")
}
