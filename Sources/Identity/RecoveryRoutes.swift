import HTTPTypes
import Hummingbird
import Rules
import Storage
import Web

extension IdentityFeature {
  /// The only other POST that answers with a page: the codes are shown once and kept nowhere.
  ///
  /// Attack prevented: somebody at an unlocked computer makes codes to come back with; so the password is asked again,
  /// and wrong ones are counted.
  @Sendable func createRecoveryCodes(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnRecoveryCodes)
    let form = try await Form.read(request)
    do {
      let hash = try await database.read { db -> String? in
        let login = try Accounts.state(of: viewer.person.id, in: db)?.login ?? ""
        return try SignIns.candidate(login: login, in: db)?.passwordHash
      }
      let password = form.raw("current")
      try await counted(viewer, context.address, or: .wrongOwnPassword) {
        try await hasher.verify(password, against: hash)
      }
      let codes = try await database.write { try RecoveryCodes.make(for: viewer, in: $0) }
      return RecoveryPages.codes(codes, of: viewer.person.name, site: site.name).response(in: context)
    } catch let error as UserError {
      return try await accountPage(viewer, error: error, context)
    }
  }

  @Sendable func useRecoveryCode(_ request: Request, _ context: AppContext) async throws -> Response {
    let viewer = try context.require(.manageOwnSecondFactor)
    let form = try await Form.read(request)
    do {
      let typed = form["recovery_code"] ?? ""
      try await counted(viewer, context.address, or: .wrongRecoveryCode) {
        try await database.write { db in
          guard try RecoveryCodes.use(typed, by: viewer, in: db) else { return false }
          try Sessions.showedSecondFactor(viewer.session, in: db)
          return true
        }
      }
      return .seeOther("/account#recovery")
    } catch let error as UserError {
      return try await secondFactorPage(viewer, error: error, context)
    }
  }

  /// One try that is slowed and counted like a wrong code of the app.
  private func counted(
    _ viewer: Viewer, _ address: String, or refusal: UserError, _ isRight: () async throws -> Bool
  ) async throws {
    let login = "factor:" + viewer.account.rawValue
    let now = database.now()
    let failures = try await database.read {
      try SignIns.failures(login: login, address: address, device: nil, at: now, in: $0)
    }
    let wait = SignInRules.wait(after: failures, at: now)
    guard wait == 0 else { throw UserError.tooManyAttempts(waitMinutes: Int((wait + 59) / 60)) }
    let succeeded = try await isRight()
    try await database.write {
      try SignIns.note(login: login, address: address, isKnownDevice: false, succeeded: succeeded, in: $0)
    }
    if !succeeded { throw refusal }
  }
}

enum RecoveryPages {
  /// On the page “Tài khoản của tôi”.
  static func panel(left: Int?) -> HTML {
    """
    <h3 id="recovery">Mã dự phòng</h3>
    <p>\(state(left))</p>
    <form method="post" action="/account/recovery-codes">
    <div class="field"><label for="codes-current">Mật khẩu hiện nay</label>\
    <input id="codes-current" name="current" type="password" autocomplete="current-password" required></div>
    <div class="actions"><button class="button quiet">\(left == nil ? "Tạo 10 mã dự phòng" : "Tạo 10 mã mới, bỏ mã cũ")</button></div>
    </form>
    """
  }

  private static func state(_ left: Int?) -> HTML {
    guard let left else {
      return
        "\(Parts.badge("Chưa có", .due)) Mã dự phòng giúp đăng nhập khi mất điện thoại. Mỗi mã dùng một lần."
    }
    let words = "Còn \(left) trên \(RecoveryCodes.count) mã"
    return left <= 3
      ? "\(Parts.badge(words, .due)) Sắp hết mã, hãy tạo mã mới."
      : "\(Parts.badge(words, .proved)) Mã đã dùng không dùng lại được."
  }

  /// On the page that asks for the code of the app.
  static let door: HTML = """
    <details><summary>Không có điện thoại ở đây?</summary>
    <form method="post" action="/second-factor/recovery">
    <div class="field"><label for="recovery_code">Mã dự phòng</label>
    <p class="hint" id="recovery-hint">Ba nhóm bốn ký tự trên tờ mã, mỗi mã dùng một lần. Không còn mã nào? Hãy nhờ người phụ trách CNTT của trường.</p>
    <input id="recovery_code" name="recovery_code" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-describedby="recovery-hint" required></div>
    <div class="actions"><button class="button quiet">Dùng mã dự phòng</button></div>
    </form></details>
    """

  static func codes(_ codes: [String], of name: String, site: String) -> Page {
    Page(
      "Mã dự phòng", isNarrow: true,
      body: """
        <h1>Mã dự phòng</h1>
        \(Parts.notice(.due, "<p><strong>Mười mã này chỉ hiện một lần.</strong> Hãy in hoặc chép ra giấy, cất ở nơi chỉ thầy cô mở được. Mã cũ không còn dùng được.</p>"))
        <p>\(person: name), \(site)</p>
        <ol>
        \(codes.map { "<li><code>\($0)</code></li>\n" as HTML })</ol>
        <p>Mỗi mã dùng một lần, thay cho mã trên điện thoại.</p>
        <p class="actions no-print"><a class="button" href="/account">Tôi đã cất giữ</a></p>
        """)
  }
}
