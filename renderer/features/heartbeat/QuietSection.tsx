import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useIntl } from 'react-intl'
import type { MonitorView, QuietTime } from '#shared/contract/heartbeat.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { useTicker } from '../../ui/clock.tsx'
import { visibleText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { spokenName } from '../../ui/spoken-name.ts'
import { useHeartbeatStore } from './context.tsx'
import classes from './heartbeat.module.css'

const HOUR_MS = 3_600_000
const HOURS = [1, 4, 24, 168] as const
const EVERYTHING = ''

/** Times in which nothing is announced (H-04): those that hold or are to come, and a new one. */
export function QuietSection({
  monitors,
  quietTimes,
}: {
  monitors: readonly MonitorView[]
  quietTimes: readonly QuietTime[]
}) {
  const text = useText()
  const intl = useIntl()
  const { actions } = useHeartbeatStore()
  const [problem, setProblem] = useState<Problem | null>(null)
  const own = quietTimes.filter(
    ({ monitorId }) => monitorId === null || monitors.some(({ id }) => id === monitorId),
  )
  const time = (at: number): string =>
    intl.formatDate(at, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
  const nameOf = (monitorId: string | null): string => {
    const kind = monitors.find(({ id }) => id === monitorId)?.kind
    return kind ? text(`heartbeat.kind.${kind}`) : text('heartbeat.quiet.everything')
  }
  const line = ({ kind, monitorId, from, to }: QuietTime): string =>
    text('heartbeat.quiet.line', {
      kind: text(`heartbeat.quiet.${kind}`),
      monitor: nameOf(monitorId),
      from: time(from),
      to: time(to),
    })
  return (
    <Section title={text('heartbeat.quiet')}>
      <p className={classes.dimmed}>{text('heartbeat.quiet-hint')}</p>
      <ul className={classes.journal} data-testid="quiet-times">
        {own.map((quiet) => (
          <li key={quiet.id}>
            <span>
              {line(quiet)}
              {quiet.note !== '' && <span className={classes.dimmed}> {visibleText(quiet.note)}</span>}
            </span>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => void actions.endQuiet(quiet.id).then(setProblem)}
              aria-label={spokenName(text('heartbeat.quiet.end'), line(quiet))}
              data-testid="end-quiet"
            >
              <T id="heartbeat.quiet.end" />
            </Button>
          </li>
        ))}
      </ul>
      <QuietForm monitors={monitors} nameOf={nameOf} onProblem={setProblem} />
      {problem && <ProblemNotice problem={problem} testId="quiet-problem" />}
    </Section>
  )
}

function QuietForm({
  monitors,
  nameOf,
  onProblem,
}: {
  monitors: readonly MonitorView[]
  nameOf: (monitorId: string | null) => string
  onProblem: (problem: Problem | null) => void
}) {
  const text = useText()
  const { actions } = useHeartbeatStore()
  const { clock } = useTicker()
  const [kind, setKind] = useState<QuietTime['kind']>('mute')
  const [monitorId, setMonitorId] = useState(EVERYTHING)
  const [hours, setHours] = useState<number>(HOURS[0])
  const [begins, setBegins] = useState('')
  const [note, setNote] = useState('')
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    const from = begins === '' ? clock.now() : Date.parse(begins)
    if (Number.isNaN(from)) return
    void actions
      .keepQuiet({
        id: crypto.randomUUID(),
        kind,
        monitorId: monitorId === EVERYTHING ? null : monitorId,
        from,
        to: from + hours * HOUR_MS,
        note: note.trim(),
      })
      .then((problem) => {
        onProblem(problem)
        if (problem === null) setNote('')
      })
  }
  return (
    <form className={classes.form} onSubmit={onSubmit}>
      <SegmentedControl
        size="xs"
        aria-label={text('heartbeat.quiet')}
        value={kind}
        onChange={(chosen) => setKind(chosen as QuietTime['kind'])}
        data={(['mute', 'maintenance'] as const).map((one) => ({
          value: one,
          label: text(`heartbeat.quiet.${one}`),
        }))}
        data-testid="quiet-kind"
      />
      <NativeSelect
        size="xs"
        label={text('heartbeat.quiet.what')}
        value={monitorId}
        onChange={(event) => setMonitorId(event.currentTarget.value)}
        data={[
          { value: EVERYTHING, label: text('heartbeat.quiet.everything') },
          ...monitors.map(({ id }) => ({ value: id, label: nameOf(id) })),
        ]}
        data-testid="quiet-what"
      />
      <NativeSelect
        size="xs"
        label={text('heartbeat.quiet.for')}
        value={String(hours)}
        onChange={(event) => setHours(Number(event.currentTarget.value))}
        data={HOURS.map((count) => ({
          value: String(count),
          label:
            count < 24
              ? text('heartbeat.quiet.hours', { count })
              : text('heartbeat.quiet.days', { count: count / 24 }),
        }))}
        data-testid="quiet-for"
      />
      <TextInput
        size="xs"
        type="datetime-local"
        label={text('heartbeat.quiet.begins')}
        value={begins}
        onChange={(event) => setBegins(event.currentTarget.value)}
        data-testid="quiet-begins"
      />
      <TextInput
        size="xs"
        label={text('heartbeat.quiet.note')}
        value={note}
        maxLength={200}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-testid="quiet-note"
      />
      <Button type="submit" variant="default" size="compact-sm" data-testid="keep-quiet">
        <T id="heartbeat.quiet.add" />
      </Button>
    </form>
  )
}
