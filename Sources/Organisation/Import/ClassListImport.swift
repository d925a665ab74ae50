import Foundation
package import Rules
import Spreadsheets
package import Storage

/// Imports class lists in two steps, the same for the page and for `lopan import`: a preview that changes nothing, then a
/// confirmation that does what was shown.
package struct ClassListImport: Sendable {
  /// Bytes of a file; ten megabytes hold the lists of the largest schools many times.
  package static let fileLimit = SpreadsheetLimits.standard.fileBytes

  let database: Database

  package init(database: Database) { self.database = database }

  package struct Preview: Sendable {
    package let run: ImportRun.ID
    package let fileName: String
    package let record: ImportRecord
    package let plan: ImportPlan
    package let outcome: ImportOutcome
    /// Hand it to `confirm`, so that exactly this plan is carried out.
    package var fingerprint: String { plan.fingerprint }
  }

  // MARK: Preview

  /// Reads a list and keeps its needed columns until it is confirmed.
  ///
  /// - Parameters:
  ///   - className: the class that the clerk chose; nil when the list names its classes.
  ///   - wholeClasses: whether the list holds each class whole, so that who is missing has left.
  /// - Throws: LOP-203 without a school year; LOP-232 when other files are being read; LOP-301 … for the file.
  package func preview(
    bytes: [UInt8], fileName: String, unit: OrgUnit.ID, className: String? = nil, wholeClasses: Bool = true,
    by actor: Person.ID?
  ) async throws -> Preview {
    let today = Day(at: database.now())
    guard let year = try await database.read({ try Schools.year(for: unit, on: today, in: $0) }) else {
      throw UserError.noSchoolYear
    }
    let setting = ClassListSetting(className: className, today: today)
    let record = try await FileReading.shared.run {
      let sheets = try SpreadsheetReader.read(bytes, fileName: fileName)
      return ImportRecord(
        try ClassListReader.read(sheets.sheets, setting: setting), notices: sheets.notices,
        wholeClasses: wholeClasses)
    }
    let run = try await database.write { db in
      try ImportStore.add(record, unit: unit, year: year.id, fileName: fileName, by: actor, in: db)
    }
    return try await look(at: run, unit: unit)
  }

  /// The preview as it stands now.
  ///
  /// - Throws: LOP-230 when it is over.
  package func look(at run: ImportRun.ID, unit: OrgUnit.ID?) async throws -> Preview {
    let now = database.now()
    return try await database.read { db in
      let stored = try ImportStore.open(run, unit: unit, at: now, in: db)
      let plan = try ImportPlan.make(stored.record, unit: stored.unit, year: stored.year, in: db)
      return Preview(
        run: run, fileName: stored.fileName, record: stored.record, plan: plan, outcome: ImportOutcome(plan))
    }
  }

  /// Keeps the clerk's answers to rows that fit several pupils; the preview then shows what follows from them.
  ///
  /// - Parameter answers: by position of the ambiguity in the plan with this fingerprint; nil for a new pupil.
  package func decide(
    _ answers: [Int: Person.ID?], of run: ImportRun.ID, unit: OrgUnit.ID, fingerprint: String
  ) async throws {
    try await database.write { db in
      let stored = try ImportStore.open(run, unit: unit, at: db.at, in: db)
      let plan = try ImportPlan.make(stored.record, unit: stored.unit, year: stored.year, in: db)
      guard plan.fingerprint == fingerprint else { throw UserError.planChanged }
      var record = stored.record
      for (index, pupil) in answers.sorted(by: { $0.key < $1.key })
      where plan.reconciliation.ambiguous.indices.contains(index) {
        let ambiguity = plan.reconciliation.ambiguous[index]
        if let pupil, !ambiguity.candidates.contains(pupil) { continue }
        let source = ambiguity.entry.source
        record.decisions.append(.init(at: .init(sheet: source.sheet, line: source.line), pupil: pupil))
      }
      try ImportStore.replace(record, of: run, in: db)
    }
  }

  // MARK: Confirmation

  /// Takes the good rows; makes accounts for new pupils and for guardians with a telephone number.
  ///
  /// - Parameter fingerprint: of the preview that was looked at.
  /// - Throws: LOP-230 when the run is over, LOP-231 when the plan is no longer what was looked at.
  @discardableResult
  package func confirm(
    _ run: ImportRun.ID, unit: OrgUnit.ID, fingerprint: String, by actor: Person.ID?
  ) async throws -> ImportOutcome {
    try await database.write { db in
      try Schools.lockRoster(of: unit, in: db)
      let stored = try ImportStore.open(run, unit: unit, at: db.at, in: db)
      let plan = try ImportPlan.make(stored.record, unit: unit, year: stored.year, in: db)
      guard plan.fingerprint == fingerprint else { throw UserError.planChanged }
      var application = RosterApplication(
        unit: unit, year: stored.year, day: Day(at: db.at), actor: actor, in: db)
      try application.apply(plan)
      let outcome = ImportOutcome(plan)
      try ImportStore.finish(stored, outcome, by: actor, in: db)
      return outcome
    }
  }

  package func discard(_ run: ImportRun.ID, unit: OrgUnit.ID, by actor: Person.ID?) async throws {
    try await database.write { db in
      _ = try ImportStore.open(run, unit: unit, at: db.at, in: db)
      try ImportStore.discard(run, by: actor, unit: unit, in: db)
    }
  }
}

/// Reads one file after another on a thread of its own: a large list must not hold up the pages, and ten of them at once
/// must not fill the memory. At most four wait.
final class FileReading: Sendable {
  static let shared = FileReading()
  private let queue = OperationQueue()
  private static let mostWaiting = 4

  private init() {
    queue.maxConcurrentOperationCount = 1
    queue.qualityOfService = .utility
  }

  /// - Throws: LOP-232 when too many wait.
  func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    guard queue.operationCount <= Self.mostWaiting else { throw UserError.importBusy }
    return try await withCheckedThrowingContinuation { continuation in
      queue.addOperation { continuation.resume(with: Result(catching: work)) }
    }
  }
}

extension ImportOutcome {
  /// For the ledger: numbers only.
  var facts: [String: String] {
    [
      "added": "\(added)", "returned": "\(returned)", "moved": "\(moved)", "left": "\(left)",
      "renamed": "\(renamed)",
      "renumbered": "\(renumbered)", "corrected": "\(corrected)", "classes": "\(classesMade)",
      "skipped": "\(skippedRows)",
    ]
  }

  func encoded() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  static func decoded(_ text: String) throws -> ImportOutcome {
    try JSONDecoder().decode(ImportOutcome.self, from: Data(text.utf8))
  }
}
