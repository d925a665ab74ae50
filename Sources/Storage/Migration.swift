import Crypto
import Foundation

/// One numbered step of the schema, owned by one feature. Once shipped it never changes; a test compares its
/// hash.
package struct Migration: Sendable {
  /// Feature, number, what: `organisation-001-units`.
  package let name: String
  /// Statements separated by `;` at the end of a line, understood by both engines.
  package let statements: String
  /// What only one engine needs, run after the shared statements.
  package let onlyFor: [EngineKind: String]

  package init(_ name: String, _ statements: String, onlyFor: [EngineKind: String] = [:]) {
    self.name = name
    self.statements = statements
    self.onlyFor = onlyFor
  }

  /// SHA-256 of everything the step may run, hexadecimal.
  package var hash: String {
    var text = statements
    for kind in EngineKind.allCases { text += "\u{0}" + (onlyFor[kind] ?? "") }
    return SHA256.hash(data: Data(text.utf8)).hexadecimal
  }

  func statements(for kind: EngineKind) -> [String] {
    Self.split(statements) + Self.split(onlyFor[kind] ?? "")
  }

  /// Cuts at `;` that ends a line; a body between `$$` marks or `BEGIN` and `END;` of a trigger stays whole.
  static func split(_ text: String) -> [String] {
    var result: [String] = []
    var current = ""
    var inDollars = false
    var inTrigger = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
      let trimmed = line.trimmingCharacters(in: .whitespaces)
      if trimmed.hasPrefix("--") || trimmed.isEmpty { continue }
      current += line + "\n"
      if trimmed.components(separatedBy: "$$").count == 2 { inDollars.toggle() }
      if !inDollars, trimmed == "BEGIN" { inTrigger = true }
      if !inDollars, trimmed == "END;" { inTrigger = false }
      if !inDollars, !inTrigger, trimmed.hasSuffix(";") {
        result.append(String(current.trimmingCharacters(in: .whitespacesAndNewlines).dropLast()))
        current = ""
      }
    }
    if !current.trimmingCharacters(in: .whitespacesAndNewlines).isEmpty { result.append(current) }
    return result
  }
}

extension Sequence where Element == UInt8 {
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var result: [UInt8] = []
    for byte in self {
      result.append(digits[Int(byte >> 4)])
      result.append(digits[Int(byte & 15)])
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// Brings a database to the newest schema, from empty or from any shipped version.
package struct Migrator: Sendable {
  package let migrations: [Migration]

  package init(_ migrations: [Migration]) {
    precondition(Set(migrations.map(\.name)).count == migrations.count, "two migrations of one name")
    self.migrations = migrations
  }

  /// Runs the steps that are missing, all in one transaction.
  ///
  /// - Returns: names of the steps that were run.
  /// - Throws: `StorageError(.schema)` when the database knows a step that this program does not (it was
  ///   made by a newer version), or when a shipped step was altered.
  @discardableResult package func migrate(_ database: Database) async throws -> [String] {
    let migrations = migrations
    return try await database.write { db in
      if db.kind == .postgres { try PostgresGate.shut(db) }
      try db.run(
        """
        CREATE TABLE IF NOT EXISTS schema_migration (
          name TEXT PRIMARY KEY, hash TEXT NOT NULL, applied_at BIGINT NOT NULL)
        """)
      let applied = try Self.applied(db)
      try check(applied)
      var run: [String] = []
      for step in migrations where applied[step.name] == nil {
        for statement in step.statements(for: db.kind) { try db.run(SQL(unsafe: statement)) }
        try db.run(
          """
          INSERT INTO schema_migration (name, hash, applied_at)
          VALUES (\(step.name), \(step.hash), \(db.at))
          """)
        run.append(step.name)
      }
      return run
    }
  }

  /// Names of the steps that a database still lacks; empty when it is ready to serve.
  package func missing(in database: Database) async throws -> [String] {
    let migrations = migrations
    return try await database.read { db in
      guard try Self.exists(db) else { return migrations.map(\.name) }
      let applied = try Self.applied(db)
      try check(applied)
      return migrations.map(\.name).filter { applied[$0] == nil }
    }
  }

  private static func exists(_ db: any Connection) throws -> Bool {
    switch db.kind {
    case .sqlite:
      try db.exists("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'")
    case .postgres: try db.exists("SELECT 1 WHERE to_regclass('schema_migration') IS NOT NULL")
    }
  }

  private static func applied(_ db: any Connection) throws -> [String: String] {
    let rows = try db.rows("SELECT name, hash FROM schema_migration")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.text(1)) })
  }

  /// Steps that a database has, by name, with the hash of each.
  func applied(in database: Database) async throws -> [String: String] {
    try await database.read { db in try Self.exists(db) ? try Self.applied(db) : [:] }
  }

  /// - Throws: `StorageError(.schema)` when a step is unknown to this program or was altered.
  func check(_ applied: [String: String]) throws {
    let hashes = Dictionary(uniqueKeysWithValues: migrations.map { ($0.name, $0.hash) })
    for (name, hash) in applied.sorted(by: { $0.key < $1.key }) {
      guard let expected = hashes[name] else {
        throw StorageError(
          .schema, "the database knows step \(name); this program is older than the database")
      }
      if expected != hash { throw StorageError(.schema, "shipped step \(name) was altered") }
    }
  }
}
