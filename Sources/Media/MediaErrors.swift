import Rules

/// What a page or an administrator can act on in sound and pictures.
extension UserError {
  /// MED-001. The description would send what this person may not send now.
  static func mediaNotAllowed(_ what: String) -> Self {
    .init(
      .init(rawValue: "MED-001"),
      "Thầy cô chưa cho bật \(what). Hãy giơ tay để xin phép.", .forbidden)
  }

  /// MED-001 for a kind.
  static func mediaNotAllowed(_ kind: MediaKind) -> Self {
    switch kind {
    case .audio: mediaNotAllowed("micro")
    case .video: mediaNotAllowed("camera")
    case .screen: mediaNotAllowed("chia sẻ màn hình")
    }
  }

  /// MED-002. The text is not a description or candidate that a browser makes.
  static var mediaMalformed: Self {
    .init(
      .init(rawValue: "MED-002"),
      "Trình duyệt gửi thông tin âm thanh, hình ảnh không hợp lệ. Hãy tải lại trang."
    )
  }

  /// MED-003. A description over its size limit.
  static var mediaTooLarge: Self {
    .init(
      .init(rawValue: "MED-003"),
      "Trình duyệt gửi thông tin âm thanh, hình ảnh quá dài. Hãy tải lại trang.", .tooLarge)
  }

  /// MED-004. Media asked for by someone who is not, or no longer, in the room.
  static var notInMediaRoom: Self {
    .init(
      .init(rawValue: "MED-004"),
      "Trang này không còn ở trong phòng học. Hãy về trang chủ và vào lại buổi học.", .forbidden)
  }

  /// MED-005. The lesson's room is not open.
  static var mediaRoomNotOpen: Self {
    .init(
      .init(rawValue: "MED-005"),
      "Phòng học này chưa mở hoặc đã kết thúc. Hãy xem lại giờ học ở trang chủ.", .notFound)
  }

  /// MED-006. The media server is away; it is being started again.
  static var mediaUnavailable: Self {
    .init(
      .init(rawValue: "MED-006"),
      "Âm thanh và hình ảnh đang được khởi động lại. Trang sẽ tự nối lại sau vài giây.", .unavailable)
  }

  /// MED-007. The administrator has to install or repair the media server.
  static func mediaServerMissing(_ path: String) -> Self {
    .init(
      .init(rawValue: "MED-007"),
      "Máy này chưa có phần mềm âm thanh, hình ảnh (\(path)). Người quản trị hãy chạy: apt install janus.",
      .unavailable)
  }

  /// MED-008. Too many senders in the room, or too many requests by one page.
  static var mediaTooMany: Self {
    .init(
      .init(rawValue: "MED-008"),
      "Lớp đã đủ số người bật micro, camera cùng lúc. Hãy chờ một bạn tắt rồi thử lại.", .tooMany)
  }

  /// MED-009. Two requests for one connection at the same time, or an answer nobody asked for.
  static var mediaBusy: Self {
    .init(
      .init(rawValue: "MED-009"),
      "Trang đang nối âm thanh, hình ảnh. Hãy chờ vài giây rồi thử lại.", .conflict)
  }

  /// MED-010. A setting for the media server that cannot be written into its configuration.
  static func mediaSettingInvalid(_ name: String) -> Self {
    .init(
      .init(rawValue: "MED-010"),
      "Cài đặt âm thanh, hình ảnh “\(name)” không hợp lệ. Người quản trị hãy sửa rồi khởi động lại."
    )
  }

  /// MED-011. The machine has no network but loopback.
  static var mediaNoNetwork: Self {
    .init(
      .init(rawValue: "MED-011"),
      "Máy chủ chưa nối mạng nên chưa truyền được âm thanh, hình ảnh. Người quản trị hãy nối máy vào mạng.",
      .unavailable)
  }
}
