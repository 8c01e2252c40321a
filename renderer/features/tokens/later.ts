import { REVOKE_IN_MAX_MS, REVOKE_IN_MIN_MS } from '#shared/domain/upkeep.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Spans to choose from, ms. */
export const LATER_CHOICES = [15 * MINUTE, HOUR, 8 * HOUR, DAY, 7 * DAY] as const

/** When something shall happen: after a span in ms, or at a typed time of the reader's (`2026-09-23T10:30`). */
export interface Later {
  readonly span: number | null
  readonly typed: string
}

/** ms from `now` until then; null for what is no time, or none that a token can be told to end at (T-17). */
export function msUntil({ span, typed }: Later, now: number): number | null {
  const ms = span ?? Date.parse(typed) - now
  return ms >= REVOKE_IN_MIN_MS && ms <= REVOKE_IN_MAX_MS ? ms : null
}
