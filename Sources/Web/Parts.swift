/// The small pieces that every page is put together from; their markup and classes are written down in `docs/markup.md`.
package enum Parts {
  /// State as a word with a shape, never as colour alone.
  package enum Badge: String, Sendable { case plain = "", waiting, none, live, due, proved, alarm }

  package static func badge(_ words: String, _ badge: Badge = .plain) -> HTML {
    badge == .plain
      ? "<span class=\"badge\">\(words)</span>" : "<span class=\"badge \(badge.rawValue)\">\(words)</span>"
  }

  package enum Notice: String, Sendable {
    case plain = "", due, proved, alarm

    var icon: String {
      switch self {
      case .plain: "info"
      case .due: "clock"
      case .proved: "check"
      case .alarm: "warning"
      }
    }
  }

  /// - Parameter body: paragraphs.
  package static func notice(_ notice: Notice = .plain, _ body: HTML) -> HTML {
    "<div class=\"notice \(notice.rawValue)\">\(icon(notice.icon))\(body)</div>"
  }

  /// A drawing from the sprite; decoration only, the words stand beside it.
  package static func icon(_ name: String) -> HTML {
    "<svg class=\"icon\" aria-hidden=\"true\"><use href=\"\(Assets.path("images/icons.svg"))#\(name)\"></use></svg>"
  }

  /// A table that becomes cards on the phone; the first cell of each row names the row.
  ///
  /// - Parameters:
  ///   - columns: headers, in order.
  ///   - numbers: positions of columns that hold numbers.
  ///   - rows: as many cells in each as there are columns.
  package static func table(_ caption: String, _ columns: [String], numbers: Set<Int> = [], _ rows: [[HTML]])
    -> HTML
  {
    """
    <div class="table"><table><caption>\(caption)</caption>
    <thead><tr>\(columns.enumerated().map { head($1, isNumber: numbers.contains($0)) })</tr></thead>
    <tbody>
    \(rows.map { row($0, columns, numbers) })</tbody></table></div>
    """
  }

  private static func head(_ column: String, isNumber: Bool) -> HTML {
    isNumber ? "<th scope=\"col\" class=\"number\">\(column)</th>" : "<th scope=\"col\">\(column)</th>"
  }

  private static func row(_ cells: [HTML], _ columns: [String], _ numbers: Set<Int>) -> HTML {
    precondition(
      cells.count == columns.count, "a row with \(cells.count) cells under \(columns.count) headers")
    let others = zip(cells, columns).enumerated().dropFirst().map { index, pair in
      cell(pair.0, pair.1, isNumber: numbers.contains(index))
    }
    return "<tr><th scope=\"row\">\(cells[0])</th>\(others)</tr>\n"
  }

  private static func cell(_ cell: HTML, _ column: String, isNumber: Bool) -> HTML {
    isNumber
      ? "<td data-label=\"\(column)\" class=\"number\">\(cell)</td>"
      : "<td data-label=\"\(column)\">\(cell)</td>"
  }

  /// The way back, above the heading.
  package static func back(to path: String, _ label: String) -> HTML {
    "<a class=\"back\" href=\"\(path)\">\(label)</a>\n"
  }

  /// What will be here, and who makes it appear.
  package static func empty(_ body: HTML) -> HTML { "<div class=\"empty\">\(body)</div>" }
}
