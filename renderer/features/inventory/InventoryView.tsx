import { Button } from '@mantine/core'
import { useCallback, useDeferredValue, useEffect, useMemo } from 'react'
import { T, useText } from '../../i18n/text.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { type GridSelection, LargeGrid } from '../../ui/LargeGrid.tsx'
import type { SortRule } from '../../ui/row-index/row-index.ts'
import { Section } from '../../ui/Section.tsx'
import { useInventoryColumns } from './columns.tsx'
import { useInventory, useInventoryActions, useInventoryEnvironment } from './context.tsx'
import { FilterBar } from './FilterBar.tsx'
import { isFiltering, NO_FILTER } from './filter.ts'
import { InventoryAge, isUnread, LoadingInventory, NobodyToSee, SkeletonRows } from './InventoryFrame.tsx'
import classes from './inventory.module.css'
import { InventoryNotices } from './Notices.tsx'
import { type ColumnId, type InventoryRow, isSortable } from './row.ts'
import { SELECTION_BAR_HEIGHT, SelectionBar } from './Selection.tsx'
import { TokenPanel } from './TokenPanel.tsx'

/** Every token of everybody the connection may see (T-03, T-04). */
export function InventoryView({ search }: { search: string }) {
  const text = useText()
  const { store } = useInventoryEnvironment()
  const { actions } = store
  const status = useInventory((state) => state.status)
  const complete = useInventory((state) => state.complete)
  // Typing goes first; the list follows as soon as the page can.
  const wanted = useDeferredValue(search)
  useEffect(() => actions.searchFor(wanted), [actions, wanted])
  useInventory((state) => state.version)

  if (status === null || isUnread(status)) return <LoadingInventory />
  if (status.scope === 'nobody') return <NobodyToSee />
  const { size, shown } = store.index
  const isLoading = status.phase === 'loading'
  return (
    <Section
      title={text('inventory.list')}
      count={
        shown === size ? text('common.count', { count: size }) : text('common.count-of', { shown, all: size })
      }
      aside={<InventoryAge status={status} />}
    >
      <InventoryNotices status={status} />
      {size > 0 ? (
        <LoadedInventory search={search} />
      ) : isLoading || !complete ? (
        <SkeletonRows />
      ) : (
        status.phase === 'ready' && (
          <EmptyState title={text('inventory.empty')} testId="inventory-empty">
            {text('inventory.empty-hint')}
          </EmptyState>
        )
      )}
    </Section>
  )
}

/** What is beside an open panel anyway, or is least missed. */
const BEHIND_PANEL: readonly ColumnId[] = ['email', 'kind', 'account', 'created', 'last-used']

function LoadedInventory({ search }: { search: string }) {
  const text = useText()
  const { store } = useInventoryEnvironment()
  const { actions, index } = store
  const look = useInventory((state) => state.look)
  const version = useInventory((state) => state.version)
  const selected = useInventory((state) => state.selected)
  const opened = useInventory((state) => state.opened)
  const openedRow = opened === null ? undefined : index.get(opened)
  const isOpen = openedRow !== undefined
  const chosen = useMemo(
    () => (isOpen ? look.columns.filter((column) => !BEHIND_PANEL.includes(column)) : look.columns),
    [look.columns, isOpen],
  )
  const columns = useInventoryColumns(chosen)
  const selection = useMemo<GridSelection>(
    () => ({ selected, toggle: (row, range) => actions.tick(Number(row), range), all: actions.selectShown }),
    [selected, actions],
  )
  const open = useCallback((row: InventoryRow) => actions.open(row.row), [actions])
  const close = useCallback(() => {
    actions.open(null)
    // The panel had the focus, and is gone.
    document.querySelector<HTMLElement>('[role=grid] [tabindex="0"]')?.focus({ preventScroll: true })
  }, [actions])

  return (
    <>
      <FilterBar />
      <div className={classes.layout} data-open={isOpen || undefined}>
        {index.shown === 0 ? (
          <NothingShown search={search} />
        ) : (
          <LargeGrid
            label={text('inventory.list')}
            columns={columns}
            sortable={isSortable}
            index={index}
            version={version}
            rowId={rowOf}
            sort={look.sort}
            onSort={(sort: readonly SortRule[]) => actions.show({ sort })}
            onOpen={open}
            opened={opened}
            selection={selection}
            coverBottom={selected.size > 0 ? SELECTION_BAR_HEIGHT : 0}
          />
        )}
        {openedRow && <TokenPanel row={openedRow} onClose={close} />}
      </div>
      <SelectionBar />
    </>
  )
}

const rowOf = ({ row }: InventoryRow): number => row

/** Neither search nor filter lets a token through. */
function NothingShown({ search }: { search: string }) {
  const text = useText()
  const actions = useInventoryActions()
  const filter = useInventory((state) => state.look.filter)
  const title =
    search.trim() === '' ? (
      text('inventory.no-match')
    ) : (
      <T id="common.no-match" values={{ search: search.trim().slice(0, 80) }} />
    )
  return (
    <EmptyState
      title={title}
      testId="no-match"
      action={
        isFiltering(filter) && (
          <Button variant="default" onClick={() => actions.show({ filter: NO_FILTER })}>
            <T id="inventory.clear-filter" />
          </Button>
        )
      }
    >
      {text(isFiltering(filter) ? 'inventory.no-match-filter' : 'common.no-match-hint')}
    </EmptyState>
  )
}
