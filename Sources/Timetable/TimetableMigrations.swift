import Storage

enum TimetableMigrations {
  static let all = [
    Migration(
      "timetable-001-lessons",
      """
      CREATE TABLE weekly_slot (
        id              TEXT PRIMARY KEY CHECK (length(id) = 36),
        unit_id         TEXT NOT NULL CHECK (length(unit_id) = 36),
        class_id        TEXT NOT NULL CHECK (length(class_id) = 36),
        subject_id      TEXT NOT NULL CHECK (length(subject_id) = 36),
        teacher_id      TEXT NOT NULL REFERENCES person (id),
        weekday         BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
        start_minute    BIGINT NOT NULL CHECK (start_minute BETWEEN 0 AND 1439),
        length_minutes  BIGINT NOT NULL CHECK (length_minutes BETWEEN 5 AND 240),
        opening_minutes BIGINT NOT NULL CHECK (opening_minutes BETWEEN 10 AND 60),
        first_day       TEXT NOT NULL CHECK (length(first_day) = 10),
        -- Inclusive. An ending moves `ended_on`, the first day without it, and leaves this.
        last_day        TEXT NOT NULL CHECK (length(last_day) = 10),
        ended_on        TEXT CHECK (length(ended_on) = 10),
        -- Lessons exist up to this day, inclusive.
        planned_to      TEXT NOT NULL CHECK (length(planned_to) = 10),
        created_at      BIGINT NOT NULL,
        created_by      TEXT REFERENCES person (id),
        CHECK (first_day <= last_day)
      );
      CREATE INDEX weekly_slot_class ON weekly_slot (class_id);
      CREATE INDEX weekly_slot_teacher ON weekly_slot (teacher_id);
      CREATE INDEX weekly_slot_planned ON weekly_slot (planned_to);
      CREATE TABLE lesson (
        id              TEXT PRIMARY KEY CHECK (length(id) = 36),
        unit_id         TEXT NOT NULL CHECK (length(unit_id) = 36),
        class_id        TEXT NOT NULL CHECK (length(class_id) = 36),
        subject_id      TEXT NOT NULL CHECK (length(subject_id) = 36),
        teacher_id      TEXT NOT NULL REFERENCES person (id),
        slot_id         TEXT REFERENCES weekly_slot (id),
        starts_at       BIGINT NOT NULL,
        ends_at         BIGINT NOT NULL,
        opening_minutes BIGINT NOT NULL CHECK (opening_minutes BETWEEN 10 AND 60),
        created_at      BIGINT NOT NULL,
        UNIQUE (slot_id, starts_at),
        CHECK (ends_at > starts_at AND ends_at - starts_at <= 43200)
      );
      CREATE INDEX lesson_class ON lesson (class_id, starts_at);
      CREATE INDEX lesson_teacher ON lesson (teacher_id, starts_at);
      CREATE INDEX lesson_unit ON lesson (unit_id, starts_at);
      CREATE TABLE lesson_cancellation (
        lesson_id TEXT PRIMARY KEY REFERENCES lesson (id),
        by_id     TEXT REFERENCES person (id),
        at        BIGINT NOT NULL
      );
      CREATE TABLE substitute_decision (
        id            TEXT PRIMARY KEY CHECK (length(id) = 36),
        unit_id       TEXT NOT NULL CHECK (length(unit_id) = 36),
        lesson_id     TEXT REFERENCES lesson (id),
        absent_id     TEXT REFERENCES person (id),
        class_id      TEXT CHECK (length(class_id) = 36),
        first_day     TEXT CHECK (length(first_day) = 10),
        last_day      TEXT CHECK (length(last_day) = 10),
        substitute_id TEXT NOT NULL REFERENCES person (id),
        decided_by    TEXT NOT NULL REFERENCES person (id),
        decided_at    BIGINT NOT NULL,
        withdrawn_at  BIGINT,
        withdrawn_by  TEXT REFERENCES person (id),
        CHECK ((lesson_id IS NULL) = (absent_id IS NOT NULL)),
        CHECK ((absent_id IS NULL) = (first_day IS NULL)),
        CHECK ((first_day IS NULL) = (last_day IS NULL)),
        CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
      );
      CREATE INDEX substitute_decision_lesson ON substitute_decision (lesson_id);
      CREATE INDEX substitute_decision_absent ON substitute_decision (absent_id, first_day);
      CREATE INDEX substitute_decision_substitute ON substitute_decision (substitute_id);
      -- One row for each school, whose lock puts changes of its timetable one after another.
      CREATE TABLE timetable_lock (
        unit_id  TEXT PRIMARY KEY CHECK (length(unit_id) = 36),
        revision BIGINT NOT NULL
      );
      """)
  ]
}
