import Foundation
import NIOCore
import NIOSSL
import Synchronization

/// One connection of the sink.
final class SMTPSinkHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum Expecting { case command, user, password, text }

  private let shared: SMTPSink.Shared
  private let settings: SMTPSink.Settings
  private let tls: NIOSSLContext
  private var behaviour = SMTPSink.Behaviour.accept
  private var expecting = Expecting.command
  private var unread = ByteBuffer()
  private var isSecret: Bool
  private var login = ""
  private var user: String?
  private var sender = ""
  private var recipient = ""
  private var lines: [String] = []

  init(_ shared: SMTPSink.Shared, _ settings: SMTPSink.Settings, _ tls: NIOSSLContext) {
    self.shared = shared
    self.settings = settings
    self.tls = tls
    isSecret = settings.encryption == .implicit
  }

  func channelActive(context: ChannelHandlerContext) {
    behaviour = shared.value.withLock { state in
      defer { state.connections += 1 }
      return state.behaviours[min(state.connections, state.behaviours.count - 1)]
    }
    answer(.greeting, "220 sink ESMTP", context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var received = unwrapInboundIn(data)
    unread.writeBuffer(&received)
    while let end = unread.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
      let line = unread.readString(length: end - unread.readerIndex + 1) ?? ""
      take(line.hasSuffix("\r\n") ? String(line.dropLast()) : line, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func take(_ line: String, _ context: ChannelHandlerContext) {
    switch expecting {
    case .text: takeText(line, context)
    case .user:
      login = Self.decoded(line)
      expecting = .password
      write("334 UGFzc3dvcmQ6", context)
    case .password:
      expecting = .command
      signIn(login, Self.decoded(line), context)
    case .command:
      shared.value.withLock { $0.commands.append(line) }
      takeCommand(line, context)
    }
  }

  private func takeCommand(_ line: String, _ context: ChannelHandlerContext) {
    let words = line.split(separator: " ", maxSplits: 2).map(String.init)
    switch words.first?.uppercased() {
    case "EHLO": answer(.ehlo, "250-sink\r\n\(offers)250 8BITMIME", context)
    case "STARTTLS": startTLS(context)
    case "AUTH" where words.count == 3 && words[1] == "PLAIN":
      let parts = Self.decoded(words[2]).split(separator: "\0", omittingEmptySubsequences: false).map(
        String.init)
      signIn(parts.count == 3 ? parts[1] : "", parts.count == 3 ? parts[2] : "", context)
    case "AUTH" where words.last == "LOGIN":
      expecting = .user
      write("334 VXNlcm5hbWU6", context)
    case "MAIL":
      sender = Self.path(line)
      answer(.mail, "250 2.1.0 ok", context)
    case "RCPT":
      recipient = Self.path(line)
      answer(.rcpt, "250 2.1.5 ok", context)
    case "DATA":
      if answer(.data, "354 go on", context) { expecting = .text }
    case "QUIT":
      write("221 bye", context)
      context.close(promise: nil)
    default: write("500 5.5.2 what?", context)
    }
  }

  private var offers: String {
    let tls = settings.encryption == .startTLS && !isSecret ? "250-STARTTLS\r\n" : ""
    return tls + (settings.auth.map { "250-AUTH \($0)\r\n" } ?? "")
  }

  private func startTLS(_ context: ChannelHandlerContext) {
    guard answer(.startTLS, "220 2.0.0 go ahead", context) else { return }
    isSecret = true
    try? context.channel.pipeline.syncOperations.addHandler(
      NIOSSLServerHandler(context: tls), position: .first)
  }

  private func signIn(_ name: String, _ password: String, _ context: ChannelHandlerContext) {
    guard name == settings.user, password == settings.password else {
      return write("535 5.7.8 wrong", context)
    }
    if answer(.auth, "235 2.7.0 ok", context) { user = name }
  }

  private func takeText(_ line: String, _ context: ChannelHandlerContext) {
    if behaviour == .hangUp(.text) { return context.close(promise: nil) }
    guard line == "." else {
      return lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
    }
    expecting = .command
    let mail = SMTPSink.Mail(
      sender: sender, recipient: recipient, text: lines.map { $0 + "\r\n" }.joined(), user: user,
      wasSecret: isSecret)
    lines = []
    // Kept before the answer: what we answered for is there.
    let isGood = if case .answer(.text, _) = behaviour { false } else { true }
    if isGood { shared.value.withLock { $0.mails.append(mail) } }
    answer(.text, "250 2.0.0 taken", context)
  }

  /// - Returns: whether the good answer was given.
  @discardableResult
  private func answer(_ step: SMTPSink.Step, _ good: String, _ context: ChannelHandlerContext) -> Bool {
    switch behaviour {
    case .answer(step, let bad): write(bad, context)
    case .hangUp(step): context.close(promise: nil)
    case .silence(step): break
    case .slow(let milliseconds):
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      context.eventLoop.scheduleTask(in: .milliseconds(milliseconds)) { Self.write(good, bound.value) }
      return true
    default:
      write(good, context)
      return true
    }
    return false
  }

  private func write(_ line: String, _ context: ChannelHandlerContext) { Self.write(line, context) }

  private static func write(_ line: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(NIOAny(ByteBuffer(string: line + "\r\n")), promise: nil)
  }

  private static func decoded(_ text: String) -> String {
    Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines)).map {
      String(decoding: $0, as: UTF8.self)
    } ?? ""
  }

  private static func path(_ line: String) -> String {
    guard let start = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">"), start < end else {
      return ""
    }
    return String(line[line.index(after: start)..<end])
  }
}
