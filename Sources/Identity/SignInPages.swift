import Rules
import Web

enum SignInPages {
  static func signIn(next: String, login: String, error: UserError?, demo: [DemoAccount]) -> Page {
    Page(
      "Đăng nhập", scripts: ["js/sign-in.js"], isNarrow: true,
      body: """
        <h1>Đăng nhập</h1>
        \(error.map { problem($0, "Chưa đăng nhập được") })\
        <form method="post" action="/sessions" data-device-key>
        <input type="hidden" name="next" value="\(next)">
        <input type="hidden" name="device_key" value="">
        <div class="field">
        <label for="login">Tên đăng nhập</label>
        <input id="login" name="login" value="\(login)" autocomplete="username" autocapitalize="none" spellcheck="false" required>
        </div>
        <div class="field">
        <label for="password">Mật khẩu</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required>
        </div>
        <div class="actions"><button class="button big">Đăng nhập</button></div>
        </form>
        <p><a href="/activate">Em có phiếu tài khoản mới? Kích hoạt ở đây</a></p>
        <p class="hint">Quên mật khẩu? Giáo viên chủ nhiệm cấp phiếu mới trong một phút. Nhà trường không bao giờ hỏi mật khẩu của em.</p>
        \(demoList(demo))
        """)
  }

  static func activation(login: String, error: UserError?) -> Page {
    Page(
      "Kích hoạt tài khoản", scripts: ["js/sign-in.js"], isNarrow: true,
      body: """
        \(Parts.back(to: "/sign-in", "Đăng nhập"))\
        <h1>Kích hoạt tài khoản</h1>
        <p class="lead">Điền như trên phiếu giấy, rồi tự đặt một mật khẩu mà chỉ em biết.</p>
        \(error.map { problem($0, "Chưa kích hoạt được") })\
        <form method="post" action="/activations" data-device-key data-slip>
        <input type="hidden" name="device_key" value="">
        <div class="field">
        <label for="login">Tên đăng nhập trên phiếu</label>
        <input id="login" name="login" value="\(login)" autocomplete="username" autocapitalize="none" spellcheck="false" required>
        </div>
        <div class="field">
        <label for="secret">Mã trên phiếu</label>
        <p class="hint" id="secret-hint">Ba nhóm bốn ký tự, ví dụ ABCD-EFGH-3456. Mỗi mã chỉ dùng một lần.</p>
        <input id="secret" name="secret" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required aria-describedby="secret-hint">
        </div>
        <div class="field">
        <label for="password">Mật khẩu mới</label>
        <p class="hint" id="password-hint">Ít nhất 8 ký tự. Bốn từ dễ nhớ ghép lại là tốt nhất.</p>
        <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" aria-describedby="password-hint">
        </div>
        <div class="field">
        <label for="again">Gõ lại mật khẩu</label>
        <input id="again" name="again" type="password" autocomplete="new-password" required minlength="8">
        </div>
        <div class="actions"><button class="button big">Kích hoạt</button></div>
        </form>
        """)
  }

  /// After a refusal, between heading and form: what happened and what to do.
  static func problem(_ error: UserError, _ title: String) -> HTML {
    """
    <div class="problems" role="alert" tabindex="-1" aria-labelledby="problems" data-code="\(error.code.rawValue)">
    <h2 id="problems">\(title)</h2>
    <p>\(error.sentence) <small>\(error.code.rawValue)</small></p>
    </div>

    """
  }

  private static func demoList(_ demo: [DemoAccount]) -> HTML {
    if demo.isEmpty { return "" }
    return """
      <section aria-labelledby="demo">
      <h2 id="demo">Vào xem thử</h2>
      <p>Mọi tài khoản dưới đây đều hư cấu. Mật khẩu chung: <code>\(demo[0].password)</code></p>
      <ul class="demo-people">
      \(demo.map(demoAccount))</ul>
      </section>
      """
  }

  private static func demoAccount(_ account: DemoAccount) -> HTML {
    """
    <li><form method="post" action="/sessions" data-device-key><input type="hidden" name="device_key" value="">\
    <input type="hidden" name="login" value="\(account.login)"><input type="hidden" name="password" value="\(account.password)">\
    <button><strong>\(account.who)</strong><small>\(account.login)</small></button></form></li>

    """
  }
}
