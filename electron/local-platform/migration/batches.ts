import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#base/clock.ts'
import { type Database, transaction } from '#base/sqlite.ts'

/** A batch ends after this time or so many rows, whichever comes first: no request waits longer for the thread. */
const BATCH_MS = 5
const BATCH_ROWS = 500

/** How work is shared with the requests that the platform serves. */
export interface Pace {
  readonly clock: Clock
  /** Lets requests have the thread for `ms`. */
  rest(ms: number): Promise<void>
  /** stops between two batches; what is committed stays */
  readonly signal: AbortSignal
}

/** At least as much time for requests as the batch before took. */
export const restWhileServing = (ms: number): Promise<void> => sleep(Math.max(1, ms))

/** For a process that serves nobody. */
export const restNever = (): Promise<void> => turn()

/**
 * Does a long work in short transactions: all of a batch or nothing, so that it may be killed anywhere.
 * @param work does rows while `more()` says so, and answers whether everything is done
 * @param committed runs after each batch that is safe on the disk
 */
export async function inBatches(
  database: Database,
  pace: Pace,
  work: (more: () => boolean) => boolean,
  committed: () => void,
): Promise<void> {
  for (;;) {
    pace.signal.throwIfAborted()
    const started = pace.clock.now()
    let rows = 0
    const done = transaction(database, () =>
      work(() => rows++ < BATCH_ROWS && pace.clock.now() - started < BATCH_MS),
    )
    committed()
    if (done) return
    await pace.rest(pace.clock.now() - started)
  }
}
