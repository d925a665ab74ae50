import CAssets
import CZlib
import Crypto
import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore

/// Style sheets, scripts and images, compiled into the binary and served under an address that changes with their
/// contents, so that a browser keeps them for ever and never has a stale one.
package enum Assets {
  struct File: Sendable {
    let type: String
    let plain: ByteBuffer
    /// Nil where compression gains nothing.
    let gzipped: ByteBuffer?
  }

  static let files: [String: File] = {
    var files: [String: File] = [:]
    for asset in all() {
      let squeezed = Gzip.compress(asset.bytes, level: 9)
      files[asset.path] = File(
        type: asset.type, plain: ByteBuffer(bytes: asset.bytes),
        gzipped: squeezed.count < asset.bytes.count * 9 / 10 ? ByteBuffer(bytes: squeezed) : nil)
    }
    return files
  }()

  /// First 12 hexadecimal digits of the SHA-256 over all files: one version for all, so that modules may import each other.
  package static let version: String = {
    var hash = SHA256()
    for asset in all().sorted(by: { $0.path < $1.path }) {
      hash.update(data: Data(asset.path.utf8))
      hash.update(data: asset.bytes)
    }
    return String(
      hash.finalize().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined().prefix(12))
  }()

  /// The address of a file, `css/lopan.css`.
  package static func path(_ name: String) -> String { "/assets/\(version)/\(name)" }

  /// Paths and sizes in bytes, compressed where the browser gets them so.
  package static var sizes: [String: Int] {
    files.mapValues { ($0.gzipped ?? $0.plain).readableBytes }
  }

  private static func all() -> [(path: String, type: String, bytes: [UInt8])] {
    (0..<lopan_asset_count()).compactMap { index in
      guard let asset = lopan_asset_at(index)?.pointee else { return nil }
      return (
        String(cString: asset.path), String(cString: asset.type),
        [UInt8](UnsafeBufferPointer(start: asset.bytes, count: asset.size))
      )
    }
  }

  /// Serves `/assets/<version>/…`; another version's address still gets today's file, but is not kept.
  package static func register(on router: Router<AppContext>) {
    router.get("/assets/:version/**") { request, context in
      let name = context.parameters.getCatchAll().joined(separator: "/")
      guard let file = files[name] else { return Response(status: .notFound) }
      let isCurrent = context.parameters.get("version") == version
      var headers: HTTPFields = [
        .contentType: file.type,
        .cacheControl: isCurrent ? "public, max-age=31536000, immutable" : "no-cache",
      ]
      if let gzipped = file.gzipped, request.acceptsGzip {
        headers[.contentEncoding] = "gzip"
        headers[.vary] = "Accept-Encoding"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: gzipped))
      }
      return Response(status: .ok, headers: headers, body: .init(byteBuffer: file.plain))
    }
    router.get("/favicon.ico") { _, _ in
      Response(status: .movedPermanently, headers: [.location: path("images/favicon.svg")])
    }
  }
}

extension Request {
  var acceptsGzip: Bool { headers[.acceptEncoding]?.contains("gzip") ?? false }
}

/// RFC 1952 through zlib.
package enum Gzip {
  /// - Parameter level: 1 (quick) … 9 (small).
  package static func compress(_ bytes: [UInt8], level: Int32) -> [UInt8] {
    var stream = z_stream()
    guard
      deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size))
        == Z_OK
    else { return bytes }
    defer { deflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 32)
    let size = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output -> Int in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.total_out) : 0
      }
    }
    return size > 0 ? Array(output[..<size]) : bytes
  }
}
