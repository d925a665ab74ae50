import Foundation
package import Rules

/// A text that may not stand in a header.
package enum MailRefusal: Error, Hashable {
  /// A line break or another control character. Attack prevented: header injection.
  case controlCharacter
  case empty
}

/// One e-mail to one recipient, as RFC 5322 text that any server accepts: headers ASCII, UTF-8 text as
/// base64.
package struct MailLetter: Sendable, Hashable {
  package let sender: MailAddress
  package let recipient: MailAddress
  /// Headers, empty line, body; lines end in CR LF and have at most 78 characters.
  package let text: String

  /// - Parameters:
  ///   - id: what the Message-ID is made from; the same message sent again has the same.
  ///   - lines: the text, lines broken by `\n`.
  /// - Throws: `MailRefusal` when subject, name or id hold a control character, or the subject is empty.
  package init(
    from sender: MailAddress, name: String, to recipient: MailAddress, subject: String, lines: String,
    id: String,
    at moment: Timestamp
  ) throws(MailRefusal) {
    guard !subject.isEmpty, !id.isEmpty else { throw .empty }
    for word in [subject, name, id] where word.unicodeScalars.contains(where: Self.isControl) {
      throw .controlCharacter
    }
    guard id.utf8.allSatisfy({ $0 == 45 || (48...57).contains($0) || (97...122).contains($0) }) else {
      throw .controlCharacter
    }
    let headers = [
      "From: \(name.isEmpty ? "" : HeaderText.encoded(name, after: 6) + "\r\n ")<\(sender)>",
      "To: <\(recipient)>",
      "Subject: \(HeaderText.encoded(subject, after: 9))",
      "Date: \(Self.date(moment))",
      "Message-ID: <\(id)@\(sender.domain)>",
      // No holiday notes and no automatic answers to a machine.
      "Auto-Submitted: auto-generated",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
    ]
    self.sender = sender
    self.recipient = recipient
    text = headers.joined(separator: "\r\n") + "\r\n\r\n" + Self.base64(lines) + "\r\n"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 32 || (127...159).contains(scalar.value) || scalar.value == 0x2028
      || scalar.value == 0x2029
  }

  private static func base64(_ lines: String) -> String {
    let canonical = lines.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .joined(separator: "\r\n")
    return Data(canonical.utf8).base64EncodedString(
      options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
  }

  /// `Sat, 05 Sep 2026 07:52:09 +0700`.
  static func date(_ moment: Timestamp) -> String {
    let day = Day(at: moment)
    let (year, month, number) = day.parts
    let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.weekday - 1]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let padded = number < 10 ? "0\(number)" : "\(number)"
    return "\(weekday), \(padded) \(months[month - 1]) \(year) \(moment.clockToTheSecond) +0700"
  }
}

/// Words in headers.
enum HeaderText {
  /// As it stands when it is short and plain; otherwise as encoded words (RFC 2047), none over 75 characters,
  /// none cutting a character, one on each line.
  ///
  /// - Parameter column: how many characters of the line are used.
  static func encoded(_ text: String, after column: Int) -> String {
    if isPlain(text), column + text.utf8.count <= 76 { return text }
    var words: [String] = []
    var bytes: [UInt8] = []
    // 42 bytes make 56 characters of base64, 68 with the marks, which fits behind any of our header names.
    for scalar in text.unicodeScalars {
      let next = Array(String(scalar).utf8)
      if bytes.count + next.count > 42 {
        words.append(word(bytes))
        bytes = []
      }
      bytes += next
    }
    if !bytes.isEmpty { words.append(word(bytes)) }
    return words.joined(separator: "\r\n ")
  }

  private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }

  /// Letters, digits and blanks between words: nothing that has a meaning in a header.
  private static func isPlain(_ text: String) -> Bool {
    !text.hasPrefix(" ") && !text.hasSuffix(" ")
      && text.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 32 || $0 == 45
      }
  }
}
