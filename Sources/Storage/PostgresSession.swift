/// One transaction over a link; begins with the first statement, in the same round trip.
final class PostgresSession: Connection {
  private let link: PostgresLink
  /// Commands that go ahead of the next statement.
  private var ahead: [PostgresCommand]
  private(set) var hooks: [@Sendable () -> Void] = []
  private(set) var rings: [String: Int64] = [:]
  /// The first statement of the present change that failed; the server refuses all after it.
  private(set) var failure: StorageError?

  init(_ link: PostgresLink, begin: [String]) {
    self.link = link
    ahead = begin.map { .plain($0) }
  }

  var kind: EngineKind { .postgres }
  /// False while the server has not heard of the transaction.
  private(set) var wasSent = false

  func rows(_ sql: SQL) throws -> [Row] { try ask([.statement(sql)]).last?.rows ?? [] }
  @discardableResult func run(_ sql: SQL) throws -> Int { try ask([.statement(sql)]).last?.changed ?? 0 }

  func run(all statements: [SQL]) throws {
    if !statements.isEmpty { _ = try ask(statements.map { .statement($0) }) }
  }

  func afterCommit(_ body: @escaping @Sendable () -> Void) { hooks.append(body) }
  func ring(_ key: String, number: Int64) { rings[key] = max(number, rings[key] ?? 0) }

  // MARK: For the lane

  /// Sent with the next statement, or with the end.
  func later(_ command: String) { ahead.append(.plain(command)) }

  /// A new change in the same transaction; what the last one left behind is with the lane.
  func beginChange(savepoint: Bool) {
    hooks = []
    rings = [:]
    failure = nil
    if savepoint { later("SAVEPOINT one_write") }
  }

  /// The change stands, if the transaction does.
  func keep() { later("RELEASE one_write") }

  /// The change failed; those before it stand.
  func takeBack() {
    later("ROLLBACK TO one_write")
    later("RELEASE one_write")
  }

  /// Commits, and tells other nodes in the same step.
  func commit(ringing rings: [String: Int64]) throws {
    let news = rings.sorted { $0.key < $1.key }.map { key, number in
      PostgresCommand.statement("SELECT pg_notify('lopan', \("\(key):\(number)"))")
    }
    let answers = try link.exchange(ahead + news + [.plain("COMMIT")])
    guard answers.last?.tag == "COMMIT" else {
      throw StorageError(.statement, "the server rolled back at the commit")
    }
  }

  func rollback() {
    guard wasSent, !link.isBroken else { return }
    _ = try? link.exchange([.plain("ROLLBACK")])
  }

  private func ask(_ commands: [PostgresCommand]) throws -> ArraySlice<PostgresAnswer> {
    if let failure { throw failure }
    do {
      let all = ahead + commands
      ahead = []
      wasSent = true
      return try link.exchange(all).suffix(commands.count)
    } catch {
      failure = error as? StorageError
      throw error
    }
  }
}
