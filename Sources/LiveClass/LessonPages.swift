import Rules
import Web

/// Lobby and room on one page, so that nobody is sent from address to address at 7:59; and the pages around
/// them.
///
/// The markup is that of `docs/markup.md`; `js/lesson.js` fills it. Without a script the lobby explains what
/// to do.
enum LessonPages {
  /// - Parameters:
  ///   - role: what the viewer would be in the room; nil when they have no place in it: the door says why.
  ///   - roster: for the teacher; empty for everybody else.
  ///   - visits: announced ones; the teacher reads them before the lesson.
  ///   - now: by the server's clock, which the page then follows.
  static func lesson(
    _ plan: LessonPlan, viewer: Viewer, role: RoomRole?, roster: [RosterSeat],
    visits: [LessonVisits.Line] = [], now: Timestamp, houseRules: [String]
  ) -> Page {
    let isTeacher = role == .teacher
    // Whoever is a pupil somewhere is spoken to as one, as a guest of another class, too.
    let isPupil = viewer.holds(.pupil)
    return Page(
      title(plan), scripts: ["js/lesson.js"], styles: ["css/lesson.css"], layout: .lesson,
      isForPrimary: plan.isForPrimary && !isTeacher,
      body: """
        <a class="skip" href="#lobby">Đến nội dung chính</a>
        <main class="before" id="lobby" tabindex="-1">
        \(Parts.back(to: "/", "Hôm nay"))\
        <div class="lobby">
        \(door(plan, viewer: viewer, isTeacher: isTeacher))
        \(VisitPages.notice(visits), when: isTeacher && !visits.isEmpty)
        \(VisitPages.invitation(plan), when: role == nil && Permissions.allows(viewer, .announceVisit, on: plan.subject))
        \(deviceCheck)
        \(rules(houseRules))
        </div>
        </main>
        \("<footer class=\"bar\">\(safety(plan, isPupil: isPupil))</footer>\n", when: isPupil)\
        <div class="room" data-lesson="\(plan.id)" data-role="\(isTeacher ? "teacher" : "pupil")"\
         data-start="\(plan.time.start.seconds)" data-end="\(plan.time.end.seconds)"\
         data-opens="\(opens(plan, isTeacher).seconds)" data-now="\(now.seconds)" hidden>
        <a class="skip" href="#stage">Đến hình của lớp</a>
        \(LessonRoom.top(plan, isTeacher: isTeacher))
        \(LessonRoom.stage(plan, roster: roster, isTeacher: isTeacher, isPupil: isPupil))
        \(LessonRoom.people(isTeacher: isTeacher))
        \(LessonRoom.chat(isTeacher: isTeacher))
        <footer class="bar">
        \(LessonRoom.tools(isTeacher: isTeacher))
        \(isTeacher ? LessonRoom.stop : safety(plan, isPupil: isPupil))
        </footer>
        </div>
        """)
  }

  private static func title(_ plan: LessonPlan) -> String { "\(plan.subjectName) \(plan.className)" }

  private static func opens(_ plan: LessonPlan, _ isTeacher: Bool) -> Timestamp {
    isTeacher ? plan.opening.opensForTeacher(plan.time) : plan.opening.opens(plan.time)
  }

  // MARK: The lobby

  private static func door(_ plan: LessonPlan, viewer: Viewer, isTeacher: Bool) -> HTML {
    """
    <section class="now" aria-labelledby="now" data-door data-name="\(viewer.person.name)">
    <p class="eyebrow">\(title(plan)) · \(plan.time.start.clock)–\(plan.time.end.clock)</p>
    <h1 id="now" tabindex="-1">\(isTeacher ? "Phòng chờ của lớp" : "Phòng chờ")</h1>
    <p class="wait-line" data-before>\
    <span class="countdown" data-countdown>Bắt đầu lúc \(plan.time.start.clock)</span> \
    <span class="badge waiting" data-wait>\(isTeacher ? "Chưa có em nào chờ" : "Chờ thầy cô mở lớp")</span></p>
    <p data-door-text role="status">Phòng chờ mở lúc \(opens(plan, isTeacher).clock).</p>
    <p class="line" data-line role="status"></p>
    <p data-before>Tên trong lớp: <strong data-own-name>\(viewer.person.name)</strong></p>
    \(password)
    \(start, when: isTeacher)\
    <div class="actions" data-door-actions></div>
    <noscript>\(withoutScript)</noscript>
    </section>
    """
  }

