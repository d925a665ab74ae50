import Rules
import Storage

/// The right to work on one row for a while. Each taking has its own token, so that a worker that was
/// believed dead and comes back cannot write over its successor's result.
struct Lease: Sendable, Hashable {
  typealias Token = Identifier<Lease>

  let token: Token
  let until: Timestamp

  init(from now: Timestamp, seconds: Int64) {
    token = Identifiers.make()
    until = now + seconds
  }

  /// The condition that nobody holds the row. A lease that ends later than any could that was taken by now
  /// stems from a clock that was ahead, and holds nobody up.
  static func isFree(at now: Timestamp, seconds: Int64) -> SQL {
    "(taken_until IS NULL OR taken_until <= \(now) OR taken_until > \(now + 2 * seconds))"
  }
}
