import Foundation

/// What Vietnamese is written with, composed: ASCII that can be seen, blanks, Latin letters with their marks,
/// the usual quotes and dashes.
///
/// In such text nothing composes with its neighbour, nothing is invisible and only blanks are white space, so
/// each scalar can be folded alone, from a table. Whatever holds anything else takes the general way through
/// Foundation, which costs many times as much; a test compares both ways.
package enum PlainLetters {
  /// Whether a text is made of these scalars alone.
  package static func make(up text: String) -> Bool {
    text.unicodeScalars.allSatisfy { index(of: $0) != nil }
  }

  /// Without blanks at the ends and with one blank where several were; nil when the text holds anything else.
  static func cleaned(_ text: String) -> String? {
    guard make(up: text) else { return nil }
    var kept: [UInt8] = []
    kept.reserveCapacity(text.utf8.count)
    var pendingSpace = false
    for byte in text.utf8 {
      guard byte != 0x20 else {
        pendingSpace = !kept.isEmpty
        continue
      }
      if pendingSpace { kept.append(0x20) }
      pendingSpace = false
      kept.append(byte)
    }
    return String(decoding: kept, as: UTF8.self)
  }

  /// `VietnameseText.folded` of a clean text; nil when it holds anything else.
  static func folded(_ text: String) -> String? { translated(text, by: foldedTable) }

  /// `ClassSecrets.squeezed`; nil when the text holds anything else.
  static func squeezed(_ text: String) -> String? { translated(text, by: squeezedTable) }

  private static func translated(_ text: String, by table: [[UInt8]]) -> String? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      guard let index = index(of: scalar) else { return nil }
      result.append(contentsOf: table[index])
    }
    return String(decoding: result, as: UTF8.self)
  }

  // MARK: The tables

  /// Composed letters: Latin-1 and Extended-A, `Ơơ`, `Ưư`, Latin Extended Additional; then quotes and dashes.
  private static let scalars: [Unicode.Scalar] = {
    let letters =
      [0x20...0x7E, 0xC0...0x17F, 0x1A0...0x1A1, 0x1AF...0x1B0, 0x1E00...0x1EFF] as [ClosedRange<UInt32>]
    let marks = [0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2026] as [UInt32]
    return (letters.flatMap(Array.init) + marks).compactMap(Unicode.Scalar.init)
  }()

  /// The place of each scalar in the tables, by its number; -1 for all others.
  private static let places: [Int16] = {
    var places = [Int16](repeating: -1, count: 0x2027)
    for (place, scalar) in scalars.enumerated() { places[Int(scalar.value)] = Int16(place) }
    return places
  }()

  private static let foldedTable = scalars.map { scalar in
    scalar == " " ? [0x20] : Array(VietnameseText.foldedInGeneral(String(scalar)).utf8)
  }

  private static let squeezedTable = scalars.map { Array(ClassSecrets.squeezedInGeneral(String($0)).utf8) }

  private static func index(of scalar: Unicode.Scalar) -> Int? {
    guard scalar.value < 0x2027 else { return nil }
    let place = places[Int(scalar.value)]
    return place < 0 ? nil : Int(place)
  }
}
