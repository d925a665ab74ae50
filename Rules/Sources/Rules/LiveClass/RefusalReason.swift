/// Why somebody was not let in. The raw value stands in decision records and never changes.
package enum RefusalReason: String, Error, Hashable, Sendable, CaseIterable {
  case deviceProofMissing, deviceProofWrong
  case ticketForged, ticketOfOtherAccount, ticketOfOtherDevice, ticketOfOtherLesson
  case accountLocked, accountClosed, accountUnverified, enrolmentEnded
  case notOnRoster, pupilOfOtherClass, teacherOfOtherSchool, guardianOfPupil, visitNotAnnounced
  case removedFromLesson, removedFromClass
  case passwordTriesUsedUp, passwordWrong, passwordMissing
  case ticketMissing, ticketUsed, ticketExpired
  case lessonEnded, beforeOpening
  case seatTaken

  /// What the decision record says, for the teacher and the inspector.
  package var record: String {
    switch self {
    case .deviceProofMissing: "Thiết bị không chứng minh được phiên đăng nhập"
    case .deviceProofWrong: "Phiên đăng nhập được dùng trên thiết bị khác"
    case .ticketForged: "Vé vào lớp không do hệ thống cấp"
    case .ticketOfOtherAccount: "Vé vào lớp của tài khoản khác"
    case .ticketOfOtherDevice: "Vé vào lớp cấp cho thiết bị khác"
    case .ticketOfOtherLesson: "Vé vào lớp của tiết học khác"
    case .accountLocked: "Tài khoản đang bị khóa"
    case .accountClosed: "Tài khoản đã đóng"
    case .accountUnverified: "Tài khoản chưa được xác minh"
    case .enrolmentEnded: "Đã rời lớp trước ngày học"
    case .notOnRoster: "Không có tên trong danh sách lớp"
    case .pupilOfOtherClass: "Học sinh của lớp khác"
    case .teacherOfOtherSchool: "Giáo viên của trường khác"
    case .guardianOfPupil: "Phụ huynh không vào phòng học"
    case .visitNotAnnounced: "Dự giờ chưa được báo trước"
    case .removedFromLesson: "Đã bị đưa ra khỏi tiết học này"
    case .removedFromClass: "Đang bị dừng tham gia lớp"
    case .passwordTriesUsedUp: "Nhập sai mật khẩu lớp quá nhiều lần"
    case .passwordWrong: "Mật khẩu lớp không đúng"
    case .passwordMissing: "Chưa nhập mật khẩu lớp"
    case .ticketMissing: "Không có vé vào lớp"
    case .ticketUsed: "Vé vào lớp đã dùng"
    case .ticketExpired: "Vé vào lớp đã hết hạn"
    case .lessonEnded: "Tiết học đã kết thúc"
    case .beforeOpening: "Chưa đến giờ mở cửa lớp"
    case .seatTaken: "Tài khoản đang ở trong lớp trên thiết bị khác"
    }
  }
}

/// Why somebody waits. The raw value stands in decision records.
package enum LobbyReason: String, Hashable, Sendable, CaseIterable {
  case teacherHasNotOpened, teacherAway, doorLocked

  package var record: String {
    switch self {
    case .teacherHasNotOpened: "Chờ giáo viên mở lớp"
    case .teacherAway: "Chờ giáo viên trở lại"
    case .doorLocked: "Chờ vì cửa lớp đang khóa"
    }
  }

  /// What the waiting person reads. Says nothing about anybody else who waits.
  package var sentence: String {
    switch self {
    case .teacherHasNotOpened: "Em đến đúng nơi rồi. Khi thầy cô mở lớp, em sẽ vào ngay."
    case .teacherAway: "Thầy cô vừa mất kết nối. Em chờ một chút, khi thầy cô trở lại em sẽ vào ngay."
    case .doorLocked: "Thầy cô đang đóng cửa lớp. Em chờ ở đây, khi thầy cô mở cửa em sẽ vào ngay."
    }
  }
}
