import Foundation
import NIOCore
import NIOSSL

/// One connection's dialogue, RFC 5321 with STARTTLS (RFC 3207) and AUTH (RFC 4954).
struct SMTPConversation: Sendable {
  let channel: any Channel
  let inbox: SMTPInbox
  let settings: SMTPSettings
  let tls: NIOSSLContext

  func deliver(_ letter: MailLetter) async throws {
    _ = try await answer(to: "greeting", refusalIs: .settings)
    var offers = try await greet()
    var isSecret = settings.security == .implicitTLS
    if !isSecret, try await startTLS(offers) {
      isSecret = true
      // What was offered in the clear may be forged: ask again.
      offers = try await greet()
    }
    if let credentials = settings.credentials { try await signIn(credentials, offers, isSecret: isSecret) }
    try await say("MAIL FROM:<\(letter.sender)>", at: "mail", refusalIs: .settings)
    try await say("RCPT TO:<\(letter.recipient)>", at: "rcpt", refusalIs: .permanent)
    try await say("DATA", at: "data", refusalIs: .permanent)
    send(Self.stuffed(letter.text) + Array(".\r\n".utf8))
    _ = try await answer(to: "text", refusalIs: .permanent)
    // The letter is taken; whatever happens to the farewell changes nothing.
    send(Array("QUIT\r\n".utf8))
  }

  private func greet() async throws -> SMTPReply {
    try await say("EHLO \(settings.clientName)", at: "ehlo", refusalIs: .settings)
  }

  /// - Returns: false when it was not offered and need not be.
  private func startTLS(_ offers: SMTPReply) async throws -> Bool {
    guard offers.offer("STARTTLS") != nil else {
      if settings.security == .startTLS { throw MailFailure(.settings, "starttls-not-offered") }
      return false
    }
    try await say("STARTTLS", at: "starttls", refusalIs: .settings)
    let (channel, inbox, tls, host) = (channel, inbox, tls, settings.host)
    do {
      try await channel.eventLoop.submit {
        let pipeline = channel.pipeline.syncOperations
        guard inbox.isEmpty, try pipeline.handler(type: SMTPReplyHandler.self).isDrained else {
          throw MailFailure(.settings, "starttls-injection")
        }
        try pipeline.addHandler(SMTPClient.tlsHandler(tls, host), position: .first)
      }.get()
    } catch {
      throw SMTPClient.failure(error)
    }
    return true
  }

  private func signIn(_ credentials: SMTPSettings.Credentials, _ offers: SMTPReply, isSecret: Bool)
    async throws
  {
    guard isSecret else { throw MailFailure(.settings, "password-needs-tls") }
    let ways = offers.offer("AUTH") ?? []
    if ways.contains("PLAIN") {
      let secret = Data("\0\(credentials.user)\0\(credentials.password)".utf8).base64EncodedString()
      try await say("AUTH PLAIN \(secret)", at: "auth", refusalIs: .settings)
    } else if ways.contains("LOGIN") {
      try await say("AUTH LOGIN", at: "auth", refusalIs: .settings)
      try await say(Data(credentials.user.utf8).base64EncodedString(), at: "auth", refusalIs: .settings)
      try await say(Data(credentials.password.utf8).base64EncodedString(), at: "auth", refusalIs: .settings)
    } else {
      throw MailFailure(.settings, "auth-not-offered")
    }
  }

  @discardableResult
  private func say(_ line: String, at step: String, refusalIs kind: MailFailure.Kind) async throws
    -> SMTPReply
  {
    // Every part of a command was checked before; this is the last gate before the wire.
    precondition(line.utf8.allSatisfy { $0 >= 32 && $0 < 127 }, "a command is one line of ASCII")
    send(Array(line.utf8) + [13, 10])
    return try await answer(to: step, refusalIs: kind)
  }

  private func send(_ bytes: [UInt8]) {
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  private func answer(to step: String, refusalIs kind: MailFailure.Kind) async throws -> SMTPReply {
    let (channel, inbox) = (channel, inbox)
    let end = channel.eventLoop.scheduleTask(in: settings.limits.answer) {
      inbox.fail(MailFailure(.temporary, "\(step) timeout"))
      channel.close(promise: nil)
    }
    defer { end.cancel() }
    let reply = try await inbox.next()
    if (200...399).contains(reply.code) { return reply }
    throw Self.failure(reply, at: step, refusalIs: kind)
  }

  static func failure(_ reply: SMTPReply, at step: String, refusalIs kind: MailFailure.Kind) -> MailFailure {
    let reason = "\(step) \(reply.codes)"
    if reply.code < 500 { return MailFailure(.temporary, reason) }
    // 5.7.x and 53x speak of our rights (relaying, sign-in), not of the letter: it must not be lost for that.
    let isAboutUs = reply.codes.contains(" 5.7.") || (530...539).contains(reply.code)
    return MailFailure(isAboutUs ? .settings : kind, reason)
  }

  /// The letter as it goes over the wire: each line that begins with a dot gets another, so that none ends
  /// the letter early, and every line ends in CR LF.
  ///
  /// Attack prevented: a lone CR or LF that some servers take for a line's end (SMTP smuggling).
  static func stuffed(_ text: String) -> [UInt8] {
    let (cr, lf, dot) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "."))
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count + 64)
    var (atStart, afterCR) = (true, false)
    for byte in text.utf8 {
      if byte == lf, afterCR {
        afterCR = false
        continue
      }
      afterCR = byte == cr
      if byte == cr || byte == lf {
        result += [cr, lf]
        atStart = true
        continue
      }
      if atStart, byte == dot { result.append(dot) }
      result.append(byte)
      atStart = false
    }
    return atStart ? result : result + [cr, lf]
  }
}
