import type { Clock } from '#base/clock.ts'
import { type Database, transaction } from '#base/sqlite.ts'

/** How often at most the use of one token is written (opencti-api.md §2.5, `app.token_activity_period`). */
const ACTIVITY_PERIOD_MS = 60_000
/** How long a use may wait to be written with others. */
const WRITE_DELAY_MS = 1_000

export interface TokenUsage {
  /** Notes a use; costs the request one look into a map. */
  note(tokenRow: number, now: number): void
  /** Writes what waits. */
  flush(): void
  stop(): void
}

/** Last use of each token, at most one write a minute and token, in batches beside the requests. */
export function tokenUsage(database: Database, clock: Clock): TokenUsage {
  const write = database.prepare(
    // A token may be gone by the time its use is written.
    `INSERT INTO token_usage (token_row, last_used_at) SELECT row, ?2 FROM tokens WHERE row = ?1
     ON CONFLICT (token_row) DO UPDATE SET last_used_at = excluded.last_used_at`,
  )
  /** token → when its use was last noted; never holds more than one period's tokens for long */
  const noted = new Map<number, number>()
  const waiting = new Map<number, number>()
  let cancel: (() => void) | null = null

  const flush = (): void => {
    cancel?.()
    cancel = null
    if (waiting.size === 0) return
    transaction(database, () => {
      for (const [tokenRow, at] of waiting) write.run(tokenRow, at)
    })
    waiting.clear()
    const now = clock.now()
    for (const [tokenRow, at] of noted) if (now - at >= ACTIVITY_PERIOD_MS) noted.delete(tokenRow)
  }

  return {
    note(tokenRow, now) {
      const last = noted.get(tokenRow)
      if (last !== undefined && Math.abs(now - last) < ACTIVITY_PERIOD_MS) return
      noted.set(tokenRow, now)
      waiting.set(tokenRow, now)
      cancel ??= clock.after(WRITE_DELAY_MS, flush)
    },
    flush,
    stop() {
      flush()
      cancel?.()
      cancel = null
    },
  }
}
