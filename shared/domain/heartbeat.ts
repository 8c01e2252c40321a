/**
 * When a watched thing counts as up, down or flapping (H-02). Points come in one by one, a state comes out, and a transition
 * when one has to be told. Times are ms since the epoch, always given in.
 */

export const OUTCOMES = ['good', 'bad', 'unobserved'] as const
/** `unobserved`: we could not look; that says nothing of the other side. */
export type Outcome = (typeof OUTCOMES)[number]

export interface Point {
  readonly at: number
  readonly outcome: Outcome
}

/** Points in a row that confirm a change, both ways. */
const CONFIRMATIONS = 2
/** Flapping is judged over this many reported points (Nagios' and Naemon's defaults for services). */
export const FLAP_POINTS = 21
export const FLAP_START_PERCENT = 20
export const FLAP_STOP_PERCENT = 5
/** A newer change weighs more than an old one, from 0.75 to 1.25 (Naemon, flap detection). */
const OLDEST_WEIGHT = 0.75
const NEWEST_WEIGHT = 1.25

export interface HeartbeatState {
  /** `unknown` before the first confirmed point and while nobody can look */
  readonly state: 'unknown' | 'up' | 'down'
  /** start of the state: its first point, not the one that confirmed it; null while unknown from the start */
  readonly since: number | null
  readonly flapping: boolean
  /** points in a row that contradict the state, and when they began */
  readonly contrary: {
    readonly outcome: 'good' | 'bad'
    readonly since: number
    readonly count: number
  } | null
  /** the last reported points, oldest first, true = good */
  readonly recent: readonly boolean[]
  /** what was told last, so that nothing is told twice */
  readonly told: { readonly state: 'up' | 'down'; readonly flapping: boolean } | null
}

export const NOTHING_SEEN: HeartbeatState = {
  state: 'unknown',
  since: null,
  flapping: false,
  contrary: null,
  recent: [],
  told: null,
}

/** Something to tell: once, when it changed. `since` is the retroactive start. */
export type Transition =
  | { readonly kind: 'down' | 'recovered'; readonly since: number; readonly confirmedAt: number }
  | { readonly kind: 'flapping'; readonly since: number; readonly confirmedAt: number }
  /** flapping ended; `state` is where it settled */
  | {
      readonly kind: 'settled'
      readonly state: 'up' | 'down'
      readonly since: number
      readonly confirmedAt: number
    }

/** What the next point makes of the state. A good point where nothing was known is believed at once, unless an outage was
 * told: its end takes two points, like everything else. */
export function withPoint(before: HeartbeatState, point: Point): HeartbeatState {
  if (point.outcome === 'unobserved') return { ...before, state: 'unknown', contrary: null }
  const good = point.outcome === 'good'
  const recent = [...before.recent, good].slice(-FLAP_POINTS)
  const changes = changePercent(recent)
  const flapping = before.flapping ? changes > FLAP_STOP_PERCENT : changes >= FLAP_START_PERCENT
  const wanted = good ? 'up' : 'down'
  if (before.state === wanted) return { ...before, recent, flapping, contrary: null }
  const same = before.contrary?.outcome === point.outcome ? before.contrary : null
  const contrary = { outcome: point.outcome, since: same?.since ?? point.at, count: (same?.count ?? 0) + 1 }
  const isFirst = before.state === 'unknown' && good && before.told?.state !== 'down'
  if (contrary.count < CONFIRMATIONS && !isFirst) return { ...before, recent, flapping, contrary }
  return { ...before, state: wanted, since: contrary.since, flapping, recent, contrary: null }
}

/**
 * What has to be told of this state, given what was told before; null = nothing. While flapping only the flapping itself is
 * told. Nothing is marked as told here: whoever may stay silent (mute, maintenance) keeps the state as it is.
 */
export function untold(state: HeartbeatState, now: number): Transition | null {
  const { told, since } = state
  if (state.flapping) return told?.flapping ? null : { kind: 'flapping', since: now, confirmedAt: now }
  if (state.state === 'unknown' || since === null) return null
  if (told?.flapping) return { kind: 'settled', state: state.state, since, confirmedAt: now }
  if (told?.state === state.state) return null
  if (state.state === 'down') return { kind: 'down', since, confirmedAt: now }
  return told === null ? null : { kind: 'recovered', since, confirmedAt: now }
}

/** The state after what it has to say was said. */
export function asTold(state: HeartbeatState): HeartbeatState {
  const known = state.state === 'unknown' ? (state.told?.state ?? 'up') : state.state
  return { ...state, told: { state: known, flapping: state.flapping } }
}

/** Weighted share of changes among the recent points, in percent. Points not yet seen count as no change. */
export function changePercent(recent: readonly boolean[]): number {
  const offset = FLAP_POINTS - recent.length
  let changes = 0
  for (let index = 1; index < recent.length; index += 1) {
    if (recent[index] === recent[index - 1]) continue
    const age = (offset + index - 1) / (FLAP_POINTS - 2)
    changes += OLDEST_WEIGHT + age * (NEWEST_WEIGHT - OLDEST_WEIGHT)
  }
  return (changes * 100) / (FLAP_POINTS - 1)
}

/** Points of a range, counted. */
export interface Reported {
  readonly good: number
  readonly bad: number
  /** tried and could not look */
  readonly unobserved: number
}

/** Good of reported, 0…1; what nobody saw is neither. Null when nothing was reported. */
export function uptime({ good, bad }: Reported): number | null {
  return good + bad === 0 ? null : good / (good + bad)
}

/** Nearest-rank percentile (0 < percent ≤ 100) of values sorted ascending; null of none. */
export function percentile(sorted: readonly number[], percent: number): number | null {
  if (sorted.length === 0) return null
  return sorted[Math.min(sorted.length, Math.max(1, Math.ceil((percent / 100) * sorted.length))) - 1] ?? null
}
