import { type Database, openExpendable } from '#base/sqlite.ts'

/** Statement blocks; never edit one that was released. */
const MIGRATIONS = [
  `CREATE TABLE sample (
     monitor TEXT NOT NULL, at INTEGER NOT NULL, outcome TEXT NOT NULL CHECK (outcome IN ('good', 'bad', 'unobserved')),
     latency REAL, failure TEXT, maintenance INTEGER NOT NULL) STRICT;
   CREATE INDEX sample_time ON sample (monitor, at);
   CREATE TABLE rollup (
     monitor TEXT NOT NULL, span INTEGER NOT NULL, from_at INTEGER NOT NULL,
     good INTEGER NOT NULL, bad INTEGER NOT NULL, unobserved INTEGER NOT NULL, maintenance INTEGER NOT NULL,
     latencies TEXT NOT NULL, PRIMARY KEY (monitor, span, from_at)) STRICT, WITHOUT ROWID;
   CREATE TABLE standing (monitor TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE incident (id TEXT PRIMARY KEY, since INTEGER NOT NULL, closed_at INTEGER, body TEXT NOT NULL) STRICT;
   CREATE INDEX incident_open ON incident (since) WHERE closed_at IS NULL;
   CREATE TABLE event (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, monitor TEXT NOT NULL, body TEXT NOT NULL) STRICT;
   CREATE INDEX event_time ON event (at);
   CREATE TABLE quiet (
     id TEXT PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('mute', 'maintenance')), monitor TEXT,
     from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, note TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
]

/**
 * The monitor's own database: what it holds can be lost without harm, so it does not wait for the disk at each point, and a
 * damaged one is moved aside instead of keeping the console from starting.
 * @param movedAside hears the path that a damaged one has now
 * @throws NewerDatabaseError
 */
export function openHeartbeatDatabase(path: string, movedAside: (to: string) => void = () => {}): Database {
  return openExpendable(path, MIGRATIONS, look, movedAside)
}

function look(database: Database): void {
  database.exec('PRAGMA synchronous = NORMAL')
  database.prepare('SELECT count(*) FROM standing').get()
  database.prepare('SELECT count(*) FROM incident').get()
}
