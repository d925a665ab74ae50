import Dispatch
import Foundation
import Glibc
import Synchronization

/// The WebSocket to the media server over its Unix socket: plain blocking calls on two threads of its own.
///
/// Why not the simpler SOCK_SEQPACKET transport: Janus 1.1.2 reads it into 8,192 bytes and silently drops
/// anything longer (measured), which the answer of a page that watches eight people exceeds.
final class JanusSocket: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
    /// Who listened but did not answer.
    var silentPID: pid_t?
  }

  /// Whole messages, in order. It ends when the link is gone, or when 8,192 are waiting: then something is
  /// badly wrong.
  let messages: AsyncStream<[UInt8]>
  /// The process that listens, as the kernel knows it.
  let serverPID: pid_t

  private let descriptor: Int32
  private let output: AsyncStream<[UInt8]>.Continuation
  private let writing = DispatchQueue(label: "media.write")
  private let state = Mutex(State())

  private struct State {
    var isOpen = true
    var pendingBytes = 0
  }

  private static let pendingLimit = 8 * 1024 * 1024

  /// Connects and shakes hands; blocks for at most four seconds, so never call it on the cooperative pool.
  init(folder: String, name: String) throws {
    descriptor = try Self.connect(folder, name)
    // struct ucred: process, user, group.
    var peer: [Int32] = [0, 0, 0]
    var size = socklen_t(MemoryLayout<Int32>.size * peer.count)
    getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size)
    serverPID = peer[0]
    (messages, output) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(8_192))
    let rest: [UInt8]
    do {
      rest = try Self.shakeHands(descriptor)
    } catch {
      Glibc.close(descriptor)
      throw Failure(description: "\(error)", silentPID: serverPID)
    }
    let thread = Thread { [self] in read(rest) }
    thread.name = "media.read"
    thread.start()
  }

  /// Hands a message to the writing thread.
  ///
  /// - Throws: when the link is closed, or 8 MB wait to be written; the caller gives the link up then.
  func send(_ text: [UInt8]) throws {
    try write(WebSocketFrames.encode(text))
  }

  func close() {
    let wasOpen = state.withLock { state in
      defer { state.isOpen = false }
      return state.isOpen
    }
    if wasOpen { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  private func write(_ frame: [UInt8]) throws {
    try state.withLock { state in
      guard state.isOpen else { throw Failure(description: "closed") }
      guard state.pendingBytes + frame.count <= Self.pendingLimit else {
        throw Failure(description: "queue full")
      }
      state.pendingBytes += frame.count
    }
    writing.async { [self] in
      if !Self.writeAll(descriptor, frame) { close() }
      state.withLock { $0.pendingBytes -= frame.count }
    }
  }

  /// The reading thread: until the end of the link, which it then closes after the last write.
  private func read(_ first: [UInt8]) {
    var frames = WebSocketFrames()
    frames.feed(first[...])
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    do {
      while true {
        while let input = try frames.next() {
          switch input {
          case .text(let text):
            if case .dropped = output.yield(text) { throw Failure(description: "unread") }
          case .ping(let payload): try write(WebSocketFrames.encode(payload, opcode: 10))
          case .close: throw Failure(description: "closed by the server")
          }
        }
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        frames.feed(buffer[..<count])
      }
    } catch {}
    close()
    output.finish()
    writing.async { [descriptor] in Glibc.close(descriptor) }
  }

  private static func connect(_ folder: String, _ name: String) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // A socket's path holds 107 bytes; through the folder's descriptor any folder will do.
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if directory >= 0 { Glibc.close(directory) } }
    let bytes = Array("/proc/self/fd/\(directory)/\(name)".utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw Failure(description: "name too long")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "socket: \(errno)") }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) }
    }
    guard result == 0 else {
      let code = errno
      Glibc.close(descriptor)
      throw Failure(description: "connect: \(code)")
    }
    return descriptor
  }

  /// The peer is our own child behind a socket that only we may open, so its accept key is not verified.
  private static func shakeHands(_ descriptor: Int32) throws -> [UInt8] {
    setTimeouts(descriptor, receive: 2, send: 2)
    let request =
      "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
      + "Sec-WebSocket-Protocol: janus-protocol\r\n\r\n"
    guard writeAll(descriptor, Array(request.utf8)) else { throw Failure(description: "no handshake") }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while answer.count < 16_384 {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count > 0 else { throw Failure(description: "no handshake") }
      answer += buffer[..<count]
      if let end = answer.indices.first(where: { answer[$0...].starts(with: [13, 10, 13, 10]) }) {
        guard String(decoding: answer[..<end], as: UTF8.self).hasPrefix("HTTP/1.1 101") else { break }
        setTimeouts(descriptor, receive: 0, send: 5)
        return Array(answer[(end + 4)...])
      }
    }
    throw Failure(description: "handshake refused")
  }

  private static func setTimeouts(_ descriptor: Int32, receive: Int, send: Int) {
    for (option, seconds) in [(SO_RCVTIMEO, receive), (SO_SNDTIMEO, send)] {
      var time = timeval(tv_sec: seconds, tv_usec: 0)
      setsockopt(descriptor, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  private static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Bool {
    var done = 0
    while done < bytes.count {
      // Not empty, since `done` is below its count: the address is there.
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress! + done, bytes.count - done, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }
}
