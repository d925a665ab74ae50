/// What pages subscribe to: `lesson/<id>`, `person/<id>`. Whoever subscribes a connection has checked its
/// right to it.
package struct Topic: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
  package init(_ rawValue: String) { self.rawValue = rawValue }
  package var description: String { rawValue }
}
