import { type Database, transaction } from '#base/sqlite.ts'
import type { RecordedAnswer } from './answer.ts'
import type { Failure } from './failure.ts'
import type { LeasePort } from './ports.ts'
import { createProvisioningStore, type ProvisioningStore } from './provisioning-store.ts'

/** One run of the manager, with all its tries. */
export interface Attempt {
  readonly startedAt: number
  readonly endedAt: number
  readonly trigger: 'schedule' | 'request'
  readonly outcome: 'registered' | Failure
  readonly httpStatus: number | null
  readonly tries: number
  /** a few harmless words */
  readonly detail: string | null
}

export interface RegistrationStorage extends LeasePort {
  /**
   * Keeps a run. A successful one brings the answer, and what it carried counts as delivered: all of it in one transaction,
   * so that a crash leaves either everything or nothing.
   */
  record(attempt: Attempt, success?: { answer: RecordedAnswer; beat: string }): void
  /** ascending by start */
  attempts(since: number): Attempt[]
  lastSuccessAt(): number | null
  lastAnswer(): RecordedAnswer | null
  /** Frees the lease whoever held it: for who knows, by a lock of its own, that no other manager runs. */
  freeLease(): void
  readonly provisioning: ProvisioningStore
}

/** The tables of the manager, for a database of its own: `openDatabase(path, REGISTRATION_MIGRATIONS)`. */
export const REGISTRATION_MIGRATIONS: readonly string[] = [
  `CREATE TABLE lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
   CREATE TABLE attempt (
     id INTEGER PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, started_by TEXT NOT NULL,
     outcome TEXT NOT NULL, http_status INTEGER, tries INTEGER NOT NULL, detail TEXT) STRICT;
   CREATE TABLE answer (only_one INTEGER PRIMARY KEY CHECK (only_one = 1), body TEXT NOT NULL) STRICT;
   CREATE TABLE provision (
     user_id TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('intended', 'minted', 'delivered', 'revoked')), seed BLOB, token_id TEXT, beat TEXT) STRICT, WITHOUT ROWID;
   CREATE INDEX provision_token ON provision (token_id) WHERE token_id IS NOT NULL;
   CREATE INDEX provision_beat ON provision (beat) WHERE beat IS NOT NULL;
   CREATE TABLE provision_fact (name TEXT PRIMARY KEY, value BLOB NOT NULL, beat TEXT) STRICT, WITHOUT ROWID;`,
  // Each beat counts the states: from the index, not from every user's row.
  'CREATE INDEX provision_state ON provision (state)',
]

/** A week of beats. */
const MOST_ATTEMPTS = 2_016
const LEASE = 'xtm_one_registration_manager_lock'

/** The storage on a database that `openDatabase` opened with REGISTRATION_MIGRATIONS. Synchronous, like SQLite itself. */
export function createRegistrationStorage(database: Database): RegistrationStorage {
  const provisioning = createProvisioningStore(database)
  const addAttempt = database.prepare(
    `INSERT INTO attempt (started_at, ended_at, started_by, outcome, http_status, tries, detail) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const dropOld = database.prepare(
    `DELETE FROM attempt WHERE id <= (SELECT max(id) FROM attempt) - ${MOST_ATTEMPTS} AND id NOT IN
       (SELECT id FROM attempt WHERE outcome = 'registered' ORDER BY id DESC LIMIT 1)`,
  )
  const keepAnswer = database.prepare('INSERT OR REPLACE INTO answer VALUES (1, ?)')

  return {
    provisioning,

    hold(holder, now, forMs) {
      return transaction(database, () => {
        const found = database.prepare('SELECT holder, until FROM lease WHERE name = ?').get(LEASE) as
          | { holder: string; until: number }
          | undefined
        // A lease further ahead than one can be was left by a clock that has been set back since.
        const free = !found || found.holder === holder || found.until <= now || found.until > now + forMs
        if (free)
          database.prepare('INSERT OR REPLACE INTO lease VALUES (?, ?, ?)').run(LEASE, holder, now + forMs)
        return free
      })
    },

    release(holder) {
      database.prepare('DELETE FROM lease WHERE name = ? AND holder = ?').run(LEASE, holder)
    },

    freeLease() {
      database.prepare('DELETE FROM lease WHERE name = ?').run(LEASE)
    },

    record(attempt, success) {
      transaction(database, () => {
        addAttempt.run(
          attempt.startedAt,
          attempt.endedAt,
          attempt.trigger,
          attempt.outcome,
          attempt.httpStatus,
          attempt.tries,
          attempt.detail,
        )
        dropOld.run()
        if (!success) return
        keepAnswer.run(JSON.stringify(success.answer))
        provisioning.markDelivered(success.beat)
      })
    },

    attempts(since) {
      return database
        .prepare(
          `SELECT started_at AS startedAt, ended_at AS endedAt, started_by AS "trigger", outcome, http_status AS httpStatus,
             tries, detail FROM attempt WHERE started_at >= ? ORDER BY started_at, id`,
        )
        .all(since) as unknown as Attempt[]
    },

    lastSuccessAt() {
      const row = database
        .prepare(`SELECT ended_at AS at FROM attempt WHERE outcome = 'registered' ORDER BY id DESC LIMIT 1`)
        .get() as { at: number } | undefined
      return row?.at ?? null
    },

    lastAnswer() {
      const row = database.prepare('SELECT body FROM answer').get() as { body: string } | undefined
      return row ? (JSON.parse(row.body) as RecordedAnswer) : null
    },
  }
}
