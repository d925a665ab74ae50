package import Rules

extension UserError {
  /// LOP-120.
  package static let unreadableForm = UserError(
    .init(rawValue: "LOP-120"), "Không đọc được biểu mẫu vừa gửi. Hãy tải lại trang và gửi lại.")

  /// LOP-121.
  package static func missingField(_ label: String) -> UserError {
    .init(.init(rawValue: "LOP-121"), "Còn thiếu “\(label)”. Hãy điền rồi gửi lại.")
  }

  /// LOP-122.
  package static func tooLong(_ label: String, limit: Int) -> UserError {
    .init(.init(rawValue: "LOP-122"), "“\(label)” dài quá \(limit) ký tự. Hãy viết ngắn hơn.")
  }

  /// LOP-123.
  package static func bodyTooLarge(limit: Int) -> UserError {
    let size = limit >= 1_048_576 ? "\(limit / 1_048_576) MB" : "\(limit / 1_024) KB"
    return .init(
      .init(rawValue: "LOP-123"),
      "Nội dung gửi lên lớn hơn \(size) nên chưa được nhận. Hãy chọn tệp nhỏ hơn.", .tooLarge)
  }

  /// LOP-124. Shown for every technical error; the log has the cause under the same reference.
  package static func technical(reference: String) -> UserError {
    .init(
      .init(rawValue: "LOP-124"),
      "Máy chủ gặp trục trặc và chưa làm được việc này. Không có gì bị mất. Hãy thử lại; nếu vẫn lỗi, báo nhà trường mã \(reference).",
      .unavailable)
  }

  /// LOP-125. The database is locked or the disk is full: nothing was written.
  package static func storageBusy(reference: String) -> UserError {
    .init(
      .init(rawValue: "LOP-125"),
      "Máy chủ đang bận nên chưa ghi được. Chưa có gì thay đổi. Hãy thử lại sau ít giây (mã \(reference)).",
      .unavailable)
  }

  /// LOP-126.
  package static let unreadableJSON = UserError(
    .init(rawValue: "LOP-126"), "Không đọc được dữ liệu vừa gửi. Hãy tải lại trang và thử lại.")
}