  private static let password: HTML = """
    <form class="inline" data-password hidden>
    <div class="field"><label for="password">Mật khẩu lớp</label>\
    <input id="password" name="password" autocomplete="off" autocapitalize="none" spellcheck="false" required>\
    </div>
    <button class="button">Vào lớp</button>
    </form>
    """

  private static let start: HTML = """
    <div data-before>
    <div class="choices"><label><input type="checkbox" data-with-media checked> \
    Bật camera và mic khi mở lớp</label></div>
    <p><button class="button big" type="button" data-open disabled>Mở lớp</button></p>
    </div>

    """

  private static let withoutScript: HTML = Parts.notice(
    .plain,
    """
    <p><strong>Trang này cần JavaScript để có hình và tiếng.</strong> Hãy bật JavaScript trong cài đặt của \
    trình duyệt rồi tải lại trang, hoặc dùng trình duyệt khác. Các trang khác vẫn dùng được bình thường.</p>
    """)

  private static let deviceCheck: HTML = """
    <section class="card device-check" aria-labelledby="check" data-device-check data-before>
    <h2 id="check">Thử máy</h2>
    <video data-camera muted playsinline aria-label="Hình từ camera của máy này"></video>
    <h3>Camera</h3><p data-camera-status role="status">Chưa thử.</p>
    <h3>Mic</h3><p data-microphone-status role="status">Chưa thử.</p>
    <div class="level" aria-hidden="true"><span data-level></span></div>
    <h3>Loa</h3><p data-speaker-status role="status">Chưa thử.</p>
    <div class="actions" data-needs-script hidden>
    <button type="button" class="button quiet" data-start>Thử camera và mic</button>
    <button type="button" class="button quiet" data-sound>Nghe thử loa</button>
    <button type="button" class="button quiet" data-heard hidden>Em nghe thấy</button>
    <button type="button" class="button quiet" data-not-heard hidden>Không nghe thấy</button>
    </div>
    </section>
    """

  private static func rules(_ rules: [String]) -> HTML {
    """
    <section class="card rules" aria-labelledby="rules" data-before>
    <h2 id="rules">Trong lớp, chúng ta</h2>
    <ol>
    \(rules.map { "<li>\($0)</li>\n" as HTML })</ol>
    </section>
    """
  }

  // MARK: Safety

  /// The two buttons, always bottom right; they work without a script and without an open line.
  ///
  /// A visiting adult has the first alone, in words for adults: asking the teacher for help is a pupil's.
  private static func safety(_ plan: LessonPlan, isPupil: Bool) -> HTML {
    """
    <div class="safety" role="group" aria-label="An toàn">
    \(safetyButton(plan, "stranger", "warning", "Có người lạ", "Chạm lần nữa để báo có người lạ.", isPupil ? "" : forAdults))
    \(safetyButton(plan, "help", "help", "Em cần giúp", "Chạm lần nữa để nhờ thầy cô giúp."), when: isPupil)
    </div>
    """
  }

  private static let forAdults: HTML =
    "data-received=\"Đã báo cho giáo viên và nhà trường.\" data-failed=\"Chưa gửi được. Chạm để thử lại.\""

  private static func safetyButton(
    _ plan: LessonPlan, _ kind: String, _ icon: String, _ label: String, _ ask: String,
    _ words: HTML = ""
  ) -> HTML {
    """
    <form class="\(kind)" method="post" action="/lessons/\(plan.id)/alarms" data-confirm-touch \
    data-ask="\(ask) Không chạm nữa thì không gửi gì." \(words)><input type="hidden" name="kind" value="\(kind)">\
    <button>\(Parts.icon(icon))<span>\(label)</span></button><div class="confirm"></div></form>
    """
  }

