/// Rewrites hostile HTML so that nothing but table, block and text is left, with `colspan` and `rowspan` as
/// only attributes.
///
/// Attack prevented: tags with a million attributes or endless nesting, on which HTML parsers spend minutes.
/// Of what comes out each `<` is ours, so the parser cannot see another tag than was counted here.
struct HTMLCleaner {
  /// Beyond this many tags a file is no class list.
  static let maximumTags = 600_000

  private static let kept: Set<String> = [
    "table", "tr", "td", "th", "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "br", "center",
  ]
  private static let blocks: Set<String> = ["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "center"]
  private static let unseen: Set<String> = ["script", "style", "title"]

  private let bytes: [UInt8]
  private var position = 0
  private var output: [UInt8] = []
  private var tags = 0

  static func clean(_ text: String) throws(SpreadsheetFault) -> String {
    var cleaner = HTMLCleaner(bytes: Array(text.utf8))
    try cleaner.run()
    return String(decoding: cleaner.output, as: UTF8.self)
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func run() throws(SpreadsheetFault) {
    output = Array("<html><body>".utf8)
    output.reserveCapacity(bytes.count + 64)
    while position < bytes.count {
      let byte = bytes[position]
      if byte != UInt8(ascii: "<") {
        output.append(byte)
        position += 1
      } else if starts("<!--") {
        skip(past: "-->", from: position + 4)
      } else if let next = peek(1), next == UInt8(ascii: "!") || next == UInt8(ascii: "?") {
        skip(past: ">", from: position + 1)
      } else if let next = peek(1),
        Self.isLetter(next) || (next == UInt8(ascii: "/") && peek(2).map(Self.isLetter) == true)
      {
        try tag()
      } else {
        output.append(contentsOf: "&lt;".utf8)
        position += 1
      }
    }
  }

  /// Reads one tag; writes it again when it is of use.
  private mutating func tag() throws(SpreadsheetFault) {
    let isEnd = peek(1) == UInt8(ascii: "/")
    position += isEnd ? 2 : 1
    let name = word().lowercased()
    var spans = ""
    while position < bytes.count, bytes[position] != UInt8(ascii: ">") {
      let attribute = word()
      if attribute.isEmpty {
        position += 1
        continue
      }
      let value = attributeValue()
      let isSpan = ["colspan", "rowspan"].contains(attribute.lowercased())
      if isSpan, let number = Int(value), spans.utf8.count < 60 {
        spans += " \(attribute.lowercased())=\"\(number)\""
      }
    }
    position += 1
    if !isEnd, Self.unseen.contains(name) {
      return skip(past: "</\(name)", from: position, then: UInt8(ascii: ">"))
    }
    // Blocks only part texts from one another; as line breaks they need no nesting.
    let known = Self.kept.contains(name)
    guard known else { return }
    tags += 1
    if tags > Self.maximumTags { throw .tooIntricate }
    if Self.blocks.contains(name) {
      output.append(contentsOf: "<hr>".utf8)
    } else {
      output.append(contentsOf: "<\(isEnd ? "/" : "")\(name)\(isEnd ? "" : spans)>".utf8)
    }
  }

  // MARK: Bytes

  private func peek(_ offset: Int) -> UInt8? {
    position + offset < bytes.count ? bytes[position + offset] : nil
  }

  private func starts(_ text: StaticString) -> Bool {
    position + text.utf8CodeUnitCount <= bytes.count
      && (0..<text.utf8CodeUnitCount).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte & 0xDF) }

  /// A name: letters, digits and the signs that names have; at most 40 of it are kept.
  private mutating func word() -> String {
    let start = position
    while position < bytes.count,
      Self.isLetter(bytes[position]) || (48...58).contains(bytes[position]) || bytes[position] == 45
    {
      position += 1
    }
    return String(decoding: bytes[start..<min(position, start + 40)], as: UTF8.self)
  }

  private mutating func attributeValue() -> String {
    func skipBlanks() { while position < bytes.count, bytes[position] <= 32 { position += 1 } }
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: "=") else { return "" }
    position += 1
    skipBlanks()
    guard position < bytes.count else { return "" }
    let quote = bytes[position]
    let isQuoted = quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
    if isQuoted { position += 1 }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if isQuoted ? byte == quote : byte <= 32 || byte == UInt8(ascii: ">") { break }
      position += 1
    }
    let value = String(decoding: bytes[start..<min(position, start + 10)], as: UTF8.self)
    if isQuoted { position += 1 }
    return value
  }

  /// Moves behind the next occurrence of a text (small letters), or to the end.
  private mutating func skip(past text: String, from start: Int, then last: UInt8? = nil) {
    let pattern = Array(text.utf8)
    position = start
    while position < bytes.count {
      let matches =
        position + pattern.count <= bytes.count
        && pattern.indices.allSatisfy { index in
          let byte = bytes[position + index]
          return byte == pattern[index] || ((65...90).contains(byte) && byte | 0x20 == pattern[index])
        }
      if matches {
        position += pattern.count
        while let last, position < bytes.count, bytes[position] != last { position += 1 }
        if last != nil { position += 1 }
        return
      }
      position += 1
    }
  }
}
