/// What the school knows beforehand when it reads a class list.
package struct ClassListSetting: Hashable, Sendable {
  /// The class that the clerk chose; a row that names another one is refused. Nil: the list names the
  /// classes.
  package var className: String?
  /// The school's classes of this year; a row of any other class is refused. Nil: any class is taken.
  package var knownClasses: [String]?
  /// Birth dates after this day are impossible.
  package var today: Day

  package init(className: String? = nil, knownClasses: [String]? = nil, today: Day) {
    self.className = className
    self.knownClasses = knownClasses
    self.today = today
  }
}

/// Where a row stands in the file, as Excel shows it.
package struct ClassListSource: Hashable, Sendable, Comparable {
  package let sheet: String
  package let line: Int

  package init(sheet: String, line: Int) {
    self.sheet = sheet
    self.line = line
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.sheet, left.line) < (right.sheet, right.line)
  }
}

/// One pupil of a class list, read and checked; all that is kept of the row.
package struct ClassListEntry: Hashable, Sendable {
  package enum Sex: String, Hashable, Sendable, Codable, CaseIterable {
    case male
    case female
    case unknown
  }

  package var source: ClassListSource
  package var className: String
  package var orderNumber: Int?
  /// True when the list gave no number and the name's place in the class is used.
  package var orderIsComputed: Bool
  package var pupilCode: String?
  /// Real name, NFC, without invisible characters.
  package var name: String
  package var birthDate: Day?
  package var sex: Sex
  package var guardianName: String?
  /// Digits with the leading 0.
  package var guardianPhone: String?

  package init(
    source: ClassListSource, className: String, orderNumber: Int? = nil, orderIsComputed: Bool = false,
    pupilCode: String? = nil, name: String, birthDate: Day? = nil, sex: Sex = .unknown,
    guardianName: String? = nil, guardianPhone: String? = nil
  ) {
    self.source = source
    self.className = className
    self.orderNumber = orderNumber
    self.orderIsComputed = orderIsComputed
    self.pupilCode = pupilCode
    self.name = name
    self.birthDate = birthDate
    self.sex = sex
    self.guardianName = guardianName
    self.guardianPhone = guardianPhone
  }
}

/// The outcome of reading a class list, for the preview: nothing is stored yet.
package struct ClassListReading: Hashable, Sendable {
  package struct Column: Hashable, Sendable {
    package let sheet: String
    /// Excel's letter.
    package let letter: String
    /// As the file writes it, cleaned and shortened.
    package let header: String
    package let field: ClassListField
  }

  /// A column whose values were not read at all.
  package struct DroppedColumn: Hashable, Sendable {
    package enum Cause: Hashable, Sendable {
      case notNeeded
      /// Another column already gives this.
      case alreadyGiven
    }
    package let sheet: String
    package let letter: String
    package let header: String
    package let cause: Cause
  }

  package var columns: [Column] = []
  package var dropped: [DroppedColumn] = []
  /// In the order of the file.
  package var entries: [ClassListEntry] = []
  /// One for each fault, so a row may occur twice; a row that occurs here is not among the entries.
  package var rejected: [ClassListRejection] = []
  package var notices: [ClassListNotice] = []
  /// Titles, totals, signatures and rows without a pupil: passed over on purpose.
  package var ignored: [ClassListSource] = []
  /// Sheets in which no header was found.
  package var skippedSheets: [String] = []

  package init() {}

  /// Lines with at least one fault.
  package var rejectedLines: Set<ClassListSource> { Set(rejected.map(\.source)) }
}
