import { useMemo } from 'react'
import type { Connector } from '#shared/contract/connectors.ts'
import { isTrouble, standingOf } from '#shared/domain/connector.ts'
import { T, useText } from '../../i18n/text.tsx'
import { useNow } from '../../ui/clock.tsx'
import { DataGrid } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Section } from '../../ui/Section.tsx'
import { Ahead } from './Ahead.tsx'
import { Causes } from './Causes.tsx'
import { type ConnectorRow, useManagedColumns, useUnmanagedColumns } from './connector-columns.tsx'
import classes from './connectors.module.css'
import { useConnectors, useConnectorsEnvironment, useIsOpenAev } from './context.tsx'
import { FirstRun } from './FirstRun.tsx'
import { ManagerCard } from './ManagerCard.tsx'
import { OpenAevComposer } from './OpenAev.tsx'
import { Reading } from './Reading.tsx'
import { ReadingNotices } from './ReadingNotices.tsx'
import type { ConnectorsStatus } from './store.ts'

const WORST_FIRST = [{ id: 'standing', desc: false }]

/** All connectors: those that a composer runs, worst first, and those that run on their own. */
export function ConnectorList({ status, search }: { status: ConnectorsStatus; search: string }) {
  const text = useText()
  const { onShow } = useConnectorsEnvironment()
  const connectors = useConnectors((state) => state.connectors)
  const rows = useRows(connectors)
  const managed = rows.filter(({ connector }) => connector.managed)
  const unmanaged = rows.filter(({ connector }) => !connector.managed)
  const troubles = managed.filter(({ standing }) => isTrouble(standing)).length
  const manager = status.managers?.length === 1 ? (status.managers[0]?.id ?? null) : null
  const columns = useManagedColumns(manager, onShow)
  const isOpenAev = useIsOpenAev()
  const unmanagedColumns = useUnmanagedColumns(onShow)

  return (
    <>
      <ReadingNotices status={status} hasManaged={managed.length > 0} />
      <Causes rows={rows} />
      {managed.length > 0 ? (
        <Section
          title={text('connectors.managed')}
          count={
            troubles === 0
              ? text('common.count', { count: managed.length })
              : text('connectors.count-trouble', { count: managed.length, troubles })
          }
          aside={<Reading status={status} />}
        >
          <Grid
            label={text('connectors.managed')}
            columns={columns}
            rows={managed}
            search={search}
            onShow={onShow}
          />
        </Section>
      ) : (
        <FirstRun status={status} />
      )}
      <Ahead />
      {unmanaged.length > 0 && (
        <Section
          title={text('connectors.unmanaged')}
          count={text('common.count', { count: unmanaged.length })}
          aside={managed.length === 0 ? <Reading status={status} /> : undefined}
        >
          <Grid
            label={text('connectors.unmanaged')}
            columns={unmanagedColumns}
            rows={unmanaged}
            search={search}
            onShow={onShow}
          />
        </Section>
      )}
      {isOpenAev ? (
        <OpenAevComposer status={status} />
      ) : (
        status.knowsManaged !== false && <ManagerCard status={status} />
      )}
    </>
  )
}

function Grid({
  label,
  columns,
  rows,
  search,
  onShow,
}: {
  label: string
  columns: ReturnType<typeof useManagedColumns>
  rows: readonly ConnectorRow[]
  search: string
  onShow: (connectorId: string) => void
}) {
  const shown = useMemo(() => rows.filter(matching(search)), [rows, search])
  if (shown.length === 0) {
    return (
      <EmptyState
        title={<T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />}
        testId="no-match"
      >
        <T id="common.no-match-hint" />
      </EmptyState>
    )
  }
  return (
    <div className={classes.grid}>
      <DataGrid
        label={label}
        columns={columns}
        rows={shown}
        rowId={({ connector }) => connector.id}
        initialSort={WORST_FIRST}
        onOpen={({ connector }) => onShow(connector.id)}
      />
    </div>
  )
}

/** Made anew when a connector changed or one stands otherwise, not at each tick; by name where they stand alike. */
function useRows(connectors: ReadonlyMap<string, Connector>): ConnectorRow[] {
  const list = useMemo(
    () => [...connectors.values()].sort((one, other) => one.name.localeCompare(other.name)),
    [connectors],
  )
  const standings = useNow((now) => list.map((connector) => standingOf(connector, now)).join())
  return useMemo(() => {
    const each = standings.split(',')
    return list.map((connector, index) => ({
      connector,
      standing: each[index] as ConnectorRow['standing'],
    }))
  }, [list, standings])
}

function matching(search: string): (row: ConnectorRow) => boolean {
  const wanted = search.trim().toLocaleLowerCase()
  return ({ connector: { name, image, owner, type, id } }) =>
    wanted === '' ||
    [name, image ?? '', owner?.name ?? '', type, id].some((text) => text.toLocaleLowerCase().includes(wanted))
}
