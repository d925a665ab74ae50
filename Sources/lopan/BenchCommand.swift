import App
import ArgumentParser
import Foundation
import Logging

/// What `script/bench` runs; not for schools, so `--help` does not list it.
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Load this program for a measurement; see script/bench.", shouldDisplay: false,
    subcommands: [Admission.self, Fanout.self])

  struct Admission: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Admit the pupils of many lessons, into a temporary database; prints one JSON object.")
    @Option(help: "Admissions offered in each second, or max.") var rate = "max"
    @Option(help: "Lessons of 40 pupils.") var classes = 60

    func run() async throws {
      guard rate == "max" || (Double(rate) ?? 0) > 0, classes > 0 else {
        throw ValidationError("--rate is max or a number, --classes at least 1")
      }
      let outcome = try await AdmissionBench(rate: Double(rate), classes: classes).run(logger: Bench.logger)
      FileHandle.standardOutput.write(try JSONEncoder().encode(outcome) + Data("\n".utf8))
    }
  }

  struct Fanout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fanout-server",
      abstract: "Serve running lessons to pages without a cookie, from a temporary database, on loopback.")
    @Option(help: "Port; 0 for any.") var port = 0
    @Option(help: "Lessons.") var rooms = 25
    @Option(help: "Seats of each.") var seats = 40

    func run() async throws {
      try await FanoutServer.run(port: port, rooms: rooms, seats: seats, logger: Bench.logger)
    }
  }

  private static var logger: Logger {
    var logger = Logger(label: "lopan") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .error
    return logger
  }
}
