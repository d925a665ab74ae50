import Crypto
import Foundation
import Identity
import Rules
import Storage
import Synchronization
import TestKit
import Testing

/// One open page of one browser: a WebSocket that speaks docs/protocol.md, and can misbehave.
final class LessonPage: Sendable {
  private struct State {
    var status: Int?
    var texts: [String] = []
    var heard: [Heard] = []
    var closeCode: Int?
  }

  let browser: Browser
  private let wire: Wire
  private let state = Mutex(State())
  private static let refs = Atomic(0)

  private init(_ browser: Browser, _ wire: Wire) {
    self.browser = browser
    self.wire = wire
  }

  /// - Parameter origin: nil for our own.
  static func open(_ browser: Browser, origin: String? = nil) async throws -> LessonPage {
    let page = LessonPage(browser, try await Wire.connect(browser.port))
    browser.classroom.pages.keep(page)
    page.wire.listen { [weak page] in page?.read() }
    page.wire.send(
      Array(
        (browser.head("GET", "/live", origin: origin)
          + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
    try await eventually("an answer to the upgrade") { page.status != nil || page.wire.hasEnded }
    if page.status == 101 { try await page.hears("hello") { $0.t == "hello" } }
    return page
  }

  /// Of the upgrade.
  var status: Int? { state.withLock { $0.status } }
  var heard: [Heard] { state.withLock { $0.heard } }
  /// Everything that this page was ever sent.
  var allText: String { state.withLock { $0.texts.joined(separator: "\n") } }
  var closeCode: Int? { state.withLock { $0.closeCode } }
  var isOpen: Bool { closeCode == nil && !wire.hasEnded }
  var challenge: String { heard.first { $0.t == "hello" }?.challenge ?? "" }
  /// The place that it was given last: “lobby”, “room”; nil for none.
  var place: String? { heard.last { $0.t == "entered" }?.place }

  func cut() { wire.cut() }

  // MARK: Speaking

  func send(_ text: String) { send(opcode: 1, Array(text.utf8)) }

  func send(opcode: UInt8, _ payload: [UInt8]) {
    var frame: [UInt8] = [0x80 | opcode]
    switch payload.count {
    case ...125: frame.append(0x80 | UInt8(payload.count))
    case ...65_535: frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default:
      frame += [0x80 | 127, 0, 0, 0, 0] + (0..<4).map { UInt8(payload.count >> (24 - 8 * $0) & 255) }
    }
    // A mask of zeros is a mask too.
    wire.send(frame + [0, 0, 0, 0] + payload)
  }

  func say(_ t: String, _ fields: [String: any Sendable] = [:]) throws {
    var fields = fields
    fields["t"] = t
    send(String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self))
  }

  /// Says something and waits for the answer to it.
  func ask(_ t: String, _ fields: [String: any Sendable] = [:]) async throws -> Heard {
    let ref = "r\(Self.refs.add(1, ordering: .relaxed).newValue)"
    try say(t, fields.merging(["ref": ref]) { $1 })
    return try await hears("an answer to \(t)") { $0.ref == ref }
  }

  /// Says something that must be carried out.
  func does(
    _ t: String, _ fields: [String: any Sendable] = [:], at place: SourceLocation = #_sourceLocation
  ) async throws {
    let answer = try await ask(t, fields)
    #expect(answer.t == "ok", "\(t): \(answer.code ?? "") \(answer.text ?? "")", sourceLocation: place)
  }

  /// Knocks at the door; the answer is “ok” or a refusal.
  ///
  /// - Parameters:
  ///   - key: what signs; the browser's own by default.
  ///   - challenge: the page's own by default.
  ///   - more: fields that no honest page sends.
  func enter(
    _ lesson: Lesson.ID, ticket: String?, password: String? = nil,
    signedBy key: P256.Signing.PrivateKey? = nil,
    challenge: String? = nil, proves: Bool = true, after: Int64 = 0, also more: [String: any Sendable] = [:]
  ) async throws -> Heard {
    let text = "lopan-enter\n\(challenge ?? self.challenge)\n\(lesson)\n\(ticket ?? "")"
    var fields: [String: any Sendable] = ["lesson": lesson.rawValue, "after": after]
    fields.merge(more) { $1 }
    if proves {
      let signature = try (key ?? browser.key).signature(for: Data(text.utf8))
      fields["proof"] = signature.rawRepresentation.base64URL
    }
    fields["ticket"] = ticket
    fields["password"] = password
    return try await ask("enter", fields)
  }

  /// Comes in as a page does: a ticket first, then the door.
  @discardableResult
  func comes(
    to lesson: Lesson.ID? = nil, _ place: String, password: String? = nil,
    at source: SourceLocation = #_sourceLocation
  ) async throws -> Heard {
    let lesson = lesson ?? browser.classroom.school.lesson
    let before = heard.count
    let answer = try await enter(lesson, ticket: try await browser.ticket(lesson), password: password)
    #expect(answer.t == "ok", "\(answer.code ?? "") \(answer.text ?? "")", sourceLocation: source)
    return try await hears("\(place) is entered", after: before) { $0.t == "entered" && $0.place == place }
  }

  // MARK: Hearing

  @discardableResult
  func hears(
    _ what: String, after count: Int = 0, _ isIt: @Sendable (Heard) -> Bool
  ) async throws -> Heard {
    var found: Heard?
    let who = browser.actor.rawValue
    try await eventually("\(who) hears \(what), has heard \(allText.suffix(600))") {
      found = heard.dropFirst(count).first(where: isIt)
      return found != nil || !isOpen
    }
    found = found ?? heard.dropFirst(count).first(where: isIt)
    guard let found else { throw NeverCame(what: "\(who) hears \(what) before the end (\(closeCode ?? 0))") }
    return found
  }

  /// Waits until the server has dealt with everything said so far: the protocol answers each page in order.
  func isDone() async throws { _ = try await ask("nothing") }

  /// Waits for the end; the code that the server gave, 1006 when the line just broke.
  func ends() async throws -> Int {
    try await eventually("\(browser.actor.rawValue): the page is closed") { !isOpen }
    return closeCode ?? 1006
  }

  private func read() {
    var answers: [(UInt8, [UInt8])] = []
    state.withLock { state in
      wire.take { bytes in
        if state.status == nil {
          guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return }
          state.status = WireAnswer(Array(bytes[..<end.upperBound]))?.status
          bytes.removeSubrange(..<end.upperBound)
        }
        guard state.status == 101 else { return }
        while let (opcode, payload) = Self.frame(&bytes) {
          switch opcode {
          case 1: Self.note(String(decoding: payload, as: UTF8.self), &state)
          case 8:
            state.closeCode = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005
            answers.append((8, payload))
          case 9: answers.append((10, payload))
          default: break
          }
        }
      }
    }
    for (opcode, payload) in answers { send(opcode: opcode, payload) }
  }

  private static func note(_ text: String, _ state: inout State) {
    state.texts.append(text)
    if let heard = Heard.read(text) {
      state.heard.append(heard)
    } else {
      Issue.record("not of the protocol: \(text)")
    }
  }

  private static func frame(_ bytes: inout [UInt8]) -> (UInt8, [UInt8])? {
    guard bytes.count >= 2 else { return nil }
    var (length, head) = (Int(bytes[1] & 127), 2)
    let wide = length == 126 ? 2 : length == 127 ? 8 : 0
    guard bytes.count >= 2 + wide else { return nil }
    if wide > 0 { length = bytes[2..<(2 + wide)].reduce(0) { $0 << 8 | Int($1) } }
    head += wide
    guard bytes.count >= head + length else { return nil }
    defer { bytes.removeSubrange(..<(head + length)) }
    return (bytes[0] & 15, Array(bytes[head..<(head + length)]))
  }
}
