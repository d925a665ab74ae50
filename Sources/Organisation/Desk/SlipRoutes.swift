import Hummingbird
import Identity
import Rules
import Storage
import Web

extension OrganisationFeature {
  func addSlipRoutes(to routes: inout Routes) {
    // The only POSTs that answer with a page and not with a redirect: a secret is shown once and kept nowhere, so there
    // is nothing a second request could ask for.
    routes.post("/classes/:class/slips", .issueSlips, showSlips)
    routes.post("/classes/:class/slips.pdf", .issueSlips, printSlips)
  }

  private func showSlips(_ request: Request, _ context: AppContext) async throws -> Response {
    let (facts, slips) = try await issueSlips(request, context)
    return SlipPages.sheet(slips, host: slipHost(request), .ofClass(facts)).response(in: context)
  }

  private func printSlips(_ request: Request, _ context: AppContext) async throws -> Response {
    let (facts, slips) = try await issueSlips(request, context)
    let document = SlipPages.document(slips, host: slipHost(request), .ofClass(facts))
    let bytes = try await printer.pdf(document)
    return .download(bytes, name: "phieu-tai-khoan-\(facts.name).pdf", type: "application/pdf")
  }

  func slipHost(_ request: Request) -> String { publicAddress ?? request.head.authority ?? "" }

  private func issueSlips(
    _ request: Request, _ context: AppContext
  ) async throws -> (Schools.ClassFacts, [SlipSheet.Slip]) {
    let (viewer, facts, _) = try await require(.issueSlips, onClass: try context.id("class"), context)
    let form = try await Form.read(request)
    let chosen = Set(form.all("person").map(Person.ID.init(rawValue:)))
    let idle = form["scope"] == "idle"
    guard idle || !chosen.isEmpty else { throw UserError.nobodyChosen }
    guard chosen.count <= SlipSheet.most else { throw UserError.tooManySlips(most: SlipSheet.most) }
    let slips = try await database.write { db in
      try SlipSheet.issue(to: idle ? nil : chosen, in: facts, by: viewer.person.id, in: db)
    }
    return (facts, slips)
  }
}

/// Makes the slips of one sheet.
enum SlipSheet {
  static let most = 200

  struct Slip: Sendable {
    /// Nil for an adult of the staff.
    let orderNumber: Int?
    let name: String
    /// The child's name on the slip of a guardian.
    let child: String?
    let school: String
    let login: String
    let secret: String
    let lastDay: Day
  }

  /// - Parameter chosen: nil for all pupils who have not activated their account.
  /// - Throws: LOP-209 when only locked accounts are chosen, LOP-207 when nobody of this class is.
  static func issue(
    to chosen: Set<Person.ID>?, in facts: Schools.ClassFacts, by actor: Person.ID, in db: Transaction
  ) throws -> [Slip] {
    let day = Day(at: db.at)
    try Schools.lockRoster(of: facts.unit, in: db)
    let rows = try Desk.rows(of: facts.id, on: day, in: db).filter { row in
      guard let chosen else {
        return !row.isGuardian && (row.account == nil || row.account?.state == .issued)
      }
      return chosen.contains(row.person)
    }
    if !rows.isEmpty, rows.allSatisfy(\.isStaff) { throw UserError.staffAccount }
    let school = try Schools.unit(facts.unit, on: day, in: db)?.name ?? ""
    var slips: [Slip] = []
    var done: Set<Person.ID> = []
    for row in rows where !row.isStaff && done.insert(row.person).inserted {
      guard let account = try account(of: row, facts, by: actor, in: db), account.state != .locked,
        account.state != .closed
      else { continue }
      let slip = try Accounts.issueSlip(for: account, by: actor, in: db)
      slips.append(
        Slip(
          orderNumber: row.orderNumber, name: row.name, child: row.child, school: school, login: slip.login,
          secret: slip.secret, lastDay: Day(at: slip.expiresAt - 1)))
    }
    guard !slips.isEmpty else { throw rows.isEmpty ? UserError.nobodyChosen : UserError.slipForLocked }
    return slips
  }

  /// The account; made now for somebody who has none, such as a guardian without a telephone.
  private static func account(
    of row: Desk.Row, _ facts: Schools.ClassFacts, by actor: Person.ID, in db: Transaction
  ) throws -> AccountRecord? {
    if let account = row.account { return account }
    try Logins.issue(to: row.person, code: nil, unit: facts.unit, by: actor, in: db)
    return try Accounts.state(of: row.person, in: db)
  }
}
