import type { Clock } from '#base/clock.ts'
import type { Database } from '#base/sqlite.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import type { BestEffortWrites } from '../database/best-effort.ts'

/** How often at most the use of one token is written (opencti-api.md §2.5, `app.token_activity_period`). */
const ACTIVITY_PERIOD_MS = 60_000
/** How long a use may wait to be written with others. */
const WRITE_DELAY_MS = 1_000
/** How long days and callers are kept. */
export const USAGE_KEPT_DAYS = 90
/** Most addresses and most user agents kept of one token; those unseen longest go first. */
const MOST_CALLERS = 50
/**
 * More tokens than that are not held back: what waits is written before its minute is over, and while nothing can be
 * written the one waiting longest is forgotten.
 */
const MOST_WAITING = 20_000

type CallerKind = 'ip' | 'agent'

/** Who used a token. Times are ms since the epoch. */
export interface TokenCaller {
  readonly value: string
  readonly requests: number
  readonly first_at: number
  readonly last_at: number
}

/** What is known of a token's use, at most a minute old (P-09). */
export interface UsageReport {
  readonly requests: number
  /** oldest first; `day` is the day in UTC, counted from the epoch */
  readonly days: readonly { readonly day: number; readonly requests: number }[]
  /** those seen last first */
  readonly ips: readonly TokenCaller[]
  readonly agents: readonly TokenCaller[]
}

export interface TokenUsage {
  /** Notes a use; costs the request a few looks into maps. */
  note(tokenRow: number, now: number, caller?: { ip: string | null; userAgent: string | null }): void
  /** Writes what may be written now: of each token what was not written within the last minute. Never throws. */
  flush(): void
  of(tokenId: string): UsageReport
  /** Writes everything if it can, and nothing after it. */
  stop(): void
}

interface Seen {
  requests: number
  first: number
  last: number
}

/** The use of one token since it was last written. */
interface Waiting {
  last: number
  readonly days: Map<number, number>
  readonly ip: Map<string, Seen>
  readonly agent: Map<string, Seen>
}

/**
 * Last use and analytics of each token, at most one write a minute and token, in batches beside the requests. What cannot
 * be written stays and is tried again.
 */
export function tokenUsage(database: Database, clock: Clock, writes: BestEffortWrites): TokenUsage {
  const table = usageTable(database)
  const waiting = new Map<number, Waiting>()
  /** token → when its use was last written; never holds more than one period's tokens for long */
  const written = new Map<number, number>()
  let timer: { readonly at: number; cancel(): void } | null = null
  let prunedDay = -1

  const dueAt = (tokenRow: number, soonest: number): number =>
    Math.max(soonest, (written.get(tokenRow) ?? Number.NEGATIVE_INFINITY) + ACTIVITY_PERIOD_MS)

  const arm = (at: number): void => {
    if (timer && timer.at <= at) return
    timer?.cancel()
    timer = { at, cancel: clock.after(Math.max(0, at - clock.now()), () => write(false)) }
  }

  const write = (everything: boolean): void => {
    timer?.cancel()
    timer = null
    const now = clock.now()
    if (writes.mayTry(now)) writeDue(now, everything)
    for (const [row, at] of written) if (now - at >= ACTIVITY_PERIOD_MS || at > now) written.delete(row)
    const soonest = Math.max(now + WRITE_DELAY_MS, writes.mayTry(now) ? now : writes.retryAt())
    for (const row of waiting.keys()) arm(dueAt(row, soonest))
  }

  const writeDue = (now: number, everything: boolean): void => {
    const due = [...waiting].filter(([row]) => everything || dueAt(row, now) <= now)
    if (due.length === 0) return
    const day = Math.floor(now / DAY_MS)
    const done = writes.write(() => {
      for (const [row, use] of due) table.write(row, use)
      if (day !== prunedDay) table.prune(day)
    }, now)
    if (!done) return
    prunedDay = day
    for (const [row] of due) {
      waiting.delete(row)
      written.set(row, now)
    }
  }

  const makeRoom = (now: number): void => {
    if (writes.mayTry(now)) write(true)
    const longest = waiting.keys().next()
    if (waiting.size >= MOST_WAITING && !longest.done) waiting.delete(longest.value)
  }

  return {
    note(tokenRow, now, caller) {
      let use = waiting.get(tokenRow)
      if (!use) {
        if (waiting.size >= MOST_WAITING) makeRoom(now)
        use = { last: now, days: new Map(), ip: new Map(), agent: new Map() }
        waiting.set(tokenRow, use)
        arm(dueAt(tokenRow, now + WRITE_DELAY_MS))
      }
      use.last = now
      const day = Math.floor(now / DAY_MS)
      use.days.set(day, (use.days.get(day) ?? 0) + 1)
      if (caller?.ip) see(use.ip, caller.ip, now)
      if (caller?.userAgent) see(use.agent, caller.userAgent, now)
    },
    flush: () => write(false),
    of: (tokenId) => table.read(tokenId),
    stop() {
      timer?.cancel()
      timer = null
      writeDue(clock.now(), true)
      waiting.clear()
    },
  }
}

