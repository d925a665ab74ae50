import Rules
import Web

enum AccountPages {
  /// - Parameter codesLeft: recovery codes that can still be used; nil when none were ever made.
  static func account(
    _ viewer: Viewer, sessions: [SessionEntry], hasSecondFactor: Bool, codesLeft: Int?, error: UserError?,
    now: Timestamp
  ) -> Page {
    Page(
      "Tài khoản của tôi",
      body: """
        <h1>Tài khoản của tôi</h1>
        \(error.map { SignInPages.problem($0, "Chưa làm được") })\
        <section class="card" aria-labelledby="me">
        <h2 id="me">\(viewer.person.name)</h2>
        <p class="meta">\(viewer.roles.map(\.label).sorted().joined(separator: " · "))</p>
        \(viewer.isVerified ? verified : unverified)
        <form method="post" action="/sign-out"><button class="button quiet">Đăng xuất</button></form>
        </section>
        <section aria-labelledby="sessions">
        <h2 id="sessions">Đang đăng nhập ở</h2>
        <p class="hint">Thấy thiết bị lạ? Bấm “Đăng xuất thiết bị này”, rồi đổi mật khẩu.</p>
        <ul class="cards rows">
        \(sessions.map { session($0, isThis: $0.id == viewer.session, now: now) })
        </ul>
        <form method="post" action="/account/sessions/end-others"><button class="button quiet">Đăng xuất mọi thiết bị khác</button></form>
        </section>
        <section aria-labelledby="change">
        <h2 id="change">Đổi mật khẩu</h2>
        <form method="post" action="/account/password">
        \(field("current", "Mật khẩu hiện nay", autocomplete: "current-password"))
        \(field("password", "Mật khẩu mới", autocomplete: "new-password"))
        \(field("again", "Gõ lại mật khẩu mới", autocomplete: "new-password"))
        <div class="actions"><button class="button">Đổi mật khẩu</button></div>
        </form>
        </section>
        <section aria-labelledby="factor">
        <h2 id="factor">Xác thực hai bước</h2>
        \(hasSecondFactor ? factorOn : factorOff)
        \(RecoveryPages.panel(left: codesLeft), when: hasSecondFactor)
        </section>
        """)
  }

  private static let verified: HTML = "<p>\(Parts.badge("Đã được xác nhận", .proved))</p>"
  private static let unverified: HTML =
    "<p>\(Parts.badge("Chờ giáo viên chủ nhiệm hoặc phụ huynh xác nhận", .due))</p>"
  private static let factorOn: HTML = "<p>\(Parts.badge("Đã bật", .proved))</p>"
  private static let factorOff: HTML =
    "<p>Thêm một mã trên điện thoại mỗi lần đăng nhập. <a href=\"/second-factor\">Bật xác thực hai bước</a></p>"

  private static func field(_ name: String, _ label: String, autocomplete: String) -> HTML {
    """
    <div class="field"><label for="\(name)">\(label)</label>\
    <input id="\(name)" name="\(name)" type="password" autocomplete="\(autocomplete)" required></div>
    """
  }

  private static func session(_ entry: SessionEntry, isThis: Bool, now: Timestamp) -> HTML {
    """
    <li><div><h3>\(entry.device)</h3>
    <p class="meta">Đăng nhập \(entry.createdAt.clock) ngày \(Day(at: entry.createdAt).forPeople) · địa chỉ mạng \(entry.address)</p></div>
    \(isThis ? Parts.badge("Thiết bị này", .live) : endForm(entry))</li>

    """
  }

  private static func endForm(_ entry: SessionEntry) -> HTML {
    """
    <form method="post" action="/account/sessions/end"><input type="hidden" name="session" value="\(entry.id)">\
    <button class="link">Đăng xuất thiết bị này<span class="visually-hidden">: \(entry.device)</span></button></form>
    """
  }

  /// - Parameter offer: the new secret while it is unconfirmed.
  static func secondFactor(
    offer: String?, login: String, site: String, demoCode: String? = nil, mayRecover: Bool = false,
    error: UserError?
  ) -> Page {
    Page(
      "Xác thực hai bước", isNarrow: true,
      body: """
        <h1>Xác thực hai bước</h1>
        \(error.map { SignInPages.problem($0, "Mã chưa đúng") })\
        \(offer.map { setUp($0, login: login, site: site) })\
        <form method="post" action="/second-factor/codes">
        <div class="field">
        <label for="code">Mã 6 số trong ứng dụng xác thực</label>
        <input class="code" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="7" required>
        </div>
        \(demoCode.map { "<p class=\"hint\">Minh họa: mã lúc này là <code>\($0)</code>.</p>\n" as HTML })\
        <div class="actions"><button class="button big">Xác nhận</button></div>
        </form>
        \(RecoveryPages.door, when: mayRecover)
        <form method="post" action="/sign-out"><button class="button quiet">Đăng xuất</button></form>
        """)
  }

  private static func setUp(_ secret: String, login: String, site: String) -> HTML {
    let groups = stride(from: 0, to: secret.count, by: 4).map { start in
      String(secret.dropFirst(start).prefix(4))
    }
    return """
      <p>Chỉ biết mật khẩu thì chưa vào được: mỗi lần đăng nhập cần thêm một mã trên điện thoại. Người xem được thông tin của nhiều học sinh bắt buộc phải bật.</p>
      <ol>
      <li>Cài một ứng dụng xác thực trên điện thoại.</li>
      <li>Quét mã này:\(QRCode.svg(SecondFactor.address(secret: secret, login: login, site: site), label: "Mã QR của xác thực hai bước"))
      <p class="hint">Không quét được? Gõ: <code>\(groups.joined(separator: " "))</code></p></li>
      <li>Nhập mã 6 số đang hiện.</li>
      </ol>

      """
  }
}
