import Rules
import Web

/// The parts of the room, as `docs/markup.md` has them; the script fills in who is there and what happens.
enum LessonRoom {
  static func top(_ plan: LessonPlan, isTeacher: Bool) -> HTML {
    """
    <header class="room-top">
    <h1>\(plan.subjectName) \(plan.className) <small>\(plan.time.start.clock)–\(plan.time.end.clock)</small></h1>
    <p><a class="count" href="#people" data-count>Danh sách lớp</a></p>
    <p><time data-left></time></p>
    \(end, when: isTeacher)\
    <a href="/" data-leave>Rời lớp</a>
    </header>
    """
  }

  private static let end: HTML =
    "<button type=\"button\" class=\"link\" data-command=\"end\">Kết thúc tiết học</button>\n"

  // MARK: The stage

  /// One seat for each row of the roster from the start: joining changes a seat, never the list.
  static func stage(
    _ plan: LessonPlan, roster: [RosterSeat], isTeacher: Bool, isPupil: Bool
  ) -> HTML {
    """
    <main class="stage" id="stage" tabindex="-1">
    <div class="pictures">
    <figure class="tile teacher"><div class="picture"><span class="state">Chưa vào</span></div>\
    <figcaption>Giáo viên</figcaption></figure>
    </div>
    <section class="seats" aria-label="Chỗ ngồi trong lớp" tabindex="0"><ul>
    \(seats(roster, className: plan.className))</ul></section>
    \(held(isPupil: isPupil), when: !isTeacher)\
    <p class="line" data-line role="status"></p>
    <button type="button" class="button line" data-sound hidden>Chạm để nghe tiếng của lớp</button>
    </main>
    """
  }

  private static func seats(_ roster: [RosterSeat], className: String) -> HTML {
    roster.sorted { $0.orderNumber < $1.orderNumber }.map { seat($0, className: className) }.joined()
  }

  private static func seat(_ seat: RosterSeat, className: String) -> HTML {
    let name = DisplayName.of(orderNumber: seat.orderNumber, name: seat.name, className: className).text
    let number = String(name.prefix { $0 != "." })
    return """
      <li class="away" data-person="\(seat.person)" data-place="\(seat.orderNumber)"><figure class="tile">\
      <div class="picture"><span class="order" aria-hidden="true">\(number)</span>\
      <span class="state">Chưa vào</span></div><figcaption>\(person: name)</figcaption></figure></li>

      """
  }

  private static func held(isPupil: Bool) -> HTML {
    """
    <div class="held" role="status" hidden><h2>Cả lớp đang tạm dừng</h2>\
    <p>Thầy cô đang xử lý một việc. \(isPupil ? "Em chờ ở đây, lớp" : "Lớp") sẽ tiếp tục ngay.</p></div>

    """
  }

  // MARK: Panels

  static func people(isTeacher: Bool) -> HTML {
    """
    <aside class="panel" id="people" aria-labelledby="people-title" hidden>
    <header><h2 id="people-title">Trong lớp</h2>\(close("Đóng danh sách"))</header>
    <div class="scroll" tabindex="0" role="region" aria-label="Danh sách">
    \(muteAll, when: isTeacher)\
    \(list("waiting", .due))\(list("missing", .none))\(list("present", .live))\
    <div class="choices"><label><input type="checkbox" data-low-data> \
    Tiết kiệm dữ liệu: chỉ nghe, không nhận hình</label></div>
    </div>
    </aside>
    """
  }

  private static let muteAll: HTML = """
    <div class="actions">\
    <button type="button" class="button quiet" data-command="muteAll">Tắt mic cả lớp</button></div>

    """

  private static func list(_ name: String, _ look: Parts.Badge) -> HTML {
    """
    <h3 data-head="\(name)" hidden>\(Parts.badge("", look))</h3>
    <ul class="present" data-list="\(name)"></ul>

    """
  }

  static func chat(isTeacher: Bool) -> HTML {
    """
    <aside class="panel" id="chat" aria-labelledby="chat-title" hidden>
    <header><h2 id="chat-title">Trò chuyện</h2>\(chatMode, when: isTeacher)\
    \(close("Đóng trò chuyện"))</header>
    <div class="scroll" tabindex="0" role="log" aria-label="Tin nhắn"><ol class="messages"></ol></div>
    <form class="say" hidden><label class="visually-hidden" for="say">Viết cho cả lớp</label>\
    <input id="say" name="say" autocomplete="off" maxlength="1000" placeholder="Viết cho cả lớp">\
    <button class="button">Gửi</button></form>
    <p class="closed">Thầy cô chưa mở trò chuyện.</p>
    </aside>
    """
  }

  private static let chatMode: HTML =
    "<button type=\"button\" class=\"link\" data-command=\"chatMode\">Cho cả lớp viết</button>"

  private static func close(_ label: String) -> HTML {
    "<button type=\"button\" class=\"icon-button\" aria-label=\"\(label)\">\(Parts.icon("close"))</button>"
  }

  // MARK: The bar

  static func tools(isTeacher: Bool) -> HTML {
    """
    <div class="tools" role="group" aria-label="Mic, camera, trò chuyện">
    \(tool("audio", "mic-off", "Mic khóa", "aria-disabled=\"true\""))\
    \(tool("video", "camera-off", "Hình khóa", "aria-disabled=\"true\""))\
    \(tool("screen", "screen", "Chiếu", "hidden"))\
    \(isTeacher ? lock : tool("hand", "hand", "Giơ tay", "aria-pressed=\"false\""))\
    \(tool("chat", "chat", "Trò chuyện", "aria-expanded=\"false\" aria-controls=\"chat\""))\
    \(tool("people", "people", "Danh sách", "aria-expanded=\"false\" aria-controls=\"people\""), when: isTeacher)\
    </div>
    """
  }

  private static func tool(_ name: String, _ icon: String, _ label: String, _ state: HTML) -> HTML {
    """
    <button type="button" class="tool" data-tool="\(name)" \(state)>\(Parts.icon(icon))\
    <span>\(label)</span></button>

    """
  }

  private static let lock: HTML = """
    <button type="button" class="tool" data-command="lock">\(Parts.icon("door"))\
    <span>Khóa cửa</span></button>

    """

  /// The teacher's one red control; the same place undoes it.
  static let stop: HTML = """
    <div class="safety"><form class="stop"><button>\(Parts.icon("stop"))\
    <span>Dừng tất cả</span></button></form></div>
    """
}
