package import HTTPTypes
import NIOCore
import NIOWebSocket
package import Web

/// What an authoriser says to a page that asks for a socket.
package enum SocketAnswer<Member: Sendable>: Sendable {
  case refuse(HTTPResponse.Status)
  /// - Parameter member: who it is; handed to `serve` as it is.
  case accept(Member)
}

extension SocketEndpoint {
  /// A place where pages may open their WebSocket.
  ///
  /// - Parameters:
  ///   - path: `/live`, without query.
  ///   - authorise: decides before the connection becomes a socket; `Origin` was already found to be our own.
  ///   - foreignPage: told of a request that was refused because its `Origin` is not ours.
  ///   - serve: runs as long as the connection; reads `connection.messages` to the end and returns. Returning
  ///     closes the connection normally. The hub forgets a closed connection by itself.
  package init<Member: Sendable>(
    path: String, limits: SocketLimits = .init(), count: SocketCount = .init(),
    authorise: @escaping @Sendable (SocketRequest) async -> SocketAnswer<Member>,
    foreignPage: @escaping @Sendable (SocketRequest) async -> Void = { _ in },
    serve: @escaping @Sendable (SocketConnection, Member) async -> Void
  ) {
    self.init(
      path: path,
      authorise: { request in
        switch await authorise(request) {
        case .refuse(let status): return .refuse(status)
        case .accept(let member):
          return .accept { channel in
            let connection = try Self.open(channel, limits, count)
            return {
              await serve(connection, member)
              connection.close(.normal)
            }
          }
        }
      }, foreignPage: foreignPage)
  }

  private static func open(
    _ channel: any Channel, _ limits: SocketLimits, _ count: SocketCount
  ) throws -> SocketConnection {
    let mark = ChannelOptions.Types.WriteBufferWaterMark(low: limits.pending / 2, high: limits.pending)
    try channel.syncOptions?.setOption(.writeBufferWaterMark, value: mark)
    let connection = SocketConnection(channel: channel, limits: limits)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.message)))
    try pipeline.addHandler(SocketHandler(connection: connection, limits: limits, count: count))
    return connection
  }
}
