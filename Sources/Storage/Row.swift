package import Rules

/// One row of an answer, read by position in the order of the SELECT list.
///
/// Reading a column as what it cannot be is a broken invariant between a store and its own migration, so it
/// traps.
package struct Row: Sendable {
  let values: [SQLValue]

  package var count: Int { values.count }

  package func text(_ column: Int) -> String {
    guard let value = optionalText(column) else {
      preconditionFailure("column \(column) is NULL, text expected")
    }
    return value
  }

  package func optionalText(_ column: Int) -> String? {
    switch values[column] {
    case .null: nil
    case .text(let text): text
    case .integer(let number): String(number)
    case .bytes: preconditionFailure("column \(column) holds bytes, text expected")
    }
  }

  package func integer(_ column: Int) -> Int64 {
    guard let value = optionalInteger(column) else {
      preconditionFailure("column \(column) is NULL, integer expected")
    }
    return value
  }

  package func optionalInteger(_ column: Int) -> Int64? {
    switch values[column] {
    case .null: nil
    case .integer(let number): number
    case .text, .bytes: preconditionFailure("column \(column) holds no integer")
    }
  }

  package func bytes(_ column: Int) -> [UInt8] {
    guard case .bytes(let bytes) = values[column] else {
      preconditionFailure("column \(column) holds no bytes")
    }
    return bytes
  }

  package func optionalBytes(_ column: Int) -> [UInt8]? { values[column] == .null ? nil : bytes(column) }
  package func int(_ column: Int) -> Int { Int(integer(column)) }
  package func optionalInt(_ column: Int) -> Int? { optionalInteger(column).map(Int.init) }
  package func flag(_ column: Int) -> Bool { integer(column) != 0 }
  package func time(_ column: Int) -> Timestamp { .init(seconds: integer(column)) }
  package func optionalTime(_ column: Int) -> Timestamp? {
    optionalInteger(column).map(Timestamp.init(seconds:))
  }
  package func id<T>(_ column: Int) -> Identifier<T> { .init(rawValue: text(column)) }
  package func optionalID<T>(_ column: Int) -> Identifier<T>? {
    optionalText(column).map(Identifier.init(rawValue:))
  }

  package func day(_ column: Int) -> Day {
    guard let day = Day(text(column)) else { preconditionFailure("column \(column) holds no day") }
    return day
  }

  package func optionalDay(_ column: Int) -> Day? { values[column] == .null ? nil : day(column) }
}
