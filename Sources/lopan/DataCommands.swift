import App
import ArgumentParser
import Foundation
import Identity
import Media
import Rules
import Storage

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Bring the database to the newest schema.")
  @OptionGroup var data: DataOptions

  func run() async throws {
    let database = try data.configuration().openDatabase()
    let steps = try await Migrator(Features.migrations).migrate(database)
    print(
      steps.isEmpty
        ? "The database is up to date." : "Ran \(steps.count) steps: \(steps.joined(separator: ", "))")
    await database.close()
  }
}

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy everything into one file while the server runs.")
  @OptionGroup var data: DataOptions
  @Argument(help: "File to write.") var file: String

  func run() async throws {
    let database = try data.configuration().openDatabase()
    let report = try await Backup.make(of: database, to: file)
    await database.close()
    print("Backed up to \(file): \(Self.words(report))")
    if !report.findings.isEmpty { throw ExitCode(1) }
  }

  /// The report as an operator reads it.
  static func words(_ report: Backup.Report) -> String {
    let size = ByteCountFormatter.string(fromByteCount: report.bytes, countStyle: .file)
    let ledger =
      report.findings.isEmpty
      ? "every chain whole" : "\(report.findings.count) chains BROKEN: see lopan verify"
    return "\(size), \(report.steps.count) schema steps, \(report.events) ledger events, \(ledger)."
  }
}

struct Restore: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a backup back, in one step, also while the server runs; restart the server afterwards.")
  @OptionGroup var data: DataOptions
  @Argument(help: "Backup file.") var file: String
  @Flag(help: "Yes: everything since that backup is given up.") var yes = false

  func run() async throws {
    guard yes else {
      throw ValidationError("Everything since that backup is given up. Say --yes when that is meant.")
    }
    let database = try data.configuration().openDatabase()
    let report = try await Backup.restore(into: database, from: file, known: Migrator(Features.migrations))
    print("Restored \(file): \(BackupCommand.words(report))")
    await database.close()
  }
}

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the chain of every unit's ledger. Exit code 1 when something was altered.")
  @OptionGroup var data: DataOptions
  @Flag(help: "For programs.") var json = false

  func run() async throws {
    let database = try data.configuration().openDatabase()
    let (checked, findings) = try await Ledger.verify(database)
    await database.close()
    if json {
      let list = findings.map {
        "{\"unit\":\"\($0.unit)\",\"number\":\($0.number),\"fault\":\"\($0.fault.rawValue)\"}"
      }
      print("{\"checked\":\(checked),\"findings\":[\(list.joined(separator: ","))]}")
    } else {
      for finding in findings {
        print("Unit \(finding.unit): event \(finding.number): \(finding.fault.rawValue)")
      }
      print("\(checked) events checked, \(findings.count) chains broken.")
    }
    if !findings.isEmpty { throw ExitCode(1) }
  }
}

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read a class list (.xlsx, .csv, HTML named .xls); shows what it would do unless --confirm.")
  @OptionGroup var data: DataOptions
  @Argument(help: "The file.") var file: String
  @Option(help: "School code, as in the demo: THCS1.") var school: String
  @Option(help: "Class, when the file names none.") var className: String?
  @Flag(help: "Take the good rows.") var confirm = false

  func run() async throws {
    let database = try data.configuration().openDatabase()
    try await Migrator(Features.migrations).migrate(database)
    do {
      let report = try await ClassListCommand(database: database).run(
        file: file, school: school, className: className, confirm: confirm)
      print(report)
    } catch let error as UserError {
      FileHandle.standardError.write(Data("\(error.code): \(error.sentence)\n".utf8))
      throw ExitCode(1)
    }
    await database.close()
  }
}

struct Head: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "school",
    abstract: "Make a school and its head's account on a new installation; prints the head's slip.")
  @OptionGroup var data: DataOptions
  @Option(help: "Name of the school.") var name: String
  @Option(help: "Code of the school.") var code: String
  @Option(help: "Full name of the head.") var head: String

  func run() async throws {
    let database = try data.configuration().openDatabase()
    try await Migrator(Features.migrations).migrate(database)
    let slip = try await NewSchool(database: database).make(name: name, code: code, head: head)
    print("Sign-in name: \(slip.login)\nOne-time code: \(slip.secret)\nActivate at /activate within 14 days.")
    await database.close()
  }
}
