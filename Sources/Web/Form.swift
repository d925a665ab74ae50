package import Hummingbird
import NIOCore
package import Rules

/// The fields of a posted form, with limits on everything before anything is believed.
package struct Form: Sendable {
  private let fields: [String: [String]]
  package let files: [UploadedFile]

  package struct UploadedFile: Sendable {
    package let field: String
    package let name: String
    package let bytes: [UInt8]
  }

  package init(_ fields: [String: [String]], files: [UploadedFile] = []) {
    self.fields = fields
    self.files = files
  }

  /// The trimmed value, nil when missing or empty; control characters are taken out, a line break stays.
  package subscript(_ name: String) -> String? {
    guard let value = fields[name]?.first?.withoutControls.trimmingWhitespace, !value.isEmpty else {
      return nil
    }
    return value
  }

  /// The value as typed: for passwords, which are never trimmed.
  package func raw(_ name: String) -> String { fields[name]?.first ?? "" }

  package func all(_ name: String) -> [String] { fields[name] ?? [] }
  package func isChecked(_ name: String) -> Bool { fields[name] != nil }
  package func id<T>(_ name: String) -> Identifier<T>? { self[name].map(Identifier.init(rawValue:)) }

  /// - Throws: LOP-121 when the field is missing, LOP-122 when it is longer than `limit` characters.
  package func required(_ name: String, label: String, limit: Int = 500) throws(UserError) -> String {
    guard let value = self[name] else { throw .missingField(label) }
    guard value.count <= limit else { throw .tooLong(label, limit: limit) }
    return value
  }

  // MARK: Reading a request

  /// Reads `application/x-www-form-urlencoded` or `multipart/form-data`.
  ///
  /// - Parameter limit: bytes of the whole body.
  package static func read(_ request: Request, limit: Int = 64 * 1_024) async throws -> Form {
    let type = request.headers[.contentType] ?? ""
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw UserError.bodyTooLarge(limit: limit)
    }
    var collected = request
    let buffer: ByteBuffer
    do {
      buffer = try await collected.collectBody(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw UserError.bodyTooLarge(limit: limit)
    }
    let bytes = Array(buffer.readableBytesView)
    if type.lowercased().hasPrefix("multipart/form-data") {
      return try Multipart.read(bytes, contentType: type)
    }
    guard type.isEmpty || type.lowercased().hasPrefix("application/x-www-form-urlencoded") else {
      throw UserError.unreadableForm
    }
    return try urlEncoded(bytes)
  }

  /// - Throws: LOP-120 when it is no such form: more than 2,000 fields, bad escapes, bad UTF-8.
  static func urlEncoded(_ bytes: [UInt8]) throws(UserError) -> Form {
    var fields: [String: [String]] = [:]
    let parts = bytes.split(separator: UInt8(ascii: "&"))
    guard parts.count <= 2_000 else { throw .unreadableForm }
    for part in parts {
      let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
      let value = equals < part.endIndex ? part[part.index(after: equals)...] : part[part.endIndex...]
      guard let name = decoded(part[..<equals]), let text = decoded(value) else { throw .unreadableForm }
      fields[name, default: []].append(text)
    }
    return Form(fields)
  }

  private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "+"): result.append(32)
      case UInt8(ascii: "%"):
        guard index + 2 < bytes.endIndex, let high = hex(bytes[index + 1]), let low = hex(bytes[index + 2])
        else {
          return nil
        }
        result.append(high << 4 | low)
        index += 2
      case let byte: result.append(byte)
      }
      index += 1
    }
    return String(validating: result, as: UTF8.self)
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}

extension String {
  /// Attack prevented: a NUL that no database takes, a bell or an escape sequence in somebody's terminal.
  var withoutControls: String {
    guard unicodeScalars.contains(where: Self.isControl) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.filter { !Self.isControl($0) }))
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\n" && scalar.properties.generalCategory == .control
  }

  var trimmingWhitespace: String {
    var view = self[...]
    while let first = view.first, first.isWhitespace { view.removeFirst() }
    while let last = view.last, last.isWhitespace { view.removeLast() }
    return String(view)
  }
}
