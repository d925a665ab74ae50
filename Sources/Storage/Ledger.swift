import Crypto
import Foundation
package import Rules

/// What a change tells the rest of the system, and keeps for ever: a fact in the past tense, `lesson.opened`.
package struct Event: Sendable {
  /// Area and what happened, `admission.refused`.
  package let name: String
  /// The unit whose chain it joins: the school, for all that happens in a school.
  package let unit: OrgUnit.ID
  /// Who did it; nil for the system itself.
  package let actor: Person.ID?
  /// The key of what it is about.
  package let subject: String?
  /// Facts by key; ids, codes and numbers, never a pupil's name or words.
  package let facts: [String: String]

  package init(
    _ name: String, unit: OrgUnit.ID, by actor: Person.ID?, of subject: String? = nil,
    _ facts: [String: String] = [:]
  ) {
    self.name = name
    self.unit = unit
    self.actor = actor
    self.subject = subject
    self.facts = facts
  }
}

/// An event as the ledger keeps it.
package struct LedgerEvent: Sendable, Equatable {
  package let unit: OrgUnit.ID
  /// 1, 2, 3 … within the unit, without gaps.
  package let number: Int64
  package let at: Timestamp
  package let name: String
  package let actor: Person.ID?
  package let subject: String?
  /// JSON object with sorted keys and text values.
  package let body: String
  /// SHA-256 over the previous hash and all fields above, hexadecimal.
  package let hash: String

  package var facts: [String: String] {
    (try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))) ?? [:]
  }
}

/// The append-only, hash-chained record of each unit. Nobody edits it: triggers refuse UPDATE and DELETE, and
/// `lopan verify` finds a row that was altered, removed or slipped in underneath them.
package enum Ledger {
  package static let migrations = [
    Migration(
      "storage-001-ledger",
      """
      CREATE TABLE ledger_head (
        unit_id TEXT PRIMARY KEY,
        number  BIGINT NOT NULL CHECK (number >= 0),
        at      BIGINT NOT NULL,
        hash    TEXT NOT NULL
      );
      CREATE TABLE ledger_event (
        unit_id    TEXT NOT NULL REFERENCES ledger_head (unit_id),
        number     BIGINT NOT NULL CHECK (number >= 1),
        at         BIGINT NOT NULL,
        name       TEXT NOT NULL CHECK (length(name) BETWEEN 3 AND 80),
        actor_id   TEXT,
        subject_id TEXT,
        body       TEXT NOT NULL,
        hash       TEXT NOT NULL CHECK (length(hash) = 64),
        PRIMARY KEY (unit_id, number)
      );
      CREATE INDEX ledger_event_subject ON ledger_event (subject_id, name);
      CREATE INDEX ledger_event_name ON ledger_event (unit_id, name, number);
      """,
      onlyFor: [
        .sqlite: """
        CREATE TRIGGER ledger_event_no_update BEFORE UPDATE ON ledger_event
        BEGIN
          SELECT RAISE(ABORT, 'the ledger is append-only');
        END;
        CREATE TRIGGER ledger_event_no_delete BEFORE DELETE ON ledger_event
        BEGIN
          SELECT RAISE(ABORT, 'the ledger is append-only');
        END;
        """,
        .postgres: """
        CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END;
        $$;
        CREATE TRIGGER ledger_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_event
          FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();
        """,
      ])
  ]

  /// Whether nothing has ever happened in this database.
  package static func isEmpty(in db: any Connection) throws -> Bool {
    try !db.exists("SELECT 1 FROM ledger_head")
  }

  /// The hash before a unit's first event.
  static func genesis(_ unit: OrgUnit.ID) -> String { digest(["lopan ledger 1", unit.rawValue]) }

  /// SHA-256 over fields, each preceded by its length so that no two lists of fields give the same bytes.
  static func digest(_ fields: [String?]) -> String {
    var hash = SHA256()
    for field in fields {
      guard let field else {
        // No field is this long, so nothing and the empty text differ.
        withUnsafeBytes(of: UInt64.max) { hash.update(bufferPointer: $0) }
        continue
      }
      let bytes = Array(field.utf8)
      withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
      hash.update(data: bytes)
    }
    return hash.finalize().hexadecimal
  }

  static func hash(after previous: String, _ event: LedgerEvent) -> String {
    digest([
      previous, event.unit.rawValue, String(event.number), String(event.at.seconds), event.name,
      event.actor?.rawValue, event.subject, event.body,
    ])
  }

  /// Keys sorted, so that the same facts always give the same bytes.
  static func body(_ facts: [String: String]) -> String {
    if facts.isEmpty { return "{}" }
    var text = "{"
    for (index, (key, value)) in facts.sorted(by: { $0.key < $1.key }).enumerated() {
      if index > 0 { text += "," }
      JSONText.append(key, to: &text)
      text += ":"
      JSONText.append(value, to: &text)
    }
    return text + "}"
  }

  // MARK: Reading

  /// Events of a unit after a number, oldest first: how a subscriber catches up and goes on.
  ///
  /// - Parameters:
  ///   - after: the last number seen; 0 for the beginning.
  ///   - limit: 1 … 1,000.
  package static func events(
    of unit: OrgUnit.ID, after: Int64, limit: Int, in db: any Connection
  ) throws -> [LedgerEvent] {
    try db.rows(
      """
      SELECT unit_id, number, at, name, actor_id, subject_id, body, hash FROM ledger_event
      WHERE unit_id = \(unit) AND number > \(after) ORDER BY number LIMIT \(min(max(limit, 1), 1_000))
      """
    ).map(event)
  }

  /// Events about one thing, oldest first.
  package static func events(about subject: String, in db: any Connection) throws -> [LedgerEvent] {
    try db.rows(
      """
      SELECT unit_id, number, at, name, actor_id, subject_id, body, hash FROM ledger_event
      WHERE subject_id = \(subject) ORDER BY at, number LIMIT 10000
      """
    ).map(event)
  }

  /// The newest event's number and hash; nil when the unit has no chain.
  static func head(of unit: OrgUnit.ID, in db: any Connection) throws -> (number: Int64, hash: String)? {
    try db.row("SELECT number, hash FROM ledger_head WHERE unit_id = \(unit)").map {
      ($0.integer(0), $0.text(1))
    }
  }

  /// Every unit that has a chain, with its last number.
  package static func heads(in db: any Connection) throws -> [OrgUnit.ID: Int64] {
    let rows = try db.rows("SELECT unit_id, number FROM ledger_head ORDER BY unit_id")
    return Dictionary(uniqueKeysWithValues: rows.map { ($0.id(0), $0.integer(1)) })
  }

  private static func event(_ row: Row) -> LedgerEvent {
    LedgerEvent(
      unit: row.id(0), number: row.integer(1), at: row.time(2), name: row.text(3), actor: row.optionalID(4),
      subject: row.optionalText(5), body: row.text(6), hash: row.text(7))
  }
}

