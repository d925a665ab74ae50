/// One sheet of a class list, reduced to what a person sees: text in rows, whatever kind of file it came
/// from.
///
/// - Shape: only rows with content are kept, each with the line number that Excel shows beside it.
package struct ClassListGrid: Hashable, Sendable {
  /// The sheet's name; empty where the format has none.
  package var name: String
  package var rows: [Row]
  /// The day that a bare number 0 stands for in this workbook (1899-12-30 or 1904-01-01); nil where numbers
  /// are no dates.
  package var serialDayZero: Day?

  package init(name: String, rows: [Row], serialDayZero: Day? = nil) {
    self.name = name
    self.rows = rows
    self.serialDayZero = serialDayZero
  }

  package struct Row: Hashable, Sendable {
    /// As Excel shows it, from 1.
    package var line: Int
    package var cells: [Cell]

    package init(line: Int, cells: [Cell]) {
      self.line = line
      self.cells = cells
    }

    /// The empty cell beyond the row's end.
    package subscript(column: Int) -> Cell {
      cells.indices.contains(column) ? cells[column] : .empty
    }
  }

  package struct Cell: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
      case empty
      case text
      case number
      case day(Day)
      /// A formula whose result the file does not hold, or an error such as `#N/A`.
      case noValue
    }

    /// Whether the cell is the continuation of a merged one, whose text it then repeats.
    package enum Cover: Hashable, Sendable {
      case own
      case fromLeft
      case fromAbove
    }

    package var content: Content
    /// As shown; a day as `05/09/2026`.
    package var text: String
    package var isFormula: Bool
    package var cover: Cover

    package init(_ content: Content, _ text: String, isFormula: Bool = false, cover: Cover = .own) {
      self.content = content
      self.text = text
      self.isFormula = isFormula
      self.cover = cover
    }

    package static let empty = Cell(.empty, "")

    package static func text(_ text: String) -> Cell {
      text.allSatisfy(\.isWhitespace) ? .empty : .init(.text, text)
    }

    package static func day(_ day: Day) -> Cell { .init(.day(day), day.forPeople) }

    package var isEmpty: Bool { content == .empty }
  }

  /// Excel's name of a column: 0 is `A`, 26 is `AA`.
  package static func letter(ofColumn column: Int) -> String {
    var rest = column
    var letters: [Character] = []
    while rest >= 0 {
      letters.append(Character(Unicode.Scalar(UInt8(65 + rest % 26))))
      rest = rest / 26 - 1
    }
    return String(letters.reversed())
  }
}
