import Jobs
import LiveClass
import Rules
import Timetable
import Web

enum HomePages {
  static func home(_ view: HomeFeature.View) -> Page {
    Page(
      "Hôm nay",
      body: """
        <h1 class="visually-hidden">Hôm nay</h1>
        \(view.unread.filter { $0.urgency == .urgent }.prefix(3).map(alarm))
        \(now(view))
        \(waiting(view))
        \(more(view))
        \(recovery, when: view.lacksRecoveryCodes)
        """)
  }

  // MARK: What now

  /// Nothing runs and nothing is broken: then what a new school must do next is what is now.
  private static func now(_ view: HomeFeature.View) -> HTML {
    let open = view.setups.filter { !$0.isDone }.map(SchoolPages.next).joined()
    let runsOnly = !teaches(view.viewer) && (view.viewer.holds(.head) || view.viewer.holds(.itTeacher))
    let isQuiet = runsOnly && view.running.isEmpty && view.faults.isEmpty && view.children.isEmpty
    return isQuiet && open != .empty ? open : main(view) + open
  }

  private static func main(_ view: HomeFeature.View) -> HTML {
    let viewer = view.viewer
    if viewer.holds(.pupil) { return pupil(view) }
    if viewer.holds(.guardian) && !teaches(viewer) { return guardian(view) }
    if teaches(viewer) { return teacher(view) }
    if viewer.holds(.head) { return head(view) }
    if viewer.holds(.itTeacher) { return itTeacher(view) }
    if viewer.holds(.officer) {
      return
        "<section class=\"now\"><h2>Đơn vị của bạn</h2><p class=\"actions\"><a class=\"button\" href=\"/units\">Xem các đơn vị</a></p></section>"
    }
    return
      "<section class=\"empty\"><p>Tài khoản này chưa có vai trò nào hôm nay. Nếu chưa đúng, hãy báo nhà trường.</p></section>"
  }

  private static func teaches(_ viewer: Viewer) -> Bool {
    viewer.holds(.subjectTeacher) || viewer.holds(.homeroomTeacher)
  }

  private static func pupil(_ view: HomeFeature.View) -> HTML {
    guard view.viewer.isVerified else {
      return """
        <section class="now due">
        <h2>Em chờ thầy cô xác nhận nhé</h2>
        <p>Giáo viên chủ nhiệm hoặc bố mẹ cần xác nhận đây đúng là em. Xong là em vào lớp được ngay.</p>
        </section>
        """
    }
    guard let card = view.own.first else {
      return
        "<section class=\"empty\"><p>Hôm nay em không còn tiết học trực tuyến nào. Khi thầy cô xếp lịch, tiết học sẽ hiện ở đây.</p></section>"
    }
    return """
      <section class="now">
      <p class="eyebrow">\(when(card.lesson, view.now))</p>
      <h2>\(card.lesson.subjectName)</h2>
      <p>Thầy cô: \(card.teacherName). Lớp \(card.className).</p>
      \(doorButton(card.lesson, view.now, label: "Vào lớp"))
      </section>
      """
  }

  private static func guardian(_ view: HomeFeature.View) -> HTML {
    view.children.map { child in
      """
      <section class="now">
      <p class="eyebrow">Con của tôi</p>
      <h2>\(child.name)</h2>
      \(child.next.map { lesson($0, view.now) } ?? "<p>Không có tiết học trực tuyến nào sắp tới.</p>")
      \(child.isVerified ? "<p class=\"meta\">Tài khoản của con đã được xác nhận.</p>" : confirmChild(child.id))
      </section>

      """
    }.joined()
  }

  /// Where the child is in the lesson of now, or what comes next.
  private static func lesson(_ card: HomeFeature.LessonCard, _ now: Timestamp) -> HTML {
    let (subject, time) = (card.lesson.subjectName, when(card.lesson, now))
    if card.isInside {
      return
        "<p><span class=\"badge live\">Con đang trong lớp</span> \(subject), đến \(card.lesson.endsAt.clock).</p>"
    }
    guard now >= card.lesson.startsAt else { return "<p>Tiết tới: \(subject), \(time).</p>" }
    let words = card.isOpen ? "Con chưa vào lớp" : "Thầy cô chưa mở lớp"
    return
      "<p><span class=\"badge due\">\(words)</span> \(subject), \(card.lesson.startsAt.clock)–\(card.lesson.endsAt.clock).</p>"
  }

  private static func confirmChild(_ id: Person.ID) -> HTML {
    "<p>Một việc cần làm: xác nhận tài khoản của con.</p><p class=\"actions\"><a class=\"button big\" href=\"/children/\(id)\">Xác nhận tài khoản</a></p>"
  }

  private static func teacher(_ view: HomeFeature.View) -> HTML {
    guard let card = view.own.first else {
      return "<section class=\"empty\"><p>Hôm nay thầy cô không còn tiết trực tuyến nào.</p></section>"
    }
    let rest = view.own.dropFirst()
    return """
      <section class="now">
      <p class="eyebrow">\(when(card.lesson, view.now))</p>
      <h2>\(card.lesson.subjectName) – lớp \(card.className)</h2>
      \(view.visits.filter { $0.lesson == card.lesson.id }.map(visit))
      \(doorButton(card.lesson, view.now, label: "Mở lớp", forTeacher: true))
      </section>
      \(rest.isEmpty ? "" : "<section><h2>Sau đó</h2><ul class=\"cards rows\">\n\(rest.map { row($0, view.now) })</ul></section>")
      """
  }

  private static func visit(_ visit: LessonVisits.Line) -> HTML {
    "<p>Dự giờ \(visit.time): <strong>\(person: visit.name)</strong> – \(person: visit.announcement.purpose)</p>\n"
  }

