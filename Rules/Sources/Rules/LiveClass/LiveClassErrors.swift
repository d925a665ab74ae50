extension RefusalReason {
  /// What the person reads who was not let in.
  ///
  /// Reasons that would teach an intruder something (is this ticket real, does this account exist, whose
  /// class is it) share one code and one sentence; the record keeps them apart.
  /// - Parameter opens: when the door opens, for `beforeOpening`.
  package func error(opens: Timestamp) -> UserError {
    switch self {
    case .deviceProofMissing, .deviceProofWrong: .deviceNotRecognised
    case .ticketForged, .ticketOfOtherAccount, .ticketOfOtherDevice, .ticketOfOtherLesson: .ticketNotAccepted
    case .ticketMissing, .ticketUsed, .ticketExpired: .ticketNeeded
    case .accountLocked, .accountClosed: .accountNotUsable
    case .accountUnverified: .accountNotVerified
    case .enrolmentEnded, .notOnRoster, .pupilOfOtherClass, .teacherOfOtherSchool: .notInThisClass
    case .guardianOfPupil: .guardiansStayOutside
    case .visitNotAnnounced: .visitNeedsNotice
    case .removedFromLesson, .removedFromClass: .removedFromClass
    case .passwordTriesUsedUp: .tooManyClassPasswords
    case .passwordWrong: .wrongClassPassword
    case .passwordMissing: .classPasswordNeeded
    case .beforeOpening: .classNotYetOpen(opens: opens)
    case .lessonEnded: .lessonHasEnded
    case .seatTaken: .seatOnOtherDevice
    }
  }
}

// At the door.
extension UserError {
  private static func door(_ number: Int, _ sentence: String, _ kind: Kind = .forbidden) -> Self {
    .init(.init(rawValue: "LOP-\(number)"), sentence, kind)
  }

  /// LOP-401. The device did not prove that the sign-in is its own.
  package static let deviceNotRecognised = door(
    401, "Thiết bị này chưa được nhận ra. Em hãy đăng nhập lại trên chính thiết bị đang dùng.", .signInNeeded)
  /// LOP-402. The ticket is forged or belongs to another account, device or lesson.
  package static let ticketNotAccepted = door(
    402, "Lối vào này không dùng được. Em hãy về trang chính và bấm “Vào lớp”.")
  /// LOP-403. No ticket, or one that is used or too old.
  package static let ticketNeeded = door(
    403, "Lượt vào lớp này đã hết hạn. Em hãy về trang chính và bấm “Vào lớp” lần nữa.", .gone)
  /// LOP-404. The account is locked or closed.
  package static let accountNotUsable = door(
    404, "Tài khoản này hiện chưa vào lớp được. Em hãy nhờ giáo viên chủ nhiệm xem giúp.")
  /// LOP-405. Nobody has verified the account yet.
  package static let accountNotVerified = door(
    405, "Tài khoản đang chờ giáo viên chủ nhiệm xác minh. Em hãy nhắn thầy cô để vào lớp kịp giờ.")
  /// LOP-406. No roster row, no assignment, no recorded decision; also the answer for lessons that do not
  /// exist.
  package static let notInThisClass = door(
    406, "Tiết học này không có trong thời khóa biểu của bạn. Hãy về trang chính để xem tiết học của mình.")
  /// LOP-407. A guardian asked to come in.
  package static let guardiansStayOutside = door(
    407, "Phòng học dành cho các em và thầy cô. Phụ huynh xem con đang học ở trang Gia đình.")
  /// LOP-408. A visit without notice.
  package static let visitNeedsNotice = door(
    408, "Dự giờ cần báo trước cho giáo viên dạy tiết này. Thầy cô hãy gửi thông báo dự giờ rồi vào lại.")
  /// LOP-409. Removed, and nobody has lifted it yet.
  package static let removedFromClass = door(
    409, "Thầy cô đã tạm dừng việc vào lớp của em. Em hãy gặp thầy cô hoặc nhờ bố mẹ liên hệ để được vào lại."
  )
  /// LOP-410. Too many wrong class passwords.
  package static let tooManyClassPasswords = door(
    410, "Mật khẩu lớp đã được nhập nhiều lần chưa đúng. Em hãy đợi một lúc và hỏi lại thầy cô.", .tooMany)
  /// LOP-411. A wrong class password.
  package static let wrongClassPassword = door(
    411, "Mật khẩu lớp chưa đúng. Em hãy xem lại tờ giấy thầy cô phát hoặc hỏi thầy cô.", .invalid)
  /// LOP-412. The class password is missing.
  package static let classPasswordNeeded = door(
    412, "Lớp này cần mật khẩu lớp. Em hãy nhập mật khẩu thầy cô đã đưa.", .invalid)
  /// LOP-413. The door is not open yet.
  package static func classNotYetOpen(opens: Timestamp) -> Self {
    door(413, "Lớp mở cửa lúc \(opens.clock). Em chuẩn bị sách vở rồi quay lại lúc đó nhé.", .conflict)
  }
  /// LOP-414. The lesson is over.
  package static let lessonHasEnded = door(
    414, "Tiết học này đã kết thúc. Em xem tiết tiếp theo ở trang chính.", .gone)
  /// LOP-415. The account sits in the lesson on another device.
  package static let seatOnOtherDevice = door(
    415,
    "Tài khoản này đang ở trong lớp trên thiết bị khác. Em hãy rời lớp ở thiết bị kia, "
      + "hoặc báo thầy cô nếu không phải em.", .conflict)
}

