import Foundation
import Hummingbird
import NIOCore
import Rules
import Web

/// The description of the interface for programs, generated from the routes themselves: OpenAPI 3.1.
enum OpenAPI {
  static func register(_ routes: Routes, on router: Router<AppContext>) {
    let text = document(routes)
    router.get("/api/v1/openapi.json") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(string: text)))
    }
  }

  static func document(_ routes: Routes) -> String {
    var paths: [String: [String: Any]] = [:]
    for route in routes.all where route.isAPI {
      let segments = route.path.split(separator: "/").map {
        $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0)
      }
      let parameters: [[String: Any]] = route.path.split(separator: "/").filter { $0.hasPrefix(":") }.map {
        [
          "name": String($0.dropFirst()), "in": "path", "required": true,
          "schema": ["type": "string", "format": "uuid"],
        ]
      }
      paths["/" + segments.joined(separator: "/"), default: [:]][route.method.rawValue.lowercased()] = [
        "summary": route.summary ?? "", "operationId": route.action.rawValue, "parameters": parameters,
        "responses": [
          "2XX": ["description": "Done."],
          "default": [
            "description": "Problem details (RFC 9457) with a stable code.",
            "content": ["application/problem+json": [String: Any]()],
          ],
        ],
      ]
    }
    let document: [String: Any] = [
      "openapi": "3.1.0", "info": ["title": "LớpAn", "version": "1"], "paths": paths,
    ]
    let data = try? JSONSerialization.data(
      withJSONObject: document, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data ?? Data("{}".utf8), as: UTF8.self)
  }
}
