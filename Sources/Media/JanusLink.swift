import Foundation

/// Why the media server did not do what was asked; never shown to people.
struct JanusFailure: Error, Equatable, CustomStringConvertible {
  /// Janus' own numbers; the negative ones are ours.
  let code: Int
  let reason: String

  var description: String { "\(code) \(reason)" }

  static let linkLost = JanusFailure(code: -1, reason: "link lost")
  static let tooLate = JanusFailure(code: -2, reason: "no answer in time")

  static let outdated = JanusFailure(code: -5, reason: "started with other settings")

  /// What it says of all that has no number of its own.
  static let other = 490
  static let noSession = 458
  static let noHandle = 459
  static let roomExists = 427
  static let noRoom = 426
  static let noFeed = 428
  static let publishersFull = 432
}

/// Requests and answers over one socket to Janus.
actor JanusLink {
  /// What ends a request: trickle and keepalive are only acknowledged; plugin work is acknowledged first and
  /// answered later.
  enum Ending { case acknowledgement, answer }

  private struct Waiting {
    let continuation: CheckedContinuation<JSONValue, any Error>
    let ending: Ending
    let deadline: ContinuousClock.Instant
  }

  /// Above it requests fail at once: the server has stopped answering.
  private static let waitingLimit = 2_000

  nonisolated let socket: JanusSocket
  private let secret: String
  private let prefix: String
  private var count = 0
  private var waiting: [String: Waiting] = [:]
  private var isLost = false

  init(_ socket: JanusSocket, secret: String) {
    self.socket = socket
    self.secret = secret
    // Late answers to the program that held this session before us must not be taken for answers to us.
    prefix = String(UInt32.random(in: 0...UInt32.max), radix: 36) + "-"
  }

  /// - Throws: `JanusFailure`.
  func request(
    _ verb: String, session: Int64? = nil, handle: Int64? = nil, _ fields: [String: JSONValue] = [:],
    ending: Ending = .answer, within limit: Duration = .seconds(5)
  ) async throws -> JSONValue {
    guard !isLost, waiting.count < Self.waitingLimit else { throw JanusFailure.linkLost }
    count += 1
    let transaction = prefix + String(count)
    var message = fields
    message["janus"] = .text(verb)
    message["transaction"] = .text(transaction)
    message["apisecret"] = .text(secret)
    if let session { message["session_id"] = .number(session) }
    if let handle { message["handle_id"] = .number(handle) }
    let bytes = try JSONEncoder().encode(JSONValue.object(message))
    return try await withCheckedThrowingContinuation { continuation in
      waiting[transaction] = Waiting(continuation: continuation, ending: ending, deadline: .now + limit)
      do {
        try socket.send(Array(bytes))
      } catch {
        socket.close()
        waiting.removeValue(forKey: transaction)?.continuation.resume(throwing: JanusFailure.linkLost)
      }
    }
  }

  /// Takes a message from the socket.
  /// - Returns: the message when it answers no request of ours: an event.
  func receive(_ bytes: [UInt8]) -> JSONValue? {
    guard let message = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes)) else { return nil }
    guard let transaction = message["transaction"]?.string, let entry = waiting[transaction] else {
      return message
    }
    let verb = message["janus"]?.string
    if verb == "ack" && entry.ending == .answer { return nil }
    waiting[transaction] = nil
    if let failure = Self.failure(in: message) {
      entry.continuation.resume(throwing: failure)
    } else {
      entry.continuation.resume(returning: message)
    }
    return nil
  }

  /// Ends what has waited too long.
  /// - Returns: how many requests that were.
  func expire(_ now: ContinuousClock.Instant = .now) -> Int {
    let late = waiting.filter { $0.value.deadline < now }
    for (transaction, entry) in late {
      waiting[transaction] = nil
      entry.continuation.resume(throwing: JanusFailure.tooLate)
    }
    return late.count
  }

  func lose() {
    isLost = true
    socket.close()
    let entries = waiting.values
    waiting = [:]
    for entry in entries { entry.continuation.resume(throwing: JanusFailure.linkLost) }
  }

  private static func failure(in message: JSONValue) -> JanusFailure? {
    let core = message["error"]
    let plugin = message["plugindata"]?["data"]
    if message["janus"]?.string == "error", let core {
      return JanusFailure(code: Int(core["code"]?.integer ?? 0), reason: core["reason"]?.string ?? "")
    }
    if let code = plugin?["error_code"]?.integer {
      return JanusFailure(code: Int(code), reason: plugin?["error"]?.string ?? "")
    }
    return nil
  }
}
