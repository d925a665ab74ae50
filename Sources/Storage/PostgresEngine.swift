import Dispatch
import Synchronization

/// PostgreSQL through libpq: a province's or the country's database, used by any number of `lopan` nodes.
///
/// One lane writes, as in SQLite: waiting changes share its commits and hooks keep their order; more writers
/// are more nodes. Several lanes read.
package final class PostgresEngine: Engine {
  package let kind = EngineKind.postgres
  let settings: PostgresSettings
  private let writer: PostgresLane
  private let readers: [PostgresLane]
  private let writing: WaitingLine
  private let reading: WaitingLine
  private let listener: PostgresListener
  /// How many changes may share one commit.
  private static let batch = 256

  /// Connects when first asked something.
  package init(_ settings: PostgresSettings) {
    self.settings = settings
    writer = PostgresLane(settings, name: "lopan.postgres.writer")
    readers = (0..<max(settings.readers, 1)).map {
      PostgresLane(settings, name: "lopan.postgres.reader.\($0)")
    }
    writing = WaitingLine(lanes: 1, seconds: settings.waitSeconds)
    reading = WaitingLine(lanes: readers.count, seconds: settings.waitSeconds)
    listener = PostgresListener(settings)
  }

  deinit { listener.stop() }

  package func read<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T {
    try await reading.perform(body) { lane in
      readers[lane].async { [reading] in Self.answer($0, number: lane, reading) }
    }
  }

  package func write<T: Sendable>(_ body: @escaping @Sendable (any Connection) throws -> T) async throws -> T
  {
    try await writing.perform(body) { _ in
      writer.async { [writing] in Self.commit($0, writing) }
    }
  }

  package func listenForOthers() { listener.start() }

  package func close() async {
    reading.close()
    writing.close()
    listener.stop()
    for lane in readers + [writer] { await lane.close() }
  }

  private static func answer(_ lane: PostgresLane, number: Int, _ line: WaitingLine) {
    while let work = line.take(upTo: 1, lane: number).first { lane.answer(work) }
  }

  private static func commit(_ lane: PostgresLane, _ line: WaitingLine) {
    while true {
      let works = line.take(upTo: batch, lane: 0)
      guard !works.isEmpty else { return }
      lane.commit(works)
    }
  }
}
