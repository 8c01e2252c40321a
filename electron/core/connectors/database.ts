import { type Database, openExpendable } from '#base/sqlite.ts'

/** Statement blocks; never edit one that was released. */
const MIGRATIONS = [
  `CREATE TABLE seen (
     connection TEXT NOT NULL, connector TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
     PRIMARY KEY (connection, connector)) STRICT, WITHOUT ROWID;
   CREATE TABLE event (
     id INTEGER PRIMARY KEY AUTOINCREMENT, connection TEXT NOT NULL, connector TEXT NOT NULL,
     at INTEGER NOT NULL, after INTEGER, what TEXT NOT NULL) STRICT;
   CREATE INDEX event_of ON event (connection, connector, id);
   CREATE TABLE line (
     id INTEGER PRIMARY KEY AUTOINCREMENT, connection TEXT NOT NULL, connector TEXT NOT NULL,
     at INTEGER NOT NULL, dated INTEGER NOT NULL, run INTEGER, gap INTEGER NOT NULL, text TEXT NOT NULL) STRICT;
   CREATE INDEX line_of ON line (connection, connector, id);
   CREATE TABLE owner_token (
     connection TEXT NOT NULL, owner TEXT NOT NULL, token TEXT NOT NULL,
     seen_at INTEGER NOT NULL, gone_at INTEGER, body TEXT NOT NULL,
     PRIMARY KEY (connection, owner, token)) STRICT, WITHOUT ROWID;`,
]

/**
 * What the console remembers of connectors. All of it can be read again or lost without harm, so no write waits for the disk,
 * and a damaged file is moved aside.
 * @param movedAside hears the path that a damaged one has now
 * @throws NewerDatabaseError
 */
export function openConnectorsDatabase(path: string, movedAside: (to: string) => void = () => {}): Database {
  return openExpendable(path, MIGRATIONS, look, movedAside)
}

function look(database: Database): void {
  database.exec('PRAGMA synchronous = NORMAL')
  for (const table of ['seen', 'event', 'line', 'owner_token'])
    database.prepare(`SELECT count(*) FROM ${table}`).get()
}
