import Rules
import Web

extension TimetablePages {
  struct ClassView: Sendable {
    let id: SchoolClass.ID
    let name: String
    let lines: [Line]
    let slots: [Weekly]
    let teachings: [TimetablePorts.Teaching]
    let people: [Person.ID: String]
    let subjects: [SchoolSubject.ID: String]

    func label(_ subject: SchoolSubject.ID, _ teacher: Person.ID) -> String {
      "\(subjects[subject] ?? "") – \(people[teacher] ?? "")"
    }
  }

  static func ofClass(
    _ view: ClassView, _ week: Week, today: Day, mayEdit: Bool, problem: UserError?, typed: Form?
  ) -> Page {
    let path = "/classes/\(view.id)/timetable"
    return Page(
      "Thời khóa biểu lớp \(view.name)",
      body: """
        \(Parts.back(to: "/timetable", "Thời khóa biểu"))<h1>Thời khóa biểu lớp \(view.name)</h1>
        \(problem.map(refusal))
        \(weeks(path, week))
        <section aria-labelledby="week"><h2 id="week">Trong tuần</h2>
        \(days(view.lines, week, today, editing: mayEdit ? view.id : nil))</section>
        \(planner(view, path, today, typed), when: mayEdit)
        """)
  }

  private static func refusal(_ error: UserError) -> HTML {
    """
    <div class="problems" role="alert" tabindex="-1" aria-labelledby="problems"><h2 id="problems">Chưa lưu</h2>
    <p>\(error.sentence) Thời khóa biểu chưa thay đổi. <small>\(error.code.rawValue)</small></p></div>
    """
  }

  // MARK: Planning

  private static func planner(_ view: ClassView, _ path: String, _ today: Day, _ typed: Form?) -> HTML {
    if view.teachings.isEmpty {
      return Parts.empty(
        "<p><strong>Lớp chưa có giáo viên được phân công.</strong></p><p><a href=\"/classes/\(view.id)/teachers\">Phân công môn và giáo viên</a> trước, rồi xếp tiết ở đây.</p>"
      )
    }
    return """
      \(slots(view, path))
      <div class="columns">\(slotForm(view, path, typed))\(lessonForm(view, path, today, typed))</div>
      """
  }

  private static func slots(_ view: ClassView, _ path: String) -> HTML {
    if view.slots.isEmpty { return "" }
    return """
      <section aria-labelledby="slots"><h2 id="slots">Tiết hằng tuần</h2>
      \(Parts.table("Tiết hằng tuần", ["Thứ, giờ", "Môn và giáo viên", "Đến hết ngày", "Việc"], view.slots.map { row($0, view, path) }))</section>
      """
  }

  private static func row(_ slot: Weekly, _ view: ClassView, _ path: String) -> [HTML] {
    let time =
      "\(weekdays[slot.weekday - 1]), \(clock(slot.startMinute)) – \(clock(slot.startMinute + slot.lengthMinutes))"
    return [
      "\(time)", "\(view.label(slot.subject, slot.teacher))", "\(slot.last.forPeople)",
      """
      <form method="post" action="\(path)/slots/\(slot.id)/ending"><button class="link">Dừng tiết này\
      <span class="visually-hidden"> \(time)</span></button></form>
      """,
    ]
  }

  static func clock(_ minutes: Int) -> String {
    "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
  }

  private static func slotForm(_ view: ClassView, _ path: String, _ typed: Form?) -> HTML {
    """
    <section aria-labelledby="add-slot"><h2 id="add-slot">Thêm tiết hằng tuần</h2>
    <form method="post" action="\(path)/slots">
    \(teaching(view, "slot", typed))
    <div class="field"><label for="weekday">Thứ</label><select id="weekday" name="weekday">\(weekdays.enumerated().map { index, name in
      "<option value=\"\(index + 1)\"\("selected", if: typed?["weekday"] == "\(index + 1)")>\(name)</option>" as HTML
    })</select></div>
    \(times("slot", typed))
    <div class="actions"><button class="button">Thêm tiết hằng tuần</button></div></form></section>
    """
  }

  private static func lessonForm(_ view: ClassView, _ path: String, _ today: Day, _ typed: Form?) -> HTML {
    """
    <section aria-labelledby="add-lesson"><h2 id="add-lesson">Thêm một tiết</h2>
    <form method="post" action="\(path)/lessons">
    \(teaching(view, "lesson", typed))
    <div class="field"><label for="lesson-day">Ngày</label>\
    <input class="short" id="lesson-day" name="day" type="date" value="\(typed?["day"] ?? today.description)" required></div>
    \(times("lesson", typed))
    <div class="actions"><button class="button quiet">Thêm một tiết</button></div></form></section>
    """
  }