extension Transaction {
  /// Adds an event to its unit's chain, in the same transaction as the change it tells of.
  ///
  /// A clock that jumps back never makes the chain go back: the event takes the previous event's time
  /// instead.
  package func publish(_ event: Event) throws {
    guard
      let head = try row(
        "UPDATE ledger_head SET number = number + 1 WHERE unit_id = \(event.unit) RETURNING number, at, hash")
    else {
      let genesis = Ledger.genesis(event.unit)
      try run(
        """
        INSERT INTO ledger_head (unit_id, number, at, hash) VALUES (\(event.unit), 0, 0, \(genesis))
        ON CONFLICT DO NOTHING
        """)
      return try publish(event)
    }
    let unsealed = LedgerEvent(
      unit: event.unit, number: head.integer(0), at: max(at, head.time(1)), name: event.name,
      actor: event.actor,
      subject: event.subject, body: Ledger.body(event.facts), hash: "")
    let hash = Ledger.hash(after: head.text(2), unsealed)
    try run(all: [
      """
      INSERT INTO ledger_event (unit_id, number, at, name, actor_id, subject_id, body, hash)
      VALUES (\(event.unit), \(unsealed.number), \(unsealed.at), \(event.name), \(event.actor),
        \(event.subject), \(unsealed.body), \(hash))
      """,
      "UPDATE ledger_head SET at = \(unsealed.at), hash = \(hash) WHERE unit_id = \(event.unit)",
    ])
    ring(Bell.key(unit: event.unit), number: unsealed.number)
  }
}
