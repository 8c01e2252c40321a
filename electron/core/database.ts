import { join } from 'node:path'
import { type Database, openDatabase } from '#base/sqlite.ts'

/** Statement blocks of the console's database; never edit one that was released. */
const MIGRATIONS = [
  `CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
   CREATE TABLE connection (
     id TEXT PRIMARY KEY,
     name TEXT NOT NULL,
     url TEXT NOT NULL,
     ca_pem TEXT,
     proxy TEXT,
     token_place TEXT NOT NULL CHECK (token_place IN ('keychain', 'session')),
     created_at INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE local_platform (only INTEGER PRIMARY KEY CHECK (only = 1), port INTEGER NOT NULL) STRICT;`,
  `CREATE TABLE composer (
     only INTEGER PRIMARY KEY CHECK (only = 1), settings TEXT NOT NULL, sealed_key BLOB) STRICT;
   CREATE TABLE composer_secret (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE local_xtm_one (
     only INTEGER PRIMARY KEY CHECK (only = 1),
     mode TEXT NOT NULL CHECK (mode IN ('stand-in', 'own', 'off')), url TEXT NOT NULL,
     profile TEXT NOT NULL CHECK (profile IN ('current', 'poc'))) STRICT;`,
  `CREATE TABLE incident (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE incident_step (
     incident TEXT NOT NULL REFERENCES incident (id) ON DELETE CASCADE,
     position INTEGER NOT NULL,
     body TEXT NOT NULL,
     PRIMARY KEY (incident, position)
   ) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE tombstone (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     connection_id TEXT NOT NULL,
     token_id TEXT NOT NULL,
     owner_id TEXT NOT NULL,
     owner_name TEXT NOT NULL,
     owner_email TEXT NOT NULL,
     name TEXT NOT NULL,
     masked_token TEXT NOT NULL,
     created_at INTEGER,
     expires_at INTEGER,
     last_used_at INTEGER,
     fate TEXT NOT NULL CHECK (fate IN ('unsettled', 'revoked', 'vanished')),
     at INTEGER NOT NULL,
     last_listed_at INTEGER,
     revoked_by TEXT,
     reason TEXT,
     UNIQUE (connection_id, token_id)
   ) STRICT;
   CREATE INDEX tombstone_by_place ON tombstone (connection_id, place);`,
  `CREATE TABLE upkeep (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     kind TEXT NOT NULL CHECK (kind IN ('timer', 'rotation', 'reminder')),
     connection_id TEXT NOT NULL,
     open INTEGER NOT NULL,
     body TEXT NOT NULL
   ) STRICT;`,
  `ALTER TABLE connection ADD COLUMN kind TEXT NOT NULL DEFAULT 'opencti' CHECK (kind IN ('opencti', 'openaev'));`,
  `CREATE TABLE release_seen (
     only INTEGER PRIMARY KEY CHECK (only = 1), version TEXT NOT NULL, issued_at INTEGER NOT NULL) STRICT;`,
  `CREATE TABLE review (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     connection_id TEXT NOT NULL,
     body TEXT NOT NULL
   ) STRICT;
   CREATE TABLE review_owner (
     review TEXT NOT NULL REFERENCES review (id) ON DELETE CASCADE,
     place INTEGER NOT NULL,
     changed INTEGER NOT NULL,
     held INTEGER NOT NULL,
     search TEXT NOT NULL,
     decision TEXT CHECK (decision IN ('keep', 'revoke', 'ask')),
     note TEXT NOT NULL DEFAULT '',
     body TEXT NOT NULL,
     PRIMARY KEY (review, place)
   ) STRICT, WITHOUT ROWID;`,
  // Fate 'vanished' with a record of the platform's is a revocation elsewhere.
  `ALTER TABLE tombstone ADD COLUMN known_from TEXT NOT NULL DEFAULT 'console'
     CHECK (known_from IN ('console', 'platform', 'both'));
   DROP INDEX tombstone_by_place;
   CREATE INDEX tombstone_by_age ON tombstone (connection_id, at, place);`,
  // 0: being stored or being removed; nobody sees it.
  `ALTER TABLE review ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;`,
]

/** Profiles, settings and what the console remembers. Never a token: those are in the keychain or in memory (S-04). */
export function openConsoleDatabase(profileFolder: string): Database {
  return openDatabase(join(profileFolder, 'console.sqlite'), MIGRATIONS)
}
