import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, openDatabase } from '#base/sqlite.ts'

/** main: with the profile's own key · fallback: with a key in a file, while a keychain keeps the own one from us */
export const CHAINS = ['main', 'fallback'] as const
export type ChainName = (typeof CHAINS)[number]

/** A record as it lies in the file: `sequence` counts within its chain, `place` is the order of everything, without a gap. */
export interface LedgerRow {
  readonly place: number
  readonly chain: ChainName
  readonly sequence: number
  readonly body: Uint8Array
  readonly digest: Uint8Array
}

/** Statement blocks; never edit one that was released. */
export const LEDGER_MIGRATIONS = [
  `CREATE TABLE record (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     chain TEXT NOT NULL CHECK (chain IN ('main', 'fallback')),
     sequence INTEGER NOT NULL,
     body TEXT NOT NULL,
     digest BLOB NOT NULL,
     UNIQUE (chain, sequence)
   ) STRICT;`,
  // What is computed from a body is for looking things up. Nothing is believed because of it: a damaged body gives nulls.
  `ALTER TABLE record ADD COLUMN phase TEXT
     GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.phase') END) VIRTUAL;
   ALTER TABLE record ADD COLUMN of_place INTEGER
     GENERATED ALWAYS AS (CASE WHEN json_valid(body) THEN json_extract(body, '$.of') END) VIRTUAL;
   CREATE INDEX record_of ON record (of_place) WHERE of_place IS NOT NULL;`,
]

const FILE = 'ledger.sqlite'

export interface OpenedLedger {
  readonly database: Database
  /** name of the file that could not be read and was set aside; null = nothing was wrong */
  readonly setAside: string | null
}

/**
 * The ledger of a profile, in a file of its own, so that damage to one leaves the other whole. A file that can be read no
 * more, or takes no record, is kept under another name and a new one begun: nobody is locked out during an incident, and the
 * heads kept beside the keys show for good that records are missing.
 * @throws NewerDatabaseError when a newer console wrote it
 */
export function openLedger(profileFolder: string, now: number): OpenedLedger {
  const path = join(profileFolder, FILE)
  try {
    return { database: openWritable(path), setAside: null }
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  const setAside = `ledger.damaged-${new Date(now).toISOString().replaceAll(':', '-')}.sqlite`
  for (const end of ['', '-wal', '-shm']) moveIfThere(path + end, join(profileFolder, setAside) + end)
  return { database: openWritable(path), setAside }
}

function openWritable(path: string): Database {
  const database = openDatabase(path, LEDGER_MIGRATIONS)
  try {
    // Walks the way of the next record, which is where damage would stop the console; what lies elsewhere verify finds.
    database.exec(`BEGIN;
      INSERT INTO record (chain, sequence, body, digest) VALUES ('main', ${2 ** 53}, '{"of":${2 ** 53}}', x'');
      ROLLBACK`)
    return database
  } catch (error) {
    if (!isDamage(error)) return database
    database.close()
    throw error
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB, and a table that is not as it was made; a full disk or a lock is no damage. */
function isDamage(error: unknown): boolean {
  const { errcode } = (error ?? {}) as { errcode?: number }
  if (errcode === undefined) return false
  const SQLITE_ERROR = 1
  const SQLITE_CORRUPT = 11
  const SQLITE_NOTADB = 26
  return [SQLITE_ERROR, SQLITE_CORRUPT, SQLITE_NOTADB].includes(errcode & 0xff)
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
