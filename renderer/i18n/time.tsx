import { type IntlShape, useIntl } from 'react-intl'
import { useNow } from '../ui/clock.tsx'
import { useNarrow } from '../ui/use-narrow.ts'
import { useText } from './text.tsx'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const STEPS = [
  { unit: 'second', size: SECOND, upTo: MINUTE },
  { unit: 'minute', size: MINUTE, upTo: HOUR },
  { unit: 'hour', size: HOUR, upTo: DAY },
  { unit: 'day', size: DAY, upTo: 60 * DAY },
  { unit: 'month', size: 30.4375 * DAY, upTo: 730 * DAY },
  { unit: 'year', size: 365.25 * DAY, upTo: Number.POSITIVE_INFINITY },
] as const

/** "3 hours ago", "in 30 days": the largest unit that fits. The past is cut off, the future rounded. */
export function relativeText(
  intl: IntlShape,
  at: number,
  now: number,
  style: 'long' | 'short' = 'long',
): string {
  const distance = at - now
  const step = STEPS.find(({ upTo }) => Math.abs(distance) < upTo) ?? STEPS[STEPS.length - 1]
  if (!step) return ''
  const count = distance < 0 ? Math.ceil(distance / step.size) : Math.round(distance / step.size)
  return count === 0
    ? intl.formatRelativeTime(0, 'second', { numeric: 'auto', style })
    : intl.formatRelativeTime(count, step.unit, { style })
}

/** "2026-12-22 09:00:00 UTC": the same for every reader, so that it can be compared with a log. */
export const utcText = (at: number): string => utcOfIso(isoText(at))

const utcOfIso = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')

/** A time as a distance from now, with the absolute in UTC on hover. `skewMs`: how far the other side's clock is ahead. */
export function RelativeTime({ at, skewMs = 0 }: { at: number; skewMs?: number }) {
  const intl = useIntl()
  const text = useText()
  const style = useNarrow() ? 'short' : 'long'
  const shown = useNow((now) => {
    const distance = at - (now + skewMs)
    // Just made, or made a moment ago by a clock slightly ahead of ours.
    return distance > -MINUTE && distance <= 5 * SECOND
      ? text('time.just-now')
      : relativeText(intl, at, now + skewMs, style)
  })
  return <Time at={at}>{shown}</Time>
}

function Time({ at, children }: { at: number; children: string }) {
  const iso = isoText(at)
  return (
    <time dateTime={iso} title={utcOfIso(iso)}>
      {children}
    </time>
  )
}

/** How old a reading is, to the second. */
export function Age({ at }: { at: number }) {
  const intl = useIntl()
  const shown = useNow((now) => relativeText(intl, Math.min(at, now), now))
  return <Time at={at}>{shown}</Time>
}

/** "22 Dec 2026" by the reader's language, as a day in UTC. */
export function useDateText(): (at: number) => string {
  const intl = useIntl()
  return (at) => intl.formatDate(at, { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
}

/** "15 minutes", "7 days": a span in ms by its largest unit, cut off to whole ones. */
export function useSpanText(): (ms: number) => string {
  const intl = useIntl()
  return (ms) => {
    const [unit, size] =
      ms >= DAY
        ? (['day', DAY] as const)
        : ms >= HOUR
          ? (['hour', HOUR] as const)
          : (['minute', MINUTE] as const)
    return intl.formatNumber(Math.floor(ms / size), { style: 'unit', unit, unitDisplay: 'long' })
  }
}

function isoText(at: number): string {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? '' : date.toISOString()
}
