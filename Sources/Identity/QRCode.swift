import CQREncode
package import Web

/// A QR code as SVG, drawn by libqrencode.
package enum QRCode {
  /// Nil when the text is too long for a code (about 2,000 characters).
  package static func svg(_ text: String, label: String) -> HTML? {
    guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
    defer { QRcode_free(code) }
    let width = Int(code.pointee.width)
    var path = ""
    for row in 0..<width {
      for column in 0..<width where code.pointee.data[row * width + column] & 1 == 1 {
        path += "M\(column + 4) \(row + 4)h1v1h-1z"
      }
    }
    let side = width + 8
    let drawing = HTML.drawn("<path fill=\"#000\" d=\"\(path)\"/>")
    return """
      <svg class="qr" viewBox="0 0 \(side) \(side)" role="img" aria-label="\(label)" shape-rendering="crispEdges">\
      <rect width="\(side)" height="\(side)" fill="#fff"/>\(drawing)</svg>
      """
  }
}
