import NIOCore
import NIOWebSocket

/// Frames from server to browser: whole, final, never masked.
enum SocketFrame {
  /// The bytes that every receiver of this text gets; made once and shared by all of them.
  static func text(_ text: String) -> ByteBuffer {
    var text = text
    return text.withUTF8 { bytes in
      var frame = head(.text, count: bytes.count)
      frame.writeBytes(bytes)
      return frame
    }
  }

  static func text(_ payload: ByteBuffer) -> ByteBuffer {
    var frame = head(.text, count: payload.readableBytes)
    frame.writeImmutableBuffer(payload)
    return frame
  }

  static func ping() -> ByteBuffer { head(.ping, count: 0) }

  static func pong(_ payload: ByteBuffer) -> ByteBuffer {
    var frame = head(.pong, count: payload.readableBytes)
    frame.writeImmutableBuffer(payload)
    return frame
  }

  /// - Parameter reason: for whoever reads the browser's console; cut to the 123 bytes that a close frame has
  ///   room for.
  static func close(_ code: SocketCloseCode, _ reason: String) -> ByteBuffer {
    guard code.mayBeSent else { return head(.connectionClose, count: 0) }
    var cut = reason
    while cut.utf8.count > 123 { cut.removeLast() }
    var frame = head(.connectionClose, count: 2 + cut.utf8.count)
    frame.writeInteger(code.rawValue)
    frame.writeString(cut)
    return frame
  }

  private static func head(_ opcode: WebSocketOpcode, count: Int) -> ByteBuffer {
    var frame = ByteBufferAllocator().buffer(capacity: count + 10)
    frame.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
    switch count {
    case ...125: frame.writeInteger(UInt8(count))
    case ...65_535:
      frame.writeInteger(UInt8(126))
      frame.writeInteger(UInt16(count))
    default:
      frame.writeInteger(UInt8(127))
      frame.writeInteger(UInt64(count))
    }
    return frame
  }
}
