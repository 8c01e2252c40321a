import { DAY_MS, durationDays, isExpired, type TokenDuration } from './token.ts'

/** What an organisation asks of its tokens: refused for those made here, reported for all others (T-15). */
export interface TokenPolicy {
  /** days; null = as long as anybody likes */
  readonly maxLifetimeDays: number | null
  readonly noUnlimited: boolean
  /** `*` stands for any text, `?` for one character; '' = any name */
  readonly namePattern: string
}

export const NO_POLICY: TokenPolicy = { maxLifetimeDays: null, noUnlimited: false, namePattern: '' }

/** The longest maximum, in days: ten years. */
export const LIFETIME_DAYS_MAX = 3_650

/** The longest pattern, in UTF-16 units. */
export const NAME_PATTERN_MAX = 100

export const POLICY_BREACHES = ['policy-lifetime', 'policy-unlimited', 'policy-naming'] as const
export type PolicyBreach = (typeof POLICY_BREACHES)[number]

/** How much longer a token may live before it counts: platforms count calendar days, and one of them may have 25 hours. */
const LIFETIME_TOLERANCE_MS = 2 * 3_600_000

interface Lifetime {
  readonly createdAt: number | null
  readonly expiresAt: number | null
}

/** Whether a token lives longer than the policy lets it; one without end does. `now` stands for an unknown creation. */
export function isOverLifetime(
  { createdAt, expiresAt }: Lifetime,
  policy: TokenPolicy,
  now: number,
): boolean {
  if (policy.maxLifetimeDays === null) return false
  if (expiresAt === null) return true
  if (createdAt === null && isExpired(expiresAt, now)) return false
  return expiresAt - (createdAt ?? now) > policy.maxLifetimeDays * DAY_MS + LIFETIME_TOLERANCE_MS
}

/** Whether a token may be made for so long. */
export const isDurationAllowed = (duration: TokenDuration, policy: TokenPolicy): boolean =>
  breachesOf({ name: '', duration }, { ...policy, namePattern: '' }).length === 0

/** What the policy has against a token that is about to be made; empty when nothing. */
export function breachesOf(
  asked: { readonly name: string; readonly duration: TokenDuration },
  policy: TokenPolicy,
): PolicyBreach[] {
  const days = durationDays(asked.duration)
  const breaches: PolicyBreach[] = []
  if (policy.maxLifetimeDays !== null && (days ?? Number.POSITIVE_INFINITY) > policy.maxLifetimeDays) {
    breaches.push('policy-lifetime')
  }
  if (policy.noUnlimited && days === null) breaches.push('policy-unlimited')
  if (!matchesNamePattern(asked.name, policy.namePattern)) breaches.push('policy-naming')
  return breaches
}

/**
 * Whether all of `name` fits `pattern`; upper and lower case count as the same.
 * SECURITY: no regular expression, which a pattern of many stars would keep busy for ever: this costs at most both lengths
 * multiplied.
 */
export function matchesNamePattern(name: string, pattern: string): boolean {
  if (pattern === '') return true
  const text = [...name.toLowerCase()]
  const glob = [...pattern.toLowerCase()]
  let at = 0
  let inText = 0
  let star = -1
  let starText = 0
  while (inText < text.length) {
    if (glob[at] === '*') {
      star = at++
      starText = inText
    } else if (at < glob.length && (glob[at] === '?' || glob[at] === text[inText])) {
      at += 1
      inText += 1
    } else if (star >= 0) {
      at = star + 1
      inText = ++starText
    } else return false
  }
  while (glob[at] === '*') at += 1
  return at === glob.length
}
