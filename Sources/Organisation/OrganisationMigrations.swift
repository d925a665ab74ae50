import Storage

/// Days are ISO text; every span is `[valid_from, valid_to)`, open while `valid_to` is NULL. Nothing dated is ever deleted.
enum OrganisationMigrations {
  static let all = [units, classes, relations, importRuns, staff]

  private static let units = Migration(
    "organisation-001-units",
    """
    CREATE TABLE unit (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      created_at BIGINT NOT NULL
    );
    CREATE TABLE unit_attribute (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id    TEXT NOT NULL REFERENCES unit (id),
      kind       TEXT NOT NULL CHECK (kind IN ('ministry', 'department', 'district_office', 'commune',
        'commune_office', 'school', 'police', 'child_helpline', 'information_authority')),
      name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
      code       TEXT CHECK (length(code) BETWEEN 1 AND 40),
      valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to   TEXT CHECK (length(valid_to) = 10),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE UNIQUE INDEX unit_attribute_open ON unit_attribute (unit_id) WHERE valid_to IS NULL;
    CREATE INDEX unit_attribute_unit ON unit_attribute (unit_id, valid_from);
    CREATE TABLE unit_edge (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      child_id   TEXT NOT NULL REFERENCES unit (id),
      parent_id  TEXT NOT NULL REFERENCES unit (id),
      kind       TEXT NOT NULL CHECK (kind IN ('administrative', 'professional', 'directly_managed', 'located_in',
        'delivers_to')),
      valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to   TEXT CHECK (length(valid_to) = 10),
      CHECK (child_id <> parent_id),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE UNIQUE INDEX unit_edge_one_administrative ON unit_edge (child_id)
      WHERE kind = 'administrative' AND valid_to IS NULL;
    CREATE INDEX unit_edge_child ON unit_edge (child_id, kind);
    CREATE INDEX unit_edge_parent ON unit_edge (parent_id, kind);
    CREATE TABLE unit_successor (
      id           TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id      TEXT NOT NULL REFERENCES unit (id),
      successor_id TEXT REFERENCES unit (id),
      kind         TEXT NOT NULL CHECK (kind IN ('merge', 'split', 'rename', 'dissolve')),
      document     TEXT NOT NULL CHECK (length(document) BETWEEN 1 AND 80),
      effective    TEXT NOT NULL CHECK (length(effective) = 10),
      CHECK (successor_id IS NULL OR successor_id <> unit_id),
      CHECK (successor_id IS NOT NULL OR kind = 'dissolve')
    );
    CREATE INDEX unit_successor_unit ON unit_successor (unit_id, effective);
    CREATE TABLE unit_function (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id    TEXT NOT NULL REFERENCES unit (id),
      function   TEXT NOT NULL CHECK (function IN ('head', 'deputy_head', 'it_teacher', 'officer', 'police_contact',
        'child_helpline', 'receiving_authority', 'information_authority')),
      holder_id  TEXT REFERENCES person (id),
      contact    TEXT CHECK (length(contact) BETWEEN 1 AND 200),
      valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to   TEXT CHECK (length(valid_to) = 10),
      CHECK (holder_id IS NOT NULL OR contact IS NOT NULL),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE UNIQUE INDEX unit_function_one_head ON unit_function (unit_id) WHERE function = 'head' AND valid_to IS NULL;
    CREATE INDEX unit_function_holder ON unit_function (holder_id);
    CREATE INDEX unit_function_unit ON unit_function (unit_id, function);
    -- One row whose lock puts changes of the graph one after another; the number says whether it changed.
    CREATE TABLE unit_graph (
      id       BIGINT PRIMARY KEY CHECK (id = 1),
      revision BIGINT NOT NULL
    );
    INSERT INTO unit_graph (id, revision) VALUES (1, 0);
    """)

