/// The key of one kind of thing, so that a pupil's key can never be handed to a function that wants a lesson's.
///
/// - Shape: UUIDv7 as 36 lower-case characters; made by the application (`Storage.Identifiers`), never by a database.
package struct Identifier<Subject>: RawRepresentable, Hashable, Sendable, Codable, Comparable,
  CustomStringConvertible
{
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }

  package init(from decoder: any Decoder) throws {
    rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }

  package var description: String { rawValue }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
