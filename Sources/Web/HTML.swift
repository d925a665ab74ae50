package import Rules

/// Markup that is safe by construction: what is interpolated is escaped unless it is `HTML` itself.
///
/// Attribute values stand in double quotes; the same escaping serves there and between tags.
package struct HTML: ExpressibleByStringInterpolation, Sendable, Equatable {
  package private(set) var text: String

  package init(stringLiteral text: String) { self.text = text }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Text that was made by this program and needs no escaping, such as a generated SVG.
  init(trusted text: String) { self.text = text }

  package static let empty: HTML = ""

  package static func + (left: HTML, right: HTML) -> HTML { HTML(trusted: left.text + right.text) }

  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ part: HTML) { text += part.text }
    package mutating func appendInterpolation(_ part: HTML?) { if let part { text += part.text } }
    package mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
    // Disfavoured, so that `\(isNew ? "<b>mới</b>" : "")` is markup: a literal is the programmer's, a `String` never is.
    @_disfavoredOverload
    package mutating func appendInterpolation(_ part: String) { HTML.escape(part, into: &text) }
    @_disfavoredOverload
    package mutating func appendInterpolation(_ part: String?) {
      if let part { HTML.escape(part, into: &text) }
    }
    package mutating func appendInterpolation(_ number: some BinaryInteger) { text += String(number) }
    package mutating func appendInterpolation<T>(_ id: Identifier<T>) {
      HTML.escape(id.rawValue, into: &text)
    }
    /// A name or message from people: isolated, so that its direction of writing cannot disturb what follows.
    package mutating func appendInterpolation(person words: String) {
      text += "<bdi>"
      HTML.escape(words, into: &text)
      text += "</bdi>"
    }
    /// `" attribute"` when the condition holds.
    package mutating func appendInterpolation(_ attribute: StaticString, if condition: Bool) {
      if condition { text += " \(attribute)" }
    }
    package mutating func appendInterpolation(_ part: @autoclosure () -> HTML, when condition: Bool) {
      if condition { text += part().text }
    }
  }

  static func escape(_ part: String, into text: inout String) {
    let isPlain = part.utf8.allSatisfy { $0 != 38 && $0 != 60 && $0 != 62 && $0 != 34 && $0 != 39 && $0 != 0 }
    if isPlain {
      text += part
      return
    }
    for scalar in part.unicodeScalars {
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\"": text += "&quot;"
      case "'": text += "&#39;"
      case "\0": text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Sequence where Element == HTML {
  package func joined() -> HTML { HTML(trusted: reduce(into: "") { $0 += $1.text }) }
}

extension HTML {
  /// Markup that this program drew, such as a QR code; never anything that came from outside.
  package static func drawn(_ svg: String) -> HTML { HTML(trusted: svg) }
}
