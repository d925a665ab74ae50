/// The client's half of RFC 6455 framing, for the one peer we know: the media server on its Unix socket.
struct WebSocketFrames {
  enum Input: Equatable {
    case text([UInt8])
    case ping([UInt8])
    case close
  }

  enum Failure: Error { case tooLarge, unexpected }

  /// A whole message; a listing of the largest room is below 100 KB.
  static let messageLimit = 4 * 1024 * 1024

  private var buffer: [UInt8] = []
  private var message: [UInt8] = []

  mutating func feed(_ bytes: ArraySlice<UInt8>) { buffer.append(contentsOf: bytes) }

  /// The next whole message or control frame; nil until more bytes come.
  mutating func next() throws(Failure) -> Input? {
    while true {
      guard let (first, payload, total) = try frame() else { return nil }
      defer { buffer.removeFirst(total) }
      switch first & 0x0f {
      case 0, 1, 2:
        guard message.count + payload.count <= Self.messageLimit else { throw .tooLarge }
        message.append(contentsOf: payload)
        if first & 0x80 != 0 {
          defer { message = [] }
          return .text(message)
        }
      case 8: return .close
      case 9: return .ping(Array(payload))
      case 10: continue
      default: throw .unexpected
      }
    }
  }

  private func frame() throws(Failure) -> (first: UInt8, payload: ArraySlice<UInt8>, total: Int)? {
    guard buffer.count >= 2 else { return nil }
    // A server's frames are not masked.
    guard buffer[1] & 0x80 == 0 else { throw .unexpected }
    let short = Int(buffer[1])
    let lengthBytes = short == 126 ? 2 : short == 127 ? 8 : 0
    guard buffer.count >= 2 + lengthBytes else { return nil }
    var length: UInt64 = lengthBytes == 0 ? UInt64(short) : 0
    for byte in buffer[2..<2 + lengthBytes] { length = length << 8 | UInt64(byte) }
    guard length <= UInt64(Self.messageLimit) else { throw .tooLarge }
    let total = 2 + lengthBytes + Int(length)
    guard buffer.count >= total else { return nil }
    return (buffer[0], buffer[2 + lengthBytes..<total], total)
  }

  /// One whole frame, masked as a client must.
  static func encode(_ payload: [UInt8], opcode: UInt8 = 1, mask: UInt32 = .random(in: 0...UInt32.max))
    -> [UInt8]
  {
    var result: [UInt8] = [0x80 | opcode]
    switch payload.count {
    case ..<126: result.append(0x80 | UInt8(payload.count))
    case ..<65_536: result += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xff)]
    default:
      result.append(0x80 | 127)
      result += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    let key = (0..<4).map { UInt8(truncatingIfNeeded: mask >> (24 - 8 * UInt32($0))) }
    result += key
    result += payload.enumerated().map { $1 ^ key[$0 & 3] }
    return result
  }
}
