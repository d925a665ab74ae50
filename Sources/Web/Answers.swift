import Foundation
package import HTTPTypes
package import Hummingbird

extension Response {
  package static func html(_ page: HTML, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(string: page.text)))
  }

  /// 303: the browser asks for the next page with GET, so that reloading does not post again.
  package static func seeOther(_ path: String) -> Response {
    precondition(path.hasPrefix("/") && !path.hasPrefix("//"), "redirects stay on this site")
    return Response(status: .seeOther, headers: [.location: path])
  }

  package static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Response(
      status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: .init(byteBuffer: ByteBuffer(bytes: try encoder.encode(value))))
  }

  /// A file to keep, named for people; the name is reduced to safe characters.
  package static func download(_ bytes: [UInt8], name: String, type: String) -> Response {
    let safe = name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "-" }
    return Response(
      status: .ok,
      headers: [
        .contentType: type, .cacheControl: "no-store",
        .contentDisposition: "attachment; filename=\"\(String(safe))\"",
      ],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
