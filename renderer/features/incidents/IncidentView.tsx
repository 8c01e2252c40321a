import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Incident } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { secondsUntil, useNow } from '../../ui/clock.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { useIncidents, useIncidentsActions, useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'
import { ProofSection } from './ProofSection.tsx'
import { ReportSection } from './ReportSection.tsx'
import { StepsSection } from './StepsSection.tsx'

/** One response at work and afterwards: how far it is, each step, the proof, the report. */
export function IncidentView({ id }: { id: string }) {
  const text = useText()
  const { onShowList } = useIncidentsEnvironment()
  const actions = useIncidentsActions()
  const { incident, problem } = useIncidents((state) => state.open)

  useEffect(() => actions.follow(id), [actions, id])

  return (
    <>
      <div className={classes.back}>
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Icon name="back" />}
          onClick={onShowList}
          data-testid="all-incidents"
        >
          <T id="incident.all" />
        </Button>
      </div>
      {incident && incident.id === id ? (
        <Shown incident={incident} />
      ) : problem ? (
        <ProblemNotice problem={problem} />
      ) : (
        <p role="status" aria-busy="true" className={classes.dimmed} data-testid="loading">
          {text('incident.loading')}
        </p>
      )}
    </>
  )
}

const MOST_ROWS_FIRST = 20

function Shown({ incident }: { incident: Incident }) {
  const text = useText()
  const { subject, rehearsal, startedAt, reason } = incident
  // Proof and report are not looked for below a thousand rows.
  const isLong = incident.steps.total > MOST_ROWS_FIRST
  return (
    <>
      <div className={classes.who}>
        <h2 className={classes.title}>
          {incident.kind === 'lost-device' ? (
            <T id="device.title" />
          ) : (
            text('bulk.title', { count: incident.tokens.total })
          )}
        </h2>
        {subject && (
          <>
            <ForeignText>{subject.name}</ForeignText>
            <ForeignText dimmed>{subject.email}</ForeignText>
          </>
        )}
        {rehearsal && <span className={classes.tag}>{text('incident.rehearsal')}</span>}
        <span className={classes.dimmed}>
          <T id="incident.begun" values={{ when: <RelativeTime at={startedAt} />, actor: incident.actor }} />
        </span>
      </div>
      {reason !== '' && (
        <p className={classes.dimmed}>
          {text('revoke.reason')}: <ForeignText>{reason}</ForeignText>
        </p>
      )}
      <Progress incident={incident} />
      <Troubles incident={incident} />
      {!isLong && <StepsSection incident={incident} />}
      <ProofSection incident={incident} />
      <ReportSection incident={incident} />
      {isLong && <StepsSection incident={incident} />}
    </>
  )
}

const TONES: Readonly<Record<Incident['phase'], Tone>> = {
  running: 'busy',
  waiting: 'warning',
  paused: 'danger',
  interrupted: 'warning',
  stopped: 'warning',
  done: 'good',
}

/** How far it is, in a sentence that is read out as it changes, and what can be done about it now. */
function Progress({ incident }: { incident: Incident }) {
  const text = useText()
  const actions = useIncidentsActions()
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const { id, phase, steps } = incident
  const isOver = phase === 'done'
  const share = steps.total === 0 ? 0 : steps.done / steps.total
  const said = steps.total === 0 || phase !== 'running' ? 0 : steps.acknowledged / steps.total

  async function act(deed: () => Promise<Problem | null>): Promise<void> {
    setBusy(true)
    setProblem(await deed())
    setBusy(false)
  }
  const button = (testId: string, label: string, deed: () => Promise<Problem | null>, isMain = false) => (
    <BusyButton
      variant={isMain ? 'filled' : 'default'}
      busy={busy}
      onClick={() => void act(deed)}
      data-testid={testId}
    >
      {label}
    </BusyButton>
  )
  const resume = () => actions.act('resume', id)

  return (
    <div className={classes.progress}>
      <div className={classes.progressHead}>
        <StateMark tone={isOver && steps.failed > 0 ? 'danger' : TONES[phase]}>
          <span role="status" data-testid="progress">
            <ProgressWords incident={incident} />
          </span>
        </StateMark>
        <span className={classes.toolbar}>
          {phase === 'waiting' && button('try-now', text('incident.try-now'), resume)}
          {(phase === 'running' || phase === 'waiting') &&
            button('stop', text('incident.stop'), () => actions.act('stop', id))}
          {(phase === 'paused' || phase === 'stopped' || phase === 'interrupted') &&
            button('resume', text('incident.resume'), resume, true)}
          {phase !== 'running' &&
            phase !== 'waiting' &&
            steps.failed > 0 &&
            button('retry-failed', text('incident.retry', { count: steps.failed }), () =>
              actions.retry(id, false),
            )}
        </span>
      </div>
      <div
        className={classes.bar}
        role="progressbar"
        aria-label={text('incident.progress')}
        aria-valuemin={0}
        aria-valuemax={steps.total}
        aria-valuenow={steps.done}
      >
        <div className={classes.barDone} style={{ width: `${share * 100}%` }} />
        {/* Said to be done, and not seen so: never counted as done. */}
        <div className={classes.barSaid} style={{ width: `${said * 100}%` }} />
      </div>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  )
}

