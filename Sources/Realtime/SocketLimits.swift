package import NIOCore

/// What one WebSocket may cost; sizes in bytes. Each bound says what happens at it.
package struct SocketLimits: Sendable {
  /// A message, put together from its fragments. Above: closed with 1009. An SDP of a lesson fits.
  package var message = 65_536
  /// What waits to be sent to a slow reader. Above: closed with 1013; the page reconnects and resumes.
  package var pending = 262_144
  /// Messages received and not yet handled. At it we stop reading from the connection until some are handled.
  package var unhandled = 32
  package var ping = TimeAmount.seconds(10)
  /// Without any frame from the other side for so long, the connection counts as lost.
  package var silence = TimeAmount.seconds(15)
  /// How long the other side may take to answer a close frame.
  package var closing = TimeAmount.seconds(3)
  /// Asked for every frame received, with its size; false closes with 1008. Made anew for each connection and
  /// called on its event loop only.
  package var rate: @Sendable () -> SocketRate = { SocketRate(perSecond: 50, burst: 200) }

  package init() {}
}

/// A token bucket for what one connection sends: frames, pings and fragments alike.
package struct SocketRate: Sendable {
  private let perSecond: Int64
  private let burst: Int64
  /// Thousandths of a frame, so that slow refills are not lost to rounding.
  private var tokens: Int64
  private var last: NIODeadline?

  /// - Parameters:
  ///   - perSecond: frames that may come on average.
  ///   - burst: frames that may come at once after a pause.
  package init(perSecond: Int64, burst: Int64) {
    self.perSecond = perSecond
    self.burst = burst
    tokens = burst * 1_000
  }

  /// False when this frame is one too many.
  package mutating func admit(at now: NIODeadline) -> Bool {
    let passed = last.map { (now - $0).nanoseconds / 1_000_000 } ?? 0
    if passed > 0 || last == nil {
      last = now
      tokens = min(burst * 1_000, tokens + min(passed, 3_600_000) * perSecond)
    }
    guard tokens >= 1_000 else { return false }
    tokens -= 1_000
    return true
  }
}
