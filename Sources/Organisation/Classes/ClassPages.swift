import Identity
import Rules
import Web

enum ClassPages {
  /// - Parameter running: the schools whose classes the viewer makes.
  static func list(_ groups: [ClassLists.Group], running: [OrgUnit.ID]) -> Page {
    Page(
      "Lớp",
      body: """
        <h1>Lớp</h1>
        \("<p class=\"actions\"><a class=\"button\" href=\"/classes/import\">Nhập danh sách lớp từ Excel</a></p>" as HTML, when: !running.isEmpty)
        \(groups.enumerated().map { section($1, number: $0) })
        \(Parts.empty("<p><strong>Hôm nay chưa thuộc năm học nào.</strong></p><p>Hãy thêm năm học ở mục Nhà trường trước.</p>"), when: groups.isEmpty)
        \(running.prefix(1).map(addForm))
        """)
  }

  private static func addForm(_ unit: OrgUnit.ID) -> HTML {
    """
    <section aria-labelledby="add-class"><h2 id="add-class">Thêm lớp</h2>
    <form method="post" action="/units/\(unit)/classes"><div class="field"><label for="names">Tên các lớp</label>
    <p class="hint" id="names-hint">Cách nhau bằng dấu phẩy, ví dụ: 6A1, 6A2, 6A3. Danh sách học sinh nhập sau từ Excel.</p>
    <input id="names" name="names" maxlength="1000" aria-describedby="names-hint" required></div>
    <div class="actions"><button class="button quiet">Thêm lớp</button></div></form></section>
    """
  }

  private static func section(_ group: ClassLists.Group, number: Int) -> HTML {
    """
    <section aria-labelledby="group-\(number)"><h2 id="group-\(number)">\(group.title)</h2>
    \(cards(group.rows))</section>

    """
  }

  private static func cards(_ rows: [ClassLists.Row]) -> HTML {
    if rows.isEmpty {
      return Parts.empty(
        "<p><strong>Chưa có lớp nào.</strong></p><p>Hiệu trưởng hoặc người phụ trách CNTT thêm tên lớp ở dưới, hoặc nhập luôn danh sách từ Excel.</p>"
      )
    }
    return "<ul class=\"cards\">\(rows.map(card))</ul>"
  }

  private static func card(_ row: ClassLists.Row) -> HTML {
    """
    <li><h3><a href="/classes/\(row.facts.id)">Lớp \(row.facts.name)</a></h3>\
    <p class="meta">\(row.size) học sinh · \(row.homeroom.map { "Chủ nhiệm: \($0)" } ?? "Chưa có giáo viên chủ nhiệm")</p></li>

    """
  }

  // MARK: One class

  struct Roster: Sendable {
    let facts: Schools.ClassFacts
    let day: Day
    let entries: [Schools.RosterEntry]
    let accounts: [Person.ID: AccountRecord]
    let homeroom: String?
  }

  static func roster(_ roster: Roster, _ powers: Powers) -> Page {
    let facts = roster.facts
    return Page(
      "Danh sách lớp \(facts.name)",
      body: """
        \(Parts.back(to: "/classes", "Các lớp"))<h1>Lớp \(facts.name)</h1>
        <p class="lead">\(roster.homeroom.map { "Chủ nhiệm: \($0). " } ?? "")\(roster.entries.count) học sinh, năm học \(facts.yearName).</p>
        \(tabs(facts, powers, current: .roster))
        \(table(roster))
        <form class="inline no-print" method="get"><div class="field"><label for="day">Xem danh sách của ngày</label>\
        <input class="short" id="day" name="day" type="date" value="\(roster.day.description)"></div>\
        <button class="button quiet">Xem</button></form>
        <div class="signature"><p>Giáo viên chủ nhiệm</p><p>Hiệu trưởng</p></div>
        """)
  }

  private static func table(_ roster: Roster) -> HTML {
    if roster.entries.isEmpty {
      return Parts.empty(
        "<p><strong>Ngày này lớp chưa có học sinh.</strong></p><p>Nhà trường nhập danh sách lớp, học sinh sẽ hiện ở đây.</p>"
      )
    }
    return Parts.table(
      "Danh sách ngày \(roster.day.forPeople)",
      ["Học sinh", "Mã học sinh", "Ngày sinh", "Tài khoản", "Trong lớp từ"],
      roster.entries.map { entry in
        [
          numbered(entry.orderNumber, entry.name), "\(entry.code ?? "")",
          "\(entry.birthDate?.forPeople ?? "")",
          state(roster.accounts[entry.person]), "\(entry.since.forPeople)",
        ]
      })
  }

  static func numbered(_ number: Int, _ name: String) -> HTML {
    let digits = number < 10 ? "0\(number)" : "\(number)"
    return "\(digits). \(person: name)"
  }

  /// The state of an account as people say it.
  static func state(_ account: AccountRecord?) -> HTML {
    guard let account else { return Parts.badge("Chưa có tài khoản", .none) }
    return switch account.state {
    case .issued: Parts.badge("Chưa kích hoạt", .waiting)
    case .active: account.isVerified ? Parts.badge("Đã xác nhận", .proved) : Parts.badge("Chờ xác nhận", .due)
    case .locked: Parts.badge("Đang khóa", .none)
    case .closed: Parts.badge("Đã đóng", .none)
    }
  }

  enum Tab { case roster, teachers, accounts }

  static func tabs(_ facts: Schools.ClassFacts, _ powers: Powers, current: Tab) -> HTML {
    """
    <nav class="tabs" aria-label="Lớp \(facts.name)">\
    <a href="/classes/\(facts.id)"\("aria-current=\"page\"", if: current == .roster)>Danh sách</a>\
    <a href="/classes/\(facts.id)/teachers"\("aria-current=\"page\"", if: current == .teachers)>Giáo viên</a>\
    \("<a href=\"/classes/\(facts.id)/accounts\"\("aria-current=\"page\"", if: current == .accounts)>Tài khoản</a>" as HTML, when: powers.may(.viewAccountDesk))\
    \("<a href=\"/classes/\(facts.id)/timetable\">Thời khóa biểu</a>" as HTML, when: powers.may(.viewTimetable))\
    \("<a href=\"/classes/\(facts.id)/passphrase\">Mật khẩu lớp</a>" as HTML, when: powers.may(.viewClassPassphrase))</nav>
    """
  }
}
