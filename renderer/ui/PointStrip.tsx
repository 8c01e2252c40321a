import { type KeyboardEvent, useId, useState } from 'react'
import classes from './PointStrip.module.css'

/** How a point is drawn: a colour, and a height of its own as a part of the strip's. `hatched`: nobody saw it. */
export interface PointLook {
  readonly tone: 'good' | 'warning' | 'danger' | 'neutral' | 'hatched'
  readonly height: number
}

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

/**
 * Points of a past, oldest first, as one focusable strip: arrow keys, Page keys and the pointer read one after the other
 * (ux.md). What nobody saw is hatched, never the colour of a state (H-03).
 */
export function PointStrip({
  looks,
  height,
  label,
  words,
  from,
  to,
  testId,
}: {
  /** equal points share one object: they are drawn as one */
  looks: readonly PointLook[]
  /** px */
  height: number
  label: string
  /** what the point at that place is, in a sentence */
  words: (index: number) => string
  /** what stands under both ends */
  from: string
  to: string
  testId: string
}) {
  const hatch = useId()
  const last = looks.length - 1
  const [at, setAt] = useState<number | null>(null)
  const said = last < 0 ? '' : words(at ?? last)
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
          setAt(Math.min(last, Math.max(0, Math.floor(((clientX - left) / width) * looks.length))))
        }}
        onPointerLeave={() => setAt(null)}
        data-testid={testId}
      >
        <svg
          viewBox={`0 0 ${looks.length} ${height}`}
          preserveAspectRatio="none"
          width="100%"
          height={height}
          aria-hidden="true"
        >
          <Hatch id={hatch} />
          {runsOf(looks).map(({ start, length, look }) => (
            <Bar key={start} look={look} x={start} width={length} height={height} hatch={hatch} />
          ))}
          {at !== null && <rect x={at} y={0} width={1} height={height} className={classes.cursor} />}
        </svg>
      </div>
      <div className={classes.axis} aria-hidden="true">
        <span>{from}</span>
        <span>{at === null ? '' : said}</span>
        <span>{to}</span>
      </div>
    </div>
  )
}

/** A point beside its word, for a legend. */
export function PointSwatch({ look }: { look: PointLook }) {
  const hatch = useId()
  return (
    <svg width="10" height="12" aria-hidden="true" className={classes.swatch}>
      <Hatch id={hatch} />
      <Bar look={look} x={0} width={10} height={12} hatch={hatch} />
    </svg>
  )
}

function Bar({
  look,
  x,
  width,
  height,
  hatch,
}: {
  look: PointLook
  x: number
  width: number
  height: number
  hatch: string
}) {
  return (
    <rect
      x={x}
      y={height * (1 - look.height)}
      width={width}
      height={height * look.height}
      className={classes.point}
      data-tone={look.tone}
      fill={look.tone === 'hatched' ? `url(#${hatch})` : undefined}
    />
  )
}

/** Neighbours that look the same, as one, so that no seam shows between them. */
export function runsOf(
  looks: readonly PointLook[],
): readonly { readonly start: number; readonly length: number; readonly look: PointLook }[] {
  const runs: { start: number; length: number; look: PointLook }[] = []
  for (const [index, look] of looks.entries()) {
    const last = runs.at(-1)
    if (last?.look === look) last.length += 1
    else runs.push({ start: index, length: 1, look })
  }
  return runs
}

function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="3" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(35)">
        <line x1="0" y1="0" x2="0" y2="6" className={classes.hatch} />
      </pattern>
    </defs>
  )
}
