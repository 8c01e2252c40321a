import { useMemo } from 'react'
import type { Connector } from '#shared/contract/connectors.ts'
import { evidenceAt, healthOf, STANDINGS, type Standing } from '#shared/domain/connector.ts'
import { useText } from '../../i18n/text.tsx'
import type { GridColumn } from '../../ui/DataGrid.tsx'
import { ForeignText } from '../../ui/ForeignText.tsx'
import { useNarrow } from '../../ui/use-narrow.ts'
import classes from './connectors.module.css'
import { useIsOpenAev } from './context.tsx'
import { StandingMark } from './StandingMark.tsx'
import { EvidenceAge, Image, Kind, None, Reported, Requested, Restarts, Uptime } from './Values.tsx'

/** A connector with how it stands now, which is what the list is first ordered by. */
export interface ConnectorRow {
  readonly connector: Connector
  readonly standing: Standing
}

const NEVER = Number.NEGATIVE_INFINITY

/** Disagreement first, then by name: a number keeps both in one key. */
export function byStanding({ standing }: ConnectorRow): number {
  return STANDINGS.indexOf(standing)
}

function nameColumn(
  text: ReturnType<typeof useText>,
  onShow: (connectorId: string) => void,
): GridColumn<ConnectorRow> {
  return {
    id: 'name',
    header: text('connector.column.name'),
    width: 'minmax(110px, 1.4fr)',
    rowHeader: true,
    widget: true,
    sortBy: ({ connector }) => connector.name.toLocaleLowerCase(),
    cell: ({ connector }, tabIndex) => (
      <button
        type="button"
        data-widget
        data-testid="connector"
        className={classes.open}
        tabIndex={tabIndex}
        onClick={(event) => {
          event.stopPropagation()
          onShow(connector.id)
        }}
      >
        <ForeignText>{connector.name}</ForeignText>
      </button>
    ),
  }
}

function kindColumn(text: ReturnType<typeof useText>): GridColumn<ConnectorRow> {
  return {
    id: 'type',
    header: text('connector.column.type'),
    width: 'minmax(92px, 1fr)',
    dimmed: true,
    sortBy: ({ connector }) => connector.type,
    cell: ({ connector }) => <Kind connector={connector} />,
  }
}

function standingColumn(text: ReturnType<typeof useText>): GridColumn<ConnectorRow> {
  return {
    id: 'standing',
    header: text('connector.column.standing'),
    width: 'minmax(124px, 1.1fr)',
    sortBy: byStanding,
    cell: ({ connector }) => <StandingMark connector={connector} />,
  }
}

/** @param manager whose composer runs them; null: not known, or more than one */
export function useManagedColumns(
  manager: string | null,
  onShow: (connectorId: string) => void,
): GridColumn<ConnectorRow>[] {
  const text = useText()
  const isNarrow = useNarrow()
  const isOpenAev = useIsOpenAev()
  return useMemo(() => {
    const columns: GridColumn<ConnectorRow>[] = [
      nameColumn(text, onShow),
      standingColumn(text),
      {
        id: 'requested',
        header: text('connector.column.requested'),
        width: 'minmax(78px, 0.7fr)',
        sortBy: ({ connector }) => connector.requested ?? '',
        cell: ({ connector }) => <Requested connector={connector} />,
      },
      {
        id: 'reported',
        header: text('connector.column.reported'),
        width: 'minmax(78px, 0.7fr)',
        sortBy: ({ connector }) => connector.reported ?? '',
        cell: ({ connector }) => <Reported connector={connector} />,
      },
      {
        id: 'evidence',
        header: text('connector.column.evidence'),
        width: 'minmax(96px, 0.8fr)',
        sortBy: ({ connector }) => evidenceAt(connector) ?? NEVER,
        cell: ({ connector }) => <EvidenceAge connector={connector} short />,
      },
      {
        id: 'restarts',
        header: text('connector.column.restarts'),
        width: 'minmax(72px, 0.5fr)',
        align: 'end',
        sortBy: ({ connector }) => healthOf(connector)?.restarts ?? NEVER,
        cell: ({ connector }) => <Restarts connector={connector} />,
      },
      {
        id: 'uptime',
        header: text('connector.column.uptime'),
        width: 'minmax(68px, 0.6fr)',
        align: 'end',
        // The earliest start is the longest uptime.
        sortBy: ({ connector }) => -(healthOf(connector)?.startedAt ?? Number.POSITIVE_INFINITY),
        cell: ({ connector }) => <Uptime connector={connector} />,
      },
      {
        id: 'image',
        header: text('connector.column.image'),
        width: 'minmax(110px, 1.6fr)',
        dimmed: true,
        sortBy: ({ connector }) => connector.image ?? '',
        cell: ({ connector }) => <Image image={connector.image} />,
      },
      {
        id: 'manager',
        header: text('connector.column.manager'),
        width: 'minmax(72px, 0.8fr)',
        dimmed: true,
        cell: () => (manager === null ? <None /> : <ForeignText>{manager}</ForeignText>),
      },
    ]
    // Where there is no room, what says how it stands stays; the rest is one key press away.
    const told = columns.filter(({ id }) => id !== 'image' && id !== 'manager')
    if (isOpenAev) {
      const some = isNarrow ? told.filter(({ id }) => id !== 'uptime') : told
      return [...some.slice(0, 1), kindColumn(text), ...some.slice(1)]
    }
    return isNarrow ? told : columns
  }, [text, manager, onShow, isNarrow, isOpenAev])
}

/** Connectors that somebody runs by hand, and those that the platform has built in. */
export function useUnmanagedColumns(onShow: (connectorId: string) => void): GridColumn<ConnectorRow>[] {
  const text = useText()
  const isOpenAev = useIsOpenAev()
  return useMemo(() => {
    const columns: GridColumn<ConnectorRow>[] = [
      nameColumn(text, onShow),
      standingColumn(text),
      {
        id: 'evidence',
        header: text('connector.column.last-seen'),
        width: 'minmax(96px, 0.8fr)',
        sortBy: ({ connector }) => evidenceAt(connector) ?? NEVER,
        cell: ({ connector }) => <EvidenceAge connector={connector} short />,
      },
      kindColumn(text),
      {
        id: 'owner',
        header: text('connector.column.owner'),
        width: 'minmax(110px, 1.2fr)',
        dimmed: true,
        cell: ({ connector }) =>
          connector.owner === null ? <None /> : <ForeignText>{connector.owner.name}</ForeignText>,
      },
    ]
    // OpenAEV does not tell as whom they act.
    return isOpenAev ? columns.filter(({ id }) => id !== 'owner') : columns
  }, [text, onShow, isOpenAev])
}
