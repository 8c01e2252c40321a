import { equalDigests, hmac } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { isCapable } from '#shared/domain/capability.ts'
import { isExpired } from '#shared/domain/token.ts'
import { capabilityNames, isUsable, USER_COLUMNS, type User } from '../users/user.ts'

/** Why a bearer does not count. `revoked` and `expired` are only ever known about a token that really exists. */
export type Refusal = 'malformed' | 'unknown' | 'revoked' | 'expired' | 'account' | 'no-api-access'

export type Verdict =
  | { readonly ok: true; readonly user: User; readonly tokenRow: number }
  | { readonly ok: false; readonly why: Refusal }

/** Longer than any token of any age; what passes it is not hashed at all. */
const LONGEST_BEARER = 512

type TokenRow = User & {
  hash: Uint8Array
  token_row: number
  expires_at: number | null
  revoked_at: number | null
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
  const find = database.prepare(
    `SELECT t.hash, t.row AS token_row, t.expires_at, t.revoked_at, ${USER_COLUMNS.map((name) => `u.${name}`).join(', ')}
     FROM tokens t JOIN users u ON u.row = t.user_row WHERE t.hash = ?`,
  )
  return (bearer, now) => {
    if (bearer.length === 0 || bearer.length > LONGEST_BEARER) return { ok: false, why: 'malformed' }
    const digest = hmac(key, bearer)
    const found = find.get(digest) as TokenRow | undefined
    // SECURITY: the index search is over keyed digests, which nobody without the key can steer; the found digest is then
    // compared in constant time (PRD FR-015, NFR-004).
    if (!found || !equalDigests(found.hash, digest)) return { ok: false, why: 'unknown' }
    if (found.revoked_at !== null) return { ok: false, why: 'revoked' }
    if (isExpired(found.expires_at, now)) return { ok: false, why: 'expired' }
    if (!isUsable(found, now)) return { ok: false, why: 'account' }
    if (!isCapable({ id: found.id, capabilities: capabilityNames(found) }, 'APIACCESS_USETOKEN'))
      return { ok: false, why: 'no-api-access' }
    return { ok: true, user: found, tokenRow: found.token_row }
  }
}
