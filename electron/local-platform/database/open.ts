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
  const database = openDatabase(join(dataFolder, DATABASE_FILE), MIGRATIONS)
  database.exec(`PRAGMA mmap_size = ${MAPPED_BYTES}`)
  return database
}
