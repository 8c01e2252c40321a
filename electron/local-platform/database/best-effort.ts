import type { Logger } from '#base/logger.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { loggableError } from '../http/loggable-error.ts'

/** How long such a write waits for another writer: the event loop stands still meanwhile. */
const PATIENCE_MS = 20
/** After a failed write none is tried for so long, by anybody. */
const RETRY_MS = 5_000

/**
 * Writes that no request may fail for (last uses): when the disk is full or another process holds the database, the caller
 * keeps what it has and tries again later.
 */
export interface BestEffortWrites {
  /** False while the last failure is too fresh for another try. `now` in ms since the epoch. */
  mayTry(now: number): boolean
  /** When the next try may be, ms since the epoch; meaningful after a failure. */
  retryAt(): number
  /** Runs `work` in one transaction. @returns false when nothing of it was written; never throws */
  write(work: () => void, now: number): boolean
}

/** @param logger hears of each outage once, and of its end */
export function bestEffortWrites(database: Database, logger: Logger): BestEffortWrites {
  const { timeout } = database.prepare('PRAGMA busy_timeout').get() as { timeout: number }
  let retryAt = Number.NEGATIVE_INFINITY
  let failing = false
  return {
    // A clock set back must not make the wait longer.
    mayTry: (now) => now >= retryAt || retryAt - now > RETRY_MS,
    retryAt: () => retryAt,
    write(work, now) {
      try {
        database.exec(`PRAGMA busy_timeout = ${PATIENCE_MS}`)
        transaction(database, work)
      } catch (error) {
        retryAt = now + RETRY_MS
        if (!failing)
          logger.warn(
            { event: 'usage.unwritten', error: loggableError(error) },
            'Last uses cannot be written; they are kept in memory and tried again',
          )
        failing = true
        return false
      } finally {
        database.exec(`PRAGMA busy_timeout = ${timeout}`)
      }
      if (failing) logger.info({ event: 'usage.written' }, 'Last uses are written again')
      failing = false
      retryAt = Number.NEGATIVE_INFINITY
      return true
    },
  }
}
