import { equalDigests, hmac } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { maskToken } from '#shared/domain/token.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import type { User } from '../users/user.ts'

/** The one place where plaintext may lie before it is finalized; reports name it. */
export const PLAINTEXT_COLUMN = 'legacy_tokens.api_token'

/** The name that OpenCTI gives a migrated token (opencti-api.md §2.6). */
export const LEGACY_TOKEN_NAME = 'Legacy Token'

export const legacyTokenId = (userId: string): string => `base_token_${userId}`

export interface LegacyCounts {
  /** rows of the legacy place: so many tokens lie there in plaintext */
  readonly total: number
  /** of them, those that have no hashed token yet and are found through the legacy place */
  readonly waiting: number
}

/** One row of the legacy place. */
export interface LegacyRow {
  readonly user_row: number
  readonly user_id: string
  readonly digest: Uint8Array
  readonly api_token: string
  readonly imported_at: number
}

/** A waiting legacy token in the shape in which tokens are listed. */
export interface ListedLegacyToken {
  readonly id: string
  readonly name: string
  readonly masked_token: string
  readonly created_at: number
  readonly expires_at: null
  readonly last_used_at: null
  readonly revoked_at: null
  readonly revoked_by: null
  readonly revoke_reason: null
}

export interface LegacyTokens {
  counts(): LegacyCounts
  /** Why the user cannot be given this plaintext, or null: `same` = has it already, `other` = has or had another one. */
  obstacle(user: Pick<User, 'row' | 'id'>, plaintext: string): 'same' | 'other' | 'taken' | null
  /** Puts a plaintext into the legacy place, from where it authenticates at once. */
  add(user: Pick<User, 'row'>, plaintext: string, now: number): void
  /** The next waiting row after `afterRow`, in the order of users; null = none. */
  nextWaiting(afterRow: number): LegacyRow | null
  /** The hashed token that stands for the row from now on; false when its value belongs to another token. */
  migrate(row: LegacyRow, now: number): boolean
  /** Migrates this owner's waiting token if `tokenId` names it. */
  migrateById(owner: Pick<User, 'row' | 'id'>, tokenId: string, now: number): void
  /** Wipes this owner's plaintext if `tokenId` names it: with its hashed token gone, a rollback would revive it. */
  forgetById(owner: Pick<User, 'row' | 'id'>, tokenId: string): void
  /** What `api_tokens` lists of the owner beside the hashed tokens: the waiting one, if there is one. */
  listed(owner: Pick<User, 'row' | 'id'>): ListedLegacyToken[]
}

/** The legacy place and its way into `tokens`. Every function runs inside the caller's transaction. */
export function legacyTokens(database: Database, keys: PlatformKeys): LegacyTokens {
  const count = database.prepare(
    `SELECT (SELECT count(*) FROM legacy_tokens) AS total,
       (SELECT count(*) FROM legacy_tokens WHERE migrated_at IS NULL) AS waiting`,
  )
  const legacyOwner = database.prepare('SELECT user_row FROM legacy_tokens WHERE digest = ?')
  const legacyOfUser = database.prepare('SELECT 1 FROM legacy_tokens WHERE user_row = ?')
  const tokenOwner = database.prepare('SELECT user_row, id FROM tokens WHERE hash = ?')
  const tokenById = database.prepare('SELECT 1 FROM tokens WHERE id = ?')
  const insertLegacy = database.prepare(
    'INSERT INTO legacy_tokens (user_row, digest, key_id, api_token, imported_at) VALUES (?, ?, ?, ?, ?)',
  )
  const rows = `SELECT l.user_row, u.id AS user_id, l.digest, l.api_token, l.imported_at
    FROM legacy_tokens l JOIN users u ON u.row = l.user_row WHERE l.migrated_at IS NULL`
  const next = database.prepare(`${rows} AND l.user_row > ? ORDER BY l.user_row LIMIT 1`)
  const waitingOf = database.prepare(`${rows} AND l.user_row = ?`)
  const insertToken = database.prepare(
    `INSERT INTO tokens (hash, id, user_row, name, masked_token, key_id, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`,
  )
  const forget = database.prepare('DELETE FROM legacy_tokens WHERE user_row = ?')
  const markMigrated = database.prepare('UPDATE legacy_tokens SET migrated_at = ? WHERE user_row = ?')

  const migrate = (row: LegacyRow, now: number): boolean => {
    // SECURITY: hashed from the plaintext itself and compared, so that what is wiped later is what really authenticates.
    const digest = hmac(keys.token, row.api_token)
    if (!equalDigests(digest, row.digest)) return false
    const id = legacyTokenId(row.user_id)
    const holder = tokenOwner.get(digest) as { user_row: number; id: string } | undefined
    if (holder) {
      if (holder.id !== id || holder.user_row !== row.user_row) return false
    } else {
      if (tokenById.get(id)) return false
      const masked = maskToken(row.api_token)
      insertToken.run(digest, id, row.user_row, LEGACY_TOKEN_NAME, masked, keys.keyId, row.imported_at)
    }
    markMigrated.run(now, row.user_row)
    return true
  }

  return {
    counts: () => ({ ...(count.get() as unknown as LegacyCounts) }),
    obstacle(user, plaintext) {
      const digest = hmac(keys.token, plaintext)
      const legacy = legacyOwner.get(digest) as { user_row: number } | undefined
      if (legacy) return legacy.user_row === user.row ? 'same' : 'taken'
      const token = tokenOwner.get(digest) as { user_row: number; id: string } | undefined
      if (token) return token.id === legacyTokenId(user.id) ? 'same' : 'taken'
      return legacyOfUser.get(user.row) || tokenById.get(legacyTokenId(user.id)) ? 'other' : null
    },
    add: (user, plaintext, now) =>
      void insertLegacy.run(user.row, hmac(keys.token, plaintext), keys.keyId, plaintext, now),
    nextWaiting: (afterRow) => (next.get(afterRow) as LegacyRow | undefined) ?? null,
    migrate,
    migrateById(owner, tokenId, now) {
      if (tokenId !== legacyTokenId(owner.id)) return
      const row = waitingOf.get(owner.row) as LegacyRow | undefined
      if (row) migrate(row, now)
    },
    forgetById(owner, tokenId) {
      if (tokenId === legacyTokenId(owner.id)) forget.run(owner.row)
    },
    listed(owner) {
      const row = waitingOf.get(owner.row) as LegacyRow | undefined
      if (!row) return []
      return [
        {
          id: legacyTokenId(owner.id),
          name: LEGACY_TOKEN_NAME,
          masked_token: maskToken(row.api_token),
          created_at: row.imported_at,
          expires_at: null,
          last_used_at: null,
          revoked_at: null,
          revoked_by: null,
          revoke_reason: null,
        },
      ]
    },
  }
}
