import Rules
import Web

enum AssignmentPages {
  static func overview(_ unit: Schools.Unit, _ rows: [ClassTeachers.Overview]) -> Page {
    let open = rows.count { $0.homeroom == nil || $0.taught == 0 }
    return Page(
      "Phân công",
      body: """
        \(Parts.back(to: "/school", "Nhà trường"))<h1>Phân công</h1>
        \(rows.isEmpty ? none : lead(rows.count, open: open))
        \(rows.isEmpty ? "" : table(rows))
        <p>Một người dạy nhiều lớp? Phân công một lần ở trang của người đó: <a href="/units/\(unit.id)/staff">Giáo viên, nhân viên</a>.</p>
        """)
  }

  private static let none = Parts.empty(
    "<p><strong>Trường chưa có lớp nào trong năm học này.</strong></p><p><a href=\"/classes\">Thêm lớp</a> trước, rồi phân công giáo viên cho từng lớp ở đây.</p>"
  )

  private static func lead(_ count: Int, open: Int) -> HTML {
    open == 0
      ? "<p class=\"lead\">Cả \(count) lớp đã có chủ nhiệm và giáo viên bộ môn.</p>"
      : "<p class=\"lead\">\(count) lớp, <strong>\(open) lớp còn thiếu</strong> chủ nhiệm hoặc giáo viên bộ môn.</p>"
  }

  private static func table(_ rows: [ClassTeachers.Overview]) -> HTML {
    Parts.table(
      "Phân công theo lớp", ["Lớp", "Chủ nhiệm", "Môn đã có giáo viên", "Trạng thái"],
      rows.map { row in
        [
          "<a href=\"/classes/\(row.facts.id)/teachers\">Lớp \(row.facts.name)</a>", "\(row.homeroom ?? "")",
          "\(row.taught) trên \(row.subjects)",
          row.homeroom == nil || row.taught == 0
            ? Parts.badge("Còn thiếu", .due) : Parts.badge("Đã phân công", .proved),
        ]
      })
  }

  // MARK: One class

  static func ofClass(
    _ view: ClassTeachers, _ powers: Powers, today: Day, problem: UserError?, typed: Form?
  ) -> Page {
    let mayEdit = powers.may(.editAssignments)
    return Page(
      "Giáo viên lớp \(view.facts.name)",
      body: """
        \(Parts.back(to: "/classes/\(view.facts.id)", "Lớp \(view.facts.name)"))<h1>Giáo viên lớp \(view.facts.name)</h1>
        \(ClassPages.tabs(view.facts, powers, current: .teachers))
        \(problem.map(SetupPages.refusal))
        \(mayEdit ? planner(view, today, typed) : list(view))
        """)
  }

  private static func list(_ view: ClassTeachers) -> HTML {
    let lines = view.lines.filter { !$0.assignments.isEmpty }
    if lines.isEmpty {
      return Parts.empty(
        "<p><strong>Lớp chưa có giáo viên nào.</strong></p><p>Nhà trường phân công, tên thầy cô sẽ hiện ở đây.</p>"
      )
    }
    return Parts.table(
      "Giáo viên của lớp", ["Môn", "Giáo viên"],
      lines.map { line in
        ["\(line.name)", "\(line.assignments.map { words($0, view) }.joined(separator: "; "))"]
      })
  }

  private static func words(_ assignment: Schools.StandingAssignment, _ view: ClassTeachers) -> String {
    let until = assignment.validity.to.map { " (đến trước \($0.forPeople))" } ?? ""
    return (view.names[assignment.person] ?? "") + until
  }

  /// The whole class in one form: a line says who teaches the subject from the chosen day.
  private static func planner(_ view: ClassTeachers, _ today: Day, _ typed: Form?) -> HTML {
    let path = "/classes/\(view.facts.id)/teachers"
    return """
      \(noSubjects(view), when: view.lines.count == 1)
      <form method="post" action="\(path)">
      <input type="hidden" name="seen" value="\(view.fingerprint)">
      \(Parts.table("Ai dạy môn nào", ["Môn", "Giáo viên", "Cùng dạy hoặc sắp thay đổi"], view.lines.map { row($0, view, path, today, typed) }))
      <div class="field"><label for="from">Thay đổi có hiệu lực từ ngày</label>
      <p class="hint" id="from-hint">Những ngày trước đó được giữ nguyên. Tiết đã xếp không tự đổi: hãy xem lại <a href="/classes/\(view.facts.id)/timetable">thời khóa biểu</a>.</p>
      <input class="short" id="from" name="from" type="date" min="\(today.description)" value="\(typed?["from"] ?? today.description)" aria-describedby="from-hint" required></div>
      <div class="actions"><button class="button">Lưu phân công</button></div></form>
      """
  }

  private static func noSubjects(_ view: ClassTeachers) -> HTML {
    Parts.notice(
      .plain,
      "<p>Trường chưa có môn nào. Hãy <a href=\"/units/\(view.facts.unit)/subjects\">chọn môn học</a> trước; chủ nhiệm thì chọn được ngay.</p>"
    )
  }

  private static func row(
    _ line: ClassTeachers.Line, _ view: ClassTeachers, _ path: String, _ today: Day, _ typed: Form?
  ) -> [HTML] {
    let field = ClassTeachers.field(line.subject)
    let open = line.assignments.filter { $0.validity.to == nil }
    let chosen = typed.map { $0[field] ?? "" } ?? open.first?.person.rawValue ?? ""
    let choose: HTML = """
      <div class="field"><label class="visually-hidden" for="\(field)">\(line.name)</label><select id="\(field)" name="\(field)">\
      <option value="">Chưa có</option>\
      \(view.choices.map { "<option value=\"\($0.id)\"\("selected", if: $0.id.rawValue == chosen)>\($0.name)</option>" as HTML })</select></div>
      """
    let others =
      open.dropFirst().map { also($0, line, view, path) }
      + line.assignments.filter { $0.validity.to != nil }.map {
        "<span>\(words($0, view))</span>" as HTML
      }
      + open.prefix(1).filter { $0.validity.from > today }.map {
        "<span>từ \($0.validity.from.forPeople)</span>" as HTML
      }
    return ["\(line.name)", choose, others.joined()]
  }

  /// A second teacher of the same subject, with their own end.
  private static func also(
    _ assignment: Schools.StandingAssignment, _ line: ClassTeachers.Line, _ view: ClassTeachers,
    _ path: String
  ) -> HTML {
    let name = view.names[assignment.person] ?? ""
    return """
      <span>\(person: name)</span> <button class="link" formaction="\(path)/endings" name="assignment" value="\(assignment.id)" formnovalidate>\
      Kết thúc<span class="visually-hidden"> \(line.name) của \(name)</span></button>
      """
  }
}
