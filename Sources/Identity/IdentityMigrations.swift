import Storage

enum IdentityMigrations {
  static let all = [
    Migration(
      "identity-001-person",
      """
      CREATE TABLE person (
        id         TEXT PRIMARY KEY CHECK (length(id) = 36),
        name       TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
        search     TEXT NOT NULL,
        birth_date TEXT CHECK (length(birth_date) = 10),
        sex        TEXT NOT NULL CHECK (sex IN ('male', 'female', 'unknown')),
        email      TEXT CHECK (length(email) BETWEEN 3 AND 254),
        phone      TEXT CHECK (length(phone) BETWEEN 8 AND 20),
        created_at BIGINT NOT NULL
      );
      CREATE INDEX person_search ON person (search);
      """),
    Migration(
      "identity-002-account",
      """
      CREATE TABLE account (
        id            TEXT PRIMARY KEY CHECK (length(id) = 36),
        person_id     TEXT NOT NULL UNIQUE REFERENCES person (id),
        unit_id       TEXT NOT NULL,
        login         TEXT NOT NULL UNIQUE CHECK (length(login) BETWEEN 3 AND 60),
        password_hash TEXT,
        state         TEXT NOT NULL CHECK (state IN ('issued', 'active', 'locked', 'closed')),
        verified_at   BIGINT,
        verified_by   TEXT REFERENCES person (id),
        created_at    BIGINT NOT NULL,
        CHECK (state <> 'active' OR password_hash IS NOT NULL),
        CHECK ((verified_at IS NULL) = (verified_by IS NULL))
      );
      CREATE TABLE account_slip (
        id          TEXT PRIMARY KEY CHECK (length(id) = 36),
        account_id  TEXT NOT NULL REFERENCES account (id),
        secret_hash TEXT NOT NULL UNIQUE CHECK (length(secret_hash) = 64),
        issued_at   BIGINT NOT NULL,
        issued_by   TEXT NOT NULL REFERENCES person (id),
        expires_at  BIGINT NOT NULL,
        used_at     BIGINT,
        revoked_at  BIGINT,
        CHECK (expires_at > issued_at)
      );
      CREATE INDEX account_slip_account ON account_slip (account_id, issued_at);
      CREATE TABLE second_factor (
        account_id   TEXT PRIMARY KEY REFERENCES account (id),
        secret       TEXT NOT NULL,
        offered_at   BIGINT NOT NULL,
        confirmed_at BIGINT,
        last_step    BIGINT NOT NULL
      );
      """),
    Migration(
      "identity-003-session",
      """
      CREATE TABLE session (
        id               TEXT PRIMARY KEY CHECK (length(id) = 36),
        account_id       TEXT NOT NULL REFERENCES account (id),
        token_hash       TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
        device_key       TEXT CHECK (length(device_key) BETWEEN 80 AND 200),
        device_label     TEXT NOT NULL CHECK (length(device_label) <= 120),
        address          TEXT NOT NULL,
        created_at       BIGINT NOT NULL,
        last_seen_at     BIGINT NOT NULL,
        second_factor_at BIGINT,
        ended_at         BIGINT,
        end_reason       TEXT CHECK (end_reason IN ('signed_out', 'ended_elsewhere', 'ended_by_school', 'locked', 'reset', 'expired')),
        CHECK ((ended_at IS NULL) = (end_reason IS NULL))
      );
      CREATE INDEX session_account ON session (account_id, ended_at);
      CREATE TABLE known_device (
        token_hash   TEXT NOT NULL CHECK (length(token_hash) = 64),
        account_id   TEXT NOT NULL REFERENCES account (id),
        last_success BIGINT NOT NULL,
        PRIMARY KEY (token_hash, account_id)
      );
      CREATE TABLE sign_in_attempt (
        id         TEXT PRIMARY KEY CHECK (length(id) = 36),
        login      TEXT NOT NULL,
        address    TEXT NOT NULL,
        known      BIGINT NOT NULL CHECK (known IN (0, 1)),
        at         BIGINT NOT NULL,
        succeeded  BIGINT NOT NULL CHECK (succeeded IN (0, 1))
      );
      CREATE INDEX sign_in_attempt_login ON sign_in_attempt (login, at);
      CREATE INDEX sign_in_attempt_address ON sign_in_attempt (address, at);
      """),
    Migration(
      "identity-004-recovery",
      """
      CREATE TABLE recovery_code (
        account_id  TEXT NOT NULL REFERENCES account (id),
        code_hash   TEXT NOT NULL CHECK (length(code_hash) = 64),
        made_at     BIGINT NOT NULL,
        used_at     BIGINT,
        replaced_at BIGINT,
        PRIMARY KEY (account_id, code_hash)
      );
      CREATE TABLE second_factor_reset (
        id         TEXT PRIMARY KEY CHECK (length(id) = 36),
        account_id TEXT NOT NULL REFERENCES account (id),
        reset_by   TEXT NOT NULL REFERENCES person (id),
        at         BIGINT NOT NULL,
        reason     TEXT NOT NULL CHECK (reason IN ('lost', 'new_device', 'suspicious', 'other'))
      );
      CREATE INDEX second_factor_reset_account ON second_factor_reset (account_id, at);
      """),
  ]
}
