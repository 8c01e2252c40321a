import type { Refusal } from '../tokens/validator.ts'

/** Why an attempt failed: a bearer, a password, or the code of a second factor. */
export type FailureReason = Refusal | 'password' | 'code'

export interface FailureSource {
  readonly ip: string | null
  readonly failures: number
  /** ms since the epoch */
  readonly first_at: number
  readonly last_at: number
  readonly user_agent: string | null
  readonly reasons: readonly { readonly reason: FailureReason; readonly failures: number }[]
}

/** Failed authentications by source, for admins to see; never answered to the source itself (P-05). */
export interface AuthFailures {
  note(reason: FailureReason, source: { ip: string | null; userAgent: string | null }, now: number): void
  /** the busiest first */
  list(): FailureSource[]
  /** failures of all sources since `since`, forgotten ones included */
  total(): number
  /** when counting began: the platform's start; ms */
  readonly since: number
}

interface Counter {
  failures: number
  first_at: number
  last_at: number
  user_agent: string | null
  reasons: Map<FailureReason, number>
}

/** SECURITY: bounded, so that an attacker with many addresses cannot fill the memory; the one silent longest goes first. */
const MOST_SOURCES = 10_000

/** Counted in memory since the start: a flood of failures must not become a flood of writes. */
export function authFailures(since: number): AuthFailures {
  const sources = new Map<string | null, Counter>()
  let total = 0
  return {
    since,
    total: () => total,
    note(reason, { ip, userAgent }, now) {
      total += 1
      const counter = sources.get(ip) ?? {
        failures: 0,
        first_at: now,
        last_at: now,
        user_agent: null,
        reasons: new Map(),
      }
      counter.failures += 1
      counter.last_at = now
      counter.user_agent = userAgent
      counter.reasons.set(reason, (counter.reasons.get(reason) ?? 0) + 1)
      // Back to the end: the first key is always the one silent longest.
      sources.delete(ip)
      sources.set(ip, counter)
      const oldest = sources.keys().next()
      if (sources.size > MOST_SOURCES && !oldest.done) sources.delete(oldest.value)
    },
    list: () =>
      [...sources]
        .map(([ip, { reasons, ...counter }]) => ({
          ip,
          ...counter,
          reasons: [...reasons].map(([reason, failures]) => ({ reason, failures })),
        }))
        .toSorted((a, b) => b.failures - a.failures || b.last_at - a.last_at),
  }
}
