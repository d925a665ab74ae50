import Rules
import Web

enum UnitPages {
  static func list(_ trees: [UnitView.Tree], _ day: Day) -> Page {
    Page(
      "Đơn vị",
      body: """
        <h1>Đơn vị</h1>
        <p class="lead">Tổ chức như ngày \(day.forPeople).</p>
        \(dayForm("/units", day))
        \(trees.enumerated().map { tree($1, day, number: $0) })
        """)
  }

  /// One question about one day: the past is never rewritten, so any day can be asked for.
  private static func dayForm(_ path: String, _ day: Day) -> HTML {
    """
    <form class="inline no-print" method="get" action="\(path)"><div class="field"><label for="day">Xem như ngày</label>\
    <input class="short" id="day" name="day" type="date" value="\(day.description)"></div><button class="button quiet">Xem</button></form>
    """
  }

  private static func tree(_ tree: UnitView.Tree, _ day: Day, number: Int) -> HTML {
    guard let unit = tree.unit else {
      return Parts.empty("<p><strong>Ngày này đơn vị của thầy cô chưa có hoặc đã kết thúc.</strong></p>")
    }
    return """
      <section aria-labelledby="unit-\(number)"><h2 id="unit-\(number)"><a href="/units/\(unit.id)?day=\(day.description)">\(unit.name)</a></h2>
      <p>\(tree.above.isEmpty ? "Không có cấp trên trong hệ thống." : "Cấp trên: \(tree.above.map(\.name).joined(separator: " › ")).")</p>
      \(tree.below.isEmpty ? "" : "<ul class=\"cards rows\">\(tree.below.prefix(300).map { card($0, day) })</ul>")
      \("<p class=\"meta\">Chỉ hiện 300 đơn vị đầu.</p>" as HTML, when: tree.below.count > 300)
      </section>

      """
  }

  private static func card(_ unit: Schools.Unit, _ day: Day) -> HTML {
    """
    <li><div><h3><a href="/units/\(unit.id)?day=\(day.description)">\(unit.name)</a></h3>\
    <p class="meta">\(unit.kind.label)\(unit.code.map { " · mã \($0)" } ?? "")</p></div></li>

    """
  }

  // MARK: One unit

  static func unit(_ view: UnitView, mayOpen: (OrgUnit.ID) -> Bool) -> Page {
    let title = view.unit?.name ?? "Đơn vị"
    return Page(
      title,
      body: """
        \(Parts.back(to: "/units?day=\(view.day.description)", "Đơn vị"))<h1>\(title)</h1>
        <p class="lead">\(view.unit.map { "\($0.kind.label)\($0.code.map { ", mã \($0)" } ?? "")." } ?? "Ngày này đơn vị chưa có hoặc đã kết thúc.")</p>
        \(dayForm("/units/\(view.id)", view.day))
        \(holders(view.holders))
        \(lines("above", "Đơn vị cấp trên và liên quan", view.parents, view.day, mayOpen))
        \(lines("below", "Đơn vị trực thuộc", Array(view.children.prefix(300)), view.day, mayOpen))
        \(changes(view.changes))
        """)
  }

  private static func holders(_ holders: [UnitView.HolderLine]) -> HTML {
    if holders.isEmpty { return "" }
    return """
      <section aria-labelledby="holders"><h2 id="holders">Ai phụ trách</h2>
      <dl class="facts">\(holders.map { "<dt>\($0.function.label)</dt><dd>\($0.words)</dd>" as HTML })</dl></section>
      """
  }

  private static func lines(
    _ id: String, _ title: String, _ lines: [UnitView.Line], _ day: Day, _ mayOpen: (OrgUnit.ID) -> Bool
  ) -> HTML {
    if lines.isEmpty { return "" }
    return """
      <section aria-labelledby="\(id)"><h2 id="\(id)">\(title)</h2>
      \(Parts.table(title, ["Đơn vị", "Quan hệ", "Từ ngày", "Đến trước ngày"], lines.map { line in
        [
          mayOpen(line.unit.id) ? "<a href=\"/units/\(line.unit.id)?day=\(day.description)\">\(line.unit.name)</a>" : "\(line.unit.name)",
          "\(line.kind.label)", "\(line.validity.from.forPeople)", "\(line.validity.to?.forPeople ?? "")",
        ]
      }))</section>
      """
  }

  private static func changes(_ changes: [UnitView.Change]) -> HTML {
    if changes.isEmpty { return "" }
    return """
      <section aria-labelledby="changes"><h2 id="changes">Sáp nhập, chia tách, giải thể</h2>
      \(Parts.table("Các quyết định", ["Quyết định", "Việc", "Đơn vị cũ", "Đơn vị tiếp nhận", "Có hiệu lực"], changes.map { change in
        [
          "\(change.succession.document)", "\(change.succession.kind.label)", "\(change.from)", "\(change.to)",
          "\(change.succession.effective.forPeople)",
        ]
      }))</section>
      """
  }
}
