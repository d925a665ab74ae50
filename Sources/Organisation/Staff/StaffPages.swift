import Identity
import Rules
import Web

enum StaffPages {
  // MARK: The list

  static func list(
    _ unit: Schools.Unit, _ rows: [StaffList.Row], _ powers: Powers, problem: UserError?, typed: Form?
  ) -> Page {
    let idle = rows.count { $0.account == nil || $0.account?.state == .issued }
    let waiting = rows.count { $0.account?.state == .active && $0.account?.isVerified == false }
    return Page(
      "Giáo viên, nhân viên",
      body: """
        \(Parts.back(to: "/school", "Nhà trường"))<h1>Giáo viên, nhân viên</h1>
        <p class="lead">\(rows.count) người.\(idle > 0 ? " \(idle) người chưa kích hoạt tài khoản." : "")\(waiting > 0 ? " \(waiting) người chờ xác nhận đúng người." : "")</p>
        \(problem.map(SetupPages.refusal))
        \(slipsForIdle(unit, idle), when: idle > 0 && powers.may(.issueSlips))
        \(table(unit, rows))
        \(addForm(unit, typed), when: powers.may(.editStaff))
        """)
  }

  private static func slipsForIdle(_ unit: Schools.Unit, _ idle: Int) -> HTML {
    """
    <form class="actions" method="post" action="/units/\(unit.id)/staff/slips"><input type="hidden" name="scope" value="idle">\
    <button class="button">In phiếu cho \(idle) người chưa kích hoạt</button> \
    <button class="button quiet" formaction="/units/\(unit.id)/staff/slips.pdf">Tải phiếu PDF</button></form>
    """
  }

  private static func table(_ unit: Schools.Unit, _ rows: [StaffList.Row]) -> HTML {
    Parts.table(
      "Giáo viên, nhân viên của trường", ["Họ và tên", "Chức vụ", "Phân công", "Tài khoản"],
      rows.map { row in
        [
          "<a href=\"/units/\(unit.id)/staff/\(row.person)\">\(person: row.name)</a>",
          "\(row.functions.map(label).joined(separator: ", "))", "\(row.work.joined(separator: "; "))",
          ClassPages.state(row.account),
        ]
      })
  }

  /// As a school says it.
  static func label(_ function: UnitFunction) -> String {
    switch function {
    case .head: "Hiệu trưởng"
    case .deputyHead: "Phó hiệu trưởng"
    default: function.label
    }
  }

  private static func addForm(_ unit: Schools.Unit, _ typed: Form?) -> HTML {
    """
    <section aria-labelledby="add"><h2 id="add">Thêm người</h2>
    <form method="post" action="/units/\(unit.id)/staff">
    <div class="field"><label for="people">Họ và tên, mỗi dòng một người</label>
    <p class="hint" id="people-hint">Muốn gửi báo động qua thư thì thêm dấu chấm phẩy và địa chỉ: Trần Thị Minh; minh@truong.vn</p>
    <textarea id="people" name="people" rows="6" aria-describedby="people-hint" required>\(typed?["people"] ?? "")</textarea></div>
    <div class="actions"><button class="button">Thêm và tạo tài khoản</button></div></form>
    <details><summary>Người này đã có tài khoản (phụ huynh của trường, người trở lại)</summary>
    <form method="post" class="inline" action="/units/\(unit.id)/staff"><div class="field"><label for="login">Tên đăng nhập</label>\
    <input id="login" name="login" autocapitalize="none" spellcheck="false" value="\(typed?["login"] ?? "")" required></div>\
    <button class="button quiet">Thêm người đã có tài khoản</button></form></details></section>
    """
  }

  // MARK: One colleague

  static func member(_ member: StaffList.Member, _ powers: Powers, today: Day, problem: UserError?) -> Page {
    let row = member.row
    let path = "/units/\(member.unit.id)/staff/\(row.person)"
    return Page(
      row.name,
      body: """
        \(Parts.back(to: "/units/\(member.unit.id)/staff", "Giáo viên, nhân viên"))<h1>\(person: row.name)</h1>
        <p class="lead">\(row.functions.isEmpty ? "Giáo viên, nhân viên" : row.functions.map(label).joined(separator: ", ")), \(member.unit.name).</p>
        \(problem.map(SetupPages.refusal))
        \(account(member, path, powers))
        \(functions(member, path, powers, today))
        \(MemberWork.section(member, path, powers, today))
        \(departure(path, row), when: powers.may(.editStaff) && member.offers.contains(.leave))
        """)
  }

  private static func account(_ member: StaffList.Member, _ path: String, _ powers: Powers) -> HTML {
    let account = member.row.account
    let canUse = account?.state == .active || account?.state == .issued
    let isWaiting = account?.state == .active && account?.isVerified == false
    let offers = member.offers
    return """
      <section aria-labelledby="account"><h2 id="account">Tài khoản</h2>
      <dl class="facts"><dt>Trạng thái</dt><dd>\(ClassPages.state(account))</dd>
      <dt>Tên đăng nhập</dt><dd>\(account?.login ?? "Chưa có")</dd>
      <dt>Xác thực hai bước</dt><dd>\(member.hasFactor ? "Đã bật" : "Chưa bật")</dd>
      <dt>Thư điện tử</dt><dd>\(member.email ?? "Chưa có")</dd>
      <dt>Đang mở trên</dt><dd>\(account?.openSessions ?? 0) máy</dd></dl>
      <div class="actions">\
      \(button(path + "/verification", "Xác nhận đúng người", isMain: true), when: isWaiting && offers.contains(.verify) && powers.may(.verifyStaff))\
      \(slip(member), when: (account == nil || canUse) && powers.may(.issueSlips))\
      \(button(path + "/unlocking", "Mở khóa", isMain: true), when: account?.state == .locked && offers.contains(.unlock) && powers.may(.lockAccount))\
      \(button(path + "/session-ending", "Kết thúc các phiên đang mở"), when: account?.openSessions ?? 0 > 0 && powers.may(.endSessions))</div>
      \(resetForm(path), when: member.hasFactor && offers.contains(.resetFactor) && powers.may(.resetSecondFactor))
      \(lockForm(path), when: canUse && offers.contains(.lock) && powers.may(.lockAccount))</section>
      """
  }

