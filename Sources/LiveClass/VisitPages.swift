import Rules
import Web

enum VisitPages {
  // MARK: Choosing a lesson

  struct Choice: Sendable {
    struct Own: Sendable {
      let line: LessonVisits.Line
      let plan: LessonPlan
    }

    let own: [Own]
    let places: [VisitPlace]
    let place: VisitPlace?
    let lessons: [VisitableLesson]
    let teachers: [Person.ID: String]
  }

  static func choose(_ choice: Choice) -> Page {
    Page(
      "Dự giờ",
      body: """
        <h1>Dự giờ</h1>
        <p class="lead">Chọn tiết, ghi mục đích; giáo viên biết trước và cả lớp thấy tên người dự.</p>
        \(choice.own.isEmpty ? "" : own(choice.own))
        \(places(choice), when: choice.places.count > 1)
        \(choice.place.map { lessons(choice, at: $0) })
        """)
  }

  private static func own(_ own: [Choice.Own]) -> HTML {
    """
    <section aria-labelledby="own"><h2 id="own">Đã báo</h2><ul class="cards rows">
    \(own.map { entry in
      "<li><div><h3><a href=\"/lessons/\(entry.plan.id)/visits\">\(entry.plan.subjectName) \(entry.plan.className)</a></h3><p class=\"meta\">\(Day(at: entry.line.announcement.from).forPeople), \(entry.line.time)</p></div></li>\n" as HTML
    })</ul></section>
    """
  }

  private static func places(_ choice: Choice) -> HTML {
    """
    <form class="inline" method="get" action="/visits"><div class="field"><label for="at">Trường hoặc lớp</label><select id="at" name="at">\
    \(choice.places.map { "<option value=\"\($0.key)\"\("selected", if: $0 == choice.place)>\($0.name)</option>" as HTML })</select></div>\
    <button class="button quiet">Xem các tiết</button></form>
    """
  }

  private static func lessons(_ choice: Choice, at place: VisitPlace) -> HTML {
    if choice.lessons.isEmpty {
      return Parts.empty(
        "<p><strong>Bảy ngày tới chưa có tiết trực tuyến nào.</strong></p><p>Khi nhà trường xếp thời khóa biểu, các tiết sẽ hiện ở đây.</p>"
      )
    }
    return """
      <section aria-labelledby="lessons"><h2 id="lessons">\(place.name): bảy ngày tới</h2><ul class="cards rows">
      \(choice.lessons.prefix(300).map { lesson in
        "<li><div><h3><a href=\"/lessons/\(lesson.id)/visits\">\(lesson.subjectName) \(lesson.className)</a></h3><p class=\"meta\">\(Day(at: lesson.time.start).forPeople), \(lesson.time.start.clock)–\(lesson.time.end.clock) · \(person: choice.teachers[lesson.teacher] ?? "")</p></div></li>\n" as HTML
      })</ul></section>
      """
  }

  // MARK: One lesson

  struct View: Sendable {
    let plan: LessonPlan
    let teacher: String
    let visits: [LessonVisits.Line]
    let guests: [(id: Person.ID, name: String, host: String)]
  }

  static func visits(
    _ view: View, viewer: Person.ID, mayAnnounce: Bool, mayInvite: Bool, isOver: Bool, problem: UserError?,
    typed: Form?
  ) -> Page {
    let plan = view.plan
    let isOwn = view.visits.contains { $0.visitor == viewer }
    let path = "/lessons/\(plan.id)/visits"
    return Page(
      "Dự giờ \(plan.subjectName) \(plan.className)",
      body: """
        <h1>Dự giờ và khách: \(plan.subjectName) \(plan.className)</h1>
        <p class="lead">\(Day(at: plan.time.start).forPeople), \(plan.time.start.clock)–\(plan.time.end.clock). Người dạy: \(person: view.teacher).</p>
        \(problem.map(refusal))
        <section aria-labelledby="visits"><h2 id="visits">Người dự giờ</h2>
        \(view.visits.isEmpty ? Parts.empty("<p>Chưa ai báo dự tiết này.</p>") : list(view.visits))
        \(announceForm(plan, path, typed), when: mayAnnounce && !isOwn && !isOver && plan.teacher != viewer)\
        \(withdrawForm(plan, path), when: isOwn && !isOver)</section>
        \(guests(view, mayInvite: mayInvite && !isOver, typed), when: mayInvite || !view.guests.isEmpty)
        """)
  }

  private static func refusal(_ error: UserError) -> HTML {
    """
    <div class="problems" role="alert" tabindex="-1" aria-labelledby="problems"><h2 id="problems">Chưa gửi</h2>
    <p>\(error.sentence) <small>\(error.code.rawValue)</small></p></div>
    """
  }

  private static func list(_ visits: [LessonVisits.Line]) -> HTML {
    """
    <ul class="cards rows">\(visits.map { visit in
      "<li><div><h3>\(person: visit.name)</h3><p class=\"meta\">\(visit.time) · \(person: visit.announcement.purpose)</p></div></li>\n" as HTML
    })</ul>
    """
  }

