import Storage

enum LiveClassMigrations {
  static let all = [
    Migration(
      "liveclass-001-lesson",
      """
      CREATE TABLE live_lesson (
        lesson_id TEXT PRIMARY KEY CHECK (length(lesson_id) = 36),
        unit_id   TEXT NOT NULL,
        class_id  TEXT NOT NULL,
        phase     TEXT NOT NULL CHECK (phase IN ('scheduled', 'open', 'ended')),
        is_locked BIGINT NOT NULL CHECK (is_locked IN (0, 1)),
        is_frozen BIGINT NOT NULL CHECK (is_frozen IN (0, 1)),
        chat_mode TEXT NOT NULL CHECK (chat_mode IN ('off', 'open')),
        opened_at BIGINT,
        ended_at  BIGINT,
        alive_at  BIGINT NOT NULL,
        digest    TEXT CHECK (length(digest) = 64)
      );
      CREATE INDEX live_lesson_phase ON live_lesson (phase);
      CREATE TABLE live_seat (
        lesson_id  TEXT NOT NULL REFERENCES live_lesson (lesson_id),
        person_id  TEXT NOT NULL,
        account_id TEXT NOT NULL,
        device_id  TEXT NOT NULL,
        standing   TEXT NOT NULL,
        place      TEXT NOT NULL CHECK (place IN ('lobby', 'room')),
        is_live    BIGINT NOT NULL CHECK (is_live IN (0, 1)),
        permits    BIGINT NOT NULL CHECK (permits BETWEEN 0 AND 7),
        hand_up    BIGINT NOT NULL CHECK (hand_up IN (0, 1)),
        PRIMARY KEY (lesson_id, person_id)
      );
      CREATE TABLE live_event (
        lesson_id TEXT NOT NULL REFERENCES live_lesson (lesson_id),
        seq       BIGINT NOT NULL CHECK (seq >= 1),
        at        BIGINT NOT NULL,
        kind      TEXT NOT NULL,
        person_id TEXT,
        by_id     TEXT,
        is_public BIGINT NOT NULL CHECK (is_public IN (0, 1)),
        body      TEXT NOT NULL,
        PRIMARY KEY (lesson_id, seq)
      );
      CREATE INDEX live_event_kind ON live_event (lesson_id, kind, seq);
      """),
    Migration(
      "liveclass-002-door",
      """
      CREATE TABLE lesson_ticket (
        token_hash TEXT PRIMARY KEY CHECK (length(token_hash) = 64),
        lesson_id  TEXT NOT NULL,
        account_id TEXT NOT NULL,
        device_id  TEXT NOT NULL,
        issued_at  BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        used_at    BIGINT
      );
      CREATE INDEX lesson_ticket_lesson ON lesson_ticket (lesson_id);
      CREATE TABLE lesson_ban (
        id        TEXT PRIMARY KEY CHECK (length(id) = 36),
        class_id  TEXT NOT NULL,
        lesson_id TEXT NOT NULL,
        person_id TEXT NOT NULL,
        scope     TEXT NOT NULL CHECK (scope IN ('lesson', 'schoolClass')),
        by_id     TEXT NOT NULL,
        at        BIGINT NOT NULL,
        until     BIGINT,
        lifted_at BIGINT,
        lifted_by TEXT
      );
      CREATE INDEX lesson_ban_class ON lesson_ban (class_id, person_id);
      CREATE TABLE lesson_guest (
        lesson_id    TEXT NOT NULL,
        person_id    TEXT NOT NULL,
        by_id        TEXT NOT NULL,
        at           BIGINT NOT NULL,
        withdrawn_at BIGINT,
        PRIMARY KEY (lesson_id, person_id, at)
      );
      CREATE TABLE class_passphrase (
        id          TEXT PRIMARY KEY CHECK (length(id) = 36),
        class_id    TEXT NOT NULL,
        text        TEXT NOT NULL CHECK (length(text) BETWEEN 12 AND 100),
        made_at     BIGINT NOT NULL,
        made_by     TEXT,
        reason      TEXT NOT NULL CHECK (reason IN ('first', 'asked', 'leaked', 'afterRemoval', 'age')),
        replaced_at BIGINT
      );
      CREATE UNIQUE INDEX class_passphrase_live ON class_passphrase (class_id) WHERE replaced_at IS NULL;
      CREATE TABLE class_door (
        class_id         TEXT PRIMARY KEY CHECK (length(class_id) = 36),
        needs_passphrase BIGINT NOT NULL CHECK (needs_passphrase IN (0, 1))
      );
      CREATE TABLE passphrase_try (
        id         TEXT PRIMARY KEY CHECK (length(id) = 36),
        lesson_id  TEXT NOT NULL,
        account_id TEXT NOT NULL,
        at         BIGINT NOT NULL
      );
      CREATE INDEX passphrase_try_account ON passphrase_try (lesson_id, account_id, at);
      """),
    Migration(
      "liveclass-003-visits",
      """
      CREATE TABLE lesson_visit (
        id           TEXT PRIMARY KEY CHECK (length(id) = 36),
        lesson_id    TEXT NOT NULL CHECK (length(lesson_id) = 36),
        visitor_id   TEXT NOT NULL REFERENCES person (id),
        purpose      TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 400),
        from_at      BIGINT NOT NULL,
        to_at        BIGINT NOT NULL,
        announced_at BIGINT NOT NULL,
        withdrawn_at BIGINT,
        CHECK (from_at < to_at)
      );
      CREATE UNIQUE INDEX lesson_visit_once ON lesson_visit (lesson_id, visitor_id) WHERE withdrawn_at IS NULL;
      CREATE INDEX lesson_visit_visitor ON lesson_visit (visitor_id, from_at);
      """),
  ]
}
