import { type Database, transaction } from '#base/sqlite.ts'

/**
 * Where each user's "XTM One" token stands. The state is written before the deed, so that whatever kills the process leaves
 * something to go on from:
 *
 *   intended   the seed of a token value is kept; the platform may or may not have the token yet
 *   minted     the platform has it; XTM One may or may not have it yet; the value can still be derived from the seed
 *   delivered  XTM One acknowledged it; the seed is gone and nobody can derive the value any more
 *   revoked    it was minted and lets nobody in any more; never minted again by itself
 */
export type ProvisionState = 'intended' | 'minted' | 'delivered' | 'revoked'

export interface Provision {
  readonly userId: string
  readonly state: ProvisionState
  /** salt of the token value, useless without the platform's key; null once delivered or revoked */
  readonly seed: Uint8Array | null
  readonly tokenId: string | null
}

export interface ProvisioningStore {
  /** What is known of these users; a user without an entry was never provisioned. */
  of(userIds: readonly string[]): Map<string, Provision>
  /** A page at a glance, without a row for each user: how many are still open or unknown, and the tokens that should live. */
  glance(userIds: readonly string[]): { open: number; tokenIds: string[] }
  intend(entries: readonly { userId: string; seed: Uint8Array }[]): void
  markMinted(entries: readonly { userId: string; tokenId: string }[]): void
  markRevoked(tokenIds: readonly string[]): void
  /** These minted tokens go out with this beat. */
  markSent(userIds: readonly string[], beat: string): void
  /** The beat was acknowledged: what went out with it is delivered and its seeds are erased. Runs inside a transaction. */
  markDelivered(beat: string): void
  /** Forgets these users, so that the next beat provisions them anew. */
  forget(userIds: readonly string[]): void
  counts(): Record<ProvisionState, number>
  /** Whether the administrator's key with this digest was delivered. */
  adminKeyDelivered(digest: Uint8Array): boolean
  markAdminKeySent(digest: Uint8Array, beat: string): void
}

const ADMIN_KEY = 'admin_key'
const ADMIN_KEY_SENT = 'admin_key_sent'

export function createProvisioningStore(database: Database): ProvisioningStore {
  const select = database.prepare(
    `SELECT user_id AS userId, state, seed, token_id AS tokenId FROM provision
       WHERE user_id IN (SELECT value FROM json_each(?))`,
  )
  const glance = database.prepare(
    `SELECT count(*) FILTER (WHERE state <> 'intended') AS settled,
       json_group_array(token_id) FILTER (WHERE state IN ('minted', 'delivered')) AS tokens
     FROM provision WHERE user_id IN (SELECT value FROM json_each(?))`,
  )
  const intend = database.prepare(
    `INSERT OR IGNORE INTO provision (user_id, state, seed) VALUES (?, 'intended', ?)`,
  )
  const mint = database.prepare(
    `UPDATE provision SET state = 'minted', token_id = ? WHERE user_id = ? AND state = 'intended'`,
  )
  const revoke = database.prepare(
    `UPDATE provision SET state = 'revoked', seed = NULL, beat = NULL
       WHERE token_id IN (SELECT value FROM json_each(?))`,
  )
  const send = database.prepare(
    `UPDATE provision SET beat = ? WHERE state = 'minted' AND user_id IN (SELECT value FROM json_each(?))`,
  )
  const fact = database.prepare('SELECT value FROM provision_fact WHERE name = ?')

  return {
    of(userIds) {
      const rows = select.all(JSON.stringify(userIds)) as unknown as Provision[]
      return new Map(rows.map((row) => [row.userId, row]))
    },
    glance(userIds) {
      const row = glance.get(JSON.stringify(userIds)) as { settled: number; tokens: string }
      return { open: userIds.length - row.settled, tokenIds: JSON.parse(row.tokens) as string[] }
    },
    intend(entries) {
      transaction(database, () => {
        for (const { userId, seed } of entries) intend.run(userId, seed)
      })
    },
    markMinted(entries) {
      transaction(database, () => {
        for (const { userId, tokenId } of entries) mint.run(tokenId, userId)
      })
    },
    markRevoked(tokenIds) {
      if (tokenIds.length > 0) revoke.run(JSON.stringify(tokenIds))
    },
    markSent(userIds, beat) {
      if (userIds.length > 0) send.run(beat, JSON.stringify(userIds))
    },
    markDelivered(beat) {
      // SECURITY: with the seed goes the last way to know the value again (secure_delete overwrites it in the file).
      database
        .prepare(`UPDATE provision SET state = 'delivered', seed = NULL, beat = NULL WHERE beat = ?`)
        .run(beat)
      database
        .prepare(`UPDATE OR REPLACE provision_fact SET name = ?, beat = NULL WHERE name = ? AND beat = ?`)
        .run(ADMIN_KEY, ADMIN_KEY_SENT, beat)
    },
    forget(userIds) {
      database
        .prepare('DELETE FROM provision WHERE user_id IN (SELECT value FROM json_each(?))')
        .run(JSON.stringify(userIds))
    },
    counts() {
      const counts = { intended: 0, minted: 0, delivered: 0, revoked: 0 }
      const rows = database.prepare('SELECT state, count(*) AS number FROM provision GROUP BY state').all()
      for (const row of rows as unknown as { state: ProvisionState; number: number }[])
        counts[row.state] = row.number
      return counts
    },
    adminKeyDelivered(digest) {
      const row = fact.get(ADMIN_KEY) as { value: Uint8Array } | undefined
      return row !== undefined && Buffer.from(row.value).equals(digest)
    },
    markAdminKeySent(digest, beat) {
      database
        .prepare('INSERT OR REPLACE INTO provision_fact VALUES (?, ?, ?)')
        .run(ADMIN_KEY_SENT, digest, beat)
    },
  }
}
