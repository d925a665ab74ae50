/// Why a WebSocket ended (RFC 6455 section 7.4 and the IANA registry; 4000 and above are ours).
package struct SocketCloseCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: UInt16
  package init(rawValue: UInt16) { self.rawValue = rawValue }
  package var description: String { "\(rawValue)" }

  package static let normal = Self(rawValue: 1000)
  package static let goingAway = Self(rawValue: 1001)
  package static let protocolError = Self(rawValue: 1002)
  package static let unsupported = Self(rawValue: 1003)
  /// The close frame named no code; never sent.
  package static let unnamed = Self(rawValue: 1005)
  /// The connection broke or fell silent; never sent.
  package static let lost = Self(rawValue: 1006)
  package static let invalidText = Self(rawValue: 1007)
  package static let policy = Self(rawValue: 1008)
  package static let tooBig = Self(rawValue: 1009)
  /// The server stops; the page comes back after a moment.
  package static let restart = Self(rawValue: 1012)
  /// Too slow or overrun; the page comes back and resumes after the last event it saw.
  package static let tryAgain = Self(rawValue: 1013)

  /// Whether another side may send it in a close frame.
  var mayBeSent: Bool {
    switch rawValue {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
