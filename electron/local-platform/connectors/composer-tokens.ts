import { type RandomSource, sha256 } from '#base/crypto.ts'
import { type SealVersion, sealFor } from '#base/sealing.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { Deed, TokenStore } from '../tokens/token-store.ts'
import type { User } from '../users/user.ts'
import type { ConnectorManager } from './manager-store.ts'

/** Its name in lists (opencti-api.md §2.6). */
export const COMPOSER_TOKEN_NAME = 'Composer managed token'
/** `app:composer_token_expiration`, counted anew by each read. */
const KEPT_MS = 604_800_000
/** A read moves the end only when that moves it by so much: a composer polls every few seconds. */
const WRITE_AFTER_MS = 3_600_000

interface Kept {
  readonly token_id: string
  readonly sealed: string
  readonly key_digest: Uint8Array
  readonly expires_at: number
}

/** The token that a connector's user gets for its container, sealed for the manager (opencti-api.md §2.6, §5.2). */
export interface ComposerTokens {
  /** What is kept of it, or null; changes nothing. */
  peek(owner: Pick<User, 'row'>, catalogId: string): string | null
  /**
   * The ciphertext of the user's token; made when there is none, when it was revoked, when nobody asked for a week, and when
   * the manager has another key.
   * @throws UnusableKeyError
   */
  sealed(owner: User, catalogId: string, manager: ConnectorManager, version: SealVersion, deed: Deed): string
}

export function composerTokens(database: Database, tokens: TokenStore, random: RandomSource): ComposerTokens {
  const read = database.prepare(
    `SELECT c.token_id, c.sealed, c.key_digest, c.expires_at FROM composer_tokens c
     JOIN tokens t ON t.id = c.token_id AND t.revoked_at IS NULL WHERE c.user_row = ? AND c.catalog_id = ?`,
  )
  const write = database.prepare(
    `INSERT OR REPLACE INTO composer_tokens (user_row, catalog_id, token_id, sealed, key_digest, expires_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const elsewhere = database.prepare(
    'SELECT 1 FROM composer_tokens WHERE user_row = ? AND catalog_id <> ? AND token_id = ?',
  )
  const extend = database.prepare(
    'UPDATE composer_tokens SET expires_at = ? WHERE user_row = ? AND catalog_id = ?',
  )
  const find = (owner: Pick<User, 'row'>, catalogId: string): Kept | null =>
    (read.get(owner.row, catalogId) as Kept | undefined) ?? null

  return {
    peek: (owner, catalogId) => find(owner, catalogId)?.sealed ?? null,
    sealed(owner, catalogId, manager, version, deed) {
      const kept = find(owner, catalogId)
      const digest = sha256(manager.public_key)
      const isOfKey = kept !== null && digest.equals(kept.key_digest)
      if (kept && isOfKey && deed.at < kept.expires_at) {
        const until = deed.at + KEPT_MS
        if (until - kept.expires_at >= WRITE_AFTER_MS) extend.run(until, owner.row, catalogId)
        return kept.sealed
      }
      return transaction(database, () => {
        for (const { id, name } of tokens.listed(owner))
          if (name === COMPOSER_TOKEN_NAME && !elsewhere.get(owner.row, catalogId, id))
            tokens.revoke(owner, id, 'Replaced for the composer', deed)
        const { id, plaintext } = tokens.create(owner, COMPOSER_TOKEN_NAME, 'UNLIMITED', deed)
        const ciphertext = sealFor(manager.public_key, plaintext.expose(), version, random)
        write.run(owner.row, catalogId, id, ciphertext, digest, deed.at + KEPT_MS)
        return ciphertext
      })
    },
  }
}
