/// An e-mail address that may stand in a header and in an SMTP command.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  /// Nil for anything but plain `local@domain` in ASCII.
  ///
  /// Attack prevented: a line break, bracket or blank in an address that adds headers, recipients or
  /// commands. Rarer forms that standards allow (quoted local parts, comments, other scripts) are refused for
  /// the same reason.
  package init?(_ text: String) {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...253).contains(parts[1].utf8.count),
      parts[0].utf8.allSatisfy(Self.mayStandInLocalPart), Self.isDotted(parts[0]),
      Self.isDomain(parts[1])
    else { return nil }
    self.text = text
  }

  package var description: String { text }
  var domain: Substring { text.split(separator: "@")[1] }

  private static func mayStandInLocalPart(_ byte: UInt8) -> Bool {
    isLetterOrDigit(byte) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(byte)
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isDotted(_ part: Substring) -> Bool {
    part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
  }

  /// A host name: labels of letters, digits and inner hyphens.
  static func isDomain(_ text: Substring) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 45 }
        && !label.hasPrefix("-") && !label.hasSuffix("-")
    }
  }
}
