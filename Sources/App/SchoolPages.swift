import Organisation
import Rules
import Web

enum SchoolPages {
  static func school(_ setups: [SchoolSetup], _ viewer: Viewer) -> Page {
    Page("Nhà trường", body: "<h1>Nhà trường</h1>\n\(setups.map { one($0, viewer) })")
  }

  private static func one(_ setup: SchoolSetup, _ viewer: Viewer) -> HTML {
    let path = "/units/\(setup.unit.id)"
    return """
      <section aria-labelledby="s-\(setup.unit.id)"><h2 id="s-\(setup.unit.id)">\(setup.unit.name)</h2>
      <p class="lead">\(setup.isDone ? "Năm học đã sẵn sàng." : "Bắt đầu năm học: đã xong \(setup.steps.count { $0.isDone }) trên \(setup.steps.count) việc.")</p>
      <ol class="cards rows">
      \(setup.steps.enumerated().map { step($1, number: $0 + 1, isNext: $1.name == setup.next?.name) })</ol>
      <h3>Việc khác</h3>
      <ul class="cards rows">
      \(link(path + "/assignments", "Phân công", "Ai dạy môn nào ở lớp nào"))\
      \(link("/visits", "Dự giờ", "Báo trước cho giáo viên rồi vào lớp"), when: viewer.holds(.head))\
      \(link(path, "Đơn vị", "Ai phụ trách, cấp trên là ai"))</ul></section>

      """
  }

  private static func step(_ step: SchoolSetup.Step, number: Int, isNext: Bool) -> HTML {
    let badge =
      step.isDone
      ? Parts.badge("Xong", .proved)
      : isNext ? Parts.badge("Làm tiếp", .due) : Parts.badge("Chưa xong", .waiting)
    return """
      <li\("aria-current=\"step\"", if: isNext)><div><h3><a href="\(step.path)">\(number). \(step.name)</a></h3><p class="meta">\(step.state)</p></div>\(badge)</li>

      """
  }

  private static func link(_ path: String, _ label: String, _ words: String) -> HTML {
    "<li><div><h3><a href=\"\(path)\">\(label)</a></h3><p class=\"meta\">\(words)</p></div></li>\n"
  }

  /// On the first page, as long as something is missing: the one next step, and how far the school is.
  static func next(_ setup: SchoolSetup) -> HTML {
    guard let next = setup.next else { return "" }
    return """
      <section class="now due" aria-labelledby="setup">
      <p class="eyebrow">Bắt đầu năm học · \(setup.unit.name)</p>
      <h2 id="setup">Việc tiếp theo: \(next.name)</h2>
      <p>\(next.state).</p>
      <p class="actions"><a class="button" href="\(next.path)">Làm việc này</a> <a class="button quiet" href="/school">Xem cả danh sách</a></p>
      <ol class="steps">\(setup.steps.map { step in
        "<li\("class=\"done\"", if: step.isDone)\("aria-current=\"step\"", if: step.name == next.name)>\(step.name)\(step.isDone ? "<span class=\"visually-hidden\"> (xong)</span>" : "")</li>" as HTML
      })</ol></section>

      """
  }
}
