import Rules
import Web

enum AccountPages {
  static func account(
    _ viewer: Viewer, sessions: [SessionEntry], hasSecondFactor: Bool, error: UserError?, now: Timestamp
  ) -> Page {
    Page(
      "Tài khoản của tôi",
      body: """
        <h1>Tài khoản của tôi</h1>
        \(error.map(SignInPages.problem))\
        <section class="card">
        <h2>\(viewer.person.name)</h2>
        <p>\(viewer.roles.map(\.label).sorted().joined(separator: " · "))</p>
        \(viewer.isVerified ? verified : unverified)
        <form method="post" action="/sign-out"><button class="button quiet" type="submit">Đăng xuất</button></form>
        </section>
        <section class="card">
        <h2>Đang đăng nhập ở</h2>
        <p class="hint">Thấy thiết bị lạ? Bấm “Đăng xuất thiết bị này”, rồi đổi mật khẩu.</p>
        <ul class="cards">
        \(sessions.map { session($0, isThis: $0.id == viewer.session, now: now) })
        </ul>
        <form method="post" action="/account/sessions/end-others"><button class="button quiet" type="submit">Đăng xuất mọi thiết bị khác</button></form>
        </section>
        <section class="card">
        <h2>Đổi mật khẩu</h2>
        <form method="post" action="/account/password" class="form">
        \(field("current", "Mật khẩu hiện nay", autocomplete: "current-password"))
        \(field("password", "Mật khẩu mới", autocomplete: "new-password"))
        \(field("again", "Gõ lại mật khẩu mới", autocomplete: "new-password"))
        <button class="button primary" type="submit">Đổi mật khẩu</button>
        </form>
        </section>
        <section class="card">
        <h2>Xác thực hai bước</h2>
        \(hasSecondFactor ? "<p><span class=\"badge proved\">✓ Đã bật</span></p>" : factorOff)
        </section>
        """)
  }

  private static let verified: HTML = "<p><span class=\"badge proved\">✓ Đã được xác nhận</span></p>"
  private static let unverified: HTML =
    "<p><span class=\"badge due\">◷ Chờ giáo viên chủ nhiệm hoặc phụ huynh xác nhận</span></p>"
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
    <li>
    <p><strong>\(entry.device)</strong>\(isThis ? " – thiết bị này" : "")</p>
    <p class="hint">Đăng nhập \(entry.createdAt.clock) ngày \(Day(at: entry.createdAt).forPeople) · địa chỉ mạng \(entry.address)</p>
    \(isThis ? "" : endForm(entry))
    </li>
    """
  }

  private static func endForm(_ entry: SessionEntry) -> HTML {
    """
    <form method="post" action="/account/sessions/end"><input type="hidden" name="session" value="\(entry.id)">\
    <button class="button quiet" type="submit">Đăng xuất thiết bị này</button></form>
    """
  }

  /// - Parameter offer: the new secret while it is unconfirmed.
  static func secondFactor(offer: String?, login: String, site: String, error: UserError?) -> Page {
    Page(
      "Xác thực hai bước",
      body: """
        <section class="card narrow">
        <h1>Xác thực hai bước</h1>
        \(error.map(SignInPages.problem))\
        \(offer.map { setUp($0, login: login, site: site) })\
        <form method="post" action="/second-factor/codes" class="form">
        <div class="field">
        <label for="code">Mã 6 số trong ứng dụng xác thực</label>
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="7" required>
        </div>
        <button class="button primary" type="submit">Xác nhận</button>
        </form>
        <form method="post" action="/sign-out"><button class="button quiet" type="submit">Đăng xuất</button></form>
        </section>
        """)
  }

  private static func setUp(_ secret: String, login: String, site: String) -> HTML {
    let groups = stride(from: 0, to: secret.count, by: 4).map { start in
      String(secret.dropFirst(start).prefix(4))
    }
    return """
      <p>Thầy cô xem được thông tin của nhiều học sinh, nên cần thêm một mã trên điện thoại.</p>
      <ol class="steps">
      <li>Cài một ứng dụng xác thực trên điện thoại.</li>
      <li>Quét mã này:\(QRCode.svg(SecondFactor.address(secret: secret, login: login, site: site), label: "Mã QR của xác thực hai bước"))
      <p class="hint">Không quét được? Gõ: <code>\(groups.joined(separator: " "))</code></p></li>
      <li>Nhập mã 6 số đang hiện.</li>
      </ol>

      """
  }
}
