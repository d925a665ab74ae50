import Identity
import Rules
import Web

enum DeskPages {
  enum Filter: String, CaseIterable { case all, attention, locked, guardians }

  static func desk(_ facts: Schools.ClassFacts, _ rows: [Desk.Row], _ filter: Filter, _ powers: Powers)
    -> Page
  {
    let pupils = rows.filter { !$0.isGuardian }
    let waiting = pupils.filter { isWaiting($0) }.count
    let idle = pupils.filter { $0.account?.state == .issued || $0.account == nil }.count
    return Page(
      "Tài khoản lớp \(facts.name)",
      body: """
        \(Parts.back(to: "/classes/\(facts.id)", "Lớp \(facts.name)"))<h1>Tài khoản lớp \(facts.name)</h1>
        <p class="lead">\(pupils.count) em. <strong>\(waiting) em chờ xác nhận</strong>, \(idle) em chưa kích hoạt.</p>
        \(ClassPages.tabs(facts, powers, current: .accounts))
        \(quickActions(facts, waiting: waiting, idle: idle, powers))
        \(filters(facts, rows, filter))
        \(list(facts, rows.filter { shows($0, filter) }, filter, powers))
        \(Parts.notice(.plain, "<p><strong>Thầy cô không xem được mật khẩu.</strong> Đặt lại sẽ kết thúc mọi phiên đang mở; sau đó in phiếu mới, dùng một lần.</p>"))
        """)
  }

  static func isWaiting(_ row: Desk.Row) -> Bool {
    row.account?.state == .active && row.account?.isVerified == false
  }

  private static func shows(_ row: Desk.Row, _ filter: Filter) -> Bool {
    switch filter {
    case .all: !row.isGuardian
    case .attention: !row.isGuardian && (isWaiting(row) || row.account?.state != .active)
    case .locked: row.account?.state == .locked
    case .guardians: row.isGuardian
    }
  }

  /// The one thing that most classes need at the beginning of a year.
  private static func quickActions(_ facts: Schools.ClassFacts, waiting: Int, idle: Int, _ powers: Powers)
    -> HTML
  {
    """
    <div class="actions">\
    \(verifyAll(facts), when: waiting > 0 && powers.may(.verifyAccount))\
    \(slipsForIdle(facts, idle), when: idle > 0 && powers.may(.issueSlips))</div>
    """
  }

  private static func verifyAll(_ facts: Schools.ClassFacts) -> HTML {
    """
    <form method="post" action="/classes/\(facts.id)/verifications"><input type="hidden" name="whole_class" value="1">\
    <button class="button">Xác nhận cả lớp đã kích hoạt</button></form>

    """
  }

  private static func slipsForIdle(_ facts: Schools.ClassFacts, _ idle: Int) -> HTML {
    """
    <form method="post" action="/classes/\(facts.id)/slips"><input type="hidden" name="scope" value="idle">\
    <button class="button quiet">In phiếu cho \(idle) em chưa kích hoạt</button> \
    <button class="button quiet" formaction="/classes/\(facts.id)/slips.pdf">Tải phiếu PDF</button></form>
    """
  }

  private static func filters(_ facts: Schools.ClassFacts, _ rows: [Desk.Row], _ current: Filter) -> HTML {
    let labels: [Filter: String] = [
      .all: "Cả lớp", .attention: "Cần xem", .locked: "Đang khóa", .guardians: "Phụ huynh",
    ]
    return """
      <nav class="tabs" aria-label="Lọc danh sách">\(Filter.allCases.map { filter in
        "<a href=\"/classes/\(facts.id)/accounts?show=\(filter.rawValue)\"\("aria-current=\"page\"", if: filter == current)>\(labels[filter] ?? "") (\(rows.count { shows($0, filter) }))</a>" as HTML
      })</nav>
      """
  }

  // MARK: The list

  private static func list(
    _ facts: Schools.ClassFacts, _ rows: [Desk.Row], _ filter: Filter, _ powers: Powers
  ) -> HTML {
    if rows.isEmpty { return Parts.empty("<p><strong>Không có ai trong mục này.</strong></p>") }
    let columns = [
      filter == .guardians ? "Phụ huynh" : "Học sinh", "Tên đăng nhập", "Trạng thái", "Đang mở trên", "Việc",
    ]
    return """
      <form method="post" action="/classes/\(facts.id)/slips">
      \(Parts.table("Tài khoản lớp \(facts.name)", columns, rows.map { cells(facts, $0, powers) }))
      \(chosenActions(facts, powers))
      </form>
      """
  }