  private static func teaching(_ view: ClassView, _ form: String, _ typed: Form?) -> HTML {
    """
    <div class="field"><label for="\(form)-teaching">Môn và giáo viên</label><select id="\(form)-teaching" name="teaching">\
    \(view.teachings.map { teaching in
      "<option value=\"\(TimetableForms.value(teaching))\"\("selected", if: typed?["teaching"] == TimetableForms.value(teaching))>\(view.label(teaching.subject, teaching.teacher))</option>" as HTML
    })</select></div>
    """
  }

  private static func times(_ form: String, _ typed: Form?) -> HTML {
    """
    <div class="field"><label for="\(form)-start">Bắt đầu</label>\
    <input class="short" id="\(form)-start" name="start" type="time" value="\(typed?["start"] ?? "08:00")" required></div>
    <div class="field"><label for="\(form)-length">Số phút</label>\
    <input class="short" id="\(form)-length" name="length" type="number" min="5" max="240" value="\(typed?["length"] ?? "45")" required></div>
    <div class="field"><label for="\(form)-opening">Mở cửa lớp trước (phút)</label>\
    <p class="hint" id="\(form)-opening-hint">Không ít hơn 10 phút, để các em kịp vào và thử máy.</p>\
    <input class="short" id="\(form)-opening" name="opening" type="number" min="10" max="60" value="\(typed?["opening"] ?? "15")" aria-describedby="\(form)-opening-hint" required></div>
    """
  }

  // MARK: One lesson

  struct LessonView: Sendable {
    let plan: LessonPlan
    let className: String
    let teacher: String
    let regular: String
    /// Who could stand in, by Vietnamese order of names.
    let choices: [(id: Person.ID, name: String)]
    let mayAppoint: Bool
    let isUpcoming: Bool
    let isOver: Bool
  }

  static func lesson(_ view: LessonView) -> Page {
    let plan = view.plan
    let path = "/classes/\(plan.schoolClass)/timetable/lessons/\(plan.id)"
    return Page(
      "\(plan.subjectName) \(view.className)",
      body: """
        \(Parts.back(to: "/classes/\(plan.schoolClass)/timetable", "Thời khóa biểu lớp \(view.className)"))
        <h1>\(plan.subjectName) \(view.className)</h1>
        <p class="lead">\(weekdays[Day(at: plan.startsAt).weekday - 1]), \(Day(at: plan.startsAt).forPeople), \
        \(plan.startsAt.clock) – \(plan.endsAt.clock). \(plan.isCancelled ? Parts.badge("Đã hủy", .none) : "")</p>
        <dl class="facts"><dt>Giáo viên</dt><dd>\(person: view.teacher)\(plan.isSubstituted ? " dạy thay \(person: view.regular)" : "")</dd>
        <dt>Mở cửa lớp trước</dt><dd>\(plan.openingMinutes) phút</dd></dl>
        \(substitute(view, path), when: view.mayAppoint && !view.isOver)
        \(cancellation(path), when: view.isUpcoming)
        <p class="actions"><a class="button quiet" href="/lessons/\(plan.id)">Mở trang tiết học</a>\
        \("<a class=\"button quiet\" href=\"/lessons/\(plan.id)/visits\">Dự giờ và khách</a>" as HTML, when: view.mayAppoint)</p>
        """)
  }

  private static func substitute(_ view: LessonView, _ path: String) -> HTML {
    """
    <section aria-labelledby="substitute"><h2 id="substitute">Người dạy thay</h2>
    <form method="post" action="\(path)/substitute" class="inline"><div class="field"><label for="teacher">Giáo viên</label>
    <select id="teacher" name="teacher" required>\(view.choices.map { "<option value=\"\($0.id)\">\($0.name)</option>" as HTML })</select></div>
    <button class="button">Cử dạy thay</button></form>
    \(withdrawal(view, path), when: view.plan.isSubstituted && view.isUpcoming)</section>
    """
  }

  private static func withdrawal(_ view: LessonView, _ path: String) -> HTML {
    """
    <form method="post" action="\(path)/substitute-withdrawal"><button class="button quiet">Trả tiết lại cho \(view.regular)</button></form>
    """
  }

  private static func cancellation(_ path: String) -> HTML {
    """
    <section aria-labelledby="cancel"><h2 id="cancel">Hủy tiết</h2><p>Tiết đã hủy vẫn hiện trong thời khóa biểu với nhãn “Đã hủy”.</p>
    <form method="post" action="\(path)/cancellation"><button class="button quiet">Hủy tiết này</button></form></section>
    """
  }
}
