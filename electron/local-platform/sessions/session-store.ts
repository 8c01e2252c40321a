import { type RandomSource, randomText, sha256 } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import type { BestEffortWrites } from '../database/best-effort.ts'
import { newId } from '../ids.ts'
import { isUsable, USER_COLUMNS, type User } from '../users/user.ts'

/** A session lasts this long after its last use (OpenCTI's `app.session_timeout`). */
export const SESSION_TIMEOUT_MS = 20 * 60_000
/** SECURITY: so many wrong codes end a session; with a brake of a second each, guessing needs the password every time. */
const MOST_WRONG_CODES = 5
/** The life of a session is prolonged at most this often. */
const TOUCH_MS = 30_000
/** Most last uses that wait in memory while they cannot be written; the one waiting longest goes first. */
const MOST_WAITING = 10_000

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

/** What stands between a session and its use: the code of its second factor, or that factor's first set-up. */
export type SessionLack = 'code' | 'activation'

export interface FoundSession {
  readonly user: User
  readonly id: string
  readonly lacks: SessionLack | null
}

export interface SessionStore {
  /** Opens a session and gives the value of its cookie, which exists nowhere else. */
  open(user: User, now: number): string
  /** Whose session the cookie is, or null; prolongs it. */
  find(cookie: string, now: number): FoundSession | null
  list(now: number, user?: Pick<User, 'row'>): ListedSession[]
  /** The second factor was shown in this session. */
  codeGiven(id: string): void
  /** Each session of the user has to be given a code anew. */
  forgetCodes(user: Pick<User, 'row'>): void
  /** Counts a wrong code; after a few the session ends and the password is needed again. */
  wrongCode(id: string): void
  /** Whose session it was, or null when there is none of this id. */
  kill(id: string): { user_row: number } | null
  /** The ids of the sessions that ended. */
  killAllOf(user: Pick<User, 'row'>): string[]
  /** Writes the last uses that wait, if it can. */
  stop(now: number): void
}

interface SessionRow {
  id: string
  user_row: number
  created_at: number
  last_seen_at: number
  max_age_ms: number
}

interface FoundRow {
  session_id: string
  last_seen_at: number
  max_age_ms: number
  code_given: number
  activated: number
  mandatory: number | null
}

/** Sessions live in the database; only last uses that could not be written stand in memory until they can. */
export function sessionStore(
  database: Database,
  random: RandomSource,
  writes: BestEffortWrites,
): SessionStore {
  const insert = database.prepare(
    'INSERT INTO sessions (cookie_hash, id, user_row, created_at, last_seen_at, max_age_ms) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const findRow = database.prepare(
    `SELECT s.id AS session_id, s.last_seen_at, s.max_age_ms, s.code_given, f.mandatory,
       f.sealed_secret IS NOT NULL AS activated, ${USER_COLUMNS.map((name) => `u.${name}`).join(', ')}
     FROM sessions s JOIN users u ON u.row = s.user_row LEFT JOIN second_factors f ON f.user_row = s.user_row
     WHERE s.cookie_hash = ?`,
  )
  const touch = database.prepare('UPDATE sessions SET last_seen_at = ? WHERE id = ?')
  const dropEnded = database.prepare('DELETE FROM sessions WHERE last_seen_at + max_age_ms <= ?')
  const columns = 'id, user_row, created_at, last_seen_at, max_age_ms'
  const listAll = database.prepare(`SELECT ${columns} FROM sessions ORDER BY created_at, id`)
  const listOf = database.prepare(
    `SELECT ${columns} FROM sessions WHERE user_row = ? ORDER BY created_at, id`,
  )
  const drop = database.prepare('DELETE FROM sessions WHERE id = ? RETURNING user_row')
  const markCode = database.prepare('UPDATE sessions SET code_given = 1, wrong_codes = 0 WHERE id = ?')
  const unmarkCodes = database.prepare('UPDATE sessions SET code_given = 0 WHERE user_row = ?')
  const countWrong = database.prepare('UPDATE sessions SET wrong_codes = wrong_codes + 1 WHERE id = ?')
  const dropGuessed = database.prepare(
    `DELETE FROM sessions WHERE id = ? AND wrong_codes >= ${MOST_WRONG_CODES}`,
  )
  const dropOf = database.prepare('DELETE FROM sessions WHERE user_row = ? RETURNING id')

  /** session id → its last use that is not written yet */
  const waiting = new Map<string, number>()
  const seenAt = (id: string, written: number): number => Math.max(written, waiting.get(id) ?? written)
  const writeWaiting = (now: number): void => {
    const done = writes.write(() => {
      for (const [id, at] of waiting) touch.run(at, id)
    }, now)
    if (done) waiting.clear()
  }
  const note = (id: string, now: number): void => {
    waiting.set(id, now)
    const longest = waiting.keys().next()
    if (waiting.size > MOST_WAITING && !longest.done) waiting.delete(longest.value)
  }

  return {
    open(user, now) {
      if (waiting.size > 0) writeWaiting(now)
      // One whose last use is not written only seems to have ended.
      if (waiting.size === 0) dropEnded.run(now)
      const cookie = randomText(32, random)
      // SECURITY: the file holds a digest of the cookie; who reads it cannot become anybody.
      insert.run(sha256(cookie), `sess:${newId(random)}`, user.row, now, now, SESSION_TIMEOUT_MS)
      return cookie
    },
    find(cookie, now) {
      const digest = sha256(cookie)
      const row = findRow.get(digest) as (User & FoundRow) | undefined
      if (!row) return null
      const seen = seenAt(row.session_id, row.last_seen_at)
      if (now >= seen + row.max_age_ms || !isUsable(row, now)) return null
      if (now - seen >= TOUCH_MS) note(row.session_id, now)
      if (waiting.size > 0 && writes.mayTry(now)) writeWaiting(now)
      return { user: row, id: row.session_id, lacks: lackOf(row) }
    },
    list(now, user) {
      const rows = (user ? listOf.all(user.row) : listAll.all()) as unknown as SessionRow[]
      return rows
        .map(({ id, user_row, created_at, last_seen_at, max_age_ms }) => ({
          id,
          user_row,
          created_at,
          ttl: Math.ceil((seenAt(id, last_seen_at) + max_age_ms - now) / 1000),
          originalMaxAge: Math.round(max_age_ms / 1000),
        }))
        .filter(({ ttl }) => ttl > 0)
    },
    codeGiven: (id) => void markCode.run(id),
    forgetCodes: (user) => void unmarkCodes.run(user.row),
    wrongCode(id) {
      countWrong.run(id)
      dropGuessed.run(id)
    },
    kill: (id) => (drop.get(id) as { user_row: number } | undefined) ?? null,
    killAllOf: (user) => (dropOf.all(user.row) as { id: string }[]).map(({ id }) => id),
    stop: (now) => {
      if (waiting.size > 0) writeWaiting(now)
    },
  }
}

function lackOf({ activated, mandatory, code_given }: FoundRow): SessionLack | null {
  if (activated) return code_given ? null : 'code'
  return mandatory ? 'activation' : null
}
