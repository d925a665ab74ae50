import Crypto
import Foundation
import Rules
import Storage

/// Ties a lesson's log into the unit's chain: at the end its digest goes into the ledger, so that a line altered later
/// no longer fits.
enum LessonSeal {
  static func seal(_ lesson: Lesson.ID, unit: OrgUnit.ID, in db: Transaction) throws {
    let rows = try LiveStore.log(of: lesson, in: db)
    let digest = digest(of: rows)
    try LiveStore.seal(lesson, digest: digest, in: db)
    try db.publish(
      Event(
        "lesson.sealed", unit: unit, by: nil, of: lesson.rawValue,
        ["digest": digest, "lines": String(rows.count)]))
  }

  /// SHA-256 over all lines in order, hexadecimal.
  static func digest(of rows: [LogRow]) -> String {
    var hash = SHA256()
    for row in rows {
      let line = [
        String(row.seq), String(row.at.seconds), row.kind, row.person?.rawValue ?? "", row.by?.rawValue ?? "",
        row.body,
      ].joined(separator: "\u{1F}")
      hash.update(data: Data((line + "\u{1E}").utf8))
    }
    return hash.finalize().hexadecimal
  }
}
