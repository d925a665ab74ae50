package import Storage

/// The tables of clocks and outbox. `next_at` is the worker's business, NULL when nothing is owed any more;
/// `due_at` is the record of what was owed by when and never moves.
package enum JobsMigrations {
  package static let all = [
    Migration(
      "jobs-001-outbox",
      """
      CREATE TABLE outbox_message (
        id                  TEXT PRIMARY KEY,
        unit_id             TEXT NOT NULL,
        recipient_person_id TEXT NOT NULL,
        channel             TEXT NOT NULL CHECK (channel IN ('page', 'email')),
        kind                TEXT NOT NULL CHECK (length(kind) BETWEEN 3 AND 80),
        cause_id            TEXT NOT NULL,
        subject             TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 300),
        body                TEXT NOT NULL CHECK (length(body) <= 20000),
        link                TEXT CHECK (link LIKE '/%'),
        urgency             TEXT NOT NULL CHECK (urgency IN ('urgent', 'normal')),
        dedupe_key          TEXT NOT NULL CHECK (length(dedupe_key) BETWEEN 1 AND 200),
        created_at          BIGINT NOT NULL,
        due_at              BIGINT NOT NULL,
        expires_at          BIGINT,
        next_at             BIGINT,
        taken_by            TEXT,
        taken_until         BIGINT,
        attempts            BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        last_error          TEXT,
        sent_at             BIGINT,
        delivered_at        BIGINT,
        read_at             BIGINT,
        given_up_at         BIGINT,
        UNIQUE (dedupe_key, recipient_person_id, channel),
        CHECK ((taken_by IS NULL) = (taken_until IS NULL)),
        CHECK (given_up_at IS NULL OR last_error IS NOT NULL),
        CHECK (read_at IS NULL OR delivered_at IS NOT NULL)
      );
      CREATE INDEX outbox_message_next ON outbox_message (channel, next_at) WHERE next_at IS NOT NULL;
      CREATE INDEX outbox_message_taken ON outbox_message (channel, taken_until)
        WHERE taken_until IS NOT NULL;
      CREATE INDEX outbox_message_recipient ON outbox_message (recipient_person_id, channel, created_at);
      CREATE INDEX outbox_message_unread ON outbox_message (recipient_person_id, created_at)
        WHERE read_at IS NULL AND channel = 'page';
      CREATE INDEX outbox_message_cause ON outbox_message (cause_id);
      """),
    Migration(
      "jobs-002-due-clocks",
      """
      CREATE TABLE due_clock (
        id          TEXT PRIMARY KEY,
        unit_id     TEXT NOT NULL,
        kind        TEXT NOT NULL CHECK (length(kind) BETWEEN 3 AND 80),
        subject_id  TEXT NOT NULL,
        version     BIGINT NOT NULL,
        due_at      BIGINT NOT NULL,
        set_at      BIGINT NOT NULL,
        next_at     BIGINT,
        taken_by    TEXT,
        taken_until BIGINT,
        attempts    BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
        last_error  TEXT,
        done_at     BIGINT,
        outcome     TEXT CHECK (outcome IN ('ran', 'replaced', 'cancelled')),
        UNIQUE (kind, subject_id, version),
        CHECK ((taken_by IS NULL) = (taken_until IS NULL)),
        CHECK ((done_at IS NULL) = (outcome IS NULL)),
        CHECK ((done_at IS NULL) = (next_at IS NOT NULL))
      );
      CREATE INDEX due_clock_next ON due_clock (next_at) WHERE next_at IS NOT NULL;
      CREATE INDEX due_clock_taken ON due_clock (taken_until) WHERE taken_until IS NOT NULL;
      """),
  ]
}
