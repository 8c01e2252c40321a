import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { Incident } from '#shared/contract/incidents.ts'
import { T, useText } from '../../i18n/text.tsx'
import { RelativeTime, utcText } from '../../i18n/time.tsx'
import { DataGrid, type GridColumn } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { Section } from '../../ui/Section.tsx'
import { StateMark, type Tone } from '../../ui/StateMark.tsx'
import { useIncidents, useIncidentsEnvironment } from './context.tsx'
import classes from './incidents.module.css'

function toneOf({ phase, steps }: Incident): Tone {
  if (phase === 'running') return 'busy'
  if (phase === 'done') return steps.failed > 0 ? 'danger' : 'good'
  return phase === 'paused' ? 'danger' : 'warning'
}

/** The responses of all connections, the newest first. */
export function IncidentsView() {
  const text = useText()
  const { onShowIncident, onLostDevice } = useIncidentsEnvironment()
  const list = useIncidents((state) => state.list)
  const columns = useMemo<GridColumn<Incident>[]>(
    () => [
      {
        id: 'what',
        header: text('incident.column.what'),
        width: 'minmax(180px, 1.6fr)',
        rowHeader: true,
        widget: true,
        cell: (incident, tabIndex) => (
          <button
            type="button"
            data-widget
            data-testid="incident"
            className={classes.open}
            tabIndex={tabIndex}
            title={utcText(incident.startedAt)}
            onClick={(event) => {
              event.stopPropagation()
              onShowIncident(incident.id)
            }}
          >
            {incident.subject ? (
              <ForeignText>{text('incident.lost-device-of', { owner: incident.subject.name })}</ForeignText>
            ) : (
              text('bulk.title', { count: incident.tokens.total })
            )}
          </button>
        ),
      },
      {
        id: 'state',
        header: text('incident.column.state'),
        width: 'minmax(160px, 1.2fr)',
        cell: (incident) => (
          <StateMark tone={toneOf(incident)}>
            {text(`incident.short.${incident.phase}`)} ·{' '}
            {text('incident.done-of', { done: incident.steps.done, total: incident.steps.total })}
          </StateMark>
        ),
      },
      {
        id: 'where',
        header: text('incident.column.where'),
        width: 'minmax(120px, 1fr)',
        dimmed: true,
        cell: (incident) => (
          <ForeignText>
            {incident.rehearsal ? text('incident.rehearsal') : incident.connectionName}
          </ForeignText>
        ),
      },
      {
        id: 'when',
        header: text('incident.column.when'),
        width: 'minmax(110px, 0.8fr)',
        dimmed: true,
        cell: (incident) => <RelativeTime at={incident.startedAt} />,
      },
    ],
    [text, onShowIncident],
  )
  const begin = (
    <Button color="red" onClick={() => onLostDevice(null)} data-testid="lost-device">
      <T id="device.open" />
    </Button>
  )
  if (list === null)
    return (
      <p role="status" aria-busy="true" className={classes.dimmed} data-testid="loading">
        {text('incident.loading')}
      </p>
    )
  return (
    <Section
      title={text('incident.list')}
      count={text('common.count', { count: list.length })}
      aside={list.length > 0 && begin}
    >
      {list.length === 0 ? (
        <EmptyState title={text('incident.none')} action={begin} testId="no-incidents">
          {text('incident.none-hint')}
        </EmptyState>
      ) : (
        <DataGrid
          label={text('incident.list')}
          columns={columns}
          rows={list}
          rowId={(incident) => incident.id}
          onOpen={(incident) => onShowIncident(incident.id)}
        />
      )}
    </Section>
  )
}
