import App
import ArgumentParser
import Foundation
import Media
import Storage

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Say what this installation lacks, and what to do about it. Exit code 1 when something is wrong.")
  @OptionGroup var data: DataOptions

  func run() async throws {
    let configuration = data.configuration()
    var findings = [program(JanusSettings.isInstalled, "Media server Janus", "janus")]
    findings.append(
      program(
        FileManager.default.isExecutableFile(atPath: "/usr/bin/weasyprint"), "PDF of account slips",
        "weasyprint"))
    findings += folder(configuration.folder)
    do {
      let database = try configuration.openDatabase()
      findings += try await look(at: database)
      await database.close()
    } catch {
      findings.append(.init(isFine: false, words: "Database: \(error)"))
    }
    for finding in findings { print("\(finding.isFine ? "ok  " : "FAIL") \(finding.words)") }
    if !findings.allSatisfy(\.isFine) { throw ExitCode(1) }
  }

  private struct Finding {
    let isFine: Bool
    let words: String
  }

  private func program(_ isThere: Bool, _ what: String, _ package: String) -> Finding {
    Finding(isFine: isThere, words: isThere ? what : "\(what): missing, apt-get install \(package)")
  }

  /// Names of children and hashed passwords lie there: nobody else on the machine may read them.
  private func folder(_ path: String) -> [Finding] {
    guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
      let mode = facts[.posixPermissions] as? NSNumber
    else { return [] }
    let isPrivate = mode.intValue & 0o077 == 0
    let space =
      (try? FileManager.default.attributesOfFileSystem(forPath: path))?[.systemFreeSize] as? Int ?? 0
    return [
      Finding(
        isFine: isPrivate,
        words: isPrivate
          ? "Folder \(path) is the program's own" : "Others can read \(path): chmod 700 \(path)"),
      Finding(
        isFine: space > 2 << 30,
        words: "\(space >> 20) MB free on its disk"
          + (space > 2 << 30 ? "" : ": make room, below 2 GB lessons are at risk")),
    ]
  }

  private func look(at database: Database) async throws -> [Finding] {
    var findings: [Finding] = []
    if database.engine.kind == .postgres { findings.append(try await postgres(database)) }
    let missing = try await Migrator(Features.migrations).missing(in: database)
    guard missing.isEmpty else {
      return findings + [
        Finding(isFine: false, words: "Database lacks \(missing.count) steps: lopan migrate")
      ]
    }
    let (checked, broken) = try await Ledger.verify(database)
    findings.append(Finding(isFine: true, words: "Database up to date"))
    findings.append(
      Finding(isFine: broken.isEmpty, words: "Ledger: \(checked) events, \(broken.count) chains broken"))
    return findings
  }

  /// Another collation sorts names and finds duplicates otherwise than SQLite does.
  private func postgres(_ database: Database) async throws -> Finding {
    let (collation, encoding) = try await database.read { db in
      let row = try db.row(
        """
        SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()
        """)
      return (row?.text(0) ?? "", row?.text(1) ?? "")
    }
    let isFine = ["C", "POSIX", "C.UTF-8"].contains(collation) && encoding == "UTF8"
    return Finding(
      isFine: isFine,
      words: "PostgreSQL: collation \(collation), encoding \(encoding)"
        + (isFine ? "" : ": must be C and UTF8; make it anew with createdb -T template0 -E UTF8 --locale C"))
  }
}
