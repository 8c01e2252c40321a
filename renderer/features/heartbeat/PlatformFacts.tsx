import type { MonitorView } from '#shared/contract/heartbeat.ts'
import { failureText } from '../../i18n/failure.ts'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { visibleText } from '../../ui/ForeignText.tsx'
import { Sparkline } from '../../ui/Sparkline.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useHeartbeat, useHistory } from './context.tsx'
import classes from './heartbeat.module.css'
import { standingOf } from './standing.ts'

/** The overview's panel of the platform: each monitor in a line, and the day of the one that is answered fastest. */
export function PlatformFacts({ connectionId }: { connectionId: string }) {
  const monitors = useHeartbeat((state) => state.status?.monitors)
  if (!monitors)
    return (
      <StateMark tone="busy">
        <T id="overview.looking" />
      </StateMark>
    )
  const own = monitors.filter((monitor) => monitor.connectionId === connectionId)
  const [timed] = [...own].sort((a, b) => rank(a) - rank(b))
  return (
    <>
      <ul className={classes.lines}>
        {own.map((monitor) => (
          <Line key={monitor.id} monitor={monitor} />
        ))}
      </ul>
      {timed && <Day monitor={timed} />}
      {own.length === 0 && <T id="heartbeat.nothing-watched" />}
    </>
  )
}

/** The API's latency says most; the health page answers even when nothing else does. */
const rank = ({ kind }: MonitorView): number => ['api', 'health'].indexOf(kind) >>> 0

function Line({ monitor }: { monitor: MonitorView }) {
  const text = useText()
  const { tone, word } = standingOf(monitor)
  const { last, state, version } = monitor
  return (
    <li className={classes.line}>
      <span className={classes.kind}>
        {text(`heartbeat.kind.${monitor.kind}`)}{' '}
        {version !== null && <span className={classes.dimmed}>{visibleText(version)}</span>}
      </span>
      <StateMark tone={tone}>{text(word)}</StateMark>
      <span className={classes.dimmed}>{last ? <Age at={last.at} /> : text('heartbeat.not-looked')}</span>
      {last?.failure && state !== 'up' && (
        <span className={classes.failure}>{failureText(text, last.failure)}</span>
      )}
    </li>
  )
}

function Day({ monitor }: { monitor: MonitorView }) {
  const text = useText()
  const { history } = useHistory(monitor, 'day')
  if (!history || history.figures.p50 === null) return null
  const { figures, points } = history
  return (
    <div>
      <Sparkline
        values={points.map(({ p50 }) => p50)}
        label={text('heartbeat.latency-of-day', figuresOf(figures))}
      />
      <div className={classes.dimmed}>{text('heartbeat.latency-of-day', figuresOf(figures))}</div>
    </div>
  )
}

/** Milliseconds as they are written: whole ones, and the first decimal of what is under ten. */
export function figuresOf(figures: { p50: number | null; p95: number | null; p99: number | null }) {
  const written = (ms: number | null): string => (ms === null ? '–' : ms < 10 ? ms.toFixed(1) : ms.toFixed(0))
  return { median: written(figures.p50), high: written(figures.p95), highest: written(figures.p99) }
}
