import type { ConnectionState } from '#shared/contract/connections.ts'
import { T } from '../../i18n/text.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'

const TONES: Record<ConnectionState['phase'] | 'unknown', Tone> = {
  unknown: 'neutral',
  untested: 'neutral',
  testing: 'busy',
  ready: 'good',
  failed: 'danger',
}

/**
 * Whether the platform answers us: a shape, a colour and a word.
 * @param lost the core is out of reach or does not answer, so that nobody knows
 */
export function ConnectionMark({ state, lost = false }: { state: ConnectionState; lost?: boolean }) {
  const phase = lost ? 'unknown' : state.phase
  return (
    <StateMark tone={TONES[phase]}>
      <T id={`connection.phase.${phase}`} />
    </StateMark>
  )
}
