import type { Database } from '#base/sqlite.ts'

/**
 * Times in which nothing is announced. `mute`: points count as ever. `maintenance`: what happens is expected, so points are
 * kept and count neither as good nor as bad. What still stands when the time ends is announced then.
 */
export interface QuietTime {
  readonly id: string
  readonly kind: 'mute' | 'maintenance'
  /** null = everything */
  readonly monitorId: string | null
  readonly from: number
  /** exclusive */
  readonly to: number
  readonly note: string
}

export interface QuietTimes {
  /** Adds one or replaces the one of the same id. @throws RangeError when it ends before it begins */
  put(quiet: QuietTime): void
  remove(id: string): void
  list(): QuietTime[]
  /** `maintenance` wins over `mute`; null when neither holds. */
  at(monitorId: string, at: number): QuietTime['kind'] | null
}

const KEPT_MS = 100 * 86_400_000

export function createQuietTimes(database: Database): QuietTimes {
  // Asked at every point and changed once in a while.
  let all: QuietTime[] = read()

  function read(): QuietTime[] {
    return database
      .prepare(
        'SELECT id, kind, monitor AS monitorId, from_at AS "from", to_at AS "to", note FROM quiet ORDER BY from_at, id',
      )
      .all() as unknown as QuietTime[]
  }

  return {
    put({ id, kind, monitorId, from, to, note }) {
      if (!(from < to)) throw new RangeError('A quiet time must end after it begins')
      database.prepare('DELETE FROM quiet WHERE to_at < ?').run(from - KEPT_MS)
      database
        .prepare('INSERT OR REPLACE INTO quiet VALUES (?, ?, ?, ?, ?, ?)')
        .run(id, kind, monitorId, from, to, note)
      all = read()
    },
    remove(id) {
      database.prepare('DELETE FROM quiet WHERE id = ?').run(id)
      all = read()
    },
    list: () => all,
    at(monitorId, at) {
      const holding = all.filter(
        (quiet) =>
          (quiet.monitorId === null || quiet.monitorId === monitorId) && at >= quiet.from && at < quiet.to,
      )
      if (holding.some((quiet) => quiet.kind === 'maintenance')) return 'maintenance'
      return holding.length > 0 ? 'mute' : null
    },
  }
}
