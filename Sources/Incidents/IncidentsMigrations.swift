import Storage

enum IncidentsMigrations {
  static let all = [
    Migration(
      "incidents-001-alarm",
      """
      CREATE TABLE alarm (
        id           TEXT PRIMARY KEY CHECK (length(id) = 36),
        unit_id      TEXT NOT NULL,
        class_id     TEXT NOT NULL,
        class_name   TEXT NOT NULL,
        lesson_id    TEXT,
        kind         TEXT NOT NULL CHECK (kind IN ('stranger', 'badContent', 'needsHelp', 'securityLost', 'doubleUse', 'teacherLost')),
        reporter_id  TEXT,
        reporter_as  TEXT NOT NULL,
        about_id     TEXT,
        at           BIGINT NOT NULL
      );
      CREATE INDEX alarm_unit ON alarm (unit_id, at);
      CREATE INDEX alarm_class ON alarm (class_id, at);
      CREATE TABLE alarm_addressee (
        alarm_id  TEXT NOT NULL REFERENCES alarm (id),
        person_id TEXT NOT NULL,
        recipient TEXT NOT NULL,
        stands_in TEXT,
        at        BIGINT NOT NULL,
        PRIMARY KEY (alarm_id, person_id, recipient)
      );
      CREATE INDEX alarm_addressee_person ON alarm_addressee (person_id, at);
      CREATE TABLE alarm_exception (
        alarm_id  TEXT NOT NULL REFERENCES alarm (id),
        recipient TEXT NOT NULL,
        person_id TEXT NOT NULL,
        why       TEXT NOT NULL CHECK (why IN ('subject', 'unfilled')),
        at        BIGINT NOT NULL,
        PRIMARY KEY (alarm_id, recipient, person_id)
      );
      CREATE TABLE alarm_acknowledgement (
        alarm_id  TEXT NOT NULL REFERENCES alarm (id),
        person_id TEXT NOT NULL,
        at        BIGINT NOT NULL,
        PRIMARY KEY (alarm_id, person_id)
      );
      """)
  ]
}
