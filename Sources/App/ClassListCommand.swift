import Foundation
import Organisation
import Rules
import Web
package import Storage

/// The class-list import for the command line: the same reading, plan and confirmation as the page.
package struct ClassListCommand: Sendable {
  let database: Database

  package init(database: Database) { self.database = database }

  /// - Returns: what was found and done, one line each.
  /// - Throws: what the page would say, as a `UserError`.
  package func run(file: String, school code: String, className: String?, confirm: Bool) async throws
    -> String
  {
    let day = Day(at: database.now())
    let unit = try await database.read { db in
      try Schools.schools(on: day, in: db).first { try Schools.unit($0, on: day, in: db)?.code == code }
    }
    guard let unit else { throw UserError.notFound }
    let bytes = try read(file)
    let imports = ClassListImport(database: database)
    let preview = try await imports.preview(
      bytes: bytes, fileName: URL(fileURLWithPath: file).lastPathComponent, unit: unit, className: className,
      by: nil)
    var lines = preview.record.faults.map {
      "Dòng \($0.at.line), cột \($0.column): \($0.sentence) (\($0.code))"
    }
    lines.append(words(preview.outcome))
    if confirm {
      let outcome = try await imports.confirm(
        preview.run, unit: unit, fingerprint: preview.fingerprint, by: nil)
      lines.append(outcome.changesNothing ? "Danh sách không có gì thay đổi." : "Đã ghi.")
    } else {
      try await imports.discard(preview.run, unit: unit, by: nil)
      lines.append("Chưa ghi gì. Thêm --confirm để nhận các dòng đúng.")
    }
    return lines.joined(separator: "\n")
  }

  /// The size is looked at before a byte is read: a 200 MB file is refused, not loaded.
  private func read(_ file: String) throws -> [UInt8] {
    let size = (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
    guard size <= ClassListImport.fileLimit else {
      throw UserError.bodyTooLarge(limit: ClassListImport.fileLimit)
    }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
  }

  private func words(_ outcome: ImportOutcome) -> String {
    "Thêm \(outcome.added), trở lại \(outcome.returned), chuyển lớp \(outcome.moved), rời \(outcome.left), "
      + "đổi tên \(outcome.renamed), đổi số \(outcome.renumbered), sửa \(outcome.corrected), "
      + "bỏ qua \(outcome.skippedRows) dòng."
  }
}
