import { equalDigests, hmac } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { isCapable } from '#shared/domain/capability.ts'
import { isExpired } from '#shared/domain/token.ts'
import { capabilityNames, isUsable, USER_COLUMNS, type User } from '../users/user.ts'
import { scopesOf } from './scopes.ts'

/** Why a bearer does not count. `revoked` and `expired` are only ever known about a token that really exists. */
export type Refusal = 'malformed' | 'unknown' | 'revoked' | 'expired' | 'account' | 'no-api-access'

export type Verdict =
  /** `tokenRow` is null for a legacy token that is not migrated yet: it has no row of its own */
  | {
      readonly ok: true
      readonly user: User
      readonly tokenRow: number | null
      /** capabilities that the token is limited to; null = all of its user's */
      readonly scopes: readonly string[] | null
    }
  | { readonly ok: false; readonly why: Refusal }

/** Longer than any token of any age; what passes it is not hashed at all. */
const LONGEST_BEARER = 512

type TokenRow = User & {
  hash: Uint8Array
  token_row: number | null
  expires_at: number | null
  revoked_at: number | null
  scopes: string | null
}

/**
 * Answers for every single request whether its bearer counts now (P-04, P-05): one HMAC, one indexed read, and no verdict
 * is kept, so a revocation holds from the next request on. Any text is looked up by its digest; legacy UUIDs work alike.
 * @param key the token key (platformKeys)
 */
export function tokenValidator(
  database: Database,
  key: Uint8Array,
): (bearer: string, now: number) => Verdict {
  const userColumns = USER_COLUMNS.map((name) => `u.${name}`).join(', ')
  const find = database.prepare(
    `SELECT t.hash, t.row AS token_row, t.expires_at, t.revoked_at, t.scopes, ${userColumns}
     FROM tokens t JOIN users u ON u.row = t.user_row WHERE t.hash = ?`,
  )
  // Only asked when `tokens` has nothing, and empty but during a migration: old tokens work before it as after it (P-07).
  const findLegacy = database.prepare(
    `SELECT l.digest AS hash, NULL AS token_row, NULL AS expires_at, NULL AS revoked_at, NULL AS scopes, ${userColumns}
     FROM legacy_tokens l JOIN users u ON u.row = l.user_row WHERE l.digest = ? AND l.migrated_at IS NULL`,
  )
  return (bearer, now) => {
    if (bearer.length === 0 || bearer.length > LONGEST_BEARER) return { ok: false, why: 'malformed' }
    const digest = hmac(key, bearer)
    const found = (find.get(digest) ?? findLegacy.get(digest)) as TokenRow | undefined
    // SECURITY: the index search is over keyed digests, which nobody without the key can steer; the found digest is then
    // compared in constant time (PRD FR-015, NFR-004).
    if (!found || !equalDigests(found.hash, digest)) return { ok: false, why: 'unknown' }
    if (found.revoked_at !== null) return { ok: false, why: 'revoked' }
    if (isExpired(found.expires_at, now)) return { ok: false, why: 'expired' }
    if (!isUsable(found, now)) return { ok: false, why: 'account' }
    if (!isCapable({ id: found.id, capabilities: capabilityNames(found) }, 'APIACCESS_USETOKEN'))
      return { ok: false, why: 'no-api-access' }
    return { ok: true, user: found, tokenRow: found.token_row, scopes: scopesOf(found.scopes) }
  }
}
