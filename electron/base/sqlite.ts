import { chmodSync, closeSync, existsSync, openSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

export type Database = DatabaseSync

/** The profile was written by a newer Gatehouse; opening it for writing could lose what this version does not know. */
export class NewerDatabaseError extends Error {
  constructor(path: string, found: number, known: number) {
    super(`${path} has format ${found}; this version knows up to ${known}`)
    this.name = 'NewerDatabaseError'
  }
}

/**
 * Opens (and creates) a SQLite database in WAL mode, safe against a killed process, and brings it to the newest format.
 * @param migrations statement blocks; number n runs when `user_version` is n. Never edit one that was released.
 * @throws NewerDatabaseError when the file is ahead of `migrations`
 */
export function openDatabase(path: string, migrations: readonly string[]): Database {
  const { DatabaseSync: Opener } = driver()
  if (path !== ':memory:') keepPrivate(path)
  const database = new Opener(path)
  try {
    database.exec(
      'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    )
    // SECURITY: freed pages are overwritten, so that what was deleted is not left to read in the file.
    database.exec('PRAGMA secure_delete = ON')
    migrate(database, path, migrations)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/**
 * SECURITY: the folder may have been made by somebody else, open to all. The log and its index take their mode from the
 * database's file, unless they were left behind by an earlier version.
 */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // It is there already: it is not opened, because closing a file drops this process's locks on it. What else is
    // wrong with the path SQLite says better.
  }
  if (process.platform === 'win32') return
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(file)) chmodSync(file, 0o600)
  }
}

/**
 * Opens a database that must not change, not by a byte and not by a file beside it. Where a log of a killed or running
 * writer lies beside it, that is read too, which touches the `-shm` file: SQLite's memory of locks, no data.
 * @throws SQLite's own error when there is no such database
 */
export function openUnchanged(path: string): Database {
  const { DatabaseSync: Opener } = driver()
  const url = pathToFileURL(path)
  if (!existsSync(`${path}-wal`)) url.searchParams.set('immutable', '1')
  return new Opener(url.href, { readOnly: true })
}

/** A copy of `source` in memory alone, whole and writable; needs Node ≥ 24. Without a source an empty one in the newest format. */
export function memoryDatabase(source: Database | null, migrations: readonly string[]): Database {
  const { DatabaseSync: Opener } = driver()
  const database = new Opener(':memory:')
  if (source) {
    const content = source.serialize()
    // Memory has no write-ahead log: both format numbers of the header go back to 1.
    content.fill(1, 18, 20)
    database.deserialize(content)
  }
  migrate(database, 'the copy in memory', migrations)
  return database
}

/** Runs `work` in one write transaction: all of it or nothing. Within another one it is part of that. */
export function transaction<Result>(database: Database, work: () => Result): Result {
  if (database.isTransaction) return work()
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function migrate(database: Database, path: string, migrations: readonly string[]): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (row.user_version > migrations.length)
    throw new NewerDatabaseError(path, row.user_version, migrations.length)
  migrations.slice(row.user_version).forEach((statements, index) => {
    transaction(database, () => {
      database.exec(statements)
      database.exec(`PRAGMA user_version = ${row.user_version + index + 1}`)
    })
  })
}

/** `node:sqlite` where the runtime has it (Node ≥ 22.13, current Electron), else the package with the same API. */
function driver(): { DatabaseSync: typeof DatabaseSync } {
  const require = createRequire(import.meta.url)
  try {
    return require('node:sqlite')
  } catch {
    return require('@photostructure/sqlite')
  }
}

/** damaged: what lies there cannot be read · full: no room · read-only: nothing may be written · disk: the device fails */
export type StorageFault = 'damaged' | 'full' | 'read-only' | 'disk'

const SQLITE_FAULTS: Readonly<Record<number, StorageFault>> = {
  // A table is not as it was made: the statements are ours, and known to fit.
  1: 'damaged',
  8: 'read-only',
  10: 'disk',
  11: 'damaged',
  13: 'full',
  14: 'read-only',
  26: 'damaged',
}
const SYSTEM_FAULTS: Readonly<Record<string, StorageFault>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
  EIO: 'disk',
}

/** What of this machine's storage an error of SQLite or of the file system tells; null: something else. */
export function storageFault(error: unknown): StorageFault | null {
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return SQLITE_FAULTS[errcode & 0xff] ?? null
  return typeof code === 'string' ? (SYSTEM_FAULTS[code] ?? null) : null
}

/**
 * Opens a database whose content can be lost without harm: a damaged one is moved aside instead of keeping the console from
 * starting.
 * @param look reads what is read first; a file whose head is whole may be damaged further down
 * @param movedAside hears the path that a damaged one has now
 * @throws NewerDatabaseError
 */
export function openExpendable(
  path: string,
  migrations: readonly string[],
  look: (database: Database) => void,
  movedAside: (to: string) => void,
): Database {
  const open = (): Database => {
    const database = openDatabase(path, migrations)
    try {
      look(database)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  }
  try {
    return open()
  } catch (error) {
    if (storageFault(error) !== 'damaged') throw error
    const aside = firstFree(`${path}.damaged`)
    for (const part of ['', '-wal', '-shm'])
      if (existsSync(path + part)) renameSync(path + part, aside + part)
    movedAside(aside)
    return open()
  }
}

function firstFree(path: string): string {
  for (let number = 1; ; number += 1) if (!existsSync(`${path}-${number}`)) return `${path}-${number}`
}
