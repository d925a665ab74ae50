import Rules
import TestKit
import Testing

@testable import Storage

@Suite struct MigrationTests {
  private static let second = Migration(
    "test-002-loans",
    """
    -- Who has a book.
    CREATE TABLE loan (
      book_number BIGINT NOT NULL REFERENCES book (number),
      since       BIGINT NOT NULL
    );
    CREATE INDEX loan_book ON loan (book_number);
    """,
    onlyFor: [
      .sqlite: "ALTER TABLE shelf ADD COLUMN room TEXT;",
      .postgres: "ALTER TABLE shelf ADD COLUMN room TEXT;",
    ])
  private static let third = Migration(
    "test-003-colour", "ALTER TABLE book ADD COLUMN colour TEXT NOT NULL DEFAULT '';")
  private static let all = Shelf.migrations + [second, third]

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

  @Test(arguments: EngineKind.allCases)
  func everyShippedVersionComesToTheSameSchema(_ kind: EngineKind) async throws {
    let fresh = try await TemporaryDatabase.make(kind, migrations: Self.all)
    let wanted = try await schema(fresh)
    #expect(wanted.count > 10)
    for shipped in 0..<Self.all.count {
      let old = try await TemporaryDatabase.make(kind, migrations: Array(Self.all.prefix(shipped)))
      let migrator = Migrator(Self.all)
      #expect(try await migrator.missing(in: old) == Self.all.dropFirst(shipped).map(\.name))
      #expect(try await migrator.migrate(old) == Self.all.dropFirst(shipped).map(\.name))
      #expect(try await migrator.migrate(old) == [])
      #expect(try await migrator.missing(in: old) == [])
      #expect(try await schema(old) == wanted)
    }
  }

  @Test(arguments: EngineKind.allCases)
  func anAlteredStepIsRefused(_ kind: EngineKind) async throws {
    let database = try await TemporaryDatabase.make(kind, migrations: Self.all)
    let altered =
      Shelf.migrations + [Self.second, Migration(Self.third.name, Self.third.statements + "\n-- later")]
    #expect(await refusal { try await Migrator(altered).migrate(database) } == .schema)
    #expect(await refusal { _ = try await Migrator(altered).missing(in: database) } == .schema)
  }

  @Test(arguments: EngineKind.allCases)
  func aNewerDatabaseIsRefused(_ kind: EngineKind) async throws {
    let database = try await TemporaryDatabase.make(kind, migrations: Self.all)
    #expect(await refusal { try await Migrator(Shelf.migrations).migrate(database) } == .schema)
  }

  @Test(arguments: EngineKind.allCases)
  func aStepThatFailsLeavesNothing(_ kind: EngineKind) async throws {
    let database = try await TemporaryDatabase.make(kind, migrations: Shelf.migrations)
    let before = try await schema(database)
    let bad = Migration("test-009-bad", "CREATE TABLE one (id TEXT);\nCREATE TABLE one (id TEXT);")
    #expect(await refusal { try await Migrator(Shelf.migrations + [bad]).migrate(database) } == .statement)
    #expect(try await schema(database) == before)
  }

  @Test(arguments: EngineKind.allCases)
  func nodesThatStartTogetherMigrateOnce(_ kind: EngineKind) async throws {
    let database = try await TemporaryDatabase.make(kind, migrations: [])
    let nodes = [database, try Self.second(node: database)]
    let run = try await withThrowingTaskGroup(of: [String].self) { group in
      for node in nodes { group.addTask { try await Migrator(Self.all).migrate(node) } }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(run == Self.all.map(\.name))
  }

  private static func second(node database: Database) throws -> Database {
    switch database.engine {
    case let engine as SQLiteEngine: Database(engine: try SQLiteEngine(path: engine.path))
    case let engine as PostgresEngine: Database(engine: PostgresEngine(engine.settings))
    default: database
    }
  }

  @Test func statementsAreCutOutsideBodies() {
    let text = """
      CREATE TABLE a (id TEXT);
      CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'no';
      END;
      $$;
      CREATE TRIGGER t BEFORE UPDATE ON a
      BEGIN
        SELECT 1;
      END;
      -- a remark;
      CREATE INDEX i ON a (id);
      """
    let pieces = Migration.split(text)
    #expect(
      pieces.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
        "CREATE TABLE", "CREATE FUNCTION", "CREATE TRIGGER", "CREATE INDEX",
      ])
  }
}
