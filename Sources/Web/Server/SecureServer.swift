import HTTPTypes
package import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOSSL
import NIOTLS

/// One port for pages and sockets: TLS with HTTP/2 or HTTP/1.1 as the browser likes, and WebSocket over
/// HTTP/1.1.
///
/// - Parameters:
///   - tls: nil for plain HTTP: tests, benches, or a proxy in front. A plain request on a TLS port gets no
///     answer.
///   - sockets: where and for whom WebSocket is spoken; nil for nowhere.
package func secureServerBuilder(
  tls: TLSKeeper?, sockets: SocketEndpoint? = nil, limits: ServerLimits = .init()
) -> HTTPServerBuilder {
  HTTPServerBuilder { responder in
    SecureChannel(tls: tls, sockets: sockets, limits: limits, responder: responder)
  }
}

/// What a connection turned out to speak.
enum OpenConnection: Sendable {
  case http1(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
  case http2(HTTP2Channel.Value)
  case socket(@Sendable () async -> Void)
  case refused
}

struct SecureChannel: HTTPChannelHandler {
  struct Value: ServerChildChannelValue {
    /// Two futures, one in the other: the outer completes with the TLS negotiation, the inner with the first
    /// request. In one they would dead-lock, as the negotiation holds back the bytes of the request it would
    /// wait for.
    let connection: EventLoopFuture<EventLoopFuture<OpenConnection>>
    let channel: any Channel
  }

  let tls: TLSKeeper?
  let sockets: SocketEndpoint?
  let limits: ServerLimits
  let responder: Responder
  private let http2: HTTP2Channel

  init(tls: TLSKeeper?, sockets: SocketEndpoint?, limits: ServerLimits, responder: @escaping Responder) {
    self.tls = tls
    self.sockets = sockets
    self.limits = limits
    self.responder = responder
    http2 = HTTP2Channel(
      responder: responder,
      configuration: .init(
        idleTimeout: .seconds(limits.idle), gracefulCloseTimeout: .seconds(limits.shutdown),
        streamConfiguration: .init(
          additionalChannelHandlers: [RequestGuard(limits: limits)], idleTimeout: .seconds(limits.idle))))
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      try pipeline.addHandler(ConnectionGuard(limits: limits))
      guard let tls else {
        let connection = try setUpHTTP1(channel, logger)
        return Value(connection: channel.eventLoop.makeSucceededFuture(connection), channel: channel)
      }
      try pipeline.addHandler(NIOSSLServerHandler(context: tls.context))
      let negotiation = NIOTypedApplicationProtocolNegotiationHandler<EventLoopFuture<OpenConnection>> {
        result in
        setUp(result, channel, logger)
      }
      try pipeline.addHandler(negotiation)
      return Value(connection: negotiation.protocolNegotiationResult, channel: channel)
    }
  }

  func handle(value: Value, logger: Logger) async {
    do {
      switch try await value.connection.get().get() {
      case .http1(let connection): await handleHTTP(asyncChannel: connection, logger: logger)
      case .http2(let connection): await http2.handle(value: connection, logger: logger)
      case .socket(let run): await run()
      case .refused: break
      }
    } catch {
      logger.debug("connection ended before a request", metadata: ["error": "\(error)"])
      value.channel.close(promise: nil)
    }
    // The server's task group counts a connection as gone when this returns.
    try? await value.channel.closeFuture.get()
  }

  private func setUp(
    _ result: ALPNResult, _ channel: any Channel, _ logger: Logger
  ) -> EventLoopFuture<EventLoopFuture<OpenConnection>> {
    let loop = channel.eventLoop
    if case .negotiated("h2") = result {
      return http2.setup(channel: channel, logger: logger).flatMapThrowing { connection in
        try channel.pipeline.syncOperations.handler(type: ConnectionGuard.self).requestArrived()
        return loop.makeSucceededFuture(.http2(connection))
      }
    }
    return loop.makeCompletedFuture { try setUpHTTP1(channel, logger) }
  }

  private func setUpHTTP1(_ channel: any Channel, _ logger: Logger) throws -> EventLoopFuture<OpenConnection>
  {
    var decoding = NIOHTTPDecoderLimitConfiguration()
    decoding.maxHeaderFieldSize = limits.headerField
    decoding.maxHeaderListSize = limits.headerList
    decoding.maxHeaderFieldCount = limits.headerCount
    let encoder = HTTPResponseEncoder()
    let decoder = ByteToMessageHandler(
      HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: decoding))
    let result = channel.eventLoop.makePromise(of: OpenConnection.self)
    let first = FirstRequest(
      door: sockets.map { SocketDoor(endpoint: $0, secure: tls != nil, logger: logger) },
      encoder: encoder, decoder: decoder, result: result,
      addPageHandlers: { .http1(try addHTTP1Handlers(channel, logger)) })
    try channel.pipeline.syncOperations.addHandlers([encoder, decoder, first])
    return result.futureResult
  }

  private func addHTTP1Handlers(
    _ channel: any Channel, _ logger: Logger
  ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: tls != nil))
    try pipeline.addHandler(RequestGuard(limits: limits))
    try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: .seconds(limits.idle), logger: logger))
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
  }
}
