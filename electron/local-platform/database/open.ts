import { chmodSync, closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, openDatabase } from '#base/sqlite.ts'
import { MIGRATIONS } from './migrations.ts'

/** Its name in the data folder. */
export const DATABASE_FILE = 'platform.sqlite'

/** How much of the database is read through memory mapping: a lookup then costs no system call, however large the file. */
const MAPPED_BYTES = 4 * 1024 * 1024 * 1024

/**
 * Opens the platform's database in `dataFolder`, which the caller has locked.
 * @throws NewerDatabaseError, or SQLite's own error when the file is damaged
 */
export function openPlatformDatabase(dataFolder: string): Database {
  const path = join(dataFolder, DATABASE_FILE)
  // SECURITY: the folder may have been made by somebody else, open to all; the log takes its mode from this file.
  closeSync(openSync(path, 'a', 0o600))
  if (process.platform !== 'win32') chmodSync(path, 0o600)
  const database = openDatabase(path, MIGRATIONS)
  database.exec(`PRAGMA mmap_size = ${MAPPED_BYTES}`)
  return database
}
