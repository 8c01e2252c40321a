/**
 * The platform's database, one statement block a format (openDatabase runs what is missing). Times are ms since the epoch.
 *
 * `tokens_by_hash` holds all that validation needs of a token, so that it reads one narrow tree, whose pages hold many
 * entries and whose depth hardly grows. What changes with use (`token_usage`) stands apart and never rewrites a token. `users.capabilities` repeats what groups and roles give
 * (users/capabilities.ts keeps it in step), so that validation needs no further join.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE platform (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE users (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    user_email TEXT NOT NULL COLLATE NOCASE UNIQUE,
    firstname TEXT,
    lastname TEXT,
    description TEXT,
    language TEXT NOT NULL DEFAULT 'auto',
    external INTEGER NOT NULL DEFAULT 0,
    user_service_account INTEGER NOT NULL DEFAULT 0,
    account_status TEXT NOT NULL DEFAULT 'Active',
    account_lock_after INTEGER,
    password_hash TEXT,
    capabilities TEXT NOT NULL DEFAULT '',
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE roles (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE role_capabilities (
    role_id TEXT NOT NULL REFERENCES roles (id),
    capability TEXT NOT NULL,
    PRIMARY KEY (role_id, capability)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE groups (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE group_roles (
    group_id TEXT NOT NULL REFERENCES groups (id),
    role_id TEXT NOT NULL REFERENCES roles (id),
    PRIMARY KEY (group_id, role_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE user_groups (
    user_row INTEGER NOT NULL REFERENCES users (row),
    group_id TEXT NOT NULL REFERENCES groups (id),
    PRIMARY KEY (user_row, group_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE organizations (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE user_organizations (
    user_row INTEGER NOT NULL REFERENCES users (row),
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    administrator INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (user_row, organization_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX users_of_organization ON user_organizations (organization_id);

  CREATE TABLE tokens (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_row INTEGER NOT NULL REFERENCES users (row),
    hash BLOB NOT NULL,
    key_id TEXT NOT NULL,
    name TEXT NOT NULL,
    masked_token TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    revoked_by TEXT,
    revoke_reason TEXT
  ) STRICT;
  CREATE INDEX tokens_by_hash ON tokens (hash, user_row, expires_at, revoked_at);
  CREATE TRIGGER tokens_have_one_hash BEFORE INSERT ON tokens
    WHEN EXISTS (SELECT 1 FROM tokens WHERE hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'a token with this value exists'); END;
  CREATE INDEX tokens_of_user ON tokens (user_row, created_at);

  CREATE TABLE token_usage (
    token_row INTEGER PRIMARY KEY REFERENCES tokens (row) ON DELETE CASCADE,
    last_used_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE sessions (
    cookie_hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_row INTEGER NOT NULL REFERENCES users (row),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    max_age_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_of_user ON sessions (user_row);

  CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    digest BLOB NOT NULL
  ) STRICT;
  CREATE TABLE audit_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    count INTEGER NOT NULL,
    digest BLOB NOT NULL,
    seal BLOB NOT NULL
  ) STRICT;
  CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER audit_never_shrinks BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER audit_never_replaced BEFORE INSERT ON audit
    WHEN NEW.sequence <= (SELECT max(sequence) FROM audit)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  `,
  // The one place where plaintext may lie, from an import to `--finalize` (docs/decisions/0015). It stands apart from `users`
  // and `tokens`, is found by a keyed digest like every token, and is empty on every platform that imported nothing.
  `
  CREATE TABLE legacy_tokens (
    user_row INTEGER PRIMARY KEY REFERENCES users (row) ON DELETE CASCADE,
    digest BLOB NOT NULL UNIQUE,
    key_id TEXT NOT NULL,
    api_token TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    migrated_at INTEGER
  ) STRICT;
  CREATE INDEX legacy_tokens_waiting ON legacy_tokens (user_row) WHERE migrated_at IS NULL;

  CREATE TABLE legacy_sources (
    path TEXT PRIMARY KEY,
    imported_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Scopes are in the index, so that validation still reads one narrow tree. What `audits` filters by is computed from the
  // records themselves; a damaged one counts as empty and is found by its digest.
  `
  ALTER TABLE tokens ADD COLUMN scopes TEXT;
  DROP INDEX tokens_by_hash;
  CREATE INDEX tokens_by_hash ON tokens (hash, user_row, expires_at, revoked_at, scopes);

  CREATE TABLE token_days (
    token_row INTEGER NOT NULL REFERENCES tokens (row) ON DELETE CASCADE,
    day INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (token_row, day)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE token_callers (
    token_row INTEGER NOT NULL REFERENCES tokens (row) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('ip', 'agent')),
    value TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    PRIMARY KEY (token_row, kind, value)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX token_callers_by_age ON token_callers (last_at);

  CREATE TABLE second_factors (
    user_row INTEGER PRIMARY KEY REFERENCES users (row) ON DELETE CASCADE,
    mandatory INTEGER NOT NULL DEFAULT 0,
    sealed_secret BLOB,
    last_step INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  ALTER TABLE sessions ADD COLUMN code_given INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE sessions ADD COLUMN wrong_codes INTEGER NOT NULL DEFAULT 0;

  ALTER TABLE audit ADD COLUMN event TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN body ->> '$.event' END) VIRTUAL;
  ALTER TABLE audit ADD COLUMN at INTEGER
    GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN body ->> '$.at' END) VIRTUAL;
  ALTER TABLE audit ADD COLUMN actor_id TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN body ->> '$.actor.id' END) VIRTUAL;
  ALTER TABLE audit ADD COLUMN subject_id TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN body ->> '$.subject.id' END) VIRTUAL;
  ALTER TABLE audit ADD COLUMN message TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN body ->> '$.message' END) VIRTUAL;
  CREATE INDEX audit_by_subject ON audit (subject_id);
  CREATE INDEX audit_by_actor ON audit (actor_id);
  `,
  `
  CREATE TABLE connectors (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    connector_type TEXT NOT NULL,
    connector_scope TEXT NOT NULL,
    connector_user_row INTEGER REFERENCES users (row),
    auto INTEGER NOT NULL DEFAULT 0,
    built_in INTEGER NOT NULL DEFAULT 0,
    is_managed INTEGER NOT NULL DEFAULT 0,
    manager_current_status TEXT,
    manager_requested_status TEXT,
    manager_contract_image TEXT,
    last_seen_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // What XTM Composer and OpenCTI tell each other. Reports stand apart: they come every few seconds and never rewrite a
  // connector. There is at most one manager a protocol, which is the rule itself (opencti-api.md §5.2, §6.1).
  `
  ALTER TABLE connectors ADD COLUMN platform TEXT NOT NULL DEFAULT 'opencti' CHECK (platform IN ('opencti', 'openaev'));
  ALTER TABLE connectors ADD COLUMN catalog_id TEXT;
  ALTER TABLE connectors ADD COLUMN connector_state TEXT;
  ALTER TABLE connectors ADD COLUMN state_reset_at INTEGER;

  CREATE TABLE connector_configurations (
    connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    encrypted INTEGER NOT NULL,
    PRIMARY KEY (connector_id, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE connector_logs (
    connector_id TEXT PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
    lines TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE connector_health (
    connector_id TEXT PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
    restart_count INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    is_in_reboot_loop INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE connector_managers (
    platform TEXT PRIMARY KEY CHECK (platform IN ('opencti', 'openaev')),
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    version TEXT NOT NULL,
    last_sync_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE composer_tokens (
    user_row INTEGER NOT NULL REFERENCES users (row) ON DELETE CASCADE,
    catalog_id TEXT NOT NULL,
    token_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_row, catalog_id)
  ) STRICT, WITHOUT ROWID;
  `,
  // A beat of the proof-of-concept profile looks at everybody's id, and at nothing else while there is nothing to provision.
  `
  CREATE INDEX users_with_mail ON users (id) WHERE user_email <> '';
  `,
]
