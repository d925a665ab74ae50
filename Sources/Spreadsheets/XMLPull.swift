import CXML2

/// Reads XML one event after another, without document types, entities, network or files.
///
/// Attack prevented: entity expansion (“billion laughs”) and external entities. Any document type is refused
/// before the parser sees it; the parser is forced to UTF-8 so that no other encoding can hide one.
final class XMLPull {
  enum Event: Equatable {
    /// Local name, without prefix.
    case start(String, isEmpty: Bool)
    case end(String)
    case text(String)
  }

  private static let library: Void = xmlInitParser()
  private let storage: UnsafeMutableBufferPointer<CChar>
  private let reader: xmlTextReaderPtr

  init(_ bytes: [UInt8]) throws(SpreadsheetFault) {
    let first = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard bytes[first...].first(where: { $0 > 32 }) == UInt8(ascii: "<"), !bytes.contains(0),
      let size = Int32(exactly: bytes.count)
    else { throw .damaged }
    if bytes.firstIndex(of: Array("<!DOCTYPE".utf8)) != nil
      || bytes.firstIndex(of: Array("<!ENTITY".utf8)) != nil
    {
      throw .declaresEntities
    }
    _ = Self.library
    storage = .allocate(capacity: bytes.count)
    for (index, byte) in bytes.enumerated() { storage[index] = CChar(bitPattern: byte) }
    let options = [
      XML_PARSE_NONET, XML_PARSE_NOERROR, XML_PARSE_NOWARNING, XML_PARSE_IGNORE_ENC, XML_PARSE_COMPACT,
    ]
    .reduce(0) { $0 | Int32($1.rawValue) }
    guard let reader = xmlReaderForMemory(storage.baseAddress, size, nil, "UTF-8", options) else {
      storage.deallocate()
      throw .damaged
    }
    self.reader = reader
  }

  deinit {
    xmlFreeTextReader(reader)
    storage.deallocate()
  }

  /// Nil at the end of a complete document.
  func next() throws(SpreadsheetFault) -> Event? {
    while true {
      switch xmlTextReaderRead(reader) {
      case 0: return nil
      case 1: break
      default: throw .damaged
      }
      switch xmlTextReaderNodeType(reader) {
      case 1: return .start(localName, isEmpty: xmlTextReaderIsEmptyElement(reader) == 1)
      case 15: return .end(localName)
      case 3, 4, 14: return .text(value)
      case 5, 10: throw .declaresEntities
      default: continue
      }
    }
  }

  /// The attributes of the element just started, by local name; of two alike the last.
  func attributes() -> [String: String] {
    var result: [String: String] = [:]
    while xmlTextReaderMoveToNextAttribute(reader) == 1 {
      result[localName] = value
    }
    xmlTextReaderMoveToElement(reader)
    return result
  }

  /// Three attributes of the element just started; much faster than all of them, for the millions of cells.
  func attributes(
    _ first: StaticString, _ second: StaticString, _ third: StaticString
  ) -> (first: String?, second: String?, third: String?) {
    var result: (first: String?, second: String?, third: String?) = (nil, nil, nil)
    while xmlTextReaderMoveToNextAttribute(reader) == 1 {
      guard let name = xmlTextReaderConstLocalName(reader) else { continue }
      if xmlStrEqual(name, first.utf8Start) == 1 {
        result.first = value
      } else if xmlStrEqual(name, second.utf8Start) == 1 {
        result.second = value
      } else if xmlStrEqual(name, third.utf8Start) == 1 {
        result.third = value
      }
    }
    xmlTextReaderMoveToElement(reader)
    return result
  }

  /// The text inside the element just started, up to its end, leaving out what stands inside `skipped`
  /// elements.
  ///
  /// - Parameter only: text counts only inside elements of this name; nil for all text.
  func text(of element: String, only: String? = nil, skipping skipped: String? = nil) throws(SpreadsheetFault)
    -> String
  {
    var (result, depth, skip, inside) = ("", 0, 0, 0)
    while let event = try next() {
      switch event {
      case .start(_, isEmpty: true): continue
      case .start(let name, _):
        depth += 1
        if name == skipped { skip += 1 }
        if name == only { inside += 1 }
      case .end(let name):
        if depth == 0 { return result }
        depth -= 1
        if name == skipped { skip -= 1 }
        if name == only { inside -= 1 }
      case .text(let text):
        if skip == 0, only == nil || inside > 0 { result += text }
      }
    }
    throw .damaged
  }

  private var value: String { xmlTextReaderConstValue(reader).map { String(cString: $0) } ?? "" }

  private var localName: String { xmlTextReaderConstLocalName(reader).map { String(cString: $0) } ?? "" }
}
