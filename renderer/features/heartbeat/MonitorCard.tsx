import { Button } from '@mantine/core'
import { useState } from 'react'
import { useIntl } from 'react-intl'
import type { Figures, MonitorView } from '#shared/contract/heartbeat.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { failureText } from '../../i18n/failure.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { ForeignText, visibleText } from '../../ui/ForeignText.tsx'
import { Sparkline } from '../../ui/Sparkline.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useHeartbeatStore, useHistory } from './context.tsx'
import { HealthKey } from './HealthKey.tsx'
import classes from './heartbeat.module.css'
import { figuresOf } from './PlatformFacts.tsx'
import { standingOf } from './standing.ts'
import type { HistoryRange } from './store.ts'
import { UptimeStrip } from './UptimeStrip.tsx'

/** One monitor: how it stands, since when, how old the evidence is, and its past. */
export function MonitorCard({
  monitor,
  range,
  keepsKey,
}: {
  monitor: MonitorView
  range: HistoryRange
  /** its access key is one that a person gives */
  keepsKey: boolean
}) {
  const text = useText()
  const store = useHeartbeatStore()
  const { history, problem } = useHistory(monitor, range)
  const [lookProblem, setLookProblem] = useState<Problem | null>(null)
  const { tone, word } = standingOf(monitor)
  const { last, quiet } = monitor
  const name = text(`heartbeat.kind.${monitor.kind}`)
  const since = monitor.registration?.since ?? monitor.since
  return (
    <article className={classes.card} aria-label={name} data-testid={`monitor-${monitor.kind}`}>
      <div className={classes.head}>
        <h3 className={classes.name}>{name}</h3>
        <StateMark tone={tone}>{text(word)}</StateMark>
        {quiet && <StateMark tone="neutral">{text(`heartbeat.quiet.${quiet}`)}</StateMark>}
        <Button
          className={classes.look}
          variant="default"
          size="compact-sm"
          onClick={() => void store.actions.lookNow([monitor.id]).then(setLookProblem)}
          data-testid="look-now"
        >
          <T id="heartbeat.look-now" />
        </Button>
      </div>
      {lookProblem && <ProblemNotice problem={lookProblem} testId="look-problem" />}
      <Facts
        facts={[
          ...(since === null
            ? []
            : [{ key: 'since', name: text('heartbeat.fact.since'), value: <Age at={since} /> }]),
          {
            key: 'look',
            name: text('heartbeat.fact.look'),
            value: last ? <Age at={last.at} /> : text('heartbeat.not-looked'),
          },
          ...(last?.failure
            ? [{ key: 'why', name: text('heartbeat.fact.why'), value: failureText(text, last.failure) }]
            : []),
          {
            key: 'target',
            name: text('heartbeat.fact.target'),
            value: <ForeignText>{monitor.target}</ForeignText>,
          },
          ...(monitor.version === null
            ? []
            : [{ key: 'version', name: text('about.version'), value: visibleText(monitor.version) }]),
          ...(history
            ? [
                {
                  key: 'uptime',
                  name: text('heartbeat.fact.uptime'),
                  value: <Uptime figures={history.figures} />,
                },
              ]
            : []),
        ]}
      />
      {history && (
        <>
          <UptimeStrip
            points={history.points}
            range={range}
            label={text('heartbeat.strip', { monitor: name })}
          />
          {history.figures.p50 !== null && (
            <div>
              <Sparkline
                values={history.points.map(({ p50 }) => p50)}
                label={text('heartbeat.latency', figuresOf(history.figures))}
              />
              <div className={classes.dimmed} aria-hidden="true">
                {text('heartbeat.latency', figuresOf(history.figures))}
              </div>
            </div>
          )}
        </>
      )}
      {problem && <ProblemNotice problem={problem} tone="warning" testId="history-problem" />}
      {keepsKey && (
        <HealthKey
          connectionId={monitor.connectionId}
          isWanted={last?.failure === 'health-key-missing' || last?.failure === 'health-key-wrong'}
        />
      )}
    </article>
  )
}

/** "good of reported": what nobody saw counts neither way (H-03). */
function Uptime({ figures }: { figures: Figures }) {
  const text = useText()
  const intl = useIntl()
  const { uptime, good, bad } = figures
  if (uptime === null) return text('heartbeat.uptime-none')
  // Cut off, not rounded: 100 % is said only of what was always good.
  const percent = intl.formatNumber(Math.floor(uptime * 100_000) / 100_000, {
    style: 'percent',
    maximumFractionDigits: 3,
  })
  return text('heartbeat.uptime', { percent, good, reported: good + bad })
}
