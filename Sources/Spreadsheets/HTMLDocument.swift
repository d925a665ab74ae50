import CXML2

/// A parsed HTML file, walked without recursion: nesting cannot exhaust the stack.
final class HTMLDocument {
  enum Step {
    case enter(xmlNodePtr, String)
    case leave(xmlNodePtr, String)
    case text(String)
  }

  private static let library: Void = xmlInitParser()
  private let document: htmlDocPtr

  init(_ text: String) throws(SpreadsheetFault) {
    _ = Self.library
    let options = [
      HTML_PARSE_NONET, HTML_PARSE_NOERROR, HTML_PARSE_NOWARNING, HTML_PARSE_RECOVER, HTML_PARSE_IGNORE_ENC,
    ]
    .reduce(0) { $0 | Int32($1.rawValue) }
    var text = text
    let parsed = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { chars in
        Int32(exactly: chars.count).flatMap { htmlReadMemory(chars.baseAddress, $0, nil, "UTF-8", options) }
      }
    }
    guard let parsed else { throw .damaged }
    document = parsed
  }

  deinit { xmlFreeDoc(document) }

  /// Tables that hold other tables.
  var layoutTables: Set<UnsafeMutableRawPointer> {
    get throws(SpreadsheetFault) {
      var result: Set<UnsafeMutableRawPointer> = []
      var open: [UnsafeMutableRawPointer] = []
      try walk { (step: Step) throws(SpreadsheetFault) in
        switch step {
        case .enter(let node, "table"):
          if let outer = open.last { result.insert(outer) }
          open.append(UnsafeMutableRawPointer(node))
        case .leave(_, "table"): open.removeLast()
        default: break
        }
      }
      return result
    }
  }

  func walk(_ visit: (Step) throws(SpreadsheetFault) -> Void) throws(SpreadsheetFault) {
    guard let root = xmlDocGetRootElement(document) else { return }
    var node = root
    while true {
      if node.pointee.type == XML_ELEMENT_NODE {
        try visit(.enter(node, Self.name(node)))
        if let child = node.pointee.children {
          node = child
          continue
        }
        try visit(.leave(node, Self.name(node)))
      } else if node.pointee.type == XML_TEXT_NODE || node.pointee.type == XML_CDATA_SECTION_NODE {
        if let content = node.pointee.content { try visit(.text(String(cString: content))) }
      }
      while node != root, node.pointee.next == nil, let parent = node.pointee.parent {
        node = parent
        try visit(.leave(node, Self.name(node)))
      }
      guard node != root, let next = node.pointee.next else { return }
      node = next
    }
  }

  private static func name(_ node: xmlNodePtr) -> String {
    node.pointee.name.map { String(cString: $0) } ?? ""
  }
}
