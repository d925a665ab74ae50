import App
import ArgumentParser

/// One program for a school's machine and for a province: `lopan --help`.
@main
struct Lopan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lopan",
    abstract:
      "LớpAn: a live class that only the roster opens, and around it the adults who answer for the children.",
    subcommands: [
      Serve.self, DemoCommand.self, Import.self, Migrate.self, BackupCommand.self, Restore.self, Verify.self,
      Doctor.self, Head.self, Bench.self,
    ])
}
