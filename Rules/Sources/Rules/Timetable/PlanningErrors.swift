extension UserError {
  /// LOP-495. Thrown when a lesson is planned, changed or cancelled after its start.
  package static let lessonHasBegun = UserError(
    .init(rawValue: "LOP-495"),
    "Giờ học này đã bắt đầu hoặc đã qua nên không sửa được. Thầy cô hãy chọn một tiết sắp tới.",
    .conflict)

  /// LOP-496. Thrown when somebody is planned for a subject that they do not teach in the class.
  package static let notAssigned = UserError(
    .init(rawValue: "LOP-496"),
    "Giáo viên này chưa được phân công dạy môn đã chọn ở lớp. Thầy cô hãy chọn môn và giáo viên trong danh sách."
  )

  /// LOP-497. Thrown when a day or time of a form cannot be read.
  package static let unreadableLessonTime = UserError(
    .init(rawValue: "LOP-497"),
    "Chưa đọc được ngày hoặc giờ. Thầy cô hãy chọn lại ngày, giờ bắt đầu và số phút.")

  /// LOP-498. Thrown when the substitute is the teacher in charge already, or no teacher of the school.
  package static let notASubstitute = UserError(
    .init(rawValue: "LOP-498"),
    "Người này không thể dạy thay tiết đó. Thầy cô hãy chọn một giáo viên khác của trường.")
}
