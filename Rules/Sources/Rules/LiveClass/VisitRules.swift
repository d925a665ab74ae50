/// Visits to a lesson by an adult who answers for it: announced, with a purpose, never hidden.
///
/// - Source: Hạ Long dispatch of May 2020, section 2 (S3-58): nobody in the room without a right that stands on record.
///   That a visit is announced, how long the purpose is and when the announcement counts are ours.
package enum VisitRules {
  package static let longestPurpose = 200

  /// One announced visit. `from` and `to` lie within the lesson.
  package struct Announcement: Hashable, Sendable {
    package let purpose: String
    package let from: Timestamp
    package let to: Timestamp

    package init(purpose: String, from: Timestamp, to: Timestamp) {
      self.purpose = purpose
      self.from = from
      self.to = to
    }
  }

  /// What is announced about a lesson, made fit to be shown.
  ///
  /// May be announced until the lesson ends: what counts is that the teacher knows who comes and why, and a head who is
  /// needed at once must not have to wait.
  /// - Throws: LOP-416 for a missing or endless purpose, LOP-417 for times outside the lesson, LOP-414 when it is over.
  package static func announce(
    purpose: String, from: Timestamp?, to: Timestamp?, lesson: LessonTime, at now: Timestamp
  ) throws(UserError) -> Announcement {
    let purpose = VietnameseText.clean(HostileText.withoutStackedMarks(purpose))
    guard (5...longestPurpose).contains(purpose.count) else {
      throw .visitNeedsPurpose(most: longestPurpose)
    }
    guard now < lesson.end else { throw .lessonHasEnded }
    let (from, to) = (from ?? lesson.start, to ?? lesson.end)
    guard lesson.start <= from, from < to, to <= lesson.end else { throw .visitOutsideLesson }
    return Announcement(purpose: purpose, from: from, to: to)
  }

  /// Whether an announcement opens the door at a moment: from when the lobby opens before the announced time until the
  /// announced end.
  package static func counts(_ visit: Announcement, opening: OpeningRules, at now: Timestamp) -> Bool {
    now >= visit.from - Int64(opening.openingMinutes) * .minute && now < visit.to
  }
}

extension UserError {
  /// LOP-416. Thrown when a visit is announced without saying why.
  package static func visitNeedsPurpose(most: Int) -> Self {
    .init(
      .init(rawValue: "LOP-416"),
      "Hãy ghi mục đích dự giờ, từ 5 đến \(most) chữ cái, để giáo viên biết trước. Chưa gửi gì.")
  }

  /// LOP-417. Thrown when the time of a visit lies outside the lesson.
  package static let visitOutsideLesson = UserError(
    .init(rawValue: "LOP-417"), "Giờ dự phải nằm trong tiết học, và giờ đến trước giờ về. Chưa gửi gì.")

  /// LOP-418. Thrown when a visit is announced twice, or by the teacher of the lesson.
  package static let visitNotNeeded = UserError(
    .init(rawValue: "LOP-418"),
    "Thầy cô đã báo dự tiết này, hoặc chính là người dạy tiết này. Không cần báo thêm.",
    .conflict)

  /// LOP-419. Thrown when somebody is invited who cannot be a guest; never tells whether an account exists.
  package static let notAGuest = UserError(
    .init(rawValue: "LOP-419"),
    "Không mời được tên đăng nhập này. Người được mời cần có tài khoản đã xác nhận và chưa có chỗ trong lớp.",
    .conflict)
}