  /// Asked once more when no script did: one touch alone must never raise an alarm by mistake.
  static func confirmAlarm(_ plan: LessonPlan) -> Page {
    Page(
      "Báo cho thầy cô",
      body: """
        <section class="now alarm" aria-labelledby="now">
        <p class="eyebrow">\(title(plan))</p>
        <h1 id="now">Báo ngay cho thầy cô?</h1>
        <p class="lead">Thầy cô, bố mẹ và nhà trường sẽ biết ngay. Em báo là làm đúng.</p>
        <div class="actions">
        \(confirmation(plan, "stranger", "button alarm big", "Báo ngay: có người lạ"))
        \(confirmation(plan, "help", "button alarm", "Báo ngay: em cần giúp"))
        <a class="button quiet" href="/lessons/\(plan.id)">Không, quay lại lớp</a>
        </div>
        </section>
        """)
  }

  private static func confirmation(
    _ plan: LessonPlan, _ kind: String, _ look: String, _ label: String
  ) -> HTML {
    """
    <form method="post" action="/lessons/\(plan.id)/alarms"><input type="hidden" name="kind" value="\(kind)">\
    <input type="hidden" name="confirmed" value="1"><button class="\(look)">\(label)</button></form>
    """
  }

  static func alarmReceived(_ plan: LessonPlan) -> Page {
    Page(
      "Đã báo",
      body: """
        <section class="now" aria-labelledby="now">
        <p class="eyebrow">\(title(plan))</p>
        <h1 id="now">Đã báo cho thầy cô. Em làm đúng rồi.</h1>
        <p class="lead">Nếu cần giúp ngay, em gọi người lớn ở gần, hoặc Tổng đài trẻ em \
        <a href="tel:111">111</a>.</p>
        <p><a class="button big" href="/lessons/\(plan.id)">Quay lại lớp</a></p>
        </section>
        """)
  }

  // MARK: Before and after

  /// For a lesson of another day: nothing to wait for yet.
  static func notYet(_ plan: LessonPlan, viewer: Viewer) -> Page {
    Page(
      title(plan), isForPrimary: plan.isForPrimary && viewer.holds(.pupil),
      body: """
        <section class="now" aria-labelledby="now">
        <p class="eyebrow">\(title(plan))</p>
        <h1 id="now">Chưa đến ngày học</h1>
        <p class="lead">Tiết này bắt đầu lúc \(plan.time.start.clock) ngày \(Day(at: plan.time.start).forPeople). \
        Phòng chờ mở lúc \(plan.opening.opens(plan.time).clock).</p>
        <p><a class="button" href="/timetable">Xem thời khóa biểu</a></p>
        </section>
        """)
  }

  static func over(_ plan: LessonPlan, viewer: Viewer) -> Page {
    let mayRead = Permissions.allows(viewer, .viewLessonRecord, on: plan.subject)
    return Page(
      title(plan), isForPrimary: plan.isForPrimary && viewer.holds(.pupil),
      body: """
        <section class="now" aria-labelledby="now">
        <p class="eyebrow">\(title(plan))</p>
        <h1 id="now">Tiết học đã kết thúc</h1>
        <p class="lead">Tiết tiếp theo có ở trang chính.</p>
        <div class="actions"><a class="button" href="/">Về trang chính</a>\
        \(record(plan), when: mayRead)</div>
        </section>
        """)
  }
}

extension LessonPages {
  private static func record(_ plan: LessonPlan) -> HTML {
    "<a class=\"button quiet\" href=\"/lessons/\(plan.id)/record\">Hồ sơ tiết học</a>"
  }
}

extension LessonPlan {
  /// Pupils of grades 1 to 5 read larger letters.
  var isForPrimary: Bool { (1...5).contains(grade) }
}
