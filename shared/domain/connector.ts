/**
 * What a connector is said to be and what speaks for it (C-06): Requested × Reported × Evidence. Times are milliseconds
 * since the epoch by the console's clock, always given in, never read here.
 */

/** What the platform wants of a managed connector. Its initial `stopped` counts as stopping, as the composer reads it. */
export type Requested = 'starting' | 'stopping'
/** What a composer last told the platform. */
export type Reported = 'started' | 'stopped'

export interface ConnectorHealth {
  readonly restarts: number
  /** start of the present run */
  readonly startedAt: number | null
  readonly inLoop: boolean
  /** when it was reported or seen; null: the platform does not tell (OpenAEV) */
  readonly at: number | null
  /** known only where the composer runs in the app */
  readonly exitCode: number | null
}

/** What a composer in the app saw with its own eyes. */
export interface Observation {
  readonly state: 'running' | 'restarting' | 'pending' | 'stopped' | 'absent'
  readonly reason: string | null
  readonly seenAt: number
  readonly health: ConnectorHealth | null
  /** the composer stopped it in a crash loop */
  readonly givenUp: boolean
  /** what the composer has to say: refused, failed, stopped in a loop */
  readonly notice: string | null
}

export interface ConnectorFacts {
  readonly managed: boolean
  readonly builtIn: boolean
  readonly requested: Requested | null
  readonly reported: Reported | null
  /**
   * The platform tells when it was told something. OpenAEV does not: the connector's own sign of life is then the only proof,
   * and that there is none proves nothing
   */
  readonly dated: boolean
  /** of the platform; null: none within the last five minutes */
  readonly health: ConnectorHealth | null
  readonly observed: Observation | null
  /** when the console saw the wish change; null: it was so when the console first looked */
  readonly requestedAt: number | null
  /** when a reboot loop was last seen in the run that ended; null: none */
  readonly loopedAt: number | null
  /** the connector's own sign of life, of those that no composer runs */
  readonly active: boolean
  readonly lastSeenAt: number | null
}

/** Wanted and found do not agree, or it falls over: what an administrator wants to see first; worst first. */
const TROUBLES = [
  // stopped in a crash loop, though it is wanted
  'crash-loop',
  // more than 3 restarts within 5 minutes, and on
  'reboot-loop',
  // wanted, and its deployment was refused or failed
  'refused',
  // wanted, reported stopped
  'not-running',
  // not wanted, reported started
  'not-stopped',
  // reported started, and nothing proves it
  'silent',
  // not run by a composer, and not heard of
  'inactive',
] as const
export type Trouble = (typeof TROUBLES)[number]

/** Worst first. */
export const STANDINGS = [
  ...TROUBLES,
  // said to run, by a platform that does not tell since when it knows
  'unproven',
  'starting',
  'stopping',
  'running',
  'active',
  'stopped',
] as const
export type Standing = (typeof STANDINGS)[number]

/** So long a wish may take to come true: a reconcile, an image, a start. */
export const GRACE_MS = 3 * 60_000
/** Health comes every 25 s, XTM Composer's every 30 (composer.md §0): four that are missing are no coincidence. */
export const SILENT_MS = 2 * 60_000

/** What is newest of platform and own eyes; null where neither says anything. */
export function healthOf({ health, observed }: ConnectorFacts): ConnectorHealth | null {
  const own = observed?.health ?? null
  if (own === null || health === null) return own ?? health
  return (own.at ?? 0) >= (health.at ?? 0) ? own : health
}

/** When something last proved what is shown; null: nothing does. */
export function evidenceAt(facts: ConnectorFacts): number | null {
  if (!facts.managed) return facts.lastSeenAt
  const own = facts.dated ? null : facts.lastSeenAt
  const times = [own, facts.health?.at, facts.observed?.health?.at, facts.observed?.seenAt]
  const known = times.filter((at) => at != null)
  return known.length === 0 ? null : Math.max(...known)
}

/** How a connector stands at `now`. */
export function standingOf(facts: ConnectorFacts, now: number): Standing {
  if (!facts.managed) {
    if (facts.active || facts.builtIn) return 'active'
    return facts.dated ? 'inactive' : 'unproven'
  }
  const isFresh = facts.requestedAt !== null && now - facts.requestedAt < GRACE_MS
  if (facts.requested !== 'starting') {
    if (facts.reported !== 'started') return 'stopped'
    return isFresh ? 'stopping' : 'not-stopped'
  }
  if (facts.observed?.givenUp) return 'crash-loop'
  const health = healthOf(facts)
  if (facts.reported === 'started') {
    if (health?.inLoop) return 'reboot-loop'
    const proven = evidenceAt(facts)
    if ((proven !== null && now - proven <= SILENT_MS) || isFresh) return 'running'
    return facts.dated ? 'silent' : 'unproven'
  }
  if (health?.inLoop || facts.loopedAt !== null) return 'crash-loop'
  if (facts.observed?.notice != null) return 'refused'
  return isFresh ? 'starting' : 'not-running'
}

export function isTrouble(standing: Standing): standing is Trouble {
  return (TROUBLES as readonly Standing[]).includes(standing)
}

/** How long the present run lasts, ms; null when it does not run or nobody says since when. */
export function uptimeOf(facts: ConnectorFacts, now: number): number | null {
  const startedAt = healthOf(facts)?.startedAt ?? null
  if (facts.reported !== 'started' || startedAt === null) return null
  return Math.max(0, now - startedAt)
}

/** `registry/team/name:tag@digest` in its parts, as far as they are there. */
export function imageParts(image: string): { readonly name: string; readonly tag: string | null } {
  const plain = image.split('@')[0] ?? image
  const colon = plain.lastIndexOf(':')
  // A colon before the last slash belongs to a registry's port.
  if (colon <= plain.lastIndexOf('/')) return { name: plain, tag: null }
  return { name: plain.slice(0, colon), tag: plain.slice(colon + 1) }
}
