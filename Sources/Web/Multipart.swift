import Foundation
import Rules

/// Reads an uploaded form (RFC 7578). Only what browsers send is understood; anything else is refused.
enum Multipart {
  private static let partLimit = 50

  static func read(_ bytes: [UInt8], contentType: String) throws(UserError) -> Form {
    guard let boundary = parameter("boundary", in: contentType), (1...70).contains(boundary.utf8.count) else {
      throw .unreadableForm
    }
    let data = Data(bytes)
    let delimiter = Data("--\(boundary)".utf8)
    guard let first = data.range(of: delimiter) else { throw .unreadableForm }
    var fields: [String: [String]] = [:]
    var files: [Form.UploadedFile] = []
    var position = first.upperBound
    while let next = data.range(of: Data("\r\n".utf8) + delimiter, in: position..<data.endIndex) {
      try add(data[position..<next.lowerBound], to: &fields, &files)
      guard fields.count + files.count <= partLimit else { throw .unreadableForm }
      position = next.upperBound
      if data[position...].starts(with: Data("--".utf8)) { return Form(fields, files: files) }
    }
    throw .unreadableForm
  }

  private static func add(
    _ part: Data, to fields: inout [String: [String]], _ files: inout [Form.UploadedFile]
  ) throws(UserError) {
    guard let blank = part.range(of: Data("\r\n\r\n".utf8)), part.starts(with: Data("\r\n".utf8)),
      let head = String(data: part[part.startIndex..<blank.lowerBound], encoding: .utf8),
      let line = head.components(separatedBy: "\r\n").first(where: {
        $0.lowercased().hasPrefix("content-disposition:")
      }),
      let name = parameter("name", in: line)
    else { throw .unreadableForm }
    let body = part[blank.upperBound...]
    if let fileName = parameter("filename", in: line) {
      // A browser sends an empty part for a file field that was left empty.
      if fileName.isEmpty && body.isEmpty { return }
      files.append(
        .init(field: name, name: String(VietnameseText.clean(fileName).prefix(200)), bytes: [UInt8](body)))
    } else {
      guard let text = String(data: body, encoding: .utf8) else { throw .unreadableForm }
      fields[name, default: []].append(text)
    }
  }

  /// The value of `name=…` or `name="…"` in a header.
  static func parameter(_ name: String, in header: String) -> String? {
    for piece in header.split(separator: ";").dropFirst() {
      let piece = piece.trimmingCharacters(in: .whitespaces)
      guard piece.lowercased().hasPrefix(name + "=") else { continue }
      let value = piece.dropFirst(name.count + 1)
      if value.hasPrefix("\""), value.hasSuffix("\""), value.count >= 2 {
        return String(value.dropFirst().dropLast()).replacing("%22", with: "\"")
      }
      return String(value)
    }
    return nil
  }
}