  private static let classes = Migration(
    "organisation-002-classes",
    """
    CREATE TABLE school_year (
      id        TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id   TEXT NOT NULL REFERENCES unit (id),
      name      TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
      first_day TEXT NOT NULL CHECK (length(first_day) = 10),
      last_day  TEXT NOT NULL CHECK (length(last_day) = 10),
      UNIQUE (unit_id, name),
      CHECK (first_day < last_day)
    );
    CREATE TABLE term (
      year_id   TEXT NOT NULL REFERENCES school_year (id),
      number    BIGINT NOT NULL CHECK (number BETWEEN 1 AND 4),
      first_day TEXT NOT NULL CHECK (length(first_day) = 10),
      last_day  TEXT NOT NULL CHECK (length(last_day) = 10),
      PRIMARY KEY (year_id, number),
      CHECK (first_day < last_day)
    );
    CREATE TABLE school_class (
      id       TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id  TEXT NOT NULL REFERENCES unit (id),
      year_id  TEXT NOT NULL REFERENCES school_year (id),
      grade    BIGINT NOT NULL CHECK (grade BETWEEN 0 AND 12),
      name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 20),
      name_key TEXT NOT NULL,
      UNIQUE (unit_id, year_id, name_key)
    );
    -- The lock of a school's roster, and the series of its account names.
    CREATE TABLE school_roster (
      unit_id      TEXT PRIMARY KEY REFERENCES unit (id),
      revision     BIGINT NOT NULL,
      login_prefix TEXT NOT NULL UNIQUE CHECK (length(login_prefix) BETWEEN 2 AND 20),
      last_login   BIGINT NOT NULL
    );
    CREATE TABLE school_pupil (
      unit_id    TEXT NOT NULL REFERENCES unit (id),
      person_id  TEXT NOT NULL REFERENCES person (id),
      pupil_code TEXT CHECK (length(pupil_code) BETWEEN 1 AND 40),
      PRIMARY KEY (unit_id, person_id)
    );
    CREATE UNIQUE INDEX school_pupil_code ON school_pupil (unit_id, pupil_code) WHERE pupil_code IS NOT NULL;
    CREATE INDEX school_pupil_person ON school_pupil (person_id);
    CREATE TABLE class_enrolment (
      id           TEXT PRIMARY KEY CHECK (length(id) = 36),
      person_id    TEXT NOT NULL REFERENCES person (id),
      class_id     TEXT NOT NULL REFERENCES school_class (id),
      year_id      TEXT NOT NULL REFERENCES school_year (id),
      order_number BIGINT NOT NULL CHECK (order_number BETWEEN 1 AND 9999),
      valid_from   TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to     TEXT CHECK (length(valid_to) = 10),
      reason       TEXT NOT NULL CHECK (reason IN ('enrolled', 'moved', 'renumbered')),
      end_reason   TEXT CHECK (end_reason IN ('moved', 'renumbered', 'left', 'new_year')),
      CHECK (valid_to IS NULL OR valid_to >= valid_from),
      CHECK ((valid_to IS NULL) = (end_reason IS NULL))
    );
    CREATE UNIQUE INDEX class_enrolment_one_class ON class_enrolment (person_id, year_id) WHERE valid_to IS NULL;
    CREATE UNIQUE INDEX class_enrolment_number ON class_enrolment (class_id, order_number) WHERE valid_to IS NULL;
    CREATE INDEX class_enrolment_class ON class_enrolment (class_id, valid_from);
    CREATE INDEX class_enrolment_person ON class_enrolment (person_id, valid_from);
    """)

  private static let relations = Migration(
    "organisation-003-relations",
    """
    CREATE TABLE subject (
      id       TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id  TEXT NOT NULL REFERENCES unit (id),
      name     TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
      name_key TEXT NOT NULL,
      UNIQUE (unit_id, name_key)
    );
    CREATE TABLE teaching_assignment (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      person_id  TEXT NOT NULL REFERENCES person (id),
      class_id   TEXT NOT NULL REFERENCES school_class (id),
      subject_id TEXT REFERENCES subject (id),
      kind       TEXT NOT NULL CHECK (kind IN ('homeroom', 'subject')),
      valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to   TEXT CHECK (length(valid_to) = 10),
      CHECK ((kind = 'subject') = (subject_id IS NOT NULL)),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE UNIQUE INDEX teaching_assignment_one_homeroom ON teaching_assignment (class_id)
      WHERE kind = 'homeroom' AND valid_to IS NULL;
    CREATE UNIQUE INDEX teaching_assignment_once ON teaching_assignment (class_id, subject_id, person_id)
      WHERE valid_to IS NULL;
    CREATE INDEX teaching_assignment_person ON teaching_assignment (person_id);
    CREATE TABLE guardian_relation (
      id          TEXT PRIMARY KEY CHECK (length(id) = 36),
      guardian_id TEXT NOT NULL REFERENCES person (id),
      child_id    TEXT NOT NULL REFERENCES person (id),
      kind        TEXT NOT NULL CHECK (kind IN ('mother', 'father', 'guardian')),
      -- 1 when the class list names this person as the contact; one such relation of a child is open.
      from_list   BIGINT NOT NULL CHECK (from_list IN (0, 1)),
      -- 0 when the list gave a telephone number without a name.
      name_known  BIGINT NOT NULL CHECK (name_known IN (0, 1)),
      valid_from  TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to    TEXT CHECK (length(valid_to) = 10),
      CHECK (guardian_id <> child_id),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE UNIQUE INDEX guardian_relation_once ON guardian_relation (guardian_id, child_id) WHERE valid_to IS NULL;
    CREATE UNIQUE INDEX guardian_relation_contact ON guardian_relation (child_id)
      WHERE from_list = 1 AND valid_to IS NULL;
    CREATE INDEX guardian_relation_child ON guardian_relation (child_id);
    """)

