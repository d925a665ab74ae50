import CPostgres
import Dispatch
import Foundation

/// What is sent to the server in one round trip.
enum PostgresCommand {
  case plain(String)
  case statement(SQL)
}

/// What one command answered.
struct PostgresAnswer {
  var rows: [Row] = []
  var changed = 0
  /// The command tag, `COMMIT`, `INSERT 0 1`.
  var tag = ""
}

/// One session of libpq, always in pipeline mode. Not for two threads: its lane uses it on one queue only.
final class PostgresLink {
  private let handle: OpaquePointer
  private let seconds: Double
  /// Names of prepared statements by text; cleared when there are too many, so that lists of any length cost
  /// no memory.
  private var prepared: [String: String] = [:]
  private var names = 0
  private static let mostPrepared = 400
  private(set) var isBroken = false
  /// Whether the database has its gate already: not before the first migration.
  private var gated = false

  /// - Parameter limit: when to give up.
  /// - Throws: `StorageError(.unreachable)`.
  init(_ settings: PostgresSettings, until limit: DispatchTime) throws {
    seconds = settings.statementSeconds + 5
    guard let handle = Self.start(settings) else { throw StorageError(.unreachable, "libpq has no memory") }
    self.handle = handle
    PQsetNoticeProcessor(handle, { _, _ in }, nil)
    do {
      try poll(until: limit)
      guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw lost() }
      let milliseconds = { (seconds: Double) in Int(seconds * 1_000) }
      // `synchronous_commit` is set here in case the role or the server was tuned to lose commits.
      _ = try exchange([
        .plain("SET synchronous_commit = on"), .plain("SET client_min_messages = error"),
        .plain("SET statement_timeout = \(milliseconds(settings.statementSeconds))"),
        .plain("SET lock_timeout = \(milliseconds(settings.lockSeconds))"),
        .plain("SET idle_in_transaction_session_timeout = \(milliseconds(settings.statementSeconds * 2))"),
        .plain("SET default_transaction_isolation = 'read committed'"), .plain("SET bytea_output = 'hex'"),
      ])
    } catch {
      isBroken = true
      throw error
    }
  }

  deinit { PQfinish(handle) }

  /// Sends all commands at once and waits for all answers.
  ///
  /// - Throws: `StorageError` of the first that failed; the server ran none of those after it.
  func exchange(_ commands: [PostgresCommand]) throws -> [PostgresAnswer] {
    guard !isBroken else { throw lost() }
    let deadline = DispatchTime.now() + seconds
    var expected: [Expected] = []
    if prepared.count > Self.mostPrepared {
      prepared = [:]
      try send("DEALLOCATE ALL", named: nil, PostgresBinds([]))
      expected.append(.nothing)
    }
    for command in commands {
      switch command {
      case .plain(let text): try send(text, named: nil, PostgresBinds([]))
      case .statement(let sql): try send(sql, &expected)
      }
      expected.append(.answer)
    }
    guard PQpipelineSync(handle) == 1 else { throw breakOff() }
    try flush(until: deadline)
    return try answers(to: expected, until: deadline)
  }

  /// How a question begins: one unchanging state, never one from before a restore.
  func beginReading() throws -> [String] {
    if !gated { gated = try exchange([.plain(PostgresGate.isThere)]).first?.rows.isEmpty == false }
    return ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"] + (gated ? [PostgresGate.pass] : [])
  }

  /// Forgets prepared statements: a table changed under one.
  func forgetStatements() {
    prepared = [:]
    _ = try? exchange([.plain("DEALLOCATE ALL")])
  }

  // MARK: Notifications

  var socket: Int32 { PQsocket(handle) }

  /// Payloads that came since the last call, on all channels listened to.
  func notifications() throws -> [String] {
    guard PQconsumeInput(handle) == 1 else { throw breakOff() }
    var payloads: [String] = []
    while let notification = PQnotifies(handle) {
      if let payload = notification.pointee.extra { payloads.append(String(cString: payload)) }
      PQfreemem(notification)
    }
    return payloads
  }

  // MARK: Connecting

  private static func start(_ settings: PostgresSettings) -> OpaquePointer? {
    // The address is opened up in place of `dbname`; what follows it wins over what it says.
    let parameters = [
      ("fallback_application_name", "lopan"), ("keepalives_idle", "20"), ("keepalives_interval", "5"),
      ("keepalives_count", "3"), ("dbname", settings.address), ("client_encoding", "UTF8"),
    ]
    let texts = parameters.flatMap { [strdup($0.0), strdup($0.1)] }
    defer { for text in texts { free(text) } }
    let pointers = texts.map { UnsafePointer($0) }
    let keys = stride(from: 0, to: pointers.count, by: 2).map { pointers[$0] } + [nil]
    let values = stride(from: 1, to: pointers.count, by: 2).map { pointers[$0] } + [nil]
    return PQconnectStartParams(keys, values, 1)
  }

  private func poll(until limit: DispatchTime) throws {
    guard PQstatus(handle) != CONNECTION_BAD else { throw lost() }
    var step = PGRES_POLLING_WRITING
    while step != PGRES_POLLING_OK {
      switch step {
      case PGRES_POLLING_READING: try wait(for: POLLIN, until: limit)
      case PGRES_POLLING_WRITING: try wait(for: POLLOUT, until: limit)
      default: throw lost()
      }
      step = PQconnectPoll(handle)
    }
  }

  // MARK: Sending

  private enum Expected {
    case prepared(text: String, name: String)
    case nothing
    case answer
  }

  private func send(_ sql: SQL, _ expected: inout [Expected]) throws {
    let binds = PostgresBinds(sql.values)
    let text = sql.text(placeholder: "$")
    let key = text + binds.untyped
    if let name = prepared[key] { return try send(text, named: name, binds) }
    for case .prepared(key, let name) in expected { return try send(text, named: name, binds) }
    names += 1
    let name = "s\(names)"
    guard PQsendPrepare(handle, name, text, Int32(binds.types.count), binds.types) == 1 else {
      throw breakOff()
    }
    expected.append(.prepared(text: key, name: name))
    try send(text, named: name, binds)
  }

  private func send(_ text: String, named name: String?, _ binds: PostgresBinds) throws {
    let count = Int32(binds.types.count)
    let sent = binds.withPointers { values, lengths, formats in
      if let name {
        PQsendQueryPrepared(handle, name, count, values, lengths, formats, 0)
      } else {
        PQsendQueryParams(handle, text, count, binds.types, values, lengths, formats, 0)
      }
    }
    guard sent == 1 else { throw breakOff() }
  }

  private func flush(until deadline: DispatchTime) throws {
    while true {
      switch PQflush(handle) {
      case 0: return
      case 1:
        // Answers are taken in while we send, or both sides could wait for each other with full buffers.
        let ready = try wait(for: POLLIN | POLLOUT, until: deadline)
        if ready & POLLIN != 0, PQconsumeInput(handle) != 1 { throw breakOff() }
      default: throw breakOff()
      }
    }
  }

  // MARK: Receiving

  private func answers(to expected: [Expected], until deadline: DispatchTime) throws -> [PostgresAnswer] {
    var answers: [PostgresAnswer] = []
    var failure: (any Error)?
    var place = 0
    while true {
      guard let result = try nextResult(until: deadline) else { continue }
      defer { PQclear(result) }
      let status = PQresultStatus(result)
      if status == PGRES_PIPELINE_SYNC { break }
      defer { place += 1 }
      switch status {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
        guard place < expected.count else { throw breakOff() }
        switch expected[place] {
        case .prepared(let text, let name): prepared[text] = name
        case .nothing: break
        case .answer:
          do { answers.append(try Self.answer(result)) } catch { failure = failure ?? error }
        }
      case PGRES_PIPELINE_ABORTED: break
      default: failure = failure ?? error(in: result)
      }
    }
    if let failure { throw failure }
    return answers
  }

  /// Nil between the answers of two commands.
  private func nextResult(until deadline: DispatchTime) throws -> OpaquePointer? {
    while PQisBusy(handle) == 1 {
      try wait(for: POLLIN, until: deadline)
      guard PQconsumeInput(handle) == 1 else { throw breakOff() }
    }
    if let result = PQgetResult(handle) { return result }
    guard PQstatus(handle) == CONNECTION_OK else { throw breakOff() }
    return nil
  }

  private static func answer(_ result: OpaquePointer) throws -> PostgresAnswer {
    PostgresAnswer(
      rows: try PostgresRows.all(result), changed: Int(String(cString: PQcmdTuples(result))) ?? 0,
      tag: String(cString: PQcmdStatus(result)))
  }

  private func error(in result: OpaquePointer) -> StorageError {
    let detail = PQresultErrorMessage(result).map { String(cString: $0) } ?? ""
    guard let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else {
      isBroken = true
      return StorageError(.unreachable, detail)
    }
    let error = StorageError(
      sqlstate: String(cString: state), detail.trimmingCharacters(in: .whitespacesAndNewlines))
    if error.reason == .unreachable { isBroken = true }
    return error
  }

  // MARK: Waiting

  @discardableResult private func wait(for events: Int32, until deadline: DispatchTime) throws -> Int32 {
    while true {
      let now = DispatchTime.now()
      guard now < deadline else { throw expired() }
      let milliseconds = (deadline.uptimeNanoseconds - now.uptimeNanoseconds) / 1_000_000 + 1
      var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
      let count = Glibc.poll(&descriptor, 1, Int32(clamping: milliseconds))
      if count > 0 { return Int32(descriptor.revents) }
      if count < 0, errno != EINTR { throw breakOff() }
    }
  }

  /// The server is silent: asks it to stop, without waiting for that either, and gives the session up.
  private func expired() -> StorageError {
    isBroken = true
    guard PQstatus(handle) == CONNECTION_OK, let cancel = PQgetCancel(handle) else {
      return StorageError(.unreachable, "no connection in time")
    }
    nonisolated(unsafe) let order = cancel  // Handed over whole; libpq allows its use on any thread.
    DispatchQueue.global().async {
      var message = [CChar](repeating: 0, count: 256)
      _ = PQcancel(order, &message, 256)
      PQfreeCancel(order)
    }
    return StorageError(.busy, "no answer within \(seconds) s")
  }

  private func breakOff() -> StorageError {
    isBroken = true
    return lost()
  }

  private func lost() -> StorageError {
    StorageError(.unreachable, PQerrorMessage(handle).map { String(cString: $0) } ?? "connection lost")
  }
}
