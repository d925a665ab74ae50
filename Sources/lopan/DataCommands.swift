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
    print("Backed up to \(file): \(report)")
    await database.close()
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
    print("Restored \(file): \(report)")
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

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what this installation lacks, and what to do about it.")
  @OptionGroup var data: DataOptions

  func run() async throws {
    let configuration = data.configuration()
    var faults = 0
    let say = { (isFine: Bool, words: String) in
      print("\(isFine ? "ok  " : "FAIL") \(words)")
      if !isFine { faults += 1 }
    }
    say(JanusSettings.isInstalled, "Media server Janus (Debian package janus)")
    say(
      FileManager.default.isExecutableFile(atPath: "/usr/bin/weasyprint"),
      "PDF of account slips (Debian package weasyprint)")
    do {
      let database = try configuration.openDatabase()
      let missing = try await Migrator(Features.migrations).missing(in: database)
      say(
        missing.isEmpty,
        missing.isEmpty ? "Database up to date" : "Database lacks \(missing.count) steps: lopan migrate")
      let (checked, findings) = missing.isEmpty ? try await Ledger.verify(database) : (0, [])
      say(findings.isEmpty, "Ledger: \(checked) events, \(findings.count) chains broken")
      await database.close()
    } catch {
      say(false, "Database: \(error)")
    }
    if faults > 0 { throw ExitCode(1) }
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
