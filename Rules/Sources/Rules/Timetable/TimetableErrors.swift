extension UserError {
  /// LOP-490. Thrown when a door would open too late or too early.
  package static func openingOutOfRange(least: Int, most: Int) -> Self {
    .init(
      .init(rawValue: "LOP-490"),
      "Cửa lớp cần mở trước giờ học từ \(least) đến \(most) phút. Thầy cô hãy chọn lại số phút.")
  }

  /// LOP-491. Thrown when a lesson could run over for longer than allowed.
  package static func graceOutOfRange(most: Int) -> Self {
    .init(
      .init(rawValue: "LOP-491"),
      "Lớp chỉ có thể kéo dài thêm từ 0 đến \(most) phút. Thầy cô hãy chọn lại số phút.")
  }

  /// LOP-492. Thrown when a weekly slot has an impossible day, time, length or period.
  package static let timetableSlotImpossible = UserError(
    .init(rawValue: "LOP-492"),
    "Tiết học cần nằm trong một ngày, dài từ 5 đến 240 phút, ngày cuối không trước ngày đầu "
      + "và không quá hai năm. "
      + "Thầy cô hãy xem lại thứ, giờ và ngày.")

  /// LOP-493. Thrown when the class has another lesson at that time.
  package static func classHasLesson(at start: Timestamp) -> Self {
    .init(
      .init(rawValue: "LOP-493"),
      "Lớp này đã có tiết khác lúc \(start.clock) ngày \(Day(at: start).forPeople). "
        + "Thầy cô hãy chọn giờ khác.",
      .conflict)
  }

  /// LOP-494. Thrown when the teacher has another lesson at that time.
  package static func teacherHasLesson(at start: Timestamp) -> Self {
    .init(
      .init(rawValue: "LOP-494"),
      "Giáo viên này đã có tiết khác lúc \(start.clock) ngày \(Day(at: start).forPeople). "
        + "Thầy cô hãy chọn giờ khác hoặc người dạy thay.",
      .conflict)
  }
}
