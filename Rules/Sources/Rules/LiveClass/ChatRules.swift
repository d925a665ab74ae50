/// A message that may be shown: cleaned, short enough, without a secret of the class. Made by `ChatRules`
/// alone.
package struct ChatText: Hashable, Sendable {
  package let text: String
  fileprivate init(text: String) { self.text = text }
}

/// What may be written in a lesson.
///
/// - Source: Hạ Long dispatch of May 2020, 1.4d (S3-45): nothing unrelated to the lesson. The figures are
///   ours.
package enum ChatRules {
  package static let mostCharacters = 1_000
  /// Bytes of UTF-8 that are looked at at all.
  package static let mostBytes = 8_000

  /// The message as it may be stored and shown.
  ///
  /// Who may write at all is a question for `Powers`; this is about what.
  /// - Parameters:
  ///   - typed: hostile. Invisible, bidirectional and control characters go, runs of white space become a
  ///     blank.
  ///   - secrets: of the class whose lesson it is.
  /// - Throws: LOP-460 when nothing is left, LOP-461 when too long, LOP-462 when it holds the class password,
  ///   LOP-463 when it holds an address of the class.
  package static func accept(_ typed: String, secrets: ClassSecrets) throws(UserError) -> ChatText {
    guard typed.utf8.count <= mostBytes else { throw .longMessage(most: mostCharacters) }
    let text = HostileText.withoutStackedMarks(VietnameseText.clean(typed))
    guard !text.isEmpty else { throw .emptyMessage }
    // Never more characters than bytes.
    guard text.utf8.count <= mostCharacters || text.count <= mostCharacters else {
      throw .longMessage(most: mostCharacters)
    }
    // What was taken out could have parted a secret, or made one.
    var leaks = secrets.leaks(in: text)
    if text != typed { leaks.formUnion(secrets.leaks(in: typed)) }
    if leaks.contains(.passphrase) { throw .messageHoldsPassword }
    if leaks.contains(.link) { throw .messageHoldsClassLink }
    return .init(text: text)
  }
}

/// A bucket of tokens as a value: so many messages in ten seconds, not one more however they are spaced.
///
/// - Shape: whole numbers only; one message costs ten drops, each second brings `perTenSeconds` drops back.
package struct FloodBucket: Hashable, Sendable {
  private static let cost: Int64 = 10

  package let perTenSeconds: Int
  private var drops: Int64
  private var filledAt: Timestamp

  /// A full bucket. `perTenSeconds` below one counts as one.
  package init(perTenSeconds: Int, at now: Timestamp) {
    self.perTenSeconds = max(1, perTenSeconds)
    drops = Int64(self.perTenSeconds) * Self.cost
    filledAt = now
  }

  /// Pupils get five messages in ten seconds, the teacher twenty.
  package static func forChat(_ role: RoomRole, at now: Timestamp) -> FloodBucket {
    .init(perTenSeconds: role == .teacher ? 20 : 5, at: now)
  }

  /// Takes one message's worth.
  ///
  /// A clock that was set back fills nothing and empties nothing.
  /// - Throws: LOP-464 when the bucket is empty; it then stays as it was.
  package mutating func take(at now: Timestamp) throws(UserError) {
    let most = Int64(perTenSeconds) * Self.cost
    let seconds = max(0, min(now - filledAt, Self.cost))
    let filled = min(most, drops + seconds * Int64(perTenSeconds))
    guard filled >= Self.cost else { throw .tooManyMessages }
    drops = filled - Self.cost
    filledAt = max(filledAt, now)
  }
}
