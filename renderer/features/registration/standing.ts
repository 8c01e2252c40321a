import type { Registration, RegistrationRecord } from '#shared/contract/registration.ts'
import type { Tone } from '../../ui/StateMark.tsx'

/** What the page says first of a registration. */
export type Standing =
  | 'reading'
  | 'fresh'
  | 'late'
  | 'lapsed'
  | 'never'
  | 'off'
  | 'invalid'
  | 'not-reported'
  | 'not-seen'
  | 'forbidden'

export const STANDING_TONES: Readonly<Record<Standing, Tone>> = {
  reading: 'busy',
  fresh: 'good',
  late: 'warning',
  lapsed: 'danger',
  never: 'warning',
  off: 'neutral',
  invalid: 'danger',
  'not-reported': 'neutral',
  'not-seen': 'neutral',
  forbidden: 'neutral',
}

/** The record as last known, also when it could not be read again. */
export function recordOf({ record: { known } }: Registration): RegistrationRecord | null {
  if (known.state === 'reported') return known.value
  return known.state === 'failed' ? (known.last?.value ?? null) : null
}

/**
 * Where a registration stands, in one word. Our own failure is never the platform's, so what cannot be read now is
 * `not-seen`, whatever it was before.
 */
export function standingOf(registration: Registration | null): Standing {
  if (registration === null || registration.record.known.state === 'unread') return 'reading'
  const { record, module, state } = registration
  if (record.known.state === 'reported') {
    const { configuration } = record.known.value
    if (configuration.state !== 'active') return configuration.state
    return state === 'unknown' ? 'not-seen' : state
  }
  // There is a record, and reading it again would not help.
  if (record.known.state === 'failed')
    return record.known.problem.code === 'forbidden' ? 'forbidden' : 'not-seen'
  return module.known.state === 'reported' && !module.known.value.enabled ? 'off' : 'not-reported'
}
