import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// A browser's end of a WebSocket, able to misbehave.
final class TestPage: Sendable {
  struct Frame: Hashable, Sendable {
    let opcode: UInt8
    let payload: [UInt8]

    var text: String { String(decoding: payload, as: UTF8.self) }
    /// Of a close frame; nil when it names none.
    var code: Int? { opcode == 8 && payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
  }

  struct Seen: Sendable {
    var status: Int?
    var bytes: [UInt8] = []
    var frames: [Frame] = []
    var ended = false
    var answersPings = true
  }

  private let seen = Mutex(Seen())
  private let opened = Mutex<(any Channel)?>(nil)

  private init() {}

  /// Always there once `open` returned.
  private var channel: any Channel { opened.withLock { $0! } }

  /// - Parameter receiveBuffer: the kernel's, made small for a page that does not read.
  static func open(
    _ port: Int, path: String = "/live", origin: String? = nil, headers: String = "",
    tls: NIOSSLContext? = nil,
    receiveBuffer: Int? = nil
  ) async throws -> TestPage {
    let scheme = tls == nil ? "http" : "https"
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    if let receiveBuffer {
      bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer)
    }
    let page = TestPage()
    let channel = try await bootstrap.channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost")) }
        try pipeline.addHandler(Receiver(page: page))
      }
    }.connect(host: "127.0.0.1", port: port).get()
    page.opened.withLock { $0 = channel }
    let request =
      "GET \(path) HTTP/1.1\r\nHost: localhost:\(port)\r\n"
      + "Origin: \(origin ?? "\(scheme)://localhost:\(port)")\r\n"
      + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(headers)\r\n"
    page.send(raw: Array(request.utf8))
    await eventually("an answer to the upgrade") { page.status != nil || page.hasEnded }
    return page
  }

  var status: Int? { seen.withLock { $0.status } }
  var frames: [Frame] { seen.withLock { $0.frames } }
  var texts: [String] { frames.filter { $0.opcode == 1 }.map(\.text) }
  var closeFrame: Frame? { frames.first { $0.opcode == 8 } }
  var hasEnded: Bool { seen.withLock { $0.ended } }

  func stopAnsweringPings() { seen.withLock { $0.answersPings = false } }
  func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }
  func startReading() async throws { try await channel.setOption(.autoRead, value: true).get() }
  func endOutput() { channel.close(mode: .output, promise: nil) }
  func end() { channel.close(promise: nil) }

  func send(_ text: String) { send(opcode: 1, Array(text.utf8)) }

  func send(opcode: UInt8, _ payload: [UInt8], fin: Bool = true, masked: Bool = true) {
    var frame: [UInt8] = [(fin ? 0x80 : 0) | opcode]
    let flag: UInt8 = masked ? 0x80 : 0
    switch payload.count {
    case ...125: frame.append(flag | UInt8(payload.count))
    case ...65_535: frame += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default: frame += [flag | 127, 0, 0, 0, 0] + (0..<4).map { UInt8(payload.count >> (24 - 8 * $0) & 255) }
    }
    let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
    if masked { frame += mask }
    frame += masked ? payload.enumerated().map { $1 ^ mask[$0 % 4] } : payload
    send(raw: frame)
  }

  func send(raw bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

  fileprivate func received(_ bytes: ByteBuffer) {
    let pings = seen.withLock { seen in
      seen.bytes += bytes.readableBytesView
      if seen.status == nil { Self.takeHead(&seen) }
      guard seen.status == 101 else { return [Frame]() }
      let new = Self.takeFrames(&seen)
      seen.frames += new
      return seen.answersPings ? new.filter { $0.opcode == 9 } : []
    }
    for ping in pings { send(opcode: 10, ping.payload) }
  }

  fileprivate func ended() { seen.withLock { $0.ended = true } }

  private static func takeHead(_ seen: inout Seen) {
    guard let end = Data(seen.bytes).range(of: Data("\r\n\r\n".utf8)) else { return }
    let head = String(decoding: seen.bytes[..<end.lowerBound], as: UTF8.self)
    seen.status = Int(head.split(separator: " ")[1])
    seen.bytes.removeSubrange(..<end.upperBound)
  }

  private static func takeFrames(_ seen: inout Seen) -> [Frame] {
    var (frames, at) = ([Frame](), 0)
    while seen.bytes.count - at >= 2 {
      var (length, head) = (Int(seen.bytes[at + 1]), 2)
      let wide = length == 126 ? 2 : length == 127 ? 8 : 0
      guard seen.bytes.count - at >= 2 + wide else { break }
      if wide > 0 {
        length = seen.bytes[(at + 2)..<(at + 2 + wide)].reduce(0) { $0 << 8 | Int($1) }
        head += wide
      }
      guard seen.bytes.count - at >= head + length else { break }
      let payload = Array(seen.bytes[(at + head)..<(at + head + length)])
      frames.append(Frame(opcode: seen.bytes[at] & 15, payload: payload))
      at += head + length
    }
    seen.bytes.removeSubrange(..<at)
    return frames
  }
}

private final class Receiver: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let page: TestPage

  init(page: TestPage) { self.page = page }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) { page.received(Self.unwrapInboundIn(data)) }

  func channelInactive(context: ChannelHandlerContext) { page.ended() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