// In the room.
extension UserError {
  private static func room(_ number: Int, _ sentence: String, _ kind: Kind = .forbidden) -> Self {
    .init(.init(rawValue: "LOP-\(number)"), sentence, kind)
  }

  /// LOP-440. Default answer of the table of powers.
  package static let notAllowedInLesson = room(
    440, "Việc này do thầy cô trong lớp làm. Em có thể giơ tay để hỏi.")
  /// LOP-441. Asked by somebody who is not in the room.
  package static let notInTheRoom = room(441, "Bạn chưa ở trong lớp. Hãy về trang chính và bấm “Vào lớp”.")
  /// LOP-442. Everything is stopped.
  package static let everythingStopped = room(
    442, "Thầy cô đang tạm dừng mọi hoạt động trong lớp. Em chờ một chút nhé.", .conflict)
  /// LOP-443. The chat is off.
  package static let chatIsOff = room(
    443, "Thầy cô đang tắt trò chuyện. Em có thể giơ tay để hỏi.", .conflict)
  /// LOP-444. Microphone, camera or screen was not allowed.
  package static let mediaNotAllowed = room(
    444, "Thầy cô chưa mời em bật micro, máy quay hay màn hình. Em có thể giơ tay.")
  /// LOP-445. The person meant is not, or no longer, there.
  package static let personNotHere = room(
    445, "Người này không còn ở trong lớp. Danh sách bên cạnh vừa được cập nhật.", .conflict)
  /// LOP-446. The lesson is not in the state that this needs.
  package static let lessonNotOpen = room(446, "Lớp đang không mở nên chưa làm được việc này.", .conflict)
  /// LOP-447. It is so already.
  package static let nothingToChange = room(447, "Việc này đã được làm rồi.", .conflict)
  /// LOP-448. The teacher's line is down.
  package static let teacherIsAway = room(
    448, "Thầy cô vừa mất kết nối. Em chờ một chút, lớp sẽ tiếp tục khi thầy cô trở lại.", .conflict)
}

extension UserError {
  /// LOP-449. The lesson could not be written and is being taken up again; nothing that was acknowledged is
  /// lost.
  package static let roomStartsAnew = room(
    449, "Lớp đang được nối lại. Em chờ vài giây, trang sẽ tự vào lại.", .unavailable)
}

// Class password.
extension UserError {
  /// LOP-002. Thrown when a class password is shorter than the school's minimum.
  package static func weakClassPassword(minimum: Int) -> Self {
    .init(.init(rawValue: "LOP-002"), "Mật khẩu lớp cần ít nhất \(minimum) ký tự. Hãy đặt mật khẩu dài hơn.")
  }

  /// LOP-470. Thrown when a class password is easy to guess.
  package static let guessableClassPassword = UserError(
    .init(rawValue: "LOP-470"),
    "Mật khẩu lớp này dễ đoán. Hãy dùng năm từ do hệ thống chọn, hoặc đặt câu dài hơn, "
      + "không có tên lớp, tên trường."
  )

  /// LOP-471. Thrown when a class password is too long.
  package static func longClassPassword(most: Int) -> Self {
    .init(.init(rawValue: "LOP-471"), "Mật khẩu lớp dài nhất \(most) ký tự. Hãy đặt mật khẩu ngắn hơn.")
  }
}

// Chat.
extension UserError {
  /// LOP-460. Thrown when nothing is left of a message.
  package static let emptyMessage = UserError(
    .init(rawValue: "LOP-460"), "Tin nhắn chưa có chữ nào. Em viết rồi gửi lại nhé.")

  /// LOP-461. Thrown when a message is too long.
  package static func longMessage(most: Int) -> Self {
    .init(
      .init(rawValue: "LOP-461"), "Tin nhắn dài nhất \(most) ký tự. Em hãy chia thành tin ngắn hơn.",
      .tooLarge)
  }

  /// LOP-462. Thrown when a message holds the class password.
  package static let messageHoldsPassword = UserError(
    .init(rawValue: "LOP-462"),
    "Tin nhắn có mật khẩu lớp nên chưa được gửi. Mật khẩu lớp không viết ra ở đây.")

  /// LOP-463. Thrown when a message holds the address of a class or a lesson.
  package static let messageHoldsClassLink = UserError(
    .init(rawValue: "LOP-463"),
    "Tin nhắn có đường dẫn vào lớp nên chưa được gửi. Mỗi bạn vào lớp từ trang của mình.")

  /// LOP-464. Thrown when messages come too fast.
  package static let tooManyMessages = UserError(
    .init(rawValue: "LOP-464"), "Em gửi hơi nhanh. Chờ vài giây rồi gửi tiếp nhé.", .tooMany)
}
