import Foundation
package import Rules
import Spreadsheets

/// One upload of a class list, from preview to confirmation.
package enum ImportRun { package typealias ID = Identifier<ImportRun> }

/// What is kept of an uploaded list until it is confirmed: the columns that the school needs, nothing of the others.
package struct ImportRecord: Sendable, Equatable, Codable {
  package struct Line: Sendable, Equatable, Codable, Hashable {
    package let sheet: String
    package let line: Int
    var source: ClassListSource { .init(sheet: sheet, line: line) }
  }

  struct Row: Sendable, Equatable, Codable {
    let at: Line
    let className: String
    let number: Int?
    let numberIsComputed: Bool
    let code: String?
    let name: String
    let birthDate: Day?
    let sex: ClassListEntry.Sex
    let guardianName: String?
    let guardianPhone: String?
  }

  package struct Fault: Sendable, Equatable, Codable {
    package let at: Line
    package let column: String
    package let letter: String
    package let code: String
    package let sentence: String
    package let text: String
    let className: String?
  }

  package struct Note: Sendable, Equatable, Codable {
    package let sheet: String
    package let line: Int?
    package let sentence: String
  }

  package struct Column: Sendable, Equatable, Codable {
    package let sheet: String
    package let letter: String
    package let header: String
    /// What it was taken for; nil for a column that was dropped.
    package let meaning: String?
  }

  var rows: [Row]
  package let faults: [Fault]
  package let notes: [Note]
  package let columns: [Column]
  package let dropped: [Column]
  package let skippedSheets: [String]
  let wholeClasses: Bool
  /// The clerk's answers: a pupil's key, or `new`.
  var decisions: [Decision]

  struct Decision: Sendable, Equatable, Codable {
    let at: Line
    let pupil: Person.ID?
  }

  package var acceptedCount: Int { rows.count }
  package var faultyLines: Int { Set(faults.map(\.at)).count }
}

extension ImportRecord {
  init(_ reading: ClassListReading, notices: [SpreadsheetNotice], wholeClasses: Bool) {
    rows = reading.entries.map(Row.init)
    faults = reading.rejected.map(Fault.init)
    notes =
      notices.map { Note(sheet: "", line: nil, sentence: $0.sentence) }
      + reading.notices.map { Note(sheet: $0.sheet, line: $0.line, sentence: $0.sentence) }
    columns = reading.columns.map {
      Column(sheet: $0.sheet, letter: $0.letter, header: $0.header, meaning: $0.field.label)
    }
    dropped = reading.dropped.map {
      Column(sheet: $0.sheet, letter: $0.letter, header: $0.header, meaning: nil)
    }
    skippedSheets = reading.skippedSheets
    self.wholeClasses = wholeClasses
    decisions = []
  }

  var entries: [ClassListEntry] {
    rows.map {
      ClassListEntry(
        source: $0.at.source, className: $0.className, orderNumber: $0.number,
        orderIsComputed: $0.numberIsComputed,
        pupilCode: $0.code, name: $0.name, birthDate: $0.birthDate, sex: $0.sex,
        guardianName: $0.guardianName,
        guardianPhone: $0.guardianPhone)
    }
  }

  var rejections: [ClassListRejection] { faults.map(\.rejection) }

  var decisionsBySource: [ClassListSource: ReconciliationDecision] {
    Dictionary(
      decisions.map { ($0.at.source, $0.pupil.map(ReconciliationDecision.samePupil) ?? .newPupil) },
      uniquingKeysWith: { _, last in last })
  }

  func encoded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  static func decoded(_ text: String) throws -> ImportRecord {
    try JSONDecoder().decode(ImportRecord.self, from: Data(text.utf8))
  }
}

extension ImportRecord.Row {
  init(_ entry: ClassListEntry) {
    at = .init(sheet: entry.source.sheet, line: entry.source.line)
    className = entry.className
    number = entry.orderNumber
    numberIsComputed = entry.orderIsComputed
    code = entry.pupilCode
    name = entry.name
    birthDate = entry.birthDate
    sex = entry.sex
    guardianName = entry.guardianName
    guardianPhone = entry.guardianPhone
  }
}

extension ImportRecord.Fault {
  init(_ rejection: ClassListRejection) {
    self.init(
      at: .init(sheet: rejection.source.sheet, line: rejection.source.line), column: rejection.column,
      letter: rejection.letter, code: rejection.reason.rawValue, sentence: rejection.sentence,
      text: rejection.text,
      className: rejection.className)
  }

  /// A row that reads well, but whose code is that of another pupil who was here before.
  init(codeOfFormer entry: ClassListEntry) {
    let error = UserError.codeOfFormerPupil
    self.init(
      at: .init(sheet: entry.source.sheet, line: entry.source.line), column: "", letter: "",
      code: error.code.rawValue, sentence: error.sentence, text: entry.pupilCode ?? "",
      className: entry.className)
  }

  var rejection: ClassListRejection {
    .init(
      source: at.source, column: column, letter: letter, reason: .init(rawValue: code) ?? .duplicateCode,
      sentence: sentence, text: text, stored: className)
  }
}

extension ClassListField {
  /// What the column was taken for, in the words of the school.
  var label: String {
    switch self {
    case .orderNumber: "Số thứ tự"
    case .code(.ministry): "Mã định danh của Bộ"
    case .code(.school): "Mã học sinh"
    case .code(.candidate): "Số báo danh"
    case .fullName: "Họ và tên"
    case .familyName: "Họ"
    case .middleName: "Tên đệm"
    case .givenName: "Tên"
    case .birthDate: "Ngày sinh"
    case .sex: "Giới tính"
    case .femaleMark: "Đánh dấu nữ"
    case .maleMark: "Đánh dấu nam"
    case .className: "Lớp"
    case .status: "Trạng thái (chỉ đọc, không lưu)"
    case .guardianName: "Tên người thân"
    case .guardianPhone: "Điện thoại người thân"
    }
  }
}