  private static func announceForm(_ plan: LessonPlan, _ path: String, _ typed: Form?) -> HTML {
    """
    <form method="post" action="\(path)">
    <div class="field"><label for="purpose">Mục đích dự giờ</label>
    <p class="hint" id="purpose-hint">Giáo viên dạy tiết này đọc được ngay.</p>
    <input id="purpose" name="purpose" value="\(typed?["purpose"] ?? "")" maxlength="\(VisitRules.longestPurpose)" aria-describedby="purpose-hint" required></div>
    <fieldset class="inline"><legend>Giờ dự</legend>
    <div class="field"><label for="from">Từ</label><input id="from" name="from" type="time" value="\(typed?["from"] ?? field(plan.time.start))" required></div>
    <div class="field"><label for="to">Đến</label><input id="to" name="to" type="time" value="\(typed?["to"] ?? field(plan.time.end))" required></div></fieldset>
    <div class="actions"><button class="button">Báo dự giờ</button></div></form>
    """
  }

  private static func withdrawForm(_ plan: LessonPlan, _ path: String) -> HTML {
    """
    <div class="actions"><a class="button" href="/lessons/\(plan.id)">Đến tiết học</a>\
    <form method="post" action="\(path)/withdrawal"><button class="button quiet">Thôi không dự</button></form></div>
    """
  }

  private static func guests(_ view: View, mayInvite: Bool, _ typed: Form?) -> HTML {
    """
    <section aria-labelledby="guests"><h2 id="guests">Khách mời</h2>
    \(view.guests.isEmpty ? Parts.empty("<p>Tiết này chưa có khách.</p>") : guestList(view, mayInvite: mayInvite))
    \(inviteForm(view.plan, typed), when: mayInvite)</section>
    """
  }

  private static func guestList(_ view: View, mayInvite: Bool) -> HTML {
    """
    <ul class="cards rows">\(view.guests.map { guest in
      "<li><div><h3>\(person: guest.name)</h3><p class=\"meta\">Người mời: \(person: guest.host)</p></div>\(uninvite(view.plan, guest.id, guest.name), when: mayInvite)</li>\n" as HTML
    })</ul>
    """
  }

  private static func uninvite(_ plan: LessonPlan, _ guest: Person.ID, _ name: String) -> HTML {
    """
    <form method="post" action="/lessons/\(plan.id)/guests/withdrawal"><input type="hidden" name="person" value="\(guest)">\
    <button class="link">Thôi mời<span class="visually-hidden"> \(name)</span></button></form>
    """
  }

  private static func inviteForm(_ plan: LessonPlan, _ typed: Form?) -> HTML {
    """
    <form method="post" action="/lessons/\(plan.id)/guests"><div class="field"><label for="login">Tên đăng nhập của khách</label>
    <p class="hint" id="login-hint">Phụ huynh, thầy cô hoặc cán bộ đã có tài khoản. Tên thầy cô được ghi lại là người mời.</p>
    <input id="login" name="login" autocapitalize="none" spellcheck="false" value="\(typed?["login"] ?? "")" aria-describedby="login-hint" required></div>
    <div class="actions"><button class="button quiet">Mời vào tiết này</button></div></form>
    """
  }

  // MARK: Elsewhere

  /// In the teacher's lobby.
  static func notice(_ visits: [LessonVisits.Line]) -> HTML {
    """
    <section class="card" aria-labelledby="visits" data-before><h2 id="visits">Sẽ có người dự giờ</h2>
    <ul>\(visits.map { "<li>\(person: $0.name), \($0.time): \(person: $0.announcement.purpose)</li>" as HTML })</ul></section>
    """
  }

  /// For an adult who answers for the lesson and has not announced a visit: the door will refuse, here is the way in.
  static func invitation(_ plan: LessonPlan) -> HTML {
    """
    <section class="card" aria-labelledby="visit"><h2 id="visit">Thầy cô muốn dự giờ?</h2>
    <p>Báo trước cho giáo viên dạy tiết này, rồi vào lớp.</p>
    <p class="actions"><a class="button" href="/lessons/\(plan.id)/visits">Báo dự giờ</a></p></section>
    """
  }

  static func record(_ visits: [(visit: LessonVisits.Line, came: Bool)]) -> HTML {
    """
    <section><h2>Dự giờ đã báo</h2>
    \(Parts.table("Dự giờ đã báo trước", ["Người dự", "Giờ dự", "Mục đích", "Báo lúc", "Có đến"], visits.map { entry in
      [
        "\(person: entry.visit.name)", "\(entry.visit.time)", "\(person: entry.visit.announcement.purpose)",
        "\(Day(at: entry.visit.announcedAt).forPeople), \(entry.visit.announcedAt.clock)", entry.came ? "Có" : "Không",
      ]
    }))</section>

    """
  }

  /// “08:05”, as a field for a time wants it.
  private static func field(_ moment: Timestamp) -> String {
    let clock = moment.clock
    return clock.count < 5 ? "0" + clock : clock
  }

  /// The moment of a typed time on the lesson's day; nil for what is none.
  static func moment(_ typed: String?, on day: Day) -> Timestamp? {
    let parts = (typed ?? "").split(separator: ":").map { Int($0) }
    guard parts.count >= 2, let hour = parts[0], let minute = parts[1], (0..<24).contains(hour),
      (0..<60).contains(minute)
    else { return nil }
    return day.at(minutes: hour * 60 + minute)
  }
}
