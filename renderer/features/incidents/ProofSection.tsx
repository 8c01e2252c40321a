import { PasswordInput } from '@mantine/core'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { PASTED_TOKEN_MAX } from '#shared/domain/connection-limits.ts'
import { RUNGS, type Rung, type RungState, rungsOf } from '#shared/domain/incident.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { problemOf } from '../../i18n/problem-of.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime } from '../../i18n/time.tsx'
import { BusyButton } from '../../ui/BusyButton.tsx'
import { Icon } from '../../ui/icons.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Section } from '../../ui/Section.tsx'
import { useIncidents, useIncidentsActions, useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'
import { RungMark } from './RungMark.tsx'

/** The ladder as a whole (T-12): each rung with how many steps have climbed it. */
export function ProofSection({ incident }: { incident: Incident }) {
  const text = useText()
  const actions = useIncidentsActions()
  const steps = useIncidents((state) => state.open.steps)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState(false)
  const { id, proof, phase } = incident
  const rungs = useMemo(() => summed(steps, proof.audit), [steps, proof.audit])

  async function look(): Promise<void> {
    setBusy(true)
    setProblem(await actions.act('rescan', id))
    setBusy(false)
  }

  return (
    <Section
      title={text('incident.proof')}
      aside={
        phase === 'done' && (
          <BusyButton
            variant="default"
            size="compact-sm"
            busy={busy}
            leftSection={<Icon name="refresh" />}
            onClick={() => void look()}
            data-testid="look-again"
          >
            <T id="incident.look-again" />
          </BusyButton>
        )
      }
    >
      <ol className={classes.ladder}>
        {RUNGS.map((rung) => (
          <li key={rung} className={classes.ladderRung} data-testid={`rung-${rung}`}>
            <RungMark state={rungs[rung].state} />
            <span className={classes.rungName}>{text(`rung.${rung}`)}</span>
            <span className={classes.rungCount}>
              {rungs[rung].state !== 'void' &&
                text('incident.passed-of', { passed: rungs[rung].passed, total: steps.length })}
            </span>
            <span className={classes.dimmed}>
              <RungWords rung={rung} incident={incident} />
            </span>
          </li>
        ))}
      </ol>
      {(problem ?? proof.problem) && (
        <ProblemNotice problem={(problem ?? proof.problem) as Problem} tone="warning" />
      )}
      {phase === 'done' && <Probe incident={incident} />}
    </Section>
  )
}

/** What a rung means here and now. */
function RungWords({ rung, incident }: { rung: Rung; incident: Incident }) {
  const text = useText()
  const { proof } = incident
  if (rung === 'audit') return text(`rung.audit.${proof.audit}`)
  if (rung === 'rescan' && !proof.rescanDone && proof.rescanAt !== null)
    return <T id="rung.rescan.due" values={{ when: <RelativeTime at={proof.rescanAt} /> }} />
  return text(`rung.${rung}.hint`)
}

interface Sum {
  readonly passed: number
  readonly state: RungState
}

/** The weakest counts: one step that failed a rung makes the rung failed. */
function summed(steps: readonly IncidentStep[], audit: Incident['proof']['audit']): Record<Rung, Sum> {
  const all = steps.map((step) => rungsOf(step, audit))
  const sumOf = (rung: Rung): Sum => {
    const states = all.map((states) => states[rung])
    const passed = states.filter((state) => state === 'passed').length
    if (states.includes('failed')) return { passed, state: 'failed' }
    if (states.includes('open')) return { passed, state: 'open' }
    return { passed, state: passed > 0 ? 'passed' : 'void' }
  }
  return Object.fromEntries(RUNGS.map((rung) => [rung, sumOf(rung)])) as Record<Rung, Sum>
}

/** For who has the token itself in hand: it is presented once and must be refused. */
function Probe({ incident }: { incident: Incident }) {
  const text = useText()
  const { client } = useIncidentsEnvironment()
  const field = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<boolean | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)

  async function present(event: FormEvent): Promise<void> {
    event.preventDefault()
    const token = field.current?.value.trim() ?? ''
    if (field.current === null || token === '') return
    // SECURITY: the value goes to the core and leaves the page at once; no state of the page ever holds it.
    field.current.value = ''
    setBusy(true)
    setRefused(null)
    setProblem(null)
    try {
      setRefused((await client.incidents.probe({ id: incident.id, token })).refused)
    } catch (error) {
      setProblem(problemOf(error))
    }
    setBusy(false)
  }

  return (
    <form className={classes.probe} onSubmit={(event) => void present(event)}>
      <PasswordInput
        ref={field}
        label={text('probe.token')}
        description={text('probe.hint')}
        maxLength={PASTED_TOKEN_MAX}
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': text('connection.token-show') }}
        className={classes.probeField}
        data-testid="probe-token"
      />
      <BusyButton type="submit" variant="default" busy={busy} data-testid="probe">
        <T id="probe.present" />
      </BusyButton>
      {refused !== null && (
        <Notice
          tone={refused ? 'good' : 'danger'}
          role="alert"
          testId={refused ? 'probe-refused' : 'probe-accepted'}
          title={text(refused ? 'probe.refused' : 'probe.accepted')}
        >
          {text(refused ? 'probe.refused-hint' : 'probe.accepted-hint')}
        </Notice>
      )}
      {problem && <ProblemNotice problem={problem} />}
    </form>
  )
}
