import type { Database } from '#base/sqlite.ts'
import type { BestEffortWrites } from '../database/best-effort.ts'
import type { TokenUsage } from './usage.ts'

/** OpenCTI's `app.token_activity_period` (opencti-api.md §2.5). */
const ACTIVITY_PERIOD_MS = 60_000

/**
 * The last use of each token as OpenCTI keeps it: the first use of a period is written at once, what follows within the
 * period is not, so that the time shown is up to a minute behind. No analytics.
 */
export function lastUse(database: Database, writes: BestEffortWrites): TokenUsage {
  const read = database.prepare('SELECT last_used_at FROM token_usage WHERE token_row = ?')
  const write = database.prepare(
    `INSERT INTO token_usage (token_row, last_used_at) SELECT row, ? FROM tokens WHERE row = ?
     ON CONFLICT (token_row) DO UPDATE SET last_used_at = excluded.last_used_at`,
  )
  return {
    note(tokenRow, now) {
      const last = read.get(tokenRow) as { last_used_at: number } | undefined
      const isDue = !last || now - last.last_used_at >= ACTIVITY_PERIOD_MS
      if (isDue && writes.mayTry(now)) writes.write(() => void write.run(now, tokenRow), now)
    },
    flush() {},
    of: () => ({ requests: 0, days: [], ips: [], agents: [] }),
    stop() {},
  }
}
