/// How a message reaches its recipient.
package enum MessageChannel: String, Hashable, Sendable, CaseIterable {
  /// On the recipient's own pages, at once where one is open.
  case page
  case email
}

/// How much haste a message needs.
package enum MessageUrgency: String, Hashable, Sendable, CaseIterable {
  /// An alarm: shown over everything else, pushed again until a page confirms it.
  case urgent
  case normal
}

/// When a message that did not get through is tried again, and when it is given up.
package enum DeliveryRules {
  /// Seconds to wait after each failed attempt by e-mail: quick at first for an alarm and for servers that
  /// turn a stranger away once, then patient enough to outlive a night without the mail server.
  static let emailWaits: [Int64] = [
    15, .minute, 5 * .minute, 15 * .minute, .hour, .hour, 2 * .hour, 4 * .hour, 4 * .hour, 8 * .hour,
  ]
  /// Seconds between pushes of an urgent message to a page that has not confirmed it.
  static let pageWaits: [Int64] = [10, 30, 2 * .minute]

  /// - Parameters:
  ///   - attempt: how many were made, >= 1.
  /// - Returns: seconds until the next, >= 1; nil when the message is given up (e-mail) or left to the
  ///   recipient's list of unread messages (page).
  /// - Source: the waits are ours.
  package static func wait(afterAttempt attempt: Int, _ channel: MessageChannel, _ urgency: MessageUrgency)
    -> Int64?
  {
    let waits =
      switch (channel, urgency) {
      case (.email, _): emailWaits
      case (.page, .urgent): pageWaits
      case (.page, .normal): [Int64]()
      }
    return waits.indices.contains(attempt - 1) ? waits[attempt - 1] : nil
  }

  /// Seconds until a deadline whose handling failed is handled again. It is never given up: a duty does not
  /// lapse because a program had a fault.
  ///
  /// - Parameter attempt: how many were made, >= 1.
  /// - Returns: 15 s, doubled each time, at most 15 minutes.
  package static func waitForClock(afterAttempt attempt: Int) -> Int64 {
    min(15 << Int64(min(max(attempt, 1) - 1, 6)), 15 * .minute)
  }
}
