/// Writes JSON by hand where a message is made many times a second.
package enum JSONText {
  /// Appends a JSON string, quoted and escaped.
  package static func append(_ text: String, to result: inout String) {
    result.append("\"")
    let plain = text.utf8.allSatisfy { $0 >= 32 && $0 != 34 && $0 != 92 }
    if plain {
      result.append(text)
    } else {
      for scalar in text.unicodeScalars { append(scalar, to: &result) }
    }
    result.append("\"")
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
    switch scalar {
    case "\"": result.append("\\\"")
    case "\\": result.append("\\\\")
    case "\n": result.append("\\n")
    case "\r": result.append("\\r")
    case "\t": result.append("\\t")
    case "\u{0}"..<"\u{20}":
      let digits = String(scalar.value, radix: 16)
      result.append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
    default: result.unicodeScalars.append(scalar)
    }
  }
}
