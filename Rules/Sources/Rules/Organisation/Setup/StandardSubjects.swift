/// What a school teaches by the national programme, to choose from: nobody has to type twelve names.
///
/// - Source: programme of general education of 2018 (Circular 32/2018/TT-BGDĐT, history compulsory in upper secondary
///   since 13/2022/TT-BGDĐT). Subjects that a school may add itself are not listed.
package enum StandardSubjects {
  package enum Level: String, CaseIterable, Sendable {
    case primary, lowerSecondary, upperSecondary

    package var label: String {
      switch self {
      case .primary: "Tiểu học"
      case .lowerSecondary: "Trung học cơ sở"
      case .upperSecondary: "Trung học phổ thông"
      }
    }
  }

  /// The level of a grade; nil for preschool and for what is no grade.
  package static func level(ofGrade grade: Int) -> Level? {
    switch grade {
    case 1...5: .primary
    case 6...9: .lowerSecondary
    case 10...12: .upperSecondary
    default: nil
    }
  }

  /// Names as they stand on a timetable, in the order of the programme.
  package static func names(of level: Level) -> [String] {
    switch level {
    case .primary:
      [
        "Tiếng Việt", "Toán", "Đạo đức", "Tiếng Anh", "Tự nhiên và Xã hội", "Lịch sử và Địa lí", "Khoa học",
        "Tin học", "Công nghệ", "Giáo dục thể chất", "Âm nhạc", "Mĩ thuật", "Hoạt động trải nghiệm",
      ]
    case .lowerSecondary:
      [
        "Ngữ văn", "Toán", "Tiếng Anh", "Giáo dục công dân", "Lịch sử và Địa lí", "Khoa học tự nhiên",
        "Công nghệ", "Tin học", "Giáo dục thể chất", "Âm nhạc", "Mĩ thuật",
        "Hoạt động trải nghiệm, hướng nghiệp", "Giáo dục địa phương",
      ]
    case .upperSecondary:
      [
        "Ngữ văn", "Toán", "Tiếng Anh", "Lịch sử", "Địa lí", "Giáo dục kinh tế và pháp luật", "Vật lí",
        "Hóa học", "Sinh học", "Công nghệ", "Tin học", "Âm nhạc", "Mĩ thuật", "Giáo dục thể chất",
        "Giáo dục quốc phòng và an ninh", "Hoạt động trải nghiệm, hướng nghiệp", "Giáo dục địa phương",
      ]
    }
  }
}