function see(callers: Map<string, Seen>, value: string, now: number): void {
  const seen = callers.get(value)
  if (seen) {
    seen.requests += 1
    seen.last = now
    return
  }
  // SECURITY: a client that changes its user agent with each request fills nothing.
  if (callers.size < MOST_CALLERS) callers.set(value, { requests: 1, first: now, last: now })
}

function usageTable(database: Database) {
  // A token may be gone by the time its use is written.
  const exists = database.prepare('SELECT 1 FROM tokens WHERE row = ?')
  const putLast = database.prepare(
    `INSERT INTO token_usage (token_row, last_used_at) VALUES (?, ?)
     ON CONFLICT (token_row) DO UPDATE SET last_used_at = excluded.last_used_at`,
  )
  const putDay = database.prepare(
    `INSERT INTO token_days (token_row, day, requests) VALUES (?, ?, ?)
     ON CONFLICT (token_row, day) DO UPDATE SET requests = requests + excluded.requests`,
  )
  const putCaller = database.prepare(
    `INSERT INTO token_callers (token_row, kind, value, first_at, last_at, requests) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (token_row, kind, value)
     DO UPDATE SET last_at = excluded.last_at, requests = requests + excluded.requests`,
  )
  const dropOldest = database.prepare(
    `DELETE FROM token_callers WHERE token_row = ?1 AND kind = ?2 AND value IN (
       SELECT value FROM token_callers WHERE token_row = ?1 AND kind = ?2
       ORDER BY last_at DESC, value LIMIT -1 OFFSET ${MOST_CALLERS})`,
  )
  const dropDays = database.prepare('DELETE FROM token_days WHERE day <= ?')
  const dropCallers = database.prepare('DELETE FROM token_callers WHERE last_at < ?')
  const readDays = database.prepare(
    `SELECT d.day, d.requests FROM token_days d JOIN tokens t ON t.row = d.token_row
     WHERE t.id = ? ORDER BY d.day`,
  )
  const readCallers = database.prepare(
    `SELECT c.value, c.requests, c.first_at, c.last_at FROM token_callers c JOIN tokens t ON t.row = c.token_row
     WHERE t.id = ? AND c.kind = ? ORDER BY c.last_at DESC, c.value`,
  )
  const callersOf = (tokenId: string, kind: CallerKind): TokenCaller[] =>
    readCallers.all(tokenId, kind) as unknown as TokenCaller[]

  return {
    write(tokenRow: number, use: Waiting): void {
      if (!exists.get(tokenRow)) return
      putLast.run(tokenRow, use.last)
      for (const [day, requests] of use.days) putDay.run(tokenRow, day, requests)
      for (const kind of ['ip', 'agent'] as const) {
        for (const [value, seen] of use[kind])
          putCaller.run(tokenRow, kind, value, seen.first, seen.last, seen.requests)
        if (use[kind].size > 0) dropOldest.run(tokenRow, kind)
      }
    },
    prune(today: number): void {
      dropDays.run(today - USAGE_KEPT_DAYS)
      dropCallers.run((today - USAGE_KEPT_DAYS + 1) * DAY_MS)
    },
    read(tokenId: string): UsageReport {
      const days = readDays.all(tokenId) as { day: number; requests: number }[]
      return {
        requests: days.reduce((sum, { requests }) => sum + requests, 0),
        days,
        ips: callersOf(tokenId, 'ip'),
        agents: callersOf(tokenId, 'agent'),
      }
    },
  }
}