  private static func button(_ path: String, _ label: String, isMain: Bool = false) -> HTML {
    "<form method=\"post\" action=\"\(path)\"><button class=\"\(isMain ? "button" : "button quiet")\">\(label)</button></form>\n"
  }

  private static func slip(_ member: StaffList.Member) -> HTML {
    """
    <form method="post" action="/units/\(member.unit.id)/staff/slips"><input type="hidden" name="person" value="\(member.row.person)">\
    <button class="button quiet">In phiếu mới</button></form>

    """
  }

  private static func resetForm(_ path: String) -> HTML {
    """
    <details><summary>Mất điện thoại: đặt lại xác thực hai bước</summary>
    <p>Mã trên điện thoại và mã dự phòng thôi hiệu lực, mọi phiên kết thúc. Lần đăng nhập sau, thầy cô đó bật lại. Việc này được ghi lại.</p>
    <form method="post" class="inline" action="\(path)/second-factor-reset">\(reasons("factor-reason", Accounts.FactorReason.allCases.map { ($0.rawValue, $0.label) }))
    <button class="button quiet">Đặt lại xác thực hai bước</button></form></details>
    """
  }

  private static func lockForm(_ path: String) -> HTML {
    """
    <details><summary>Khóa tài khoản</summary>
    <form method="post" class="inline" action="\(path)/lock">\(reasons("lock-reason", Desk.LockReason.allCases.filter { $0 != .left }.map { ($0.rawValue, $0.label) }))
    <button class="button quiet">Khóa và kết thúc mọi phiên</button></form></details>
    """
  }

  private static func reasons(_ id: String, _ reasons: [(value: String, label: String)]) -> HTML {
    """
    <div class="field"><label for="\(id)">Vì sao</label><select id="\(id)" name="reason" required>\
    \(reasons.map { "<option value=\"\($0.value)\">\($0.label)</option>" as HTML })</select></div>
    """
  }

  // MARK: Functions

  private static func functions(
    _ member: StaffList.Member, _ path: String, _ powers: Powers, _ today: Day
  ) -> HTML {
    let mayAppoint = powers.may(.appointFunction)
    if member.held.isEmpty, !mayAppoint { return "" }
    return """
      <section aria-labelledby="functions"><h2 id="functions">Chức vụ</h2>
      \(member.held.isEmpty ? "" : heldTable(member, path, mayEnd: mayAppoint))
      \(mayAppoint ? appointForm(member, path) : "<p class=\"meta\">Chức vụ do hiệu trưởng giao.</p>")</section>
      """
  }

  private static func heldTable(_ member: StaffList.Member, _ path: String, mayEnd: Bool) -> HTML {
    Parts.table(
      "Chức vụ đang giữ", ["Chức vụ", "Từ ngày", "Việc"],
      member.held.map { held in
        [
          "\(label(held.function))", "\(held.validity.from.forPeople)",
          mayEnd && held.function != .head ? ending(held.function, path) : "",
        ]
      })
  }

  private static func ending(_ function: UnitFunction, _ path: String) -> HTML {
    """
    <form method="post" action="\(path)/function-endings"><input type="hidden" name="function" value="\(function.rawValue)">\
    <button class="link">Thôi giữ chức vụ<span class="visually-hidden"> \(label(function))</span></button></form>
    """
  }

  private static func appointForm(_ member: StaffList.Member, _ path: String) -> HTML {
    let held = Set(member.held.map(\.function))
    let free = StaffRules.functions.filter { function in
      !held.contains(function) && (function != .head || member.mayHandHeadOn)
    }
    if free.isEmpty { return "" }
    return """
      <form method="post" class="inline" action="\(path)/functions"><div class="field"><label for="function">Giao chức vụ từ hôm nay</label>
      <select id="function" name="function">\(free.map { "<option value=\"\($0.rawValue)\">\(option($0))</option>" as HTML })</select></div>
      <button class="button quiet">Giao chức vụ</button></form>
      """
  }

  private static func option(_ function: UnitFunction) -> String {
    function == .head ? "Hiệu trưởng (thay người hiện nay)" : label(function)
  }

  private static func departure(_ path: String, _ row: StaffList.Row) -> HTML {
    """
    <section aria-labelledby="leave"><h2 id="leave">Rời trường</h2>
    <p>Chức vụ, phân công và mọi phiên đang mở của người này kết thúc ngay, kể cả chỗ trong lớp đang học. Hồ sơ cũ được giữ nguyên. \
    Các tiết đã xếp vẫn còn: hãy cử người dạy thay ở thời khóa biểu của lớp.</p>
    <form method="post" action="\(path)/departure"><div class="choices"><label><input type="checkbox" name="sure" value="1" required> Tôi chắc chắn người này rời trường hôm nay</label></div>
    <div class="actions"><button class="button quiet">Ghi nhận rời trường<span class="visually-hidden">: \(row.name)</span></button></div></form></section>
    """
  }
}

extension Accounts.FactorReason {
  var label: String {
    switch self {
    case .lost: "Mất điện thoại"
    case .newDevice: "Đổi điện thoại"
    case .suspicious: "Nghi người khác biết mã"
    case .other: "Lý do khác"
    }
  }
}
