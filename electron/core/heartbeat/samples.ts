import { type Database, transaction } from '#base/sqlite.ts'
import type { Outcome, Reported } from '#shared/domain/heartbeat.ts'
import { uptime } from '#shared/domain/heartbeat.ts'
import { type Histogram, merged, percentileOf, withLatency } from './latency.ts'

/** One point as it is kept. */
export interface Sample {
  readonly monitorId: string
  readonly at: number
  readonly outcome: Outcome
  readonly latencyMs: number | null
  readonly failure: string | null
  /** within a maintenance window: kept, and counted neither as good nor as bad */
  readonly maintenance: boolean
}

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000
export const SPANS = [MINUTE, HOUR, DAY] as const
export type Span = (typeof SPANS)[number]

/** How long each grain is kept. */
const KEPT = { sample: 2 * DAY, [MINUTE]: 8 * DAY, [HOUR]: 100 * DAY, [DAY]: 800 * DAY } as const

export interface RolledUp extends Reported {
  readonly from: number
  readonly maintenance: number
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface Figures extends Reported {
  readonly maintenance: number
  /** 0…1; null when nothing was reported */
  readonly uptime: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
}

export interface Samples {
  /** Keeps a point and counts it in its minute, hour and day (UTC). Runs inside a transaction of the caller. */
  add(sample: Sample): void
  recent(monitorId: string, from: number): Sample[]
  /** One entry for each span that holds a point; a span without an entry was not observed. */
  history(monitorId: string, span: Span, from: number, to: number): RolledUp[]
  /** `count` bins of `binMs` (whole spans) from `from` on; none is left out, an empty one was not observed. */
  bins(monitorId: string, span: Span, range: { from: number; binMs: number; count: number }): RolledUp[]
  /** the newest point; null before the first */
  last(monitorId: string): Sample | null
  /** Figures of [from, to), from whole spans: of a minute up to a week back, of an hour or a day beyond. */
  figures(monitorId: string, from: number, to: number, now: number): Figures
  /** Exact nearest-rank percentile (a whole number of percent) of the points themselves, for the two days they are kept. */
  exactLatency(monitorId: string, percent: number, from: number, to: number): number | null
  prune(now: number): void
  forget(monitorId: string): void
}

interface Row {
  from_at: number
  good: number
  bad: number
  unobserved: number
  maintenance: number
  latencies: string
}

type SampleRow = Omit<Sample, 'maintenance'> & { maintenance: number }

const EMPTY: Omit<Row, 'from_at'> = { good: 0, bad: 0, unobserved: 0, maintenance: 0, latencies: '{}' }

export function createSamples(database: Database): Samples {
  const insert = database.prepare('INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?)')
  const find = database.prepare('SELECT * FROM rollup WHERE monitor = ? AND span = ? AND from_at = ?')
  const upsert = database.prepare('INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  const range = database.prepare(
    'SELECT * FROM rollup WHERE monitor = ? AND span = ? AND from_at >= ? AND from_at < ? ORDER BY from_at',
  )
  const rank = database.prepare(
    `SELECT latency FROM sample WHERE monitor = ?1 AND at >= ?2 AND at < ?3 AND latency IS NOT NULL ORDER BY latency
       LIMIT 1 OFFSET max(0, (SELECT (count(*) * CAST(?4 AS INTEGER) + 99) / 100 - 1 FROM sample
         WHERE monitor = ?1 AND at >= ?2 AND at < ?3 AND latency IS NOT NULL))`,
  )

  const latest = database.prepare(
    `SELECT monitor AS monitorId, at, outcome, latency AS latencyMs, failure, maintenance FROM sample
       WHERE monitor = ? ORDER BY at DESC, rowid DESC LIMIT 1`,
  )

  const count = (sample: Sample, span: Span): void => {
    const from = Math.floor(sample.at / span) * span
    const found = find.get(sample.monitorId, span, from) as unknown as Row | undefined
    const row = { ...EMPTY, ...found }
    const column = sample.maintenance ? 'maintenance' : sample.outcome
    const counted = { ...row, [column]: row[column] + 1 }
    const histogram = JSON.parse(row.latencies) as Histogram
    const isTimed = sample.latencyMs !== null && !sample.maintenance
    upsert.run(
      sample.monitorId,
      span,
      from,
      counted.good,
      counted.bad,
      counted.unobserved,
      counted.maintenance,
      isTimed ? JSON.stringify(withLatency(histogram, sample.latencyMs ?? 0)) : row.latencies,
    )
  }

  const rows = (monitorId: string, span: Span, from: number, to: number): Row[] =>
    range.all(monitorId, span, from, to) as unknown as Row[]

  return {
    add(sample) {
      insert.run(
        sample.monitorId,
        sample.at,
        sample.outcome,
        sample.latencyMs,
        sample.failure,
        sample.maintenance ? 1 : 0,
      )
      for (const span of SPANS) count(sample, span)
    },

    recent(monitorId, from) {
      const found = database
        .prepare(
          `SELECT monitor AS monitorId, at, outcome, latency AS latencyMs, failure, maintenance FROM sample
             WHERE monitor = ? AND at >= ? ORDER BY at, rowid`,
        )
        .all(monitorId, from) as unknown as SampleRow[]
      return found.map((row) => ({ ...row, maintenance: row.maintenance === 1 }))
    },

    history: (monitorId, span, from, to) =>
      rows(monitorId, span, from, to).map((row) => ({ from: row.from_at, ...summed([row]) })),

    bins(monitorId, span, { from, binMs, count }) {
      const found = rows(monitorId, span, from, from + count * binMs)
      return Array.from({ length: count }, (_, index) => {
        const start = from + index * binMs
        return {
          from: start,
          ...summed(found.filter((row) => row.from_at >= start && row.from_at < start + binMs)),
        }
      })
    },

    last(monitorId) {
      const row = latest.get(monitorId) as SampleRow | undefined
      return row ? { ...row, maintenance: row.maintenance === 1 } : null
    },

    figures(monitorId, from, to, now) {
      const span = SPANS.find((candidate) => from >= now - KEPT[candidate]) ?? DAY
      const counted = summed(rows(monitorId, span, Math.floor(from / span) * span, to))
      return { ...counted, uptime: uptime(counted) }
    },

    exactLatency(monitorId, percent, from, to) {
      const row = rank.get(monitorId, from, to, percent) as { latency: number } | undefined
      return row?.latency ?? null
    },

    prune(now) {
      transaction(database, () => {
        database.prepare('DELETE FROM sample WHERE at < ?').run(now - KEPT.sample)
        for (const span of SPANS)
          database.prepare('DELETE FROM rollup WHERE span = ? AND from_at < ?').run(span, now - KEPT[span])
      })
    },

    forget(monitorId) {
      transaction(database, () => {
        database.prepare('DELETE FROM sample WHERE monitor = ?').run(monitorId)
        database.prepare('DELETE FROM rollup WHERE monitor = ?').run(monitorId)
      })
    },
  }
}

function summed(rows: readonly Row[]): Omit<RolledUp, 'from'> {
  const sum = (column: 'good' | 'bad' | 'unobserved' | 'maintenance'): number =>
    rows.reduce((total, row) => total + row[column], 0)
  return {
    good: sum('good'),
    bad: sum('bad'),
    unobserved: sum('unobserved'),
    maintenance: sum('maintenance'),
    ...percentiles(rows),
  }
}

function percentiles(rows: readonly Row[]): Pick<Figures, 'p50' | 'p95' | 'p99'> {
  const histogram = merged(rows.map((row) => JSON.parse(row.latencies) as Histogram))
  return {
    p50: percentileOf(histogram, 50),
    p95: percentileOf(histogram, 95),
    p99: percentileOf(histogram, 99),
  }
}
