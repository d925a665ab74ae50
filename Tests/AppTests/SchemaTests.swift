import App
import Rules
import TestKit
import Testing

@testable import Storage

/// The schema of the whole application, as its features make it together.
@Suite struct SchemaTests {
  @Test("from empty and from each step on, the schema comes out the same", arguments: EngineKind.allCases)
  func freshEqualsStepwise(_ kind: EngineKind) async throws {
    let all = Features.migrations
    let fresh = try await TemporaryDatabase.make(kind, migrations: all)
    let wanted = try await schema(fresh)
    #expect(wanted.count > 40)
    let stepwise = try await TemporaryDatabase.make(kind, migrations: [])
    for count in 1...all.count {
      let applied = try await Migrator(Array(all.prefix(count))).migrate(stepwise)
      #expect(applied == [all[count - 1].name])
    }
    #expect(try await schema(stepwise) == wanted)
    #expect(try await Migrator(all).missing(in: stepwise) == [])
    #expect(try await Migrator(all).migrate(fresh) == [])
  }

  @Test("a database that began half-way comes to the same schema", arguments: EngineKind.allCases, [3, 8])
  func halfWay(_ kind: EngineKind, _ count: Int) async throws {
    let all = Features.migrations
    let old = try await TemporaryDatabase.make(kind, migrations: Array(all.prefix(count)))
    #expect(try await Migrator(all).migrate(old) == all.dropFirst(count).map(\.name))
    let fresh = try await TemporaryDatabase.make(kind, migrations: all)
    #expect(try await schema(old) == schema(fresh))
  }

  @Test func bothEnginesHaveTheSameTables() async throws {
    var tables: [[String]] = []
    for kind in EngineKind.allCases {
      tables.append(
        try await self.tables(try await TemporaryDatabase.make(kind, migrations: Features.migrations)))
    }
    let (sqlite, postgres) = (tables[0], tables[1])
    // What an engine needs for itself is no feature's.
    #expect(Set(sqlite).symmetricDifference(postgres).isSubset(of: ["storage_gate", "sqlite_sequence"]))
  }

  /// The first word of a step's name is its owner.
  @Test func eachTableHasOneOwner() async throws {
    var owners: [String: Set<String>] = [:]
    for step in Features.migrations {
      let owner = String(step.name.prefix { $0 != "-" })
      for match in step.statements.matches(of: /(?:CREATE|ALTER) TABLE (\w+)/) {
        owners[String(match.output.1), default: []].insert(owner)
      }
    }
    #expect(owners.filter { $0.value.count != 1 } == [:])
    let features = Set(Features.migrations.map { String($0.name.prefix { $0 != "-" }) })
    #expect(
      features == [
        "storage", "identity", "organisation", "timetable", "liveclass", "incidents", "jobs", "app",
      ])
    let stored = try await tables(try await TemporaryDatabase.make(.sqlite, migrations: Features.migrations))
    let ownerless = Set(stored).subtracting(owners.keys)
    #expect(ownerless.isSubset(of: ["schema_migration", "storage_gate", "sqlite_sequence"]))
  }

  private func tables(_ database: Database) async throws -> [String] {
    try await database.read { db in
      switch db.kind {
      case .sqlite: try db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
      case .postgres: try db.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
      }
    }.map { $0.text(0) }
  }

  private func schema(_ database: Database) async throws -> [String] {
    try await database.read { db in
      switch db.kind {
      case .sqlite:
        try db.rows("SELECT name || ': ' || sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
      case .postgres:
        try db.rows(
          """
          SELECT table_name || '.' || column_name || ' ' || ordinal_position || ' ' || data_type || ' '
            || is_nullable || ' ' || COALESCE(column_default, '-')
            FROM information_schema.columns WHERE table_schema = 'public'
          UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
          UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
          UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1
          """)
      }
    }.map { $0.text(0) }
  }
}
