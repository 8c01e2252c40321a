import { type KeyboardEvent, memo, useLayoutEffect, useMemo, useRef } from 'react'
import classes from './DataGrid.module.css'
import { type GridColumn, GridHeader, GridRow } from './GridParts.tsx'
import { useGridKeys } from './grid-keys.ts'
import type { RowIndex, SortRule } from './row-index/row-index.ts'
import type { RowId } from './row-index/slot-map.ts'
import { useRowWindow } from './row-window.ts'
import { ROW_HEIGHT } from './scroll-margin.ts'
import { sortingOf, sortToggled } from './sort-rules.ts'

interface Props<Item> {
  /** what the grid lists, for readers */
  label: string
  columns: readonly GridColumn<Item>[]
  /** columns of these ids can be sorted */
  sortable: (column: string) => boolean
  index: Pick<RowIndex<Item>, 'shown' | 'slice' | 'placeOf'>
  /** Another number when what the index shows has changed. */
  version: number
  rowId: (item: Item) => RowId
  sort: readonly SortRule[]
  onSort: (sort: readonly SortRule[]) => void
  onOpen?: (item: Item) => void
  /** the row whose details stand beside the grid */
  opened: RowId | null
  selection: GridSelection | null
  /** px at the lower end of the view that something else covers */
  coverBottom?: number
}

/** Rows that are picked. */
export interface GridSelection {
  readonly selected: ReadonlySet<RowId>
  /** @param range also all rows between the one that was picked last and this one */
  toggle(row: RowId, range: boolean): void
  all(): void
}

/**
 * A grid over an index of any size, which sorts and finds by itself: only the rows in view are read. Keys as in `DataGrid`;
 * Space selects, Shift+Space all from the last one on, Ctrl+A selects all, Shift+Enter or Shift+click on a header sorts by a
 * further column.
 */
export function LargeGrid<Item>(props: Props<Item>) {
  const { label, columns, sortable, index, version, rowId, sort, onSort, onOpen, opened, selection } = props
  const { coverBottom = 0 } = props
  const gridRef = useRef<HTMLDivElement>(null)
  /** rows that came above the one somebody is on, until they are drawn */
  const shift = useRef(0)
  const count = index.shown
  const keys = useGridKeys(gridRef, count, columns.length)
  const rows = useRowWindow(gridRef, count)
  const { start, end } = rows
  // biome-ignore lint/correctness/useExhaustiveDependencies: the index changes in place, its version tells
  const data = useMemo(() => index.slice(start, end), [index, version, start, end])
  const { active } = keys
  const activeIsDrawn = active.row < 0 || (active.row >= start && active.row < end)
  const away = activeIsDrawn ? [] : index.slice(active.row, active.row + 1)
  useActiveRow(active.row, index, version, rowId, (row) => {
    keys.follow(row)
    if (activeIsDrawn && gridRef.current?.contains(document.activeElement)) shift.current = row - active.row
  })
  useLayoutEffect(() => {
    if (shift.current !== 0) rows.shiftBy(shift.current)
    shift.current = 0
  })

  const draw = (item: Item, at: number) => (
    <MemoRow
      key={rowId(item)}
      item={item}
      index={at}
      columns={columns as readonly GridColumn<unknown>[]}
      top={at * ROW_HEIGHT}
      active={active.row === at ? active.column : null}
      onOpen={onOpen as ((item: unknown) => void) | undefined}
      selected={selection?.selected.has(rowId(item)) ?? null}
      opened={opened !== null && rowId(item) === opened}
      brief={rows.flying && active.row !== at}
    />
  )

  const near = data.map((item, at) => draw(item, start + at))
  const far = away.map((item) => draw(item, active.row))

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const isOnWidget = (event.target as HTMLElement).closest('[data-widget]') !== null
    if (selection && event.key === ' ' && !isOnWidget && active.row >= 0) {
      event.preventDefault()
      const [item] = index.slice(active.row, active.row + 1)
      if (item !== undefined) selection.toggle(rowId(item), event.shiftKey)
    } else if (selection && event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      selection.all()
    } else {
      keys.onKeyDown(event, (row) => rows.scrollTo(row, coverBottom))
    }
  }

  return (
    <div
      ref={gridRef}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      aria-multiselectable={selection ? true : undefined}
      className={classes.grid}
      style={{ '--columns': columns.map(({ width }) => width).join(' ') } as React.CSSProperties}
      onKeyDown={onKeyDown}
      onFocus={keys.onFocus}
    >
      <GridHeader
        columns={columns}
        active={active.row === -1 ? active.column : null}
        sortingOf={({ id }) => (sortable(id) ? sortingOf(sort, id) : undefined)}
        onSort={({ id }, further) => onSort(sortToggled(sort, id, further))}
      />
      <div role="rowgroup" className={classes.body} style={{ height: rows.height }}>
        {/* One list in the order of the rows: a row that is drawn away from the others stays the same element. */}
        {active.row < start ? [...far, ...near] : [...near, ...far]}
      </div>
    </div>
  )
}

const MemoRow = memo(GridRow<unknown>)

/**
 * Rows come and go above the active one: the tab stop stays with its row, not with its place, and where somebody is on that
 * row it stays where they see it. `moved` hears the row's new place, while the grid is drawn.
 */
function useActiveRow<Item>(
  active: number,
  index: Props<Item>['index'],
  version: number,
  rowId: (item: Item) => RowId,
  moved: (row: number) => void,
): void {
  const known = useRef<{ version: number; row: RowId } | null>(null)
  if (known.current !== null && known.current.version !== version) {
    const place = index.placeOf(known.current.row)
    known.current = { ...known.current, version }
    if (place >= 0 && place !== active) moved(place)
  }
  useLayoutEffect(() => {
    const [item] = active < 0 ? [] : index.slice(active, active + 1)
    known.current = item === undefined ? null : { version, row: rowId(item) }
  })
}
