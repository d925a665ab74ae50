package import Storage

extension Accounts {
  /// Those of these account names that somebody has.
  ///
  /// - Parameter logins: in lower case.
  package static func taken(_ logins: [String], in db: any Connection) throws -> Set<String> {
    guard !logins.isEmpty else { return [] }
    return Set(try db.rows("SELECT login FROM account WHERE login IN (\(list: logins))").map { $0.text(0) })
  }
}