  private static func cells(_ facts: Schools.ClassFacts, _ row: Desk.Row, _ powers: Powers) -> [HTML] {
    [
      who(row, canChoose: powers.may(.issueSlips) && !row.isStaff), "\(row.account?.login ?? "")",
      ClassPages.state(row.account), sessions(row.account?.openSessions ?? 0),
      "<a href=\"/classes/\(facts.id)/accounts/\(row.person)\">Xem và sửa<span class=\"visually-hidden\"> tài khoản của \(row.name)</span></a>",
    ]
  }

  private static func who(_ row: Desk.Row, canChoose: Bool) -> HTML {
    let name: HTML =
      row.child.map { "\(person: row.name)<br><small>Phụ huynh em \(person: $0)</small>" }
      ?? ClassPages.numbered(row.orderNumber, row.name)
    guard canChoose else { return name }
    return
      "<label class=\"choice\"><input type=\"checkbox\" name=\"person\" value=\"\(row.person)\"> \(name)</label>"
  }

  private static func sessions(_ count: Int) -> HTML { count == 0 ? "" : "\(count) máy" }

  private static func chosenActions(_ facts: Schools.ClassFacts, _ powers: Powers) -> HTML {
    """
    <div class="actions">\
    \("<button class=\"button quiet\" formaction=\"/classes/\(facts.id)/verifications\">Xác nhận người đã chọn</button>" as HTML, when: powers.may(.verifyAccount))\
    \("<button class=\"button quiet\">In phiếu cho người đã chọn</button><button class=\"button quiet\" formaction=\"/classes/\(facts.id)/slips.pdf\">Tải PDF</button>" as HTML, when: powers.may(.issueSlips))</div>
    """
  }

  // MARK: One account

  static func account(_ facts: Schools.ClassFacts, _ row: Desk.Row, _ powers: Powers) -> Page {
    let path = "/classes/\(facts.id)/accounts/\(row.person)"
    return Page(
      "Tài khoản của \(row.name)",
      body: """
        \(Parts.back(to: "/classes/\(facts.id)/accounts", "Tài khoản lớp \(facts.name)"))
        <h1>\(person: row.name)</h1>
        <p class="lead">\(row.child.map { "Phụ huynh em \(person: $0), lớp \(facts.name)" } ?? "Số thứ tự \(row.orderNumber), lớp \(facts.name)" as HTML). \(ClassPages.state(row.account))</p>
        <dl class="facts"><dt>Tên đăng nhập</dt><dd>\(row.account?.login ?? "Chưa có")</dd>
        <dt>Đang mở trên</dt><dd>\(row.account?.openSessions ?? 0) máy</dd></dl>
        \(row.isStaff ? staffNotice : steps(facts, row, path, powers))
        """)
  }

  private static let staffNotice = Parts.notice(
    .plain, "<p>Người này là giáo viên hoặc cán bộ, nên tài khoản không do lớp quản lý.</p>")

  private static func steps(
    _ facts: Schools.ClassFacts, _ row: Desk.Row, _ path: String, _ powers: Powers
  ) -> HTML {
    let state = row.account?.state
    let canUse = state == .active || state == .issued
    return """
      <div class="actions">\
      \(button(path + "/verification", "Xác nhận đúng người", isMain: true), when: isWaiting(row) && powers.may(.verifyAccount))\
      \(slip(facts, row), when: powers.may(.issueSlips) && (row.account == nil || canUse))\
      \(button(path + "/unlocking", "Mở khóa", isMain: true), when: state == .locked && powers.may(.lockAccount))\
      \(button(path + "/session-ending", "Kết thúc các phiên đang mở"), when: row.account?.openSessions ?? 0 > 0 && powers.may(.endSessions))\
      \(button(path + "/password-reset", "Đặt lại mật khẩu"), when: state == .active && powers.may(.resetAccount))</div>
      \(lockForm(path), when: canUse && powers.may(.lockAccount))
      """
  }

  private static func button(_ path: String, _ label: String, isMain: Bool = false) -> HTML {
    "<form method=\"post\" action=\"\(path)\"><button class=\"\(isMain ? "button" : "button quiet")\">\(label)</button></form>\n"
  }

  private static func slip(_ facts: Schools.ClassFacts, _ row: Desk.Row) -> HTML {
    """
    <form method="post" action="/classes/\(facts.id)/slips"><input type="hidden" name="person" value="\(row.person)">\
    <button class="button quiet">In phiếu mới</button></form>

    """
  }

  private static func lockForm(_ path: String) -> HTML {
    """
    <section aria-labelledby="lock"><h2 id="lock">Khóa tài khoản</h2>
    <form method="post" action="\(path)/lock" class="inline"><div class="field"><label for="reason">Vì sao</label>
    <select id="reason" name="reason">\(Desk.LockReason.allCases.map { "<option value=\"\($0.rawValue)\">\($0.label)</option>" as HTML })</select></div>
    <button class="button quiet">Khóa và kết thúc mọi phiên</button></form></section>
    """
  }
}
