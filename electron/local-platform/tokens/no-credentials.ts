import { hmac } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { withoutCredentials } from '../http/client-text.ts'
import { tokenLookalikes } from '../migration/token-lookalikes.ts'

/** The text was meant to be kept and holds a token; the message is for the client and repeats nothing of it. */
export class CredentialInTextError extends Error {
  constructor(what: string) {
    super(`${what} contains an API token; tokens are never kept in plaintext`)
    this.name = 'CredentialInTextError'
  }
}

export interface CredentialFinder {
  /** Whether `text` holds what has the shape of a platform token, or a UUID that is or was a token here, in any encoding. */
  holds(text: string): boolean
  /** `text` as it may be kept: itself, or without everything that could be a token. */
  cleaned(text: string): string
}

/** Constant prefix and enough behind it to be more than the prefix's mention. */
const TOKEN_SHAPE = /flgrn_octi_tkn_[A-Za-z0-9_-]{4}/i

/**
 * SECURITY: tokens are pasted into names and descriptions, from where the append-only audit would copy them (zero-logging,
 * PRD). A UUID alone is no secret, ids are UUIDs; it is one when its keyed digest is that of a token.
 * @param key the token key (platformKeys)
 * @param isKnownToo digests that count as tokens as well
 */
export function credentialFinder(
  database: Database,
  key: Uint8Array,
  isKnownToo: (digest: Uint8Array) => boolean = () => false,
): CredentialFinder {
  const findToken = database.prepare('SELECT 1 FROM tokens WHERE hash = ?')
  const findLegacy = database.prepare('SELECT 1 FROM legacy_tokens WHERE digest = ?')
  const isToken = (value: string): boolean => {
    const digest = hmac(key, value)
    return findToken.get(digest) !== undefined || findLegacy.get(digest) !== undefined || isKnownToo(digest)
  }
  const holds = (text: string): boolean => {
    if (TOKEN_SHAPE.test(text)) return true
    for (const found of tokenLookalikes(Buffer.from(text)))
      if ([found, found.toLowerCase(), found.toUpperCase()].some(isToken)) return true
    return false
  }
  return {
    holds,
    cleaned(text) {
      if (!holds(text)) return text
      const cleaned = withoutCredentials(text)
      // The prefix of a redacted platform token stays and is no secret; an encoding that survives takes the text with it.
      return holds(cleaned) ? '[redacted]' : cleaned
    },
  }
}
