import { Button } from '@mantine/core'
import type { HeartbeatEvent, IncidentView, JournalEntry } from '#shared/contract/heartbeat.ts'
import { monitorOf } from '#shared/domain/monitors.ts'
import { REGISTRATION_STATES } from '#shared/domain/registration.ts'
import { T, type Translate, useText } from '../../i18n/text.tsx'
import { Age } from '../../i18n/time.tsx'
import { visibleText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useHeartbeat, useHeartbeatStore } from './context.tsx'
import classes from './heartbeat.module.css'

/** Outages, each once however many monitors saw it (H-05). */
export function IncidentsSection() {
  const text = useText()
  const { actions } = useHeartbeatStore()
  const { items, nextBefore } = useHeartbeat((state) => state.incidents)
  return (
    <Section title={text('heartbeat.incidents')}>
      {items?.length === 0 && <p className={classes.dimmed}>{text('heartbeat.incidents-none')}</p>}
      {items && items.length > 0 && (
        <table className={classes.table} aria-label={text('heartbeat.incidents')} data-testid="incidents">
          <thead>
            <tr>
              {(['cause', 'began', 'ended', 'monitors'] as const).map((column) => (
                <th key={column} scope="col">
                  {text(`heartbeat.column.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((incident) => (
              <tr key={incident.id}>
                <th scope="row">
                  <StateMark tone={incident.closedAt === null ? 'danger' : 'neutral'}>
                    {causeText(text, incident)}
                  </StateMark>
                </th>
                <td>
                  <Age at={incident.since} />
                </td>
                <td>
                  {incident.closedAt === null ? text('heartbeat.under-way') : <Age at={incident.closedAt} />}
                </td>
                <td>{incident.members.map((id) => nameOf(text, id)).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {nextBefore !== null && <More onMore={() => void actions.moreIncidents()} />}
    </Section>
  )
}

/** What happened, the newest first; changes of version too. */
export function JournalSection() {
  const text = useText()
  const { actions } = useHeartbeatStore()
  const { items, nextBefore } = useHeartbeat((state) => state.journal)
  return (
    <Section title={text('heartbeat.journal')}>
      {items?.length === 0 && <p className={classes.dimmed}>{text('heartbeat.journal-none')}</p>}
      <ul className={classes.journal} data-testid="journal">
        {items?.map((entry) => (
          <li key={entry.id}>
            <span className={classes.when}>
              <Age at={entry.at} />
            </span>
            <span>{eventText(text, entry)}</span>
          </li>
        ))}
      </ul>
      {nextBefore !== null && <More onMore={() => void actions.moreJournal()} />}
    </Section>
  )
}

function More({ onMore }: { onMore: () => void }) {
  return (
    <Button variant="subtle" size="compact-sm" onClick={onMore}>
      <T id="heartbeat.older" />
    </Button>
  )
}

function nameOf(text: Translate, monitorId: string): string {
  const kind = monitorOf(monitorId)?.kind
  return kind ? text(`heartbeat.kind.${kind}`) : monitorId
}

/** What an incident is laid at: one monitor, what several ask, or the network between. */
function causeText(text: Translate, { cause }: Pick<IncidentView, 'cause'>): string {
  if (cause.kind === 'network') return text('heartbeat.cause.network')
  return cause.kind === 'target' ? visibleText(cause.target) : nameOf(text, cause.monitorId)
}

function eventText(text: Translate, { monitorId, event }: JournalEntry): string {
  const monitor = nameOf(text, monitorId)
  switch (event.kind) {
    case 'incident-opened':
    case 'incident-grown':
    case 'incident-closed':
      return text(`heartbeat.event.${event.kind}`, { cause: causeText(text, event.incident), monitor })
    case 'flapping':
      return text('heartbeat.event.flapping', { monitor })
    case 'settled':
      return text('heartbeat.event.settled', { monitor, state: text(`heartbeat.state.${event.state}`) })
    case 'registration':
      return text('heartbeat.event.registration', standings(text, event))
    case 'version':
      return text('heartbeat.event.version', {
        monitor,
        from: visibleText(event.from),
        to: visibleText(event.to),
      })
  }
}

function standings(text: Translate, { from, to }: Extract<HeartbeatEvent, { kind: 'registration' }>) {
  const said = (state: string): string => {
    const known = REGISTRATION_STATES.find((one) => one === state)
    return known ? text(`xtm-one.point.${known}`) : visibleText(state)
  }
  return { from: said(from), to: said(to) }
}
