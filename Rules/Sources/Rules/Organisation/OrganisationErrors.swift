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

  /// LOP-235. Thrown when somebody confirms a child's account whose own account nobody has confirmed.
  package static let verifierNotVerified = UserError(
    .init(rawValue: "LOP-235"),
    "Tài khoản của bạn chưa được nhà trường xác nhận nên chưa xác nhận được cho người khác. Phụ huynh hãy nhờ giáo viên chủ nhiệm, giáo viên hãy nhờ nhà trường.",
    .forbidden)

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

// Years, subjects, staff.
extension UserError {
  /// LOP-212. Thrown when a school year's name or days cannot be.
  package static let unreadableYear = UserError(
    .init(rawValue: "LOP-212"),
    "Tên hoặc ngày của năm học chưa đúng nên chưa lưu. Ngày cuối phải sau ngày đầu, và không ở trong quá khứ."
  )

  /// LOP-213. Thrown when terms overlap or lie outside the year.
  package static let unreadableTerms = UserError(
    .init(rawValue: "LOP-213"),
    "Ngày của các học kỳ chưa đúng nên chưa lưu. Mỗi học kỳ nằm trong năm học và bắt đầu sau khi kỳ trước kết thúc."
  )

  /// LOP-214. Thrown when two years of a school would hold the same day.
  package static let yearsOverlap = UserError(
    .init(rawValue: "LOP-214"),
    "Năm học này trùng ngày hoặc trùng tên với một năm học đã có. Hãy xem lại ngày, hoặc kết thúc năm học cũ trước.",
    .conflict)

  /// LOP-215. Thrown when somebody would verify, lock or release their own account.
  package static let notAboutOneself = UserError(
    .init(rawValue: "LOP-215"),
    "Thầy cô không tự làm việc này cho mình được. Hãy nhờ một người phụ trách khác.",
    .forbidden)

  /// LOP-216. Thrown when a step about the head or a deputy is not taken by one of them.
  package static let leadersDecide = UserError(
    .init(rawValue: "LOP-216"),
    "Việc này đối với lãnh đạo nhà trường do lãnh đạo quyết định. Hãy báo hiệu trưởng hoặc hiệu phó.",
    .forbidden)

  /// LOP-217. Thrown when one person would set a leader's password and take the second factor away.
  package static let secondPersonNeeded = UserError(
    .init(rawValue: "LOP-217"),
    "Phiếu và xác thực hai bước của lãnh đạo phải do hai người khác nhau cấp lại. Hãy nhờ người thứ hai, hoặc đợi một ngày.",
    .forbidden)

  /// LOP-236. Thrown when a school would change the account of a head or officer of another unit.
  package static let leadsOtherUnit = UserError(
    .init(rawValue: "LOP-236"),
    "Người này giữ chức vụ ở đơn vị khác, nên tài khoản do đơn vị đó quản lý. Hãy liên hệ đơn vị đó.",
    .forbidden)

  /// LOP-218. Thrown when a school would be left without a head.
  package static let headWithoutSuccessor = UserError(
    .init(rawValue: "LOP-218"),
    "Trường luôn cần một hiệu trưởng. Hiệu trưởng hãy giao chức vụ cho người kế nhiệm trước.", .conflict)

  /// LOP-219. Thrown when a line of the list of new colleagues cannot be read.
  package static func unreadableStaffLine(_ line: Int) -> UserError {
    .init(
      .init(rawValue: "LOP-219"),
      "Dòng \(line) chưa đọc được nên chưa thêm ai. Mỗi dòng một người: họ và tên, dấu chấm phẩy, thư điện tử (nếu có)."
    )
  }

  /// LOP-220. Thrown when somebody is on the staff already.
  package static let alreadyStaff = UserError(
    .init(rawValue: "LOP-220"), "Người này đã có trong danh sách giáo viên, nhân viên của trường.", .conflict)

  /// LOP-221. Thrown when a subject that is taught would be retired.
  package static let subjectIsTaught = UserError(
    .init(rawValue: "LOP-221"),
    "Môn này còn giáo viên được phân công nên chưa ngừng được. Hãy kết thúc phân công trước.", .conflict)

  /// LOP-222. Thrown when the days of an assignment lie before today or outside the year.
  package static let assignmentOutsideYear = UserError(
    .init(rawValue: "LOP-222"),
    "Ngày bắt đầu phải từ hôm nay và nằm trong năm học của lớp. Phân công của những ngày đã qua được giữ nguyên."
  )

  /// LOP-223. Thrown when assignments changed between opening the page and saving it.
  package static let assignmentsChanged = UserError(
    .init(rawValue: "LOP-223"),
    "Phân công của lớp vừa được người khác thay đổi nên chưa lưu. Hãy xem lại bảng rồi lưu lần nữa.",
    .conflict)

  /// LOP-224. Thrown when a class name cannot be read or is taken this year.
  package static func unusableClassName(_ name: String) -> UserError {
    .init(
      .init(rawValue: "LOP-224"),
      "Tên lớp “\(name)” chưa dùng được hoặc đã có trong năm học. Hãy viết như 6A2, 10A1; chưa thêm lớp nào.",
      .conflict)
  }

  /// LOP-225. Thrown when a login is named that no account of this school has.
  package static let unknownLogin = UserError(
    .init(rawValue: "LOP-225"),
    "Trường không có tài khoản với tên đăng nhập này. Hãy kiểm tra lại từng chữ và số.")
}
