import { useIntl } from 'react-intl'
import type { RegistrationDay } from '#shared/contract/registration.ts'
import type { RegistrationState } from '#shared/domain/registration.ts'
import { useText } from '../../i18n/text.tsx'
import { type PointLook, PointStrip } from '../../ui/PointStrip.tsx'

/** Each state has a height of its own besides its colour. */
export const STATE_LOOKS: Readonly<Record<RegistrationState, PointLook>> = {
  fresh: { tone: 'good', height: 0.3 },
  late: { tone: 'warning', height: 0.6 },
  lapsed: { tone: 'danger', height: 1 },
  never: { tone: 'neutral', height: 0.6 },
  unknown: { tone: 'hatched', height: 1 },
}

/** The registration's last 24 hours as 288 points. */
export function DayStrip({ points }: { points: RegistrationDay['points'] }) {
  const text = useText()
  const intl = useIntl()
  const time = (when: number): string => intl.formatTime(when, { hour: '2-digit', minute: '2-digit' })
  const words = (index: number): string => {
    const point = points[index]
    if (!point) return ''
    const { from, to, state, attempts, failures } = point
    return text('xtm-one.point', {
      from: time(from),
      to: time(to),
      state: text(`xtm-one.point.${state}`),
      attempts,
      failures,
    })
  }
  return (
    <PointStrip
      looks={points.map(({ state }) => STATE_LOOKS[state])}
      height={40}
      label={text('xtm-one.day')}
      words={words}
      from={points[0] ? time(points[0].from) : ''}
      to={text('xtm-one.now')}
      testId="day-strip"
    />
  )
}
