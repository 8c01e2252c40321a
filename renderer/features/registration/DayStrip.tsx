import { type KeyboardEvent, useId, useState } from 'react'
import { useIntl } from 'react-intl'
import type { RegistrationDay } from '#shared/contract/registration.ts'
import type { RegistrationState } from '#shared/domain/registration.ts'
import { useText } from '../../i18n/text.tsx'
import classes from './registration.module.css'

const HEIGHT = 40
/** Each state has a height of its own besides its colour. */
const HEIGHTS: Readonly<Record<RegistrationState, number>> = {
  fresh: 12,
  late: 24,
  lapsed: 40,
  never: 24,
  unknown: 40,
}
/** An hour. */
const PAGE = 12

/** One focusable strip of 288 points: arrow keys, Page keys and the pointer read one after the other (ux.md). */
export function DayStrip({ points }: { points: RegistrationDay['points'] }) {
  const text = useText()
  const intl = useIntl()
  const hatch = useId()
  const last = points.length - 1
  const [at, setAt] = useState<number | null>(null)
  const chosen = points[at ?? last]
  const time = (when: number): string => intl.formatTime(when, { hour: '2-digit', minute: '2-digit' })
  const said = chosen
    ? text('xtm-one.point', {
        from: time(chosen.from),
        to: time(chosen.to),
        state: text(`xtm-one.point.${chosen.state}`),
        attempts: chosen.attempts,
        failures: chosen.failures,
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
        aria-label={text('xtm-one.day')}
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
        data-testid="day-strip"
      >
        <svg
          viewBox={`0 0 ${points.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          width="100%"
          height={HEIGHT}
          aria-hidden="true"
        >
          <Hatch id={hatch} />
          {points.map(({ from, state }, index) => (
            <rect
              key={from}
              x={index}
              y={HEIGHT - HEIGHTS[state]}
              width={1}
              height={HEIGHTS[state]}
              className={classes.point}
              data-state={state}
              fill={state === 'unknown' ? `url(#${hatch})` : undefined}
            />
          ))}
          {at !== null && <rect x={at} y={0} width={1} height={HEIGHT} className={classes.cursor} />}
        </svg>
      </div>
      <div className={classes.axis} aria-hidden="true">
        <span>{points[0] && time(points[0].from)}</span>
        <span>{at === null ? '' : said}</span>
        <span>{text('xtm-one.now')}</span>
      </div>
    </div>
  )
}

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

export function LegendSwatch({ state }: { state: RegistrationState }) {
  const hatch = useId()
  const height = (HEIGHTS[state] / HEIGHT) * 12
  return (
    <svg width="10" height="12" aria-hidden="true" className={classes.swatch}>
      <Hatch id={hatch} />
      <rect
        x={0}
        y={12 - height}
        width={10}
        height={height}
        className={classes.point}
        data-state={state}
        fill={state === 'unknown' ? `url(#${hatch})` : undefined}
      />
    </svg>
  )
}
