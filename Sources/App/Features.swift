import Identity
import Incidents
import Jobs
import LiveClass
import Organisation
import Rules
package import Storage
import Timetable

/// The only list of features: their migrations in order.
package enum Features {
  package static let migrations: [Migration] =
    Ledger.migrations + IdentityFeature.migrations + OrganisationFeature.migrations
    + TimetableFeature.migrations
    + LiveClassFeature.migrations + IncidentsFeature.migrations + JobsMigrations.all + SiteFacts.migrations
}

/// What this database is: a demo says so on every page, and only a demo has demo accounts.
package enum SiteFacts {
  static let migrations = [
    Migration(
      "app-001-site",
      """
      CREATE TABLE site_fact (
        name  TEXT PRIMARY KEY CHECK (name IN ('kind', 'name')),
        value TEXT NOT NULL CHECK (length(value) BETWEEN 1 AND 200)
      );
      """)
  ]

  package static func set(_ name: String, _ value: String, in db: Transaction) throws {
    try db.run(
      "INSERT INTO site_fact (name, value) VALUES (\(name), \(value)) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
  }

  package static func get(_ name: String, in db: any Connection) throws -> String? {
    try db.row("SELECT value FROM site_fact WHERE name = \(name)")?.text(0)
  }
}
