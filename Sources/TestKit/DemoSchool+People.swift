extension DemoSchool {
  /// One person of the small province: who they are to it, by name. Every name is invented and occurs once.
  ///
  /// The first school has the classes 6A1 (“own”) and 6A2 (“other”), the second school the class 7B1.
  package enum Actor: String, CaseIterable, Sendable {
    /// A browser in which nobody is signed in.
    case nobody
    // 6A1, in order of their numbers
    case pupil, classmate, thirdPupil, unverifiedPupil, lockedPupil
    case pupilOfOtherClass, secondOfOtherClass, thirdOfOtherClass, fourthOfOtherClass, fifthOfOtherClass
    case pupilOfOtherSchool, secondOfOtherSchool
    /// Of `pupil`.
    case guardian
    /// Of `classmate`.
    case otherGuardian
    /// Of `pupilOfOtherClass`.
    case guardianOfOtherClass
    case guardianOfOtherSchool
    /// Of 6A1.
    case subjectTeacher, homeroomTeacher
    /// Of 6A2.
    case teacherOfOtherClass
    /// Both subject and homeroom teacher of 7B1.
    case teacherOfOtherSchool
    case head, deputyHead, itTeacher
    case headOfOtherSchool, itTeacherOfOtherSchool
    /// Of the department above both schools.
    case officer

    /// As on the roster.
    package var name: String {
      switch self {
      case .nobody: ""
      case .pupil: "Nguyễn Hoài An"
      case .classmate: "Trần Bảo Bình"
      case .thirdPupil: "Lê Gia Châu"
      case .unverifiedPupil: "Phạm Minh Duy"
      case .lockedPupil: "Hoàng Thu Giang"
      case .pupilOfOtherClass: "Phan Đức Hiếu"
      case .secondOfOtherClass: "Vũ Ngọc Khánh"
      case .thirdOfOtherClass: "Đặng Thanh Lâm"
      case .fourthOfOtherClass: "Bùi Quang Minh"
      case .fifthOfOtherClass: "Đỗ Thảo Nguyên"
      case .pupilOfOtherSchool: "Hồ Nhật Phong"
      case .secondOfOtherSchool: "Ngô Như Quỳnh"
      case .guardian: "Nguyễn Văn Rạng"
      case .otherGuardian: "Trần Thị Sương"
      case .guardianOfOtherClass: "Phan Thị Tuyết"
      case .guardianOfOtherSchool: "Hồ Văn Uyên"
      case .subjectTeacher: "Dương Thị Vân"
      case .homeroomTeacher: "Lý Thanh Xuân"
      case .teacherOfOtherClass: "Mai Hồng Yến"
      case .teacherOfOtherSchool: "Tạ Kim Chi"
      case .head: "Đinh Công Ích"
      case .deputyHead: "Chu Lan Oanh"
      case .itTeacher: "Cao Bá Kiên"
      case .headOfOtherSchool: "Tô Thị Ngát"
      case .itTeacherOfOtherSchool: "Âu Quốc Đạt"
      case .officer: "Thái Thị Êm"
      }
    }

    /// Lower case, without marks; unlike any name, so that a page can be searched for the one without the other.
    package var login: String { "dn." + rawValue.lowercased() }

    /// Everybody whose name an answer could give away.
    package static let people = allCases.filter { $0 != .nobody }
    package static let ownClass: [Actor] = [
      .pupil, .classmate, .thirdPupil, .unverifiedPupil, .lockedPupil,
    ]
    package static let otherClass: [Actor] = [
      .pupilOfOtherClass, .secondOfOtherClass, .thirdOfOtherClass, .fourthOfOtherClass, .fifthOfOtherClass,
    ]
    package static let otherSchool: [Actor] = [.pupilOfOtherSchool, .secondOfOtherSchool]
  }

  /// Who holds the account of which child.
  static let families: [(guardian: Actor, child: Actor)] = [
    (.guardian, .pupil), (.otherGuardian, .classmate), (.guardianOfOtherClass, .pupilOfOtherClass),
    (.guardianOfOtherSchool, .pupilOfOtherSchool),
  ]
}
