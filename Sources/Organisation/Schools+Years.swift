package import Rules
package import Storage

extension Schools {
  /// The last day of a school year, inclusive.
  package static func lastDay(of year: SchoolYear.ID, in db: any Connection) throws -> Day {
    guard let row = try db.row("SELECT last_day FROM school_year WHERE id = \(year)") else {
      throw UserError.notFound
    }
    return row.day(0)
  }
}
