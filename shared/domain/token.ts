/**
 * What a token is, by rule: its shape, its mask, its lifetime and its status.
 * Times are milliseconds since the epoch, always given in, never read here.
 */

/** The constant first part of every token (PRD FR-003); safe to log, it says nothing about the secret. */
export const TOKEN_PREFIX = 'flgrn_octi_tkn_'

/** What our own platform issues (PRD FR-003): 62 letters and digits, so that a double click selects all of it. */
export const ISSUED_TOKEN_PATTERN = /^flgrn_octi_tkn_[A-Za-z0-9]{64}$/

/** What the console accepts: OpenCTI 7 itself issues base64url, which has `-` and `_` too (opencti-api.md §2.4). */
export const ACCEPTED_TOKEN_PATTERN = /^flgrn_octi_tkn_[A-Za-z0-9_-]{64}$/

/** Legacy tokens and OpenCTI's base token are UUIDs (opencti-api.md §2.6). */
export const LEGACY_TOKEN_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `expires_at` choices of the wire (opencti-api.md §2.1; the PRD lists all but DAYS_365). */
export const TOKEN_DURATIONS = ['DAYS_30', 'DAYS_60', 'DAYS_90', 'DAYS_365', 'UNLIMITED'] as const
export type TokenDuration = (typeof TOKEN_DURATIONS)[number]

export const DAY_MS = 86_400_000

/** A token that ends within this time is called "expires soon". */
export const EXPIRES_SOON_MS = 7 * DAY_MS

export const TOKEN_STATUSES = ['active', 'expires-soon', 'expired', 'revoked'] as const
export type TokenStatus = (typeof TOKEN_STATUSES)[number]

/** Whole days of a duration, or null for UNLIMITED. */
export function durationDays(duration: TokenDuration): number | null {
  return duration === 'UNLIMITED' ? null : Number(duration.slice('DAYS_'.length))
}

/**
 * When a token created `now` ends; null = never. Days are days of 24 hours in UTC, so a change
 * to or from summer time moves nothing.
 */
export function expiryOf(duration: TokenDuration, now: number): number | null {
  const days = durationDays(duration)
  return days === null ? null : now + days * DAY_MS
}

/** `****a1b2` (PRD FR-101): four asterisks and the last four characters. */
export function maskToken(plaintext: string): string {
  return `****${plaintext.slice(-4)}`
}

/** `a1b2` of `****a1b2` (PRD FR-008); '' when the platform gave no mask. */
export function lastFour(maskedToken: string): string {
  return maskedToken.slice(-4).replaceAll('*', '')
}

/** A token has expired from the very millisecond of `expiresAt` on (opencti-api.md §2.3: `now >= expires_at`). */
export function isExpired(expiresAt: number | null, now: number): boolean {
  return expiresAt !== null && now >= expiresAt
}

/**
 * Status at `now`, which must be the platform's time: a console clock that is wrong must not
 * call a dead token alive. Revoked wins over expired.
 */
export function tokenStatus(
  token: { expiresAt: number | null; revokedAt?: number | null },
  now: number,
): TokenStatus {
  if (token.revokedAt != null) return 'revoked'
  if (isExpired(token.expiresAt, now)) return 'expired'
  if (token.expiresAt !== null && token.expiresAt - now <= EXPIRES_SOON_MS) return 'expires-soon'
  return 'active'
}

/** How far a platform may round or shift what we asked before we call it a different expiry: a DST hour and some. */
const EXPIRY_TOLERANCE_MS = 2 * 3_600_000

/**
 * Whether the `expiresAt` that a platform reports is what was asked (T-05). An unknown duration falls
 * through to "no expiry" on OpenCTI, which is the one mistake that must never pass unseen.
 */
export function isExpiryAsAsked(
  duration: TokenDuration,
  createdAt: number,
  expiresAt: number | null,
): boolean {
  const asked = expiryOf(duration, createdAt)
  if (asked === null || expiresAt === null) return asked === expiresAt
  return Math.abs(asked - expiresAt) <= EXPIRY_TOLERANCE_MS
}

/**
 * Tokens that a generation whose answer was lost may have left behind: of the name that was asked for, and not among those
 * that were there before (opencti-api.md §2.2).
 * @param known ids of the owner's tokens right before
 */
export function orphansIn<Listed extends { readonly id: string; readonly name: string }>(
  tokens: readonly Listed[],
  name: string,
  known: readonly string[],
): Listed[] {
  const before = new Set(known)
  return tokens.filter((token) => token.name === name && !before.has(token.id))
}

/** The longest name the console gives a token, in UTF-16 units; the platform itself sets no limit (opencti-api.md §2.1). */
export const TOKEN_NAME_MAX = 200

/** The longest reason that a revocation carries, in UTF-16 units. */
export const REASON_MAX = 500
