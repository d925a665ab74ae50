import Rules
import Web

enum TimetablePages {
  struct Line: Sendable {
    let plan: LessonPlan
    let className: String
    let teacher: String
    let regular: String
    let isOwn: Bool
  }

  struct Section: Sendable {
    let title: String
    var lines: [Line] = []
    var classes: [(id: SchoolClass.ID, name: String)] = []
    /// False on a guardian's page: the lesson of the child opens to the child alone.
    var mayEnter = true
  }

  // MARK: One's own week

  static func own(_ sections: [Section], _ week: Week, today: Day) -> Page {
    Page(
      "Thời khóa biểu",
      body: """
        <h1>Thời khóa biểu</h1>
        \(weeks("/timetable", week))
        \(sections.enumerated().map { section($1, number: $0, week, today) })
        """)
  }

  private static func section(_ section: Section, number: Int, _ week: Week, _ today: Day) -> HTML {
    """
    <section aria-labelledby="part-\(number)"><h2 id="part-\(number)">\(section.title)</h2>
    \(section.classes.isEmpty ? days(section.lines, week, today, editing: nil, mayEnter: section.mayEnter) : classes(section.classes))</section>

    """
  }

  private static func classes(_ classes: [(id: SchoolClass.ID, name: String)]) -> HTML {
    """
    <ul class="cards">\(classes.map { "<li><h3><a href=\"/classes/\($0.id)/timetable\">Lớp \($0.name)</a></h3></li>" as HTML })</ul>
    """
  }

  static func weeks(_ path: String, _ week: Week) -> HTML {
    let (before, after) = (week.monday.adding(days: -7), week.monday.adding(days: 7))
    return """
      <nav class="pages" aria-label="Tuần"><a rel="prev" href="\(path)?week=\(before.description)">Tuần trước</a>\
      <p>Tuần từ \(week.monday.forPeople) đến \(week.monday.adding(days: 6).forPeople)</p>\
      <a rel="next" href="\(path)?week=\(after.description)">Tuần sau</a></nav>
      """
  }

  // MARK: Days

  static let weekdays = ["Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật"]

  /// - Parameters:
  ///   - editing: the class whose planner reads the page.
  ///   - mayEnter: whether the reader may open the lessons' own pages.
  static func days(
    _ lines: [Line], _ week: Week, _ today: Day, editing: SchoolClass.ID?, mayEnter: Bool = true
  ) -> HTML {
    let byDay = Dictionary(grouping: lines) { Day(at: $0.plan.startsAt) }
    let days = week.days.filter { byDay[$0] != nil }
    if days.isEmpty {
      return Parts.empty(
        "<p><strong>Tuần này chưa có tiết học trực tuyến nào.</strong></p><p>Nhà trường xếp thời khóa biểu; các tiết sẽ hiện ở đây.</p>"
      )
    }
    return days.map { day in
      """
      <h3>\(weekdays[day.weekday - 1]), \(day.forPeople)\(day == today ? " – hôm nay" : "")</h3>
      <ul class="cards rows">\((byDay[day] ?? []).map { line($0, editing: editing, mayEnter: mayEnter) })</ul>

      """ as HTML
    }.joined()
  }

  private static func line(_ line: Line, editing: SchoolClass.ID?, mayEnter: Bool) -> HTML {
    let plan = line.plan
    let path = editing.map { "/classes/\($0)/timetable/lessons/\(plan.id)" } ?? "/lessons/\(plan.id)"
    let title: HTML = "\(plan.subjectName) \(line.className)"
    return """
      <li><div><h3>\(plan.isCancelled || !mayEnter ? title : "<a href=\"\(path)\">\(title)</a>")</h3>\
      <p class="meta"><time>\(plan.startsAt.clock) – \(plan.endsAt.clock)</time> · \(person: line.teacher)\
      \(plan.isSubstituted ? " dạy thay \(person: line.regular)" : "")</p></div>\(badge(line))</li>

      """
  }

  private static func badge(_ line: Line) -> HTML {
    if line.plan.isCancelled { return Parts.badge("Đã hủy", .none) }
    return line.plan.isSubstituted ? Parts.badge("Dạy thay", .due) : ""
  }
}
