import Foundation
package import Rules

/// A session description (RFC 8866) that a page sent, taken apart strictly.
///
/// Attack prevented: a description that we read differently from the media server, so that a section we did
/// not see is sent. Anything a browser does not write is refused, and what goes on is `text`, put together
/// from what was read.
package struct SessionDescription: Hashable, Sendable {
  package struct Section: Hashable, Sendable {
    /// `audio`, `video` or `application`.
    package let media: String
    package let mid: String
    package let sends: Bool
  }

  package let sections: [Section]
  /// The number by which the page's browser calls this connection: the same in each description of one
  /// connection.
  package let origin: String
  package let text: String

  package static let offerLimit = 32 * 1024
  package static let answerLimit = 60 * 1024

  static let lineLimit = 2_000
  static let sectionLimit = 64

  /// - Parameters:
  ///   - text: as received.
  ///   - limit: bytes allowed.
  /// - Throws: MED-003 above the limit, MED-002 for anything that is not a browser's description.
  package init(_ text: String, limit: Int = offerLimit) throws(UserError) {
    guard text.utf8.count <= limit else { throw .mediaTooLarge }
    let lines = try Self.lines(text)
    guard lines.first == "v=0", lines.count <= Self.lineLimit else { throw .mediaMalformed }
    let starts = lines.indices.filter { lines[$0].hasPrefix("m=") }
    guard starts.count <= Self.sectionLimit else { throw .mediaMalformed }

    let head = lines[..<(starts.first ?? lines.endIndex)]
    // A direction before the first section would hold for all of them.
    guard !head.contains(where: { Direction(line: $0) != nil || $0.hasPrefix("a=candidate") }) else {
      throw .mediaMalformed
    }
    origin = try Self.origin(head)
    sections = try Self.sections(lines, starts: starts)
    guard Set(sections.map(\.mid)).count == sections.count else { throw .mediaMalformed }
    self.text = lines.joined(separator: "\r\n") + "\r\n"
  }

  /// What this description would send on `leg`, by section.
  ///
  /// - Throws: MED-001 for a kind that is not allowed, MED-002 for two sections of one kind.
  /// - Source: research/media.md section 8, “reject m-lines not granted”.
  package func kinds(on leg: MediaLeg, allowed: Set<MediaKind>) throws(UserError) -> [String: MediaKind] {
    var result: [String: MediaKind] = [:]
    for section in sections where section.sends || section.media == "application" {
      guard let kind = leg.kind(of: section.media) else { throw .mediaNotAllowed("dữ liệu này") }
      guard allowed.contains(kind) else { throw .mediaNotAllowed(kind) }
      // Sound of a screen is for those who may share a screen: without this a page could call anything a
      // screen.
      guard leg != .screen || allowed.contains(.screen) else { throw .mediaNotAllowed(.screen) }
      guard !result.values.contains(kind) else { throw .mediaMalformed }
      result[section.mid] = kind
    }
    return result
  }

  /// Checks that this answers an offer with these sections and sends nothing.
  /// - Throws: MED-001, MED-002.
  package func receivesOnly(_ mids: [String]) throws(UserError) {
    for section in sections where section.sends {
      throw .mediaNotAllowed(section.media == "audio" ? .audio : .video)
    }
    guard sections.map(\.mid) == mids else { throw .mediaMalformed }
  }

  /// What a page may read of the server's description: the server writes its name for the room into the
  /// subject line.
  static func forPage(_ text: String) -> String {
    text.replacing(#/(?m)^s=[^\r\n]*/#, with: "s=-")
  }

  private enum Direction: String {
    case sendrecv, sendonly, recvonly, inactive

    init?(line: String) {
      guard line.hasPrefix("a=") else { return nil }
      self.init(rawValue: line.dropFirst(2).lowercased())
    }
  }

  private static func lines(_ text: String) throws(UserError) -> [String] {
    var lines: [String] = []
    for part in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      let line = part.last == UInt8(ascii: "\r") ? part.dropLast() : part
      if line.isEmpty { continue }
      guard line.count >= 2, line.count <= lineLimit, (0x61...0x7a).contains(line[line.startIndex]),
        line[line.index(after: line.startIndex)] == UInt8(ascii: "="),
        line.allSatisfy({ (0x20...0x7e).contains($0) })
      else { throw .mediaMalformed }
      lines.append(String(decoding: line, as: UTF8.self))
    }
    return lines
  }

  private static func origin(_ head: ArraySlice<String>) throws(UserError) -> String {
    let origins = head.filter { $0.hasPrefix("o=") }
    let parts = origins.first?.split(separator: " ") ?? []
    guard origins.count == 1, parts.count == 6, parts[1].count <= 24, parts[1].allSatisfy(\.isNumber) else {
      throw .mediaMalformed
    }
    return String(parts[1])
  }

  private static func sections(_ lines: [String], starts: [Int]) throws(UserError) -> [Section] {
    var result: [Section] = []
    for (number, start) in starts.enumerated() {
      let end = number + 1 < starts.count ? starts[number + 1] : lines.endIndex
      result.append(try section(lines[start..<end]))
    }
    return result
  }

  private static func section(_ lines: ArraySlice<String>) throws(UserError) -> Section {
    let words = lines[lines.startIndex].dropFirst(2).split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 4, ["audio", "video", "application"].contains(words[0]), UInt16(words[1]) != nil,
      ["UDP/TLS/RTP/SAVPF", "UDP/DTLS/SCTP"].contains(words[2])
    else { throw .mediaMalformed }
    let mids = lines.filter { $0.hasPrefix("a=mid:") }
    let directions = lines.compactMap(Direction.init(line:))
    let candidates = lines.filter { $0.hasPrefix("a=candidate") }
    guard mids.count == 1, directions.count <= 1, candidates.count <= IceCandidate.perLeg else {
      throw .mediaMalformed
    }
    for line in candidates { try IceCandidate.check(String(line.dropFirst(2))) }
    let mid = String(mids[0].dropFirst(6))
    guard IceCandidate.isMid(mid) else { throw .mediaMalformed }
    // Without a direction a section sends and receives. The port says nothing: a bundled section may have
    // port 0.
    let sends = words[0] != "application" && [.sendrecv, .sendonly].contains(directions.first ?? .sendrecv)
    return Section(media: String(words[0]), mid: mid, sends: sends)
  }
}
