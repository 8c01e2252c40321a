import type { MonitorView } from '#shared/contract/heartbeat.ts'
import type { MessageId } from '../../i18n/catalogue.ts'
import type { Tone } from '../../ui/StateMark.tsx'

/** How a monitor stands: its tone and its word. What nobody could see is never good. */
export function standingOf({ state, flapping, registration }: MonitorView): { tone: Tone; word: MessageId } {
  if (registration) {
    const tones = {
      fresh: 'good',
      late: 'warning',
      never: 'warning',
      lapsed: 'danger',
      unknown: 'neutral',
    } as const
    return { tone: tones[registration.state], word: `xtm-one.point.${registration.state}` }
  }
  if (flapping) return { tone: 'warning', word: 'heartbeat.flapping' }
  const tones = { up: 'good', down: 'danger', unknown: 'neutral' } as const
  return { tone: tones[state], word: `heartbeat.state.${state}` }
}
