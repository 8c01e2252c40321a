import { useIntl } from 'react-intl'
import type { HistoryPoint } from '#shared/contract/heartbeat.ts'
import { useText } from '../../i18n/text.tsx'
import { type PointLook, PointStrip } from '../../ui/PointStrip.tsx'
import type { HistoryRange } from './store.ts'

/** What a span of the past amounts to: the worst that was reported; `unobserved` where nobody could say. */
export type PointKind = 'good' | 'bad' | 'maintenance' | 'unobserved'

export function kindOf({
  good,
  bad,
  maintenance,
}: Pick<HistoryPoint, 'good' | 'bad' | 'maintenance'>): PointKind {
  if (bad > 0) return 'bad'
  if (good > 0) return 'good'
  return maintenance > 0 ? 'maintenance' : 'unobserved'
}

/** Each kind has a height of its own besides its colour. */
const LOOKS: Readonly<Record<PointKind, PointLook>> = {
  good: { tone: 'good', height: 0.4 },
  bad: { tone: 'danger', height: 1 },
  maintenance: { tone: 'neutral', height: 0.2 },
  unobserved: { tone: 'hatched', height: 1 },
}

/** The past of a monitor over a range. */
export function UptimeStrip({
  points,
  range,
  label,
}: {
  points: readonly HistoryPoint[]
  range: HistoryRange
  label: string
}) {
  const text = useText()
  const intl = useIntl()
  const time = (when: number): string =>
    range === 'day'
      ? intl.formatTime(when, { hour: '2-digit', minute: '2-digit' })
      : intl.formatDate(when, {
          day: 'numeric',
          month: 'short',
          ...(range === 'week' && { hour: '2-digit', minute: '2-digit' }),
        })
  const words = (index: number): string => {
    const point = points[index]
    if (!point) return ''
    return text('heartbeat.point', {
      from: time(point.from),
      to: time(point.to),
      what: text(`heartbeat.point.${kindOf(point)}`),
      bad: point.bad,
      reported: point.good + point.bad,
    })
  }
  return (
    <PointStrip
      looks={points.map((point) => LOOKS[kindOf(point)])}
      height={24}
      label={label}
      words={words}
      from={points[0] ? time(points[0].from) : ''}
      to={text('heartbeat.now')}
      testId="uptime-strip"
    />
  )
}
