extension UserError {
  /// LOP-101. The person may not do this; deliberately says nothing about what exists.
  package static let notAllowed = UserError(
    .init(rawValue: "LOP-101"),
    "Bạn không có quyền xem hoặc làm việc này. Nếu cần, hãy hỏi giáo viên chủ nhiệm hoặc nhà trường.",
    .forbidden)

  /// LOP-102.
  package static let signInNeeded = UserError(
    .init(rawValue: "LOP-102"), "Bạn cần đăng nhập trước. Sau khi đăng nhập, bạn sẽ trở lại trang này.",
    .signInNeeded)

  /// LOP-103. One sentence for a wrong name and a wrong password: never tells whether an account exists.
  package static let wrongSignIn = UserError(
    .init(rawValue: "LOP-103"),
    "Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy kiểm tra phiếu tài khoản, hoặc nhờ giáo viên chủ nhiệm cấp lại.",
    .forbidden)

  /// LOP-104. Guessing is slowed per account and per address; the wait is said, the reason is not.
  package static func tooManyAttempts(waitMinutes: Int) -> UserError {
    .init(
      .init(rawValue: "LOP-104"),
      "Đã thử sai nhiều lần. Hãy đợi \(waitMinutes) phút rồi thử lại, hoặc nhờ giáo viên chủ nhiệm giúp.",
      .tooMany)
  }

  /// LOP-105.
  package static let accountLocked = UserError(
    .init(rawValue: "LOP-105"), "Tài khoản đang bị khóa. Giáo viên chủ nhiệm hoặc nhà trường có thể mở lại.",
    .forbidden)

  /// LOP-106. Also for a slip that never existed.
  package static let slipNotUsable = UserError(
    .init(rawValue: "LOP-106"),
    "Phiếu tài khoản này không dùng được: đã dùng, đã hết hạn hoặc gõ chưa đúng. Hãy xin giáo viên chủ nhiệm phiếu mới.",
    .gone)

  /// LOP-107.
  package static func weakPassword(minimum: Int) -> UserError {
    .init(
      .init(rawValue: "LOP-107"),
      "Mật khẩu này quá dễ đoán. Hãy dùng ít nhất \(minimum) ký tự, không phải tên, ngày sinh hay số điện thoại."
    )
  }

  /// LOP-108.
  package static let wrongSecondFactor = UserError(
    .init(rawValue: "LOP-108"),
    "Mã xác thực chưa đúng hoặc đã cũ. Hãy mở ứng dụng xác thực và nhập mã đang hiện.", .forbidden)

  /// LOP-109.
  package static let passwordsDiffer = UserError(
    .init(rawValue: "LOP-109"), "Hai lần gõ mật khẩu chưa giống nhau. Hãy gõ lại cả hai ô.")

  /// LOP-110. Attack prevented: a form on another site that posts in the person's name.
  package static let foreignForm = UserError(
    .init(rawValue: "LOP-110"),
    "Yêu cầu này không đến từ trang của trường nên đã bị chặn. Hãy mở lại trang và thử lại.", .forbidden)

  /// LOP-111.
  package static let notFound = UserError(
    .init(rawValue: "LOP-111"), "Không tìm thấy trang hoặc nội dung này. Hãy về trang đầu và chọn lại.",
    .notFound)

  /// LOP-113.
  package static let alreadyVerified = UserError(
    .init(rawValue: "LOP-113"), "Tài khoản này đã được xác nhận rồi. Không cần làm gì thêm.", .conflict)

  /// LOP-114.
  package static let notActivated = UserError(
    .init(rawValue: "LOP-114"),
    "Tài khoản này chưa được kích hoạt nên chưa xác nhận được. Hãy để em kích hoạt bằng phiếu trước.",
    .conflict)

  /// LOP-115.
  package static let loginTaken = UserError(
    .init(rawValue: "LOP-115"), "Tên đăng nhập này đã có người dùng. Hãy chọn tên khác.", .conflict)
}

extension UserError {
  /// LOP-116. More people sign in at this moment than the machine can check.
  package static let signInBusy = UserError(
    .init(rawValue: "LOP-116"),
    "Đang có rất nhiều người đăng nhập cùng lúc. Hãy đợi khoảng mười giây rồi bấm lại.", .unavailable)
}

// Recovery codes.
extension UserError {
  /// LOP-117. One sentence for a wrong, a used and a replaced code.
  package static let wrongRecoveryCode = UserError(
    .init(rawValue: "LOP-117"),
    "Mã dự phòng chưa đúng hoặc đã dùng rồi. Hãy thử mã khác trên tờ mã, hoặc nhờ người phụ trách CNTT của trường.",
    .forbidden)

  /// LOP-118. Recovery codes stand in for a second factor, so there must be one.
  package static let noSecondFactorYet = UserError(
    .init(rawValue: "LOP-118"), "Hãy bật xác thực hai bước trước, rồi tạo mã dự phòng.", .conflict)

  /// LOP-119. The own password, asked again before something that opens the account.
  package static let wrongOwnPassword = UserError(
    .init(rawValue: "LOP-119"), "Mật khẩu hiện nay chưa đúng. Hãy gõ lại.", .forbidden)
}
