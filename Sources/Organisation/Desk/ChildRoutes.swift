import Hummingbird
import Identity
import Rules
import Storage
import Web

/// A guardian and the account of the own child.
extension OrganisationFeature {
  func addChildRoutes(to routes: inout Routes) {
    routes.get("/children/:person", .verifyAccount, showChild)
    routes.post("/children/:person/verification", .verifyAccount, verifyChild)
  }

  private func subject(_ context: AppContext) async throws -> (viewer: Viewer, child: Person.ID) {
    let child: Person.ID = try context.id("person")
    let today = today
    let subject = try await database.read { try Schools.subject(ofPerson: child, on: today, in: $0) }
    return (try context.require(.verifyAccount, on: subject), child)
  }

  private func showChild(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, child) = try await subject(context)
    let today = today
    let view = try await database.read { db -> ChildPages.Child? in
      guard let name = try People.names(of: [child], in: db)[child],
        let place = try Schools.enrolments(of: child, on: today, in: db).first,
        let facts = try Schools.facts(of: place.schoolClass, in: db)
      else { return nil }
      let homeroom = try Schools.homeroomTeacher(of: facts.id, on: today, in: db)
      return ChildPages.Child(
        id: child, name: name, orderNumber: place.orderNumber, facts: facts,
        school: try Schools.unit(facts.unit, on: today, in: db)?.name ?? "",
        homeroom: try homeroom.flatMap { try People.names(of: [$0], in: db)[$0] },
        account: try Accounts.state(of: child, in: db))
    }
    guard let view else { throw UserError.notFound }
    return ChildPages.child(view, mayConfirm: viewer.isVerified).response(in: context)
  }

  private func verifyChild(_ request: Request, _ context: AppContext) async throws -> Response {
    let (viewer, child) = try await subject(context)
    try await database.write { db in
      guard let account = try Accounts.state(of: child, in: db) else { throw UserError.notFound }
      try Accounts.verify(account, by: viewer, in: db)
    }
    return .seeOther("/children/\(child)")
  }
}

enum ChildPages {
  struct Child: Sendable {
    let id: Person.ID
    let name: String
    let orderNumber: Int
    let facts: Schools.ClassFacts
    let school: String
    let homeroom: String?
    let account: AccountRecord?
  }

  /// - Parameter mayConfirm: whether the viewer's own account was confirmed.
  static func child(_ child: Child, mayConfirm: Bool) -> Page {
    Page(
      child.name,
      body: """
        \(step(child, mayConfirm: mayConfirm))
        <section aria-labelledby="about"><h2 id="about">Thông tin của con</h2>
        <dl class="facts"><dt>Lớp</dt><dd>\(child.facts.name), \(child.school)</dd>
        <dt>Số thứ tự</dt><dd>\(child.orderNumber)</dd>
        <dt>Giáo viên chủ nhiệm</dt><dd>\(child.homeroom ?? "Chưa có")</dd>
        <dt>Tên đăng nhập</dt><dd>\(child.account?.login ?? "Chưa có")</dd>
        <dt>Đang mở trên</dt><dd>\(child.account?.openSessions ?? 0) máy</dd></dl></section>
        """)
  }

  /// The one thing that is up to the guardian now.
  private static func step(_ child: Child, mayConfirm: Bool) -> HTML {
    let isWaiting = child.account?.state == .active && child.account?.isVerified == false
    return """
      <section class="\(isWaiting ? "now due" : "now")" aria-labelledby="now"><p class="eyebrow">\(ClassPages.state(child.account))</p>
      <h1 id="now">\(person: child.name)</h1>
      <p class="lead">\(words(child.account))</p>
      \(mayConfirm ? confirm(child) : notYet, when: isWaiting)</section>
      """
  }

  private static func words(_ account: AccountRecord?) -> String {
    guard let account else { return "Con chưa có tài khoản. Giáo viên chủ nhiệm sẽ cấp phiếu." }
    return switch account.state {
    case .issued: "Con chưa kích hoạt tài khoản. Hãy cùng con mở phiếu tài khoản và đặt mật khẩu."
    case .active where account.isVerified: "Tài khoản của con đã được xác nhận. Phụ huynh không cần làm gì."
    case .active:
      "Con đã kích hoạt tài khoản. Nếu đúng là con đã tự đặt mật khẩu, phụ huynh hãy xác nhận để con được vào lớp."
    case .locked: "Tài khoản của con đang bị khóa. Hãy hỏi giáo viên chủ nhiệm."
    case .closed: "Tài khoản của con đã đóng."
    }
  }

  private static let notYet: HTML = """
    <p>Tài khoản của phụ huynh cũng đang chờ xác nhận. Hãy nhờ giáo viên chủ nhiệm xác nhận cả hai.</p>
    """

  private static func confirm(_ child: Child) -> HTML {
    """
    <form method="post" action="/children/\(child.id)/verification"><button class="button big">Đúng là tài khoản của con tôi</button></form>
    """
  }
}
