import Rules
import Web

enum PassphrasePages {
  static func passphrase(
    _ id: SchoolClass.ID, className: String, passphrase: DoorStore.Passphrase?, isNeeded: Bool,
    mayRotate: Bool,
    now: Timestamp
  ) -> Page {
    Page(
      "Mật khẩu lớp \(className)",
      body: """
        <p class="back"><a href="/classes/\(id)">← Lớp \(className)</a></p>
        <h1>Mật khẩu lớp \(className)</h1>
        <section class="card">
        \(passphrase.map { shown($0, now: now) } ?? none)
        \(rotation(id), when: mayRotate)
        <p class="hint">Đọc cho học sinh nghe trong giờ học trực tiếp hoặc gửi riêng cho gia đình. Không đăng lên mạng, không gửi kèm đường dẫn.</p>
        </section>
        \(door(id, isNeeded: isNeeded), when: mayRotate)
        """)
  }

  private static func shown(_ passphrase: DoorStore.Passphrase, now: Timestamp) -> HTML {
    let days = (now - passphrase.madeAt) / .day
    return """
      <p class="lead"><strong>\(passphrase.text)</strong></p>
      <p class="meta">Tạo ngày \(Day(at: passphrase.madeAt).forPeople)\(days > 29 ? ", đã hơn 30 ngày: nên đổi" : "").</p>

      """
  }

  private static let none: HTML =
    "<p>Lớp chưa có mật khẩu. Danh sách lớp vẫn là cánh cửa duy nhất; mật khẩu chỉ là lớp bảo vệ thêm.</p>"

  private static func rotation(_ id: SchoolClass.ID) -> HTML {
    """
    <form method="post" action="/classes/\(id)/passphrase"><button class="button" type="submit">Tạo mật khẩu mới</button></form>
    """
  }

  private static func door(_ id: SchoolClass.ID, isNeeded: Bool) -> HTML {
    """
    <section class="card">
    <h2>Ở cửa lớp</h2>
    <form method="post" action="/classes/\(id)/door">
    <p class="inline"><input type="checkbox" id="needed" name="needed" value="1"\("checked", if: isNeeded)>
    <label for="needed">Học sinh phải nhập thêm mật khẩu lớp khi vào</label></p>
    <p class="actions"><button class="button quiet" type="submit">Lưu</button></p>
    </form>
    </section>
    """
  }
}
