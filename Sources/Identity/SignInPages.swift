import Rules
import Web

enum SignInPages {
  static func signIn(next: String, login: String, error: UserError?, demo: [DemoAccount]) -> Page {
    Page(
      "Đăng nhập", scripts: ["js/sign-in.js"],
      body: """
        <section class="card narrow">
        <h1>Đăng nhập</h1>
        \(error.map(problem))\
        <form method="post" action="/sessions" class="form" data-device-key>
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
        <button class="button primary" type="submit">Đăng nhập</button>
        </form>
        <p><a href="/activate">Em có phiếu tài khoản mới? Kích hoạt ở đây</a></p>
        <p class="hint">Quên mật khẩu? Giáo viên chủ nhiệm cấp phiếu mới trong một phút. Nhà trường không bao giờ hỏi mật khẩu của em.</p>
        </section>
        \(demoList(demo))
        """)
  }

  static func activation(login: String, error: UserError?) -> Page {
    Page(
      "Kích hoạt tài khoản", scripts: ["js/sign-in.js"],
      body: """
        <section class="card narrow">
        <h1>Kích hoạt tài khoản</h1>
        <p>Điền như trên phiếu giấy, rồi tự đặt một mật khẩu mà chỉ em biết.</p>
        \(error.map(problem))\
        <form method="post" action="/activations" class="form" data-device-key data-slip>
        <input type="hidden" name="device_key" value="">
        <div class="field">
        <label for="login">Tên đăng nhập trên phiếu</label>
        <input id="login" name="login" value="\(login)" autocomplete="username" autocapitalize="none" spellcheck="false" required>
        </div>
        <div class="field">
        <label for="secret">Mã trên phiếu</label>
        <input id="secret" name="secret" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required aria-describedby="secret-hint">
        <p class="hint" id="secret-hint">Ba nhóm bốn ký tự, ví dụ ABCD-EFGH-3456. Mỗi mã chỉ dùng một lần.</p>
        </div>
        <div class="field">
        <label for="password">Mật khẩu mới</label>
        <input id="password" name="password" type="password" autocomplete="new-password" required minlength="8" aria-describedby="password-hint">
        <p class="hint" id="password-hint">Ít nhất 8 ký tự. Bốn từ dễ nhớ ghép lại là tốt nhất.</p>
        </div>
        <div class="field">
        <label for="again">Gõ lại mật khẩu</label>
        <input id="again" name="again" type="password" autocomplete="new-password" required minlength="8">
        </div>
        <button class="button primary" type="submit">Kích hoạt</button>
        </form>
        </section>
        """)
  }

  static func problem(_ error: UserError) -> HTML {
    "<div class=\"notice warn\" role=\"alert\" data-code=\"\(error.code.rawValue)\"><p>\(error.sentence)</p></div>\n"
  }

  private static func demoList(_ demo: [DemoAccount]) -> HTML {
    if demo.isEmpty { return "" }
    return """
      <section class="card narrow demo-accounts">
      <h2>Tài khoản minh họa</h2>
      <p>Mọi tài khoản dưới đây đều hư cấu. Mật khẩu chung: <code>\(demo[0].password)</code></p>
      <dl>
      \(demo.map { "<div><dt>\($0.who)</dt><dd><code>\($0.login)</code></dd></div>\n" as HTML })\
      </dl>
      </section>
      """
  }
}
