/**
 * XTM One registration as a rule: how fresh it is, when it beats next, what a day of it looked like and what
 * its loss costs. Times are ms since the epoch of one and the same clock (the platform's), always given in.
 */

/** First beat after boot, and from then on (opencti-api.md §4.2). */
export const FIRST_BEAT_MS = 30_000
export const BEAT_MS = 300_000

/** Up to this age of the last success the registration is fresh: one interval, one 15 s timeout and some slack. */
export const FRESH_MS = 330_000
/** Up to this age it is late, exactly one beat was missed. Beyond it the platform forgets the answer (TTL of 600 s). */
export const LATE_MS = 600_000

export const REGISTRATION_STATES = ['fresh', 'late', 'lapsed', 'never', 'unknown'] as const
export type RegistrationState = (typeof REGISTRATION_STATES)[number]

/** Why an attempt to register did not succeed. `answer-*` mean that XTM One may well have taken the beat. */
export const REGISTRATION_FAILURES = [
  'refused',
  'dns',
  'unreachable',
  'tls',
  'timeout',
  'unauthorized',
  'rejected',
  'rate-limited',
  'server-error',
  'http-status',
  'redirected',
  'answer-cut',
  'answer-too-large',
  'answer-unreadable',
  'own-failure',
  'stopped',
] as const

export const REGISTRATION_PROFILES = ['current', 'poc'] as const

/** The keys that a platform's registration is configured by, as a person changes them. */
export const REGISTRATION_KEYS = ['XTM__XTM_ONE_URL', 'XTM__XTM_ONE_TOKEN', 'XTM__XTM_ONE_PROFILE'] as const

/** What can be wrong with their values. */
export const REGISTRATION_KEY_PROBLEMS = [
  'no-address',
  'not-http',
  'carries-credentials',
  'carries-query',
  'plain-http',
  'not-printable',
  'too-long',
  'shipped-token',
  'unknown-profile',
] as const

/**
 * State of a registration whose last success is `ageMs` old; null = it never succeeded. An age below 0 is a clock that was
 * set back: the success is certain, its age is not, and it counts as just now.
 */
export function registrationState(ageMs: number | null): Exclude<RegistrationState, 'unknown'> {
  if (ageMs === null) return 'never'
  if (ageMs <= FRESH_MS) return 'fresh'
  return ageMs <= LATE_MS ? 'late' : 'lapsed'
}

/** What was read of a registration, and when. */
export interface RegistrationEvidence {
  readonly lastSuccessAt: number | null
  /** when this was read, by the clock that stamped `lastSuccessAt` */
  readonly readAt: number
}

/** Evidence older than this says nothing of now: a beat may have come in since. */
export const EVIDENCE_MS = 120_000

/**
 * State at `now` by what was read. It is judged at the time of reading, because a beat may have succeeded after it; null or
 * old evidence is `unknown`, since our own failure is never the platform's.
 */
export function registrationStateAt(evidence: RegistrationEvidence | null, now: number): RegistrationState {
  if (evidence === null || now - evidence.readAt > EVIDENCE_MS) return 'unknown'
  return registrationState(evidence.lastSuccessAt === null ? null : evidence.readAt - evidence.lastSuccessAt)
}

/** How long until the state of a success of this age changes by itself, in ms; null when it cannot get worse. */
export function untilNextState(ageMs: number | null): number | null {
  if (ageMs === null || ageMs > LATE_MS) return null
  const boundary = ageMs <= FRESH_MS ? FRESH_MS : LATE_MS
  return boundary - Math.max(0, ageMs) + 1
}

/**
 * Whether going from one state to the next is told to a person. A single missed beat is shown, not announced; the loss and
 * the recovery from it are. What we could not see announces nothing.
 */
export function isAnnounced(from: RegistrationState, to: RegistrationState): boolean {
  if (to === 'lapsed') return from !== 'lapsed'
  return from === 'lapsed' && to === 'fresh'
}

/**
 * When the manager tries next. `notBefore` is what a Retry-After asked for.
 * @param lastStartedAt start of the last scheduled run; null before the first
 */
