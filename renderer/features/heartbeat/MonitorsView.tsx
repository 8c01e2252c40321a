import { Button, SegmentedControl } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Connection } from '#shared/contract/connections.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Section } from '../../ui/Section.tsx'
import { useHeartbeat, useHeartbeatStore } from './context.tsx'
import classes from './heartbeat.module.css'
import { MonitorCard } from './MonitorCard.tsx'
import { IncidentsSection, JournalSection } from './Past.tsx'
import { QuietSection } from './QuietSection.tsx'
import { HISTORY_RANGES, type HistoryRange } from './store.ts'

/** Everything that is watched of a connection: how it stands, its past, what happened, and when to keep quiet (H-01..H-05). */
export function MonitorsView({ connection, onBack }: { connection: Connection; onBack: () => void }) {
  const text = useText()
  const store = useHeartbeatStore()
  const status = useHeartbeat((state) => state.status)
  const pastProblem = useHeartbeat((state) => state.pastProblem)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [range, setRange] = useState<HistoryRange>('day')
  const own = status?.monitors.filter(({ connectionId }) => connectionId === connection.id) ?? []
  const marks = JSON.stringify([
    status?.incidents,
    own.map(({ state, flapping, version }) => [state, flapping, version]),
  ])
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changed now is past now
  useEffect(() => void store.actions.readPast(connection.id), [store, connection.id, marks])
  return (
    <div data-testid="monitors">
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<Icon name="back" />}
        onClick={onBack}
        data-testid="to-overview"
      >
        <T id="heartbeat.back" />
      </Button>
      <Section
        title={text('heartbeat.monitors')}
        count={status ? own.length : undefined}
        aside={
          <>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => void store.actions.lookAtAll(connection.id).then(setProblem)}
              data-testid="look-at-all"
            >
              <T id="heartbeat.look-at-all" />
            </Button>
            <SegmentedControl
              size="xs"
              aria-label={text('heartbeat.range')}
              value={range}
              onChange={(chosen) => setRange(chosen as HistoryRange)}
              data={HISTORY_RANGES.map((one) => ({ value: one, label: text(`heartbeat.range.${one}`) }))}
              data-testid="range"
            />
          </>
        }
      >
        {problem && <ProblemNotice problem={problem} testId="look-at-all-problem" />}
        {!status && <p aria-busy="true">{text('overview.looking')}</p>}
        {status && own.length === 0 && <p>{text('heartbeat.nothing-watched')}</p>}
        <div className={classes.cards}>
          {own.map((monitor) => (
            <MonitorCard
              key={monitor.id}
              monitor={monitor}
              range={range}
              keepsKey={monitor.kind === 'health' && !connection.embedded}
            />
          ))}
        </div>
      </Section>
      {pastProblem && <ProblemNotice problem={pastProblem} testId="past-problem" />}
      <IncidentsSection />
      <JournalSection />
      <QuietSection monitors={own} quietTimes={status?.quietTimes ?? []} />
    </div>
  )
}
