import { type RandomSource, randomText, sha256 } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { newId } from '../ids.ts'
import { isUsable, USER_COLUMNS, type User } from '../users/user.ts'

/** A session lasts this long after its last use (OpenCTI's `app.session_timeout`). */
export const SESSION_TIMEOUT_MS = 20 * 60_000
/** The life of a session is prolonged at most this often. */
const TOUCH_MS = 30_000

/** As GraphQL shows it; `id` carries a store prefix and says nothing about the cookie. Times are ms. */
export interface ListedSession {
  readonly id: string
  readonly user_row: number
  readonly created_at: number
  /** seconds left */
  readonly ttl: number
  /** seconds from its last use to its end */
  readonly originalMaxAge: number
}

export interface SessionStore {
  /** Opens a session and gives the value of its cookie, which exists nowhere else. */
  open(user: User, now: number): string
  /** Whose session the cookie is, or null; prolongs it. */
  find(cookie: string, now: number): { user: User; id: string } | null
  list(now: number, user?: Pick<User, 'row'>): ListedSession[]
  /** True when there was such a session. */
  kill(id: string): boolean
  /** The ids of the sessions that ended. */
  killAllOf(user: Pick<User, 'row'>): string[]
}

interface SessionRow {
  id: string
  user_row: number
  created_at: number
  last_seen_at: number
  max_age_ms: number
}

export function sessionStore(database: Database, random: RandomSource): SessionStore {
  const insert = database.prepare(
    'INSERT INTO sessions (cookie_hash, id, user_row, created_at, last_seen_at, max_age_ms) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const findRow = database.prepare(
    `SELECT s.id AS session_id, s.last_seen_at, s.max_age_ms, ${USER_COLUMNS.map((name) => `u.${name}`).join(', ')}
     FROM sessions s JOIN users u ON u.row = s.user_row WHERE s.cookie_hash = ?`,
  )
  const touch = database.prepare('UPDATE sessions SET last_seen_at = ? WHERE cookie_hash = ?')
  const dropEnded = database.prepare('DELETE FROM sessions WHERE last_seen_at + max_age_ms <= ?')
  const columns = 'id, user_row, created_at, last_seen_at, max_age_ms'
  const listAll = database.prepare(`SELECT ${columns} FROM sessions ORDER BY created_at, id`)
  const listOf = database.prepare(
    `SELECT ${columns} FROM sessions WHERE user_row = ? ORDER BY created_at, id`,
  )
  const drop = database.prepare('DELETE FROM sessions WHERE id = ?')
  const dropOf = database.prepare('DELETE FROM sessions WHERE user_row = ? RETURNING id')

  return {
    open(user, now) {
      dropEnded.run(now)
      const cookie = randomText(32, random)
      // SECURITY: the file holds a digest of the cookie; who reads it cannot become anybody.
      insert.run(sha256(cookie), `sess:${newId(random)}`, user.row, now, now, SESSION_TIMEOUT_MS)
      return cookie
    },
    find(cookie, now) {
      const digest = sha256(cookie)
      const row = findRow.get(digest) as
        | (User & { session_id: string; last_seen_at: number; max_age_ms: number })
        | undefined
      if (!row || now >= row.last_seen_at + row.max_age_ms || !isUsable(row, now)) return null
      if (now - row.last_seen_at >= TOUCH_MS) touch.run(now, digest)
      return { user: row, id: row.session_id }
    },
    list(now, user) {
      const rows = (user ? listOf.all(user.row) : listAll.all()) as unknown as SessionRow[]
      return rows
        .map(({ id, user_row, created_at, last_seen_at, max_age_ms }) => ({
          id,
          user_row,
          created_at,
          ttl: Math.ceil((last_seen_at + max_age_ms - now) / 1000),
          originalMaxAge: Math.round(max_age_ms / 1000),
        }))
        .filter(({ ttl }) => ttl > 0)
    },
    kill: (id) => drop.run(id).changes > 0,
    killAllOf: (user) => (dropOf.all(user.row) as { id: string }[]).map(({ id }) => id),
  }
}
