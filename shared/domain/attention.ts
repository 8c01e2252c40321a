import type { RegistrationState } from './registration.ts'

/** How much everything that is watched, taken together, wants a person: the tray's shape and colour (H-04). */
export const ATTENTION_LEVELS = ['good', 'unknown', 'warning', 'danger'] as const
export type AttentionLevel = (typeof ATTENTION_LEVELS)[number]

/** Where one watched thing stands. */
export interface Watched {
  readonly state: 'unknown' | 'up' | 'down'
  readonly flapping: boolean
  /** null for everything that is no registration */
  readonly registration: RegistrationState | null
}

/**
 * The worst level of all, `unknown` of none. What nobody could see is never good, and never an alarm either: our own failure
 * is not the platform's.
 */
export function attentionOf(watched: Iterable<Watched>): AttentionLevel {
  const levels = [...watched].map(levelOf)
  if (levels.length === 0) return 'unknown'
  return levels.reduce((worst, level) =>
    ATTENTION_LEVELS.indexOf(level) > ATTENTION_LEVELS.indexOf(worst) ? level : worst,
  )
}

function levelOf({ state, flapping, registration }: Watched): AttentionLevel {
  if (registration !== null) return LEVEL_OF_REGISTRATION[registration]
  if (state === 'down') return 'danger'
  if (flapping) return 'warning'
  return state === 'up' ? 'good' : 'unknown'
}

const LEVEL_OF_REGISTRATION: Readonly<Record<RegistrationState, AttentionLevel>> = {
  fresh: 'good',
  unknown: 'unknown',
  late: 'warning',
  never: 'warning',
  lapsed: 'danger',
}
