import { useMemo } from 'react'
import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import { RUNGS, rungsOf } from '#shared/domain/incident.ts'
import { T, useText } from '../../i18n/text.tsx'
import { DataGrid, type GridColumn } from '../../ui/DataGrid.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { useIncidents } from './context.tsx'
import classes from './incidents.module.css'
import { RungMark } from './RungMark.tsx'
import { TokenWords } from './TokenWords.tsx'

const TONES: Readonly<Record<IncidentStep['state'], Tone>> = {
  planned: 'neutral',
  sent: 'busy',
  acknowledged: 'busy',
  unknown: 'warning',
  done: 'good',
  failed: 'danger',
}

/** A row each: what it is, how far it is, and its rungs. */
export function StepsSection({ incident }: { incident: Incident }) {
  const text = useText()
  const steps = useIncidents((state) => state.open.steps)
  const { kind, proof } = incident
  const columns = useMemo<GridColumn<IncidentStep>[]>(() => {
    const owner: GridColumn<IncidentStep> = {
      id: 'owner',
      header: text('generate.owner'),
      width: 'minmax(120px, 1fr)',
      sortBy: (step) => step.owner.name.toLocaleLowerCase(),
      cell: (step) => <ForeignText>{step.owner.name}</ForeignText>,
    }
    return [
      {
        id: 'what',
        header: text('incident.column.what'),
        width: 'minmax(200px, 1.6fr)',
        rowHeader: true,
        cell: (step) => <What step={step} />,
      },
      ...(kind === 'bulk' ? [owner] : []),
      {
        id: 'state',
        header: text('incident.column.state'),
        width: 'minmax(150px, 1.2fr)',
        sortBy: (step) => step.state,
        cell: (step) => <StepState step={step} />,
      },
      {
        id: 'proof',
        header: text('incident.column.proof'),
        width: '136px',
        cell: (step) => <Rungs step={step} audit={proof.audit} />,
      },
    ]
  }, [text, kind, proof.audit])

  return (
    <Section title={text('incident.steps')} count={text('common.count', { count: incident.steps.total })}>
      <DataGrid
        label={text('incident.steps')}
        columns={columns}
        rows={steps}
        rowId={(step) => String(step.position)}
        total={incident.steps.total}
      />
    </Section>
  )
}

function What({ step }: { step: IncidentStep }) {
  const text = useText()
  if (step.kind === 'sessions') return text('incident.step.sessions', { count: step.sessions ?? 0 })
  return step.token ? <TokenWords token={step.token} /> : <T id="incident.step.lock" />
}

/** A done step is called by what was done. Why one failed, or what its answer was, stands beside it. */
function StepState({ step }: { step: IncidentStep }) {
  const text = useText()
  const { state, kind, problem, acknowledgedAt } = step
  const word = state === 'done' ? text(`incident.done.${kind}`) : text(`incident.state.${state}`)
  const why =
    state === 'failed' && problem
      ? text(`problem.${problem.code}.what`)
      : state === 'done' && acknowledgedAt === null
        ? text(step.attempts === 0 ? 'incident.already' : 'incident.looked-up')
        : ''
  return (
    <StateMark tone={TONES[state]}>
      <span title={why === '' ? word : `${word}: ${why}`}>{why === '' ? word : `${word} · ${why}`}</span>
    </StateMark>
  )
}

function Rungs({ step, audit }: { step: IncidentStep; audit: Incident['proof']['audit'] }) {
  const text = useText()
  const states = rungsOf(step, audit)
  const words = RUNGS.map((rung) => `${text(`rung.${rung}`)}: ${text(`rung.state.${states[rung]}`)}`)
  return (
    <span className={classes.rungs} role="img" aria-label={words.join(', ')} title={words.join('\n')}>
      {RUNGS.map((rung) => (
        <RungMark key={rung} state={states[rung]} />
      ))}
    </span>
  )
}
