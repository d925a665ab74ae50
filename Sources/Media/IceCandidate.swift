package import Rules

/// One network address at which a page may be reached, as its browser wrote it.
package struct IceCandidate: Hashable, Sendable {
  /// `candidate:…`, without `a=`.
  package let text: String
  package let mid: String
  package let line: Int

  /// How many one leg may name. Attack prevented: making the media server probe many addresses of the
  /// school's network.
  package static let perLeg = 64

  /// - Throws: MED-002 when it is not a candidate that a browser writes.
  package init(text: String, mid: String, line: Int) throws(UserError) {
    try Self.check(text)
    guard Self.isMid(mid), (0..<SessionDescription.sectionLimit).contains(line) else { throw .mediaMalformed }
    self.text = text
    self.mid = mid
    self.line = line
  }

  static func isMid(_ text: String) -> Bool {
    (1...16).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5a).contains($0 & 0xdf) || $0 == 0x2d || $0 == 0x5f
      }
  }

  /// `candidate:` foundation, component, protocol, priority, address, port, `typ`, type, and more (RFC 8839).
  static func check(_ text: String) throws(UserError) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard text.utf8.count <= 512, text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), words.count >= 8,
      words[0].hasPrefix("candidate:"), UInt8(words[1]) != nil,
      ["udp", "tcp"].contains(words[2].lowercased()),
      UInt32(words[3]) != nil, !words[4].isEmpty, words[4].utf8.count <= 253, UInt16(words[5]) != nil,
      words[6] == "typ",
      ["host", "srflx", "prflx", "relay"].contains(words[7])
    else { throw .mediaMalformed }
  }
}
