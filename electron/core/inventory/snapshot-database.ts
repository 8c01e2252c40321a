import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '#base/logger.ts'
import { messageOf } from '#base/problem-error.ts'
import { type Database, NewerDatabaseError, openDatabase } from '#base/sqlite.ts'
import { SNAPSHOT_MIGRATIONS } from './snapshot-store.ts'

/**
 * Snapshots have a file of their own: it is large, it changes in long strokes, and it can be done without. A damaged one is
 * moved aside, so that the next load fills a new one; where none can be opened, snapshots last as long as the console runs.
 */
export function openSnapshotDatabase(profileFolder: string, logger: Logger): Database {
  const path = join(profileFolder, 'inventory.sqlite')
  try {
    return openDatabase(path, SNAPSHOT_MIGRATIONS)
  } catch (error) {
    logger.warn({ error: messageOf(error) }, 'the snapshots of the inventory cannot be opened')
    if (!(error instanceof NewerDatabaseError)) {
      try {
        for (const end of ['', '-wal', '-shm']) moveAside(`${path}${end}`)
        return openDatabase(path, SNAPSHOT_MIGRATIONS)
      } catch (again) {
        logger.warn({ error: messageOf(again) }, 'snapshots of the inventory are kept in memory')
      }
    }
    return openDatabase(':memory:', SNAPSHOT_MIGRATIONS)
  }
}

function moveAside(path: string): void {
  try {
    renameSync(path, `${path}.damaged`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