  private static func head(_ view: HomeFeature.View) -> HTML {
    guard !view.running.isEmpty else {
      return
        "<section class=\"empty\"><p>Lúc này không có lớp nào đang học trực tuyến. Báo động và lớp đang học sẽ hiện ở đây.</p></section>"
    }
    return """
      <section>
      <h2>Tiết học lúc này</h2>
      <ul class="cards rows">
      \(view.running.map { running($0, view.now) })
      </ul>
      </section>
      """
  }

  /// A lesson whose time has come and that no teacher has opened is what a head must see first.
  private static func running(_ card: HomeFeature.LessonCard, _ now: Timestamp) -> HTML {
    let state: HTML =
      if card.isOpen {
        "<span class=\"badge live\">Đang học</span>"
      } else if now >= card.lesson.startsAt {
        "<span class=\"badge due\">Đã đến giờ, chưa mở lớp</span>"
      } else {
        "<span class=\"badge waiting\">Sắp học</span>"
      }
    return """
      <li><div><h3>\(card.className) – \(card.lesson.subjectName)</h3><p class="meta">\(card.teacherName), \(card.lesson.startsAt.clock)–\(card.lesson.endsAt.clock)</p>\(state)</div> <a href="/lessons/\(card.lesson.id)/record">Hồ sơ</a></li>

      """
  }

  private static func itTeacher(_ view: HomeFeature.View) -> HTML {
    guard let fault = view.faults.first else {
      return
        "<section class=\"now proved\"><h2>Mọi thứ đang chạy</h2><p class=\"actions\"><a class=\"button quiet\" href=\"/system\">Xem máy chủ</a></p></section>"
    }
    return """
      <section class="now due"><h2>\(fault.name)</h2><p>\(fault.words)</p>
      <p class="actions"><a class="button" href="/system">Xem máy chủ</a></p></section>
      """
  }

  // MARK: Parts

  private static func alarm(_ message: OutboxMessage) -> HTML {
    """
    <section class="notice alarm" role="alert"><h2>\(message.subject)</h2><p>\(message.body)</p>
    <p class="actions"><a class="button alarm" href="\(message.link ?? "/alarms")">Xem ngay</a></p></section>

    """
  }

  private static let recovery: HTML = """
    <section class="notice"><p>Thầy cô chưa có mã dự phòng. Mất điện thoại thì không đăng nhập được.</p>
    <p class="actions"><a class="button quiet" href="/account#recovery">Tạo mã dự phòng</a></p></section>

    """

  private static func waiting(_ view: HomeFeature.View) -> HTML {
    view.waiting.map { entry in
      """
      <section class="notice due"><p>Lớp \(entry.name): \(entry.count) em đã kích hoạt, chờ thầy cô xác nhận.</p>
      <p class="actions"><a class="button" href="/classes/\(entry.id)/accounts">Xác nhận</a></p></section>

      """
    }.joined()
  }

  private static func more(_ view: HomeFeature.View) -> HTML {
    let quiet = view.unread.filter { $0.urgency != .urgent }
    guard !quiet.isEmpty else { return "" }
    return """
      <section><h2>Tin mới</h2><ul class="cards rows">
      \(quiet.map { "<li><div><h3><a href=\"\($0.link ?? "/")\">\($0.subject)</a></h3><p class=\"meta\">\($0.createdAt.clock)</p></div></li>\n" as HTML })
      </ul></section>
      """
  }

  private static func row(_ card: HomeFeature.LessonCard, _ now: Timestamp) -> HTML {
    "<li><div><h3><a href=\"/lessons/\(card.lesson.id)\">\(card.lesson.subjectName) – \(card.className)</a></h3><p class=\"meta\">\(when(card.lesson, now))</p></div></li>\n"
  }

  /// “Đang học”, “8:00, còn 12 phút”, “Thứ hai 23/11, 8:00”.
  static func when(_ lesson: Timetable.LessonPlan, _ now: Timestamp) -> String {
    if now >= lesson.startsAt { return "Đang học, đến \(lesson.endsAt.clock)" }
    let minutes = (lesson.startsAt - now + 59) / 60
    if minutes < 60 { return "\(lesson.startsAt.clock), còn \(minutes) phút" }
    if Day(at: lesson.startsAt) == Day(at: now) { return "\(lesson.startsAt.clock) hôm nay" }
    let weekday = Day(at: lesson.startsAt).weekday
    return
      "\(weekday == 7 ? "Chủ nhật" : "Thứ \(weekday + 1)") \(Day(at: lesson.startsAt).forPeople), \(lesson.startsAt.clock)"
  }

  private static func doorButton(
    _ lesson: Timetable.LessonPlan, _ now: Timestamp, label: String, forTeacher: Bool = false
  ) -> HTML {
    let minutes = forTeacher ? max(60, lesson.openingMinutes) : lesson.openingMinutes
    let opens = lesson.startsAt - Int64(minutes) * .minute
    guard now >= opens else {
      return "<p class=\"meta\">Cửa lớp mở lúc \(opens.clock), trước giờ học \(minutes) phút.</p>"
    }
    return "<p class=\"actions\"><a class=\"button big\" href=\"/lessons/\(lesson.id)\">\(label)</a></p>"
  }

  // MARK: System

  static func system(_ lines: [SystemHealth.Line]) -> Page {
    Page(
      "Máy chủ",
      body: """
        <h1>Máy chủ</h1>
        <ul class="cards rows">
        \(lines.map { "<li><div><h2>\($0.name)</h2><p class=\"meta\">\($0.words)</p></div> <span class=\"badge \($0.isFine ? "proved" : "due")\">\($0.isFine ? "Ổn" : "Cần xem")</span></li>\n" as HTML })
        </ul>
        """)
  }
}
