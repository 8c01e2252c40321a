import { DAY_MS } from './token.ts'

/**
 * What the console does about a token later: revoke it at a time, rotate it, remind of its end (T-16, T-17). Times are ms since
 * the epoch by the platform's clock unless said otherwise.
 */

const MINUTE_MS = 60_000

/** A token can be told to end between a minute and a year from now. */
export const REVOKE_IN_MIN_MS = MINUTE_MS
export const REVOKE_IN_MAX_MS = 366 * DAY_MS

/** Done later than this after its time, a revocation is called late. */
export const LATE_MS = 2 * MINUTE_MS

export const TIMER_STATES = ['waiting', 'done', 'gone', 'failed', 'cancelled'] as const

export const ROTATION_PHASES = ['watching', 'ready', 'done', 'stopped', 'failed'] as const

/**
 * How long the old token has to be silent before a rotation calls it so. Never below ten minutes: platforms write a last use
 * once a minute or so (opencti-api.md §2.5).
 */
export const QUIET_CHOICES_MS = [10 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS, 7 * DAY_MS] as const
export const QUIET_MIN_MS = QUIET_CHOICES_MS[0]
export const QUIET_MAX_MS = 30 * DAY_MS

/** Where a rotation stands: what its two tokens are seen to do. */
export interface RotationEvidence {
  /** null: the new one was not used yet */
  readonly newUsedAt: number | null
  /** when this console first saw it used; null: not yet */
  readonly newSeenUsedAt: number | null
  /** null: never used, or flushed by the platform */
  readonly oldUsedAt: number | null
}

/** When the old token will have been silent long enough, if it stays so; null while the new one is not used. */
export function silentAt({ newSeenUsedAt, oldUsedAt }: RotationEvidence, quietMs: number): number | null {
  return newSeenUsedAt === null ? null : Math.max(newSeenUsedAt, oldUsedAt ?? 0) + quietMs
}

/** Whether the new token is used and the old one has been silent for `quietMs`. */
export function isRotated(evidence: RotationEvidence, quietMs: number, now: number): boolean {
  const at = silentAt(evidence, quietMs)
  return at !== null && now >= at
}

/** Days before its end that a person can be reminded. */
export const REMIND_DAYS = [1, 3, 7, 14, 30] as const
export type RemindDays = (typeof REMIND_DAYS)[number]

/** Days before their end that everybody is reminded of tokens of their own. */
export const OWN_REMIND_DAYS: readonly RemindDays[] = [7, 1]

export const REMINDER_STATES = ['waiting', 'due', 'dismissed'] as const

/** Whether it is time to remind of this end; an end that has passed is one to be told of too. */
export const isDue = (expiresAt: number, days: number, now: number): boolean =>
  now >= expiresAt - days * DAY_MS
