import type { Connector } from '#shared/contract/connectors.ts'
import { type Standing, standingOf } from '#shared/domain/connector.ts'
import { T } from '../../i18n/text.tsx'
import { useNow } from '../../ui/clock.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'

const TONES: Record<Standing, Tone> = {
  'crash-loop': 'danger',
  'reboot-loop': 'danger',
  refused: 'danger',
  'not-running': 'danger',
  'not-stopped': 'warning',
  silent: 'warning',
  inactive: 'warning',
  unproven: 'neutral',
  starting: 'busy',
  stopping: 'busy',
  running: 'good',
  active: 'good',
  stopped: 'neutral',
}

export function useStanding(connector: Connector): Standing {
  return useNow((now) => standingOf(connector, now))
}

/** How a connector stands, in a word. */
export function StandingMark({ connector }: { connector: Connector }) {
  const standing = useStanding(connector)
  return (
    <StateMark tone={TONES[standing]}>
      <T id={`connector.standing.${standing}`} />
    </StateMark>
  )
}
