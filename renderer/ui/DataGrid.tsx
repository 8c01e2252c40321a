import {
  type ColumnDef,
  createSortedRowModel,
  type Row,
  type RowData,
  rowSortingFeature,
  type SortingState,
  sortFn_basic,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useMemo, useRef } from 'react'
import classes from './DataGrid.module.css'
import { type GridColumn, GridHeader, GridRow } from './GridParts.tsx'
import { useGridKeys } from './grid-keys.ts'
import { useVirtualRows } from './virtual-rows.ts'

export type { GridColumn } from './GridParts.tsx'

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
})

interface Props<Item extends RowData> {
  /** what the grid lists, for readers */
  label: string
  columns: readonly GridColumn<Item>[]
  rows: readonly Item[]
  rowId: (item: Item) => string
  /** all rows there are, also those not loaded yet */
  total?: number
  initialSort?: SortingState
  /** Enter or a click on a row */
  onOpen?: (item: Item) => void
  /** the last loaded row has come near */
  onNearEnd?: () => void
}

const NO_SORT: SortingState = []

/**
 * A grid of rows 28 px high, of which only the visible ones are drawn; it scrolls with the page. Arrow keys, Home, End
 * and Page keys move inside; Tab leaves it.
 */
export function DataGrid<Item extends RowData>(props: Props<Item>) {
  const { label, columns, rows, rowId, total, initialSort = NO_SORT, onOpen, onNearEnd } = props
  const gridRef = useRef<HTMLDivElement>(null)
  const table = useTable<typeof features, Item>({
    features,
    columns: useMemo(() => columns.map(toColumnDef), [columns]),
    data: rows as Item[],
    getRowId: rowId,
    initialState: { sorting: initialSort },
    enableMultiSort: false,
  })
  const shown: Row<typeof features, Item>[] = table.getRowModel().rows
  const keys = useGridKeys(gridRef, shown.length, columns.length)
  const virtual = useVirtualRows(gridRef, shown.length, keys.active.row, onNearEnd)
  const template = columns.map(({ width }) => width).join(' ')

  return (
    <div
      ref={gridRef}
      role="grid"
      aria-label={label}
      aria-rowcount={(total ?? shown.length) + 1}
      aria-colcount={columns.length}
      className={classes.grid}
      style={{ '--columns': template } as React.CSSProperties}
      onKeyDown={(event) => keys.onKeyDown(event, virtual.scrollTo)}
      onFocus={keys.onFocus}
    >
      <GridHeader
        columns={columns}
        active={keys.active.row === -1 ? keys.active.column : null}
        sortingOf={({ id, sortBy }) => {
          if (!sortBy) return undefined
          const direction = table.getColumn(id)?.getIsSorted()
          return direction ? { direction, place: null } : null
        }}
        onSort={({ id }) => table.getColumn(id)?.toggleSorting()}
      />
      <div role="rowgroup" className={classes.body} style={{ height: virtual.height }}>
        {virtual.items.map(({ index, start }) => {
          const row = shown[index]
          return (
            row && (
              <GridRow
                key={row.id}
                item={row.original}
                index={index}
                columns={columns}
                top={start}
                active={keys.active.row === index ? keys.active.column : null}
                onOpen={onOpen}
              />
            )
          )
        })}
      </div>
    </div>
  )
}

function toColumnDef<Item extends RowData>(column: GridColumn<Item>): ColumnDef<typeof features, Item> {
  const { id, sortBy } = column
  return sortBy
    ? { id, accessorFn: sortBy, sortFn: 'basic', sortDescFirst: false }
    : { id, enableSorting: false }
}
