import Rules

extension ClassListGrid {
  /// A grid from a drawing: one line for each row, cells parted by `|`; `<` continues the cell on the left, `^` the one
  /// above; `#1` is a number, `=x` a formula with the result x, `=?` one without. Blank lines count as lines.
  init(drawing: String, name: String = "", serialDayZero: Day? = nil) {
    var rows: [Row] = []
    for (index, line) in drawing.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      var cells: [Cell] = []
      for piece in line.split(separator: "|", omittingEmptySubsequences: false) {
        let text = String(piece.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        switch text.first {
        case "<"? where text == "<":
          cells.append(.init(cells.last?.content ?? .empty, cells.last?.text ?? "", cover: .fromLeft))
        case "^"?:
          let above = rows.last?[cells.count] ?? .empty
          cells.append(.init(above.content, above.text, cover: .fromAbove))
        case "#"?: cells.append(.init(.number, String(text.dropFirst())))
        case "="? where text == "=?": cells.append(.init(.noValue, "", isFormula: true))
        case "="?: cells.append(.init(.text, String(text.dropFirst()), isFormula: true))
        default: cells.append(.text(text))
        }
      }
      if cells.contains(where: { !$0.isEmpty }) { rows.append(.init(line: index + 1, cells: cells)) }
    }
    self.init(name: name, rows: rows, serialDayZero: serialDayZero)
  }
}

extension ClassListSetting {
  static func plain(_ className: String? = nil, known: [String]? = nil) -> Self {
    .init(className: className, knownClasses: known, today: Day("2026-09-05") ?? .init(number: 0))
  }
}

extension ClassListReading {
  /// “line column reason”, in order.
  var faults: [String] { rejected.map { "\($0.source.line) \($0.letter) \($0.reason)" } }

  var fieldNames: [String] { columns.map { "\($0.letter) \($0.field)" } }
}
