/// The name under which a person appears everywhere in a lesson. Made by the server from the roster, typed by
/// nobody.
///
/// - Shape: “07. Nguyễn Văn A – 6A2” for pupils, “Trần Thị B – Giáo viên” for adults; NFC, one line.
/// - Source: Hạ Long dispatch of May 2020, 1.3c and 1.4b (S3-30, S3-42, S3-43): real name, order number; the
///   form is ours.
package struct DisplayName: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package var description: String { text }

  /// The name of a pupil.
  ///
  /// Unique within a class by construction: everything before the first full stop is the order number, and no
  /// two rows of a roster share one.
  /// - Parameters:
  ///   - orderNumber: the place on the roster, >= 1; written with two digits at least.
  ///   - name: the real name as on the roster, hostile until cleaned.
  ///   - className: “6A2”.
  package static func of(orderNumber: Int, name: String, className: String) -> DisplayName {
    let digits = String(orderNumber)
    let number = digits.count < 2 ? "0" + digits : digits
    return .init(text: "\(number). \(cleaned(name)) – \(shortened(className, most: 20))")
  }

  /// The name of an adult: always with what they are, never with an order number.
  package static func of(adult name: String, as title: AdultTitle) -> DisplayName {
    .init(text: "\(cleaned(name)) – \(title.rawValue)")
  }

  package enum AdultTitle: String, Sendable, CaseIterable {
    case teacher = "Giáo viên"
    case substitute = "Giáo viên dạy thay"
    case homeroomTeacher = "Giáo viên chủ nhiệm dự giờ"
    case leader = "Lãnh đạo nhà trường dự giờ"
    case inspector = "Cán bộ kiểm tra"
    case guest = "Khách mời"
  }

  /// The name with nothing in it that could imitate a number, a class or a title.
  ///
  /// Attack prevented: a guest called “07. Nguyễn Văn A – 6A2”, a name hidden under stacked marks, a name of
  /// ten thousand letters.
  static func cleaned(_ name: String) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in VietnameseText.clean(name).unicodeScalars where mayStand(scalar, first: kept.isEmpty) {
      kept.append(scalar)
    }
    let name = shortened(String(kept), most: 60)
    return name.isEmpty ? "Chưa có tên" : name
  }

  private static func mayStand(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter: true
    case .nonspacingMark, .spacingMark: !first
    case .spaceSeparator: !first
    default: !first && "'’-.()".unicodeScalars.contains(scalar)
    }
  }

  private static func shortened(_ text: String, most: Int) -> String {
    VietnameseText.clean(String(HostileText.withoutStackedMarks(text).prefix(most)))
  }
}

/// What typed text can do to a page even when every single character of it is allowed.
package enum HostileText {
  /// The text with at most two combining marks on a letter; NFC Vietnamese needs none at all.
  ///
  /// Attack prevented: letters stacked with hundreds of marks that cover the lines above and below.
  package static func withoutStackedMarks(_ text: String) -> String {
    if PlainLetters.make(up: text) { return text }
    var kept = String.UnicodeScalarView()
    var marks = 0
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .spacingMark: marks += 1
      default: marks = 0
      }
      if marks <= 2 { kept.append(scalar) }
    }
    return String(kept)
  }
}
