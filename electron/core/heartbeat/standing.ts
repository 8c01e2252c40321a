import {
  asTold,
  type HeartbeatState,
  NOTHING_SEEN,
  type Outcome,
  type Transition,
  untold,
  withPoint,
} from '#shared/domain/heartbeat.ts'
import {
  isAnnounced,
  type RegistrationState,
  registrationState,
  untilNextState,
} from '#shared/domain/registration.ts'
import type { Reading } from './monitor.ts'

/** Where a monitor stands: what the last points made of it, and what was told. Kept over restarts. */
export interface Standing {
  readonly probe: HeartbeatState
  /** null for everything that is no registration */
  readonly registration: {
    readonly state: RegistrationState
    readonly since: number
    readonly told: RegistrationState
  } | null
  readonly version: string | null
  readonly lastFailure: string | null
  readonly lastUnreached: boolean
}

export const UNSEEN: Standing = {
  probe: NOTHING_SEEN,
  registration: null,
  version: null,
  lastFailure: null,
  lastUnreached: false,
}

/** What a point made of a monitor. */
export interface Step {
  readonly standing: Standing
  readonly outcome: Outcome
  /** to be told now; null when there is nothing, or when it has to wait for the end of a quiet time */
  readonly news: Transition | null
  readonly registration: { readonly from: RegistrationState; readonly to: RegistrationState } | null
  readonly version: { readonly from: string; readonly to: string } | null
}

/**
 * The next standing. Probes have hysteresis; a registration has none, its state is a pure function of an age.
 * @param quiet nothing may be told now; it stays untold and comes up again with the next point after
 */
export function step(before: Standing, reading: Reading, at: number, quiet: boolean): Step {
  if (reading.outcome === 'registration' || before.registration !== null)
    return registrationStep(before, reading, at, quiet)
  const outcome = reading.outcome
  const probe = withPoint(before.probe, { at, outcome })
  const news = quiet ? null : untold(probe, at)
  const version = reading.outcome === 'good' ? (reading.version ?? null) : null
  return {
    standing: {
      ...before,
      probe: quiet ? probe : asTold(probe),
      version: version ?? before.version,
      lastFailure: reading.outcome === 'bad' ? reading.failure : before.lastFailure,
      lastUnreached: reading.outcome === 'bad' && reading.unreached,
    },
    outcome,
    news,
    registration: null,
    version:
      version !== null && before.version !== null && version !== before.version
        ? { from: before.version, to: version }
        : null,
  }
}

/** How long until the registration's state changes by itself, so that the change is seen when it happens. */
export function untilRegistrationChanges(reading: Reading): number | undefined {
  return reading.outcome === 'registration' ? (untilNextState(reading.ageMs) ?? undefined) : undefined
}

function registrationStep(before: Standing, reading: Reading, at: number, quiet: boolean): Step {
  const old = before.registration ?? { state: 'unknown', since: at, told: 'unknown' }
  // A failed reading is a matter of the platform's own monitor, never of the registration.
  const state = reading.outcome === 'registration' ? registrationState(reading.ageMs) : 'unknown'
  const announced = !quiet && isAnnounced(old.told, state)
  const told = announced ? state : old.told
  const since = state === old.state ? old.since : at
  return {
    standing: { ...before, registration: { state, since, told } },
    outcome: state === 'unknown' ? 'unobserved' : state === 'fresh' || state === 'late' ? 'good' : 'bad',
    news: announced ? { kind: state === 'lapsed' ? 'down' : 'recovered', since, confirmedAt: at } : null,
    registration: state === old.state ? null : { from: old.state, to: state },
    version: null,
  }
}
