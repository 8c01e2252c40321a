import type { ConnectionState } from '#shared/contract/connections.ts'
import { T } from '../../i18n/text.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'

const TONES: Record<ConnectionState['phase'], Tone> = {
  untested: 'neutral',
  testing: 'busy',
  ready: 'good',
  failed: 'danger',
}

/** Whether the platform answers us: a shape, a colour and a word. */
export function ConnectionMark({ state }: { state: ConnectionState }) {
  return (
    <StateMark tone={TONES[state.phase]}>
      <T id={`connection.phase.${state.phase}`} />
    </StateMark>
  )
}
