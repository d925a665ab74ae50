import Rules
import Web

enum RecordPages {
  static func record(_ report: LessonReport, mayLift: Bool) -> Page {
    let plan = report.plan
    let pupils = report.lines.filter { $0.orderNumber != nil }
    let present = pupils.count { $0.attendance.firstSeen != nil }
    return Page(
      "Hồ sơ tiết học \(plan.subjectName) \(plan.className)",
      body: """
        <p class="eyebrow">Hồ sơ tiết học</p>
        <h1>\(plan.subjectName) – lớp \(plan.className)</h1>
        <p class="lead">\(Day(at: plan.time.start).forPeople), \(plan.time.start.clock)–\(plan.time.end.clock). \
        \(opened(report)) Có mặt \(present)/\(pupils.count) học sinh.\(refusals(report))</p>
        <p class="actions no-print"><a class="button quiet" href="/lessons/\(plan.id)/record.csv">Tải bảng điểm danh (.csv)</a></p>
        <section>
        <h2>Có mặt</h2>
        <div class="table"><table>
        <thead><tr><th scope="col">Họ và tên</th><th scope="col">STT</th><th scope="col">Điểm danh</th><th scope="col">Có mặt</th><th scope="col">Các lần có mặt</th></tr></thead>
        <tbody>
        \(report.lines.map(line))
        </tbody>
        </table></div>
        </section>
        \(VisitPages.record(report.visits), when: !report.visits.isEmpty)
        \(bans(report, mayLift: mayLift))
        <section>
        <h2>Diễn biến và quyết định</h2>
        \(report.decisions.isEmpty ? empty : timeline(report.decisions))
        </section>
        """)
  }

  private static func opened(_ report: LessonReport) -> String {
    guard let head = report.head, let opened = head.openedAt else { return "Lớp chưa mở." }
    let end = head.endedAt.map { ", kết thúc \($0.clockToTheSecond)" } ?? ", đang học"
    return "Mở lớp \(opened.clockToTheSecond)\(end)."
  }

  private static func refusals(_ report: LessonReport) -> String {
    let count = report.decisions.count { $0.isRefusal }
    return count == 0 ? "" : " Từ chối \(count) lần vào lớp."
  }

  private static let empty: HTML =
    "<p class=\"empty\">Chưa có ai vào lớp. Khi lớp mở, mỗi lần vào, ra và mỗi quyết định sẽ được ghi ở đây.</p>"

  private static func line(_ line: LessonReport.Line) -> HTML {
    """
    <tr><th scope="row">\(line.name)</th>\
    <td class="number" data-label="STT">\(line.orderNumber.map(String.init) ?? "")</td>\
    <td data-label="Điểm danh">\(arrival(line))</td>\
    <td class="number" data-label="Có mặt">\(minutes(line.attendance.presentSeconds))</td>\
    <td data-label="Các lần có mặt">\(line.intervals.map(LessonReporting.words).joined(separator: "; "))</td></tr>

    """
  }

  private static func arrival(_ line: LessonReport.Line) -> HTML {
    guard line.orderNumber != nil else { return "Người dạy hoặc khách" }
    let words = LessonReporting.words(line.attendance.arrival)
    let left = line.attendance.leftEarlyMinutes.map { ", rời sớm \($0) phút" } ?? ""
    return switch line.attendance.arrival {
    case .onTime: "<span class=\"badge proved\">\(words)</span>\(left)"
    case .late: "<span class=\"badge due\">\(words)</span>\(left)"
    case .absent: "<span class=\"badge none\">\(words)</span>"
    case .awaited: "<span class=\"badge waiting\">\(words)</span>"
    }
  }

  private static func minutes(_ seconds: Int64) -> String {
    seconds == 0 ? "–" : "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
  }

  private static func bans(_ report: LessonReport, mayLift: Bool) -> HTML {
    guard !report.banned.isEmpty else { return "" }
    let people = report.banned.sorted { $0.value < $1.value }
    return """
      <section class="card">
      <h2>Đang bị đưa ra khỏi lớp</h2>
      <ul class="cards rows">
      \(people.map { person, name in ban(report.plan, person, name, mayLift: mayLift) })
      </ul>
      </section>

      """
  }

  private static func ban(_ plan: LessonPlan, _ person: Person.ID, _ name: String, mayLift: Bool) -> HTML {
    let form: HTML = """
      <form method="post" action="/lessons/\(plan.id)/bans/lifted"><input type="hidden" name="person" value="\(person)">\
      <button class="button quiet" type="submit">Cho vào lại</button></form>
      """
    return "<li><div><h3>\(name)</h3></div> \(mayLift ? form : "")</li>\n"
  }

  private static func timeline(_ decisions: [LessonReport.Decision]) -> HTML {
    """
    <ol class="timeline">
    \(decisions.suffix(500).map { "<li\("class=\"alarm\"", if: $0.isRefusal)><time>\($0.at.clockToTheSecond)</time> <strong>\($0.name)</strong>: \($0.words)</li>\n" as HTML })
    </ol>
    """
  }
}
