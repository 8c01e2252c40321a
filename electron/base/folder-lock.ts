import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from './sqlite.ts'

/** Another process writes to this folder already. */
export class FolderBusyError extends Error {
  constructor(folder: string) {
    super(`Another process uses ${folder}`)
    this.name = 'FolderBusyError'
  }
}

/**
 * Makes `folder` (mode 0700) and holds it for this process alone. The lock is the operating system's, on a SQLite file, so
 * it goes with the process however that ends. Returns the function that lets go.
 * @throws FolderBusyError when another process holds it
 */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const database = openDatabase(join(folder, 'lock.sqlite'), [])
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/i.test(error.message)) throw new FolderBusyError(folder)
    throw error
  }
  return () => database.close()
}