function ProgressWords({ incident }: { incident: Incident }) {
  const text = useText()
  const { phase, kind, steps, tokens, nextAt, startedAt, endedAt } = incident
  const wait = useNow((now) => (nextAt === null ? 0 : secondsUntil(nextAt, now)))
  // A lost device is more than its tokens.
  const { done, total } = kind === 'bulk' ? tokens : steps
  const far = text(kind === 'bulk' ? 'incident.revoked-of' : 'incident.done-of', { done, total })
  if (phase === 'done') {
    if (steps.failed > 0) return text('incident.over-failed', { far, failed: steps.failed })
    const seconds = Math.max(1, Math.round(((endedAt ?? startedAt) - startedAt) / 1_000))
    return text(kind === 'bulk' ? 'incident.over' : 'incident.contained', { far, seconds })
  }
  if (phase === 'waiting') return text('incident.waiting', { far, seconds: wait })
  if (phase === 'running' && steps.acknowledged > 0) {
    const isAllSent = steps.done + steps.failed + steps.acknowledged === steps.total
    return text(isAllSent ? 'incident.reading-lists' : 'incident.acknowledged', {
      far,
      count: steps.acknowledged,
    })
  }
  return text(`incident.phase.${phase}`, { far })
}

function Troubles({ incident }: { incident: Incident }) {
  const text = useText()
  const { onNewToken } = useIncidentsEnvironment()
  const actions = useIncidentsActions()
  const { id, phase, problem, appeared, newSessions, steps } = incident
  return (
    <div className={classes.notices}>
      {problem && (
        <ProblemNotice
          problem={problem}
          tone={phase === 'waiting' ? 'warning' : 'danger'}
          actions={
            phase === 'paused' &&
            !incident.rehearsal &&
            /^(wrong-token|token-missing)$/.test(problem.code) && (
              <Button onClick={() => onNewToken(incident.connectionId)} data-testid="new-token">
                <T id="connection.new-token" />
              </Button>
            )
          }
        />
      )}
      {(phase === 'stopped' || phase === 'interrupted') && steps.open > 0 && (
        <Notice tone="warning" title={text('incident.open', { count: steps.open })} testId="open-steps">
          {text('incident.open-hint')}
        </Notice>
      )}
      {appeared.length > 0 && (
        <Notice
          tone="danger"
          role="alert"
          testId="appeared"
          title={text('incident.appeared', { count: appeared.length })}
          actions={
            <Button color="red" onClick={() => void actions.retry(id, true)} data-testid="revoke-appeared">
              {text('incident.revoke-appeared', { count: appeared.length })}
            </Button>
          }
        >
          {text('incident.appeared-hint')}
          <span className={classes.list}>
            {appeared.map((token) => (
              <ForeignText key={token.id}>{token.name === '' ? token.maskedToken : token.name}</ForeignText>
            ))}
          </span>
        </Notice>
      )}
      {newSessions > 0 && (
        <Notice
          tone="warning"
          title={text('incident.new-sessions', { count: newSessions })}
          testId="new-sessions"
        >
          {text('incident.new-sessions-hint')}
        </Notice>
      )}
    </div>
  )
}
