import Foundation
import Rules
import Testing

@testable import Jobs

@Suite struct MailLetterTests {
  private let sender = MailAddress("lopan@truong.example")!
  private let recipient = MailAddress("phu.huynh@nha.example")!

  private func letter(subject: String = "Có người lạ", name: String = "Trường THCS", lines: String = "a")
    throws -> MailLetter
  {
    try MailLetter(
      from: sender, name: name, to: recipient, subject: subject, lines: lines, id: "0199-ab",
      at: Timestamp(seconds: 1_788_569_529))
  }

  /// What a reader makes of encoded words.
  private func decoded(_ header: String) -> String {
    guard header.hasPrefix("=?") else { return header }
    var bytes = Data()
    for part in header.components(separatedBy: "\r\n ") {
      let inner = part.replacingOccurrences(of: "=?UTF-8?B?", with: "").replacingOccurrences(
        of: "?=", with: "")
      bytes += Data(base64Encoded: inner) ?? Data()
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func header(_ name: String, of letter: MailLetter) -> String? {
    let head = letter.text.components(separatedBy: "\r\n\r\n")[0].replacingOccurrences(
      of: "\r\n ", with: "\u{1}")
    let line = head.components(separatedBy: "\r\n").first { $0.hasPrefix(name + ": ") }
    return line.map { String($0.dropFirst(name.count + 2)).replacingOccurrences(of: "\u{1}", with: "\r\n ") }
  }

  @Test(
    "a line break in subject or name never becomes a header",
    arguments: ["a\r\nBcc: la@la.example", "a\nb", "a\rb", "a\0b", "a\u{85}b", "a\u{2028}b", "a\u{7F}"])
  func injection(words: String) {
    #expect(throws: MailRefusal.controlCharacter) { try letter(subject: words) }
    #expect(throws: MailRefusal.controlCharacter) { try letter(name: words) }
  }

  @Test(arguments: [
    "a@b.example\r\nBcc: la@la.example", "a@b.example>", "<a@b.example", "a b@c.example", "a@b@c.example",
    "@b.example",
    "a@", "a", "", "a@-b.example", "a@b..example", ".a@b.example", "a..b@c.example", "tên@b.example",
    "a@trường.example",
    "a@b.example, c@d.example", "\"a b\"@c.example", "a@b.example\0", "a@[127.0.0.1]",
    String(repeating: "a", count: 65) + "@b.example",
  ])
  func suspiciousAddressIsRefused(text: String) { #expect(MailAddress(text) == nil) }

  @Test(arguments: ["a@b.example", "phu.huynh+6a2@nha.edu.example", "x_y-z@localhost", "O'Neil@a-b.example"])
  func ordinaryAddressIsTaken(text: String) { #expect(MailAddress(text)?.text == text) }

  @Test func everyLineIsShortPlainASCII() throws {
    for length in [1, 10, 30, 41, 42, 43, 100, 300] {
      let subject = String(String(repeating: "Lớp có người lạ 🧑‍🏫 ", count: 20).unicodeScalars.prefix(length))
      let made = try letter(
        subject: subject, name: subject, lines: String(repeating: "Chào phụ huynh. ", count: 500))
      for line in made.text.components(separatedBy: "\r\n") { #expect(line.utf8.count <= 78, "\(line)") }
      #expect(made.text.utf8.allSatisfy { $0 < 127 && ($0 >= 32 || $0 == 13 || $0 == 10) })
      #expect(decoded(try #require(header("Subject", of: made))) == subject)
    }
  }

  @Test func headersAreComplete() throws {
    let made = try letter(subject: "Alarm 6A2", lines: "Một\nHai")
    #expect(header("Subject", of: made) == "Alarm 6A2")
    #expect(header("Date", of: made) == "Sat, 05 Sep 2026 07:52:09 +0700")
    #expect(header("Message-ID", of: made) == "<0199-ab@truong.example>")
    #expect(header("Auto-Submitted", of: made) == "auto-generated")
    #expect(header("To", of: made) == "<phu.huynh@nha.example>")
    #expect(header("From", of: made)?.hasSuffix("<lopan@truong.example>") == true)
    let body = made.text.components(separatedBy: "\r\n\r\n")[1]
    let bytes = try #require(Data(base64Encoded: body, options: .ignoreUnknownCharacters))
    #expect(String(decoding: bytes, as: UTF8.self) == "Một\r\nHai")
  }

  @Test(arguments: [
    ("", ""), ("a", "a\r\n"), (".", "..\r\n"), ("a\r\n.\r\nb", "a\r\n..\r\nb\r\n"), ("..", "...\r\n"),
    // A lone CR or LF counts as the end of a line, so that nobody else can read one into it.
    ("a\n.\nb", "a\r\n..\r\nb\r\n"), ("a\r.\rb", "a\r\n..\r\nb\r\n"), ("a\n\r\n.\r\n", "a\r\n\r\n..\r\n"),
    (".\u{301}a", "..\u{301}a\r\n"),
  ])
  func dotsAreStuffed(text: String, wire: String) {
    #expect(SMTPConversation.stuffed(text) == Array(wire.utf8))
  }

  @Test func codesAreKeptWithoutWords() {
    #expect(SMTPReply(code: 550, lines: ["5.1.1 <an@nha.example> unknown"]).codes == "550 5.1.1")
    #expect(SMTPReply(code: 450, lines: ["an@nha.example is busy"]).codes == "450")
    #expect(SMTPReply(code: 450, lines: []).codes == "450")
  }
}
