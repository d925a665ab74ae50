import Identity
import Rules
import Storage

/// The accounts of a class, pupils and their guardians, as the account desk works with them.
enum Desk {
  struct Row: Sendable {
    let person: Person.ID
    let name: String
    /// The pupil's place; for a guardian that of the child.
    let orderNumber: Int
    /// The child's name for a guardian, nil for a pupil.
    let child: String?
    let account: AccountRecord?
    /// Staff of a school or a superior: not to be touched from a class's desk.
    let isStaff: Bool
    var isGuardian: Bool { child != nil }
  }

  static func rows(of schoolClass: SchoolClass.ID, on day: Day, in db: any Connection) throws -> [Row] {
    let roster = try Schools.roster(of: schoolClass, on: day, in: db)
    let relations = try Schools.guardianships(of: roster.map(\.person), on: day, in: db)
    let guardians = Schools.unique(relations.values.flatMap { $0.map(\.guardian) })
    let names = try People.names(of: guardians, in: db)
    let accounts = try Accounts.states(of: roster.map(\.person) + guardians, in: db)
    let staff = try Schools.staff(among: guardians, on: day, in: db)
    let pupils = roster.map {
      Row(
        person: $0.person, name: $0.name, orderNumber: $0.orderNumber, child: nil,
        account: accounts[$0.person],
        isStaff: false)
    }
    let adults = roster.flatMap { entry in
      relations[entry.person, default: []].map {
        Row(
          person: $0.guardian, name: names[$0.guardian] ?? "", orderNumber: entry.orderNumber,
          child: entry.name,
          account: accounts[$0.guardian], isStaff: staff.contains($0.guardian))
      }
    }
    return pupils + adults
  }

  /// The account of somebody of this class that the desk may touch.
  ///
  /// Attack prevented: a homeroom teacher takes over the account of a head who is also a guardian in the class, by
  /// resetting it and printing a slip.
  /// - Throws: LOP-111 when the person is not of this class or has no account, LOP-210 when they are staff.
  static func account(
    of person: Person.ID, in schoolClass: SchoolClass.ID, on day: Day, in db: any Connection
  ) throws -> AccountRecord {
    guard try Schools.belongs(person, to: schoolClass, on: day, in: db),
      let account = try Accounts.state(of: person, in: db)
    else { throw UserError.notFound }
    guard try Schools.staff(among: [person], on: day, in: db).isEmpty else { throw UserError.staffAccount }
    return account
  }

  /// Why an account is locked, as the ledger keeps it.
  enum LockReason: String, CaseIterable, Sendable {
    case shared, lost, suspicious, left, other

    var label: String {
      switch self {
      case .shared: "Dùng chung tài khoản"
      case .lost: "Mất phiếu hoặc lộ mật khẩu"
      case .suspicious: "Có dấu hiệu người khác dùng"
      case .left: "Không còn học lớp này"
      case .other: "Lý do khác"
      }
    }
  }
}
