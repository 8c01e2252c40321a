import { Button, Skeleton } from '@mantine/core'
import { useCallback, useEffect, useMemo } from 'react'
import { ProblemNotice } from '../../i18n/problem.tsx'
import { ReadAge } from '../../i18n/read-age.tsx'
import { T, useText } from '../../i18n/text.tsx'
import { DataGrid } from '../../ui/DataGrid.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import classes from './activity.module.css'
import { useActivityColumns } from './columns.tsx'
import { useActivity, useActivityActions, useActivityEnvironment } from './context.tsx'
import { EntryDialog } from './EntryDialog.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { Filters } from './Filters.tsx'
import { Integrity, IntegrityNotices } from './Integrity.tsx'
import { type Merged, merged, type Placed } from './merge.ts'
import { PlatformNotices } from './PlatformNotices.tsx'
import { entryKey } from './words.ts'

/** What was done: by the console, from its ledger, and beside it what the platform recorded itself (L-01..L-03). */
export function ActivityView({ search }: { search: string }) {
  const actions = useActivityActions()
  const { connection, ledger } = useActivityEnvironment()
  const dialog = useActivity((state) => state.dialog)
  const problem = useActivity((state) => state.console.problem)
  const verifyProblem = useActivity((state) => state.verifyProblem)
  const isReady = connection?.state.phase === 'ready'
  const records = ledger?.state === 'ready' ? ledger.records : null

  const load = useCallback(() => void actions.load({ platform: isReady }), [actions, isReady])
  // Read when the view opens, for another connection, and when that comes back.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the connection's id is what makes it another one
  useEffect(load, [load, connection?.id])
  useEffect(() => actions.search(search), [actions, search])
  useEffect(() => {
    if (records !== null) void actions.follow()
  }, [actions, records])
  useEffect(() => void actions.verify(), [actions])

  return (
    <>
      <Integrity />
      <div className={classes.notices}>
        <IntegrityNotices />
        {problem && problem.code !== verifyProblem?.code && (
          <ProblemNotice
            problem={problem}
            testId="ledger-failed"
            actions={
              <Button variant="default" onClick={load} data-testid="retry-ledger">
                <T id="common.try-again" />
              </Button>
            }
          />
        )}
        <PlatformNotices onRetry={load} />
      </div>
      <div className={classes.toolbar}>
        <Filters />
        <Reading onRefresh={load} />
      </div>
      <List />
      {dialog?.name === 'entry' && <EntryDialog entry={dialog.entry} />}
      {dialog?.name === 'export' && <ExportDialog />}
    </>
  )
}

/** How old the older of the two readings is; the ledger follows by itself. */
function Reading({ onRefresh }: { onRefresh: () => void }) {
  const loading = useActivity((state) => state.console.loading || state.platform.loading)
  const readAt = useActivity((state) => {
    const times = [state.console.readAt, state.platform.readAt].filter((time) => time !== null)
    return times.length === 0 ? null : Math.min(...times)
  })
  return (
    <span className={classes.read}>
      <ReadAge readAt={readAt} loading={loading} onRefresh={onRefresh} />
    </span>
  )
}

function useMerged(): Merged {
  const console = useActivity((state) => state.console)
  const platform = useActivity((state) => state.platform)
  const source = useActivity((state) => state.filter.source)
  return useMemo(() => {
    const none = { entries: [], more: false }
    return merged(
      {
        console: source === 'platform' ? none : { ...console, more: console.next !== null },
        platform: source === 'console' ? none : { ...platform, more: platform.next !== null },
      },
      platform.skewMs,
    )
  }, [console, platform, source])
}

function List() {
  const text = useText()
  const actions = useActivityActions()
  const { list, next } = useMerged()
  const loading = useActivity((state) => state.console.loading || state.platform.loading)
  const failed = useActivity((state) => state.console.problem !== null)
  const unread = useActivity((state) => state.console.readAt === null && state.platform.readAt === null)
  const open = useCallback(({ entry }: Placed) => actions.open({ name: 'entry', entry }), [actions])
  const columns = useActivityColumns(open)
  const more = useCallback(() => void actions.more(next), [actions, next])

  if (list.length > 0)
    return (
      <DataGrid
        label={text('activity.list')}
        columns={columns}
        rows={list}
        rowId={({ entry }) => entryKey(entry)}
        onOpen={open}
        onNearEnd={more}
      />
    )
  if (loading || (unread && !failed)) return <Loading />
  return failed ? null : <Empty />
}

function Empty() {
  const text = useText()
  const { choose } = useActivityActions()
  const search = useActivity((state) => state.search.trim())
  const isFiltered = useActivity(
    ({ filter }) => filter.source !== 'all' || filter.kind !== null || filter.personId !== null,
  )
  if (search === '' && !isFiltered)
    return (
      <EmptyState title={text('activity.empty')} testId="activity-empty">
        {text('activity.empty-hint')}
      </EmptyState>
    )
  return (
    <EmptyState
      title={
        search === '' ? text('activity.no-match') : text('common.no-match', { search: search.slice(0, 80) })
      }
      testId="no-match"
      action={
        isFiltered ? (
          <Button
            variant="default"
            onClick={() => choose({ source: 'all', kind: null, personId: null })}
            data-testid="clear-filters"
          >
            <T id="activity.clear-filters" />
          </Button>
        ) : undefined
      }
    >
      {text(search === '' ? 'activity.no-match-hint' : 'common.no-match-hint')}
    </EmptyState>
  )
}

function Loading() {
  return (
    <div className={classes.skeleton} aria-busy="true" data-testid="loading">
      <span role="status" className={classes.dimmed}>
        <T id="activity.loading" />
      </span>
      {[100, 100, 100, 100, 100, 100].map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <Skeleton key={index} height={20} width={`${width}%`} radius="xs" />
      ))}
    </div>
  )
}
