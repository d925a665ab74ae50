import NIOCore
import Synchronization

/// One answer of the server, however many lines it had.
struct SMTPReply: Sendable, Equatable {
  let code: Int
  /// What stood behind the code on each line.
  let lines: [String]

  /// `550 5.1.1`: the codes alone.
  var codes: String {
    let first = lines.first?.split(separator: " ").first ?? ""
    let parts = first.split(separator: ".", omittingEmptySubsequences: false)
    let isEnhanced =
      parts.count == 3 && parts.allSatisfy { (1...3).contains($0.utf8.count) && Int($0) != nil }
    return isEnhanced ? "\(code) \(first)" : "\(code)"
  }

  /// Words of the line that begins with `keyword` in an EHLO answer, upper case; nil when it is not offered.
  func offer(_ keyword: String) -> [String]? {
    for line in lines.dropFirst() {
      let words = line.uppercased().split(whereSeparator: { $0 == " " || $0 == "=" }).map(String.init)
      if words.first == keyword { return Array(words.dropFirst()) }
    }
    return nil
  }
}

/// Cuts what the server sends into replies.
final class SMTPReplyHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private static let longestLine = 2_048
  private static let mostLines = 128

  private let inbox: SMTPInbox
  private var unread = ByteBuffer()
  private var lines: [String] = []

  init(_ inbox: SMTPInbox) { self.inbox = inbox }

  /// Whether the server has said no more than was read. Attack prevented: replies slipped in before TLS
  /// begins.
  var isDrained: Bool { unread.readableBytes == 0 && lines.isEmpty }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var received = unwrapInboundIn(data)
    unread.writeBuffer(&received)
    while let end = unread.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
      let count = end - unread.readerIndex + 1
      guard count <= Self.longestLine, let line = unread.readString(length: count), take(line) else {
        return inbox.fail(MailFailure(.temporary, "protocol"))
      }
    }
    unread.discardReadBytes()
    if unread.readableBytes > Self.longestLine { inbox.fail(MailFailure(.temporary, "protocol")) }
  }

  /// False when it is no line of a reply.
  private func take(_ line: String) -> Bool {
    let text = line.trimmingSuffix { $0.isNewline }
    guard text.utf8.count >= 3, let code = Int(text.prefix(3)), (200...599).contains(code),
      lines.count < Self.mostLines
    else { return false }
    let mark = text.dropFirst(3).first
    lines.append(String(text.dropFirst(4)))
    if mark == "-" { return true }
    guard mark == nil || mark == " " else { return false }
    inbox.put(SMTPReply(code: code, lines: lines))
    lines = []
    return true
  }

  func channelInactive(context: ChannelHandlerContext) {
    inbox.fail(MailFailure(.temporary, "connection-lost"))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    inbox.fail(SMTPClient.failure(error))
    context.close(promise: nil)
  }
}

extension String {
  fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> Substring {
    var end = endIndex
    while end > startIndex, isCut(self[index(before: end)]) { end = index(before: end) }
    return self[..<end]
  }
}

/// Between the event loop, which puts replies in, and the one task that asks for them.
final class SMTPInbox: Sendable {
  private struct State {
    var replies: [SMTPReply] = []
    var failure: (any Error)?
    var reader: CheckedContinuation<SMTPReply, any Error>?
  }

  private let state = Mutex(State())

  var isEmpty: Bool { state.withLock { $0.replies.isEmpty } }

  func put(_ reply: SMTPReply) {
    let reader = state.withLock { state -> CheckedContinuation<SMTPReply, any Error>? in
      if let reader = state.reader {
        state.reader = nil
        return reader
      }
      // A server that answers what nobody asked; a few may come before we read, such as a greeting.
      if state.replies.count < 8 { state.replies.append(reply) }
      return nil
    }
    reader?.resume(returning: reply)
  }

  /// The first failure stays.
  func fail(_ error: any Error) {
    let reader = state.withLock { state in
      state.failure = state.failure ?? error
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(throwing: error)
  }

  func next() async throws -> SMTPReply {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let answer = state.withLock { state -> Result<SMTPReply, any Error>? in
          if !state.replies.isEmpty { return .success(state.replies.removeFirst()) }
          if let failure = state.failure { return .failure(failure) }
          state.reader = continuation
          return nil
        }
        if let answer { continuation.resume(with: answer) }
      }
    } onCancel: {
      fail(CancellationError())
    }
  }
}