export function nextAttemptAt(
  schedule: { bootedAt: number; lastStartedAt: number | null; notBefore?: number | null },
  now: number,
): number {
  const due =
    schedule.lastStartedAt === null ? schedule.bootedAt + FIRST_BEAT_MS : schedule.lastStartedAt + BEAT_MS
  return Math.max(due, schedule.notBefore ?? 0, now)
}

/**
 * Whether Enterprise Edition hangs on the registration, and when it goes with it.
 * @param licenseSource `platform_enterprise_edition.license_source`; null when the platform does not say
 * @returns null when it does not hang on it; else the moment of the loss and what is left, 0 once lost
 */
export function enterpriseLoss(
  registration: {
    licenseSource: string | null
    eeSources: readonly string[]
    lastSuccessAt: number | null
  },
  now: number,
): { lossAt: number; leftMs: number } | null {
  const hangs =
    registration.licenseSource === 'XTM_ONE_LICENSE' ||
    (registration.licenseSource === null && registration.eeSources.includes('xtm_sublicense'))
  if (!hangs || registration.lastSuccessAt === null) return null
  const lossAt = registration.lastSuccessAt + LATE_MS
  return { lossAt, leftMs: Math.max(0, Math.min(LATE_MS, lossAt - now)) }
}

export const TIMELINE_POINTS = 288
export const POINT_MS = 300_000

export interface TimelineAttempt {
  readonly at: number
  readonly succeeded: boolean
}

export interface TimelinePoint {
  readonly from: number
  /** exclusive; the last point ends now */
  readonly to: number
  /** the worst state within the point; `unknown` = not observed, drawn hatched */
  readonly state: RegistrationState
  readonly attempts: number
  readonly failures: number
}

/** A span in which somebody was looking. */
export interface Span {
  readonly from: number
  readonly to: number
}

/**
 * The day that ends at `now`, as 288 points of 5 minutes on the UTC grid (so a DST change moves nothing). A point shows the
 * worst state reached while observed: a beat drifts over the grid's edges, so the number of beats in a point proves nothing.
 * @param attempts ascending by `at`; those of before the day matter for the first ages
 */
export function dayTimeline(
  attempts: readonly TimelineAttempt[],
  observed: readonly Span[],
  now: number,
): TimelinePoint[] {
  const successes = attempts.filter((attempt) => attempt.succeeded).map((attempt) => attempt.at)
  const lastFrom = (Math.ceil(now / POINT_MS) - 1) * POINT_MS
  return Array.from({ length: TIMELINE_POINTS }, (_, index) => {
    const from = lastFrom - (TIMELINE_POINTS - 1 - index) * POINT_MS
    const to = Math.min(from + POINT_MS, now)
    const within = attempts.filter(({ at }) => at >= from && at < from + POINT_MS)
    const failures = within.filter((attempt) => !attempt.succeeded).length
    const states = observed
      .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
      .filter((span) => span.from < span.to)
      .flatMap((span) => statesWithin(successes, span))
    return { from, to, state: worst(states), attempts: within.length, failures }
  })
}

/** The states at the moments of a span where age is at its greatest: right before each success, and at the end. */
function statesWithin(successes: readonly number[], { from, to }: Span): RegistrationState[] {
  const moments = successes.filter((at) => at > from && at <= to)
  const before = (moment: number): RegistrationState => {
    const last = successes.findLast((at) => at < moment)
    return registrationState(last === undefined ? null : moment - last)
  }
  const atEnd = successes.findLast((at) => at <= to)
  return [...moments.map(before), registrationState(atEnd === undefined ? null : to - atEnd)]
}

const SEVERITY: readonly RegistrationState[] = ['unknown', 'fresh', 'late', 'never', 'lapsed']

function worst(states: readonly RegistrationState[]): RegistrationState {
  return states.reduce<RegistrationState>(
    (found, state) => (SEVERITY.indexOf(state) > SEVERITY.indexOf(found) ? state : found),
    'unknown',
  )
}
