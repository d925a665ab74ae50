package import Rules

/// One statement as text with its values apart: what is interpolated becomes a bind, never text.
///
/// ```swift
/// "SELECT name FROM person WHERE id = \(person)"
/// ```
/// Attack prevented: SQL injection; there is no way to put a run-time string into the text but `unsafe(_:)`,
/// which only the storage target uses, for names of tables in its own checks.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
  /// The literal pieces; a value stands between each two.
  let pieces: [String]
  let values: [SQLValue]

  package init(stringLiteral text: String) {
    pieces = [text]
    values = []
  }

  package init(stringInterpolation: StringInterpolation) {
    pieces = stringInterpolation.pieces
    values = stringInterpolation.values
  }

  init(unsafe text: String) {
    pieces = [text]
    values = []
  }

  package struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [String] = [""]
    var values: [SQLValue] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      values.reserveCapacity(interpolationCount)
      pieces.reserveCapacity(interpolationCount + 1)
    }

    package mutating func appendLiteral(_ literal: String) { pieces[pieces.count - 1] += literal }

    package mutating func appendInterpolation(_ value: some SQLBindable) { bind(value.sqlValue) }

    package mutating func appendInterpolation(_ value: (some SQLBindable)?) { bind(value?.sqlValue ?? .null) }

    /// A list for `IN (…)`; an empty list becomes `IN (NULL)`, which matches nothing.
    package mutating func appendInterpolation(list values: [some SQLBindable]) {
      guard !values.isEmpty else { return appendLiteral("NULL") }
      for (index, value) in values.enumerated() {
        if index > 0 { appendLiteral(", ") }
        bind(value.sqlValue)
      }
    }

    /// Another statement's text and values, for conditions shared by several questions.
    package mutating func appendInterpolation(_ part: SQL) {
      appendLiteral(part.pieces[0])
      for (index, value) in part.values.enumerated() {
        bind(value)
        appendLiteral(part.pieces[index + 1])
      }
    }

    private mutating func bind(_ value: SQLValue) {
      values.append(value)
      pieces.append("")
    }
  }

  /// The text with numbered placeholders, `?1` or `$1`.
  func text(placeholder: Character) -> String {
    guard !values.isEmpty else { return pieces[0] }
    var result = ""
    result.reserveCapacity(pieces.reduce(values.count * 4) { $0 + $1.utf8.count })
    result += pieces[0]
    for index in values.indices {
      result.append(placeholder)
      result += String(index + 1)
      result += pieces[index + 1]
    }
    return result
  }
}

/// What a column holds: only the kinds that mean the same on both engines.
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])
}

/// A Swift value that can stand in a statement.
package protocol SQLBindable { var sqlValue: SQLValue { get } }

extension SQLValue: SQLBindable { package var sqlValue: SQLValue { self } }
extension String: SQLBindable { package var sqlValue: SQLValue { .text(self) } }
extension Int: SQLBindable { package var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Int64: SQLBindable { package var sqlValue: SQLValue { .integer(self) } }
/// Stored as 0 and 1 in a BIGINT column, the same on both engines.
extension Bool: SQLBindable { package var sqlValue: SQLValue { .integer(self ? 1 : 0) } }
extension [UInt8]: SQLBindable { package var sqlValue: SQLValue { .bytes(self) } }
extension Timestamp: SQLBindable { package var sqlValue: SQLValue { .integer(seconds) } }
extension Day: SQLBindable { package var sqlValue: SQLValue { .text(description) } }
extension Identifier: SQLBindable { package var sqlValue: SQLValue { .text(rawValue) } }
extension SQLBindable where Self: RawRepresentable, RawValue == String {
  package var sqlValue: SQLValue { .text(rawValue) }
}