  private static let importRuns = Migration(
    "organisation-004-import-runs",
    """
    CREATE TABLE import_run (
      id           TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id      TEXT NOT NULL REFERENCES unit (id),
      year_id      TEXT NOT NULL REFERENCES school_year (id),
      file_name    TEXT NOT NULL CHECK (length(file_name) <= 200),
      created_by   TEXT REFERENCES person (id),
      created_at   BIGINT NOT NULL,
      expires_at   BIGINT NOT NULL,
      state        TEXT NOT NULL CHECK (state IN ('previewed', 'confirmed', 'discarded')),
      -- The rows that were read, needed columns only; emptied once the run is confirmed or discarded.
      record       TEXT,
      confirmed_by TEXT REFERENCES person (id),
      confirmed_at BIGINT,
      outcome      TEXT,
      CHECK ((state = 'previewed') = (record IS NOT NULL)),
      CHECK ((state = 'confirmed') = (confirmed_at IS NOT NULL))
    );
    CREATE INDEX import_run_unit ON import_run (unit_id, created_at);
    """)

  /// Staff beside those who hold a function or teach already; subjects that a school no longer teaches; counsellors.
  private static let staff = Migration(
    "organisation-005-staff",
    """
    ALTER TABLE subject ADD COLUMN retired_on TEXT CHECK (length(retired_on) = 10);
    CREATE TABLE staff_member (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id    TEXT NOT NULL REFERENCES unit (id),
      person_id  TEXT NOT NULL REFERENCES person (id),
      valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to   TEXT CHECK (length(valid_to) = 10),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    CREATE UNIQUE INDEX staff_member_once ON staff_member (unit_id, person_id) WHERE valid_to IS NULL;
    CREATE INDEX staff_member_person ON staff_member (person_id);
    CREATE TABLE unit_function_next (
      id         TEXT PRIMARY KEY CHECK (length(id) = 36),
      unit_id    TEXT NOT NULL REFERENCES unit (id),
      function   TEXT NOT NULL CHECK (function IN ('head', 'deputy_head', 'it_teacher', 'counsellor', 'officer',
        'police_contact', 'child_helpline', 'receiving_authority', 'information_authority')),
      holder_id  TEXT REFERENCES person (id),
      contact    TEXT CHECK (length(contact) BETWEEN 1 AND 200),
      valid_from TEXT NOT NULL CHECK (length(valid_from) = 10),
      valid_to   TEXT CHECK (length(valid_to) = 10),
      CHECK (holder_id IS NOT NULL OR contact IS NOT NULL),
      CHECK (valid_to IS NULL OR valid_to >= valid_from)
    );
    INSERT INTO unit_function_next (id, unit_id, function, holder_id, contact, valid_from, valid_to)
      SELECT id, unit_id, function, holder_id, contact, valid_from, valid_to FROM unit_function;
    DROP TABLE unit_function;
    ALTER TABLE unit_function_next RENAME TO unit_function;
    CREATE UNIQUE INDEX unit_function_one_head ON unit_function (unit_id) WHERE function = 'head' AND valid_to IS NULL;
    CREATE INDEX unit_function_holder ON unit_function (holder_id);
    CREATE INDEX unit_function_unit ON unit_function (unit_id, function);
    """)
}
