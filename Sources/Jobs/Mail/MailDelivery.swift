package import Rules
package import Storage

/// Takes responsibility for one letter, or throws `MailFailure`.
package struct MailTransport: Sendable {
  let send: @Sendable (MailLetter) async throws -> Void

  package init(send: @escaping @Sendable (MailLetter) async throws -> Void) { self.send = send }
}

/// Why a letter was not taken.
package struct MailFailure: Error, Hashable, Sendable {
  package enum Kind: String, Sendable {
    /// The network, a busy server: tried again.
    case temporary
    /// This letter or this recipient is refused for good.
    case permanent
    /// Our settings or rights are wrong (certificate, password, relaying): somebody must act, and the letter
    /// is kept and tried again meanwhile.
    case settings
  }

  package let kind: Kind
  /// Step and code, `rcpt 550 5.1.1`; never the server's sentence, which may hold an address.
  package let reason: String

  package init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

/// How messages become e-mails.
package struct MailDelivery: Sendable {
  /// The e-mail address of a person; nil when none is known.
  package typealias EmailAddress = @Sendable (Person.ID, any Connection) throws -> String?

  let transport: MailTransport
  let sender: MailAddress
  let senderName: String
  let siteAddress: String
  let emailAddress: EmailAddress

  /// - Parameters:
  ///   - senderName: what stands beside the sender's address, such as the school's name.
  ///   - siteAddress: our origin, `https://lop.truong.example`, before the links in messages.
  package init(
    transport: MailTransport, sender: MailAddress, senderName: String, siteAddress: String,
    emailAddress: @escaping EmailAddress
  ) {
    self.transport = transport
    self.sender = sender
    self.senderName = VietnameseText.clean(senderName)
    self.siteAddress = siteAddress.hasSuffix("/") ? String(siteAddress.dropLast()) : siteAddress
    self.emailAddress = emailAddress
  }

  func letter(for message: OutboxMessage, to address: MailAddress) throws(MailRefusal) -> MailLetter {
    var lines = message.body
    if let link = message.link { lines += "\n\nXem trên trang của trường: \(siteAddress)\(link)" }
    lines += "\n\n-- \nThư được gửi tự động. Xin đừng trả lời thư này."
    return try MailLetter(
      from: sender, name: senderName, to: address, subject: message.subject, lines: lines,
      id: message.id.rawValue,
      at: message.createdAt)
  }
}
