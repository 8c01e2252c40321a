import { type KeyboardEvent, useId, useState } from 'react'
import { useIntl } from 'react-intl'
import type { HistoryPoint } from '#shared/contract/heartbeat.ts'
import { useText } from '../../i18n/text.tsx'
import classes from './heartbeat.module.css'
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

const HEIGHT = 24
/** Each kind has a height of its own besides its colour. */
const HEIGHTS: Readonly<Record<PointKind, number>> = { good: 10, bad: 24, maintenance: 5, unobserved: 24 }
/** What the Page keys leap over. */
const PAGE = 12

const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -PAGE,
  PageUp: PAGE,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
}

/** The past as one focusable strip: arrow keys, Page keys and the pointer read one point after the other (ux.md). */
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
  const hatch = useId()
  const last = points.length - 1
  const [at, setAt] = useState<number | null>(null)
  const time = (when: number): string =>
    range === 'day'
      ? intl.formatTime(when, { hour: '2-digit', minute: '2-digit' })
      : intl.formatDate(when, {
          day: 'numeric',
          month: 'short',
          ...(range === 'week' && { hour: '2-digit', minute: '2-digit' }),
        })
  const chosen = points[at ?? last]
  const said = chosen
    ? text('heartbeat.point', {
        from: time(chosen.from),
        to: time(chosen.to),
        what: text(`heartbeat.point.${kindOf(chosen)}`),
        bad: chosen.bad,
        reported: chosen.good + chosen.bad,
      })
    : ''
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    setAt((before) => Math.min(last, Math.max(0, (before ?? last) + step)))
  }
  return (
    <div className={classes.strip}>
      <div
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at ?? last}
        aria-valuetext={said}
        className={classes.points}
        onKeyDown={onKeyDown}
        onFocus={() => setAt((before) => before ?? last)}
        onBlur={() => setAt(null)}
        onPointerMove={({ currentTarget, clientX }) => {
          const { left, width } = currentTarget.getBoundingClientRect()
          setAt(Math.min(last, Math.max(0, Math.floor(((clientX - left) / width) * points.length))))
        }}
        onPointerLeave={() => setAt(null)}
        data-testid="uptime-strip"
      >
        <svg
          viewBox={`0 0 ${points.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          width="100%"
          height={HEIGHT}
          aria-hidden="true"
        >
          <Hatch id={hatch} />
          {runsOf(points).map(({ start, length, kind }) => (
            <rect
              key={start}
              x={start}
              y={HEIGHT - HEIGHTS[kind]}
              width={length}
              height={HEIGHTS[kind]}
              className={classes.point}
              data-kind={kind}
              fill={kind === 'unobserved' ? `url(#${hatch})` : undefined}
            />
          ))}
          {at !== null && <rect x={at} y={0} width={1} height={HEIGHT} className={classes.cursor} />}
        </svg>
      </div>
      <div className={classes.axis} aria-hidden="true">
        <span>{points[0] && time(points[0].from)}</span>
        <span>{at === null ? '' : said}</span>
        <span>{text('heartbeat.now')}</span>
      </div>
    </div>
  )
}

interface Run {
  readonly start: number
  length: number
  readonly kind: PointKind
}

/** Points of one kind that follow each other are drawn as one, without seams. */
export function runsOf(points: readonly HistoryPoint[]): Run[] {
  const runs: Run[] = []
  for (const [index, point] of points.entries()) {
    const kind = kindOf(point)
    const last = runs.at(-1)
    if (last?.kind === kind) last.length += 1
    else runs.push({ start: index, length: 1, kind })
  }
  return runs
}

/** What nobody saw is hatched, never the colour of a state (H-03). */
function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="3" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
        <line x1="0" y1="0" x2="0" y2="6" className={classes.hatch} />
      </pattern>
    </defs>
  )
}
