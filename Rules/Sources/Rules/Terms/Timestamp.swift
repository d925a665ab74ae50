/// A moment, in whole seconds since 1970-01-01 00:00 UTC: what every stored time is.
package struct Timestamp: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  package let seconds: Int64

  package init(seconds: Int64) { self.seconds = seconds }

  package init(from decoder: any Decoder) throws {
    seconds = try decoder.singleValueContainer().decode(Int64.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(seconds)
  }

  package var description: String { "\(seconds)" }

  package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }
  package static func + (left: Self, right: Int64) -> Self { .init(seconds: left.seconds + right) }
  package static func - (left: Self, right: Int64) -> Self { .init(seconds: left.seconds - right) }
  /// Seconds from `right` to `left`; negative when `left` is earlier.
  package static func - (left: Self, right: Self) -> Int64 { left.seconds - right.seconds }
}

extension Int64 {
  package static let minute: Int64 = 60
  package static let hour: Int64 = 3_600
  package static let day: Int64 = 86_400
}
