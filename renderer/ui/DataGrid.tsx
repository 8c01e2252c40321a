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
import { type ReactNode, useMemo, useRef } from 'react'
import classes from './DataGrid.module.css'
import { useGridKeys } from './grid-keys.ts'
import { Icon } from './icons.tsx'
import { useVirtualRows } from './virtual-rows.ts'

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { basic: sortFn_basic },
})

export interface GridColumn<Item extends RowData> {
  id: string
  header: string
  /** a second word in the header, and the sign that stands for it where there is no room */
  headerNote?: { word: string; sign: string }
  /** the header is there for readers only */
  hiddenHeader?: boolean
  /** a CSS grid track */
  width: string
  align?: 'end'
  /** names the row for readers */
  rowHeader?: boolean
  dimmed?: boolean
  /** makes the column sortable; a number, or a text already folded for comparison */
  sortBy?: (item: Item) => number | string
  /** `tabIndex` goes to the button or link in the cell, if there is one, together with `data-widget` */
  cell: (item: Item, tabIndex: 0 | -1) => ReactNode
  /** true when `cell` draws something that takes the focus */
  widget?: boolean
}

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
  })
  const shown: Row<typeof features, Item>[] = table.getRowModel().rows
  const keys = useGridKeys(gridRef, shown.length, columns.length)
  const virtual = useVirtualRows(gridRef, shown.length, keys.active.row, onNearEnd)
  const template = columns.map(({ width }) => width).join(' ')
  const tabIndexOf = (row: number, column: number): 0 | -1 =>
    keys.active.row === row && keys.active.column === column ? 0 : -1

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
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.row}>
          {columns.map((column, index) => (
            <HeaderCell
              key={column.id}
              column={column}
              sorted={table.getColumn(column.id)?.getIsSorted() ?? false}
              onSort={() => table.getColumn(column.id)?.toggleSorting()}
              place={{ 'data-row': -1, 'data-column': index }}
              tabIndex={tabIndexOf(-1, index)}
            />
          ))}
        </div>
      </div>
      <div role="rowgroup" className={classes.body} style={{ height: virtual.height }}>
        {virtual.items.map(({ index, start }) => {
          const row = shown[index]
          if (!row) return null
          return (
            <div
              key={row.id}
              role="row"
              aria-rowindex={index + 2}
              className={classes.row}
              data-opens={onOpen ? true : undefined}
              style={{ transform: `translateY(${start}px)` }}
              onClick={onOpen && (() => onOpen(row.original))}
            >
              {columns.map((column, at) => {
                const tabIndex = tabIndexOf(index, at)
                return (
                  <div
                    key={column.id}
                    role={column.rowHeader ? 'rowheader' : 'gridcell'}
                    aria-colindex={at + 1}
                    className={classes.cell}
                    data-align={column.align}
                    data-dimmed={column.dimmed}
                    data-row={index}
                    data-column={at}
                    tabIndex={column.widget ? undefined : tabIndex}
                    onKeyDown={
                      onOpen && !column.widget
                        ? (event) => event.key === 'Enter' && onOpen(row.original)
                        : undefined
                    }
                  >
                    {column.widget ? (
                      column.cell(row.original, tabIndex)
                    ) : (
                      <span className={classes.text}>{column.cell(row.original, tabIndex)}</span>
                    )}
                  </div>
                )
              })}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function HeaderCell<Item extends RowData>({
  column,
  sorted,
  onSort,
  place,
  tabIndex,
}: {
  column: GridColumn<Item>
  sorted: false | 'asc' | 'desc'
  onSort: () => void
  place: { 'data-row': number; 'data-column': number }
  tabIndex: 0 | -1
}) {
  const name = column.hiddenHeader ? <span className={classes.hidden}>{column.header}</span> : column.header
  const note = column.headerNote && (
    <span className={classes.note} title={column.headerNote.word}>
      <span className={classes.noteWord}>{column.headerNote.word}</span>
      <span className={classes.noteSign} aria-hidden="true">
        {column.headerNote.sign}
      </span>
    </span>
  )
  return (
    <div
      role="columnheader"
      aria-colindex={place['data-column'] + 1}
      aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
      className={classes.cell}
      data-align={column.align}
      tabIndex={column.sortBy ? undefined : tabIndex}
      {...place}
    >
      {column.sortBy ? (
        <button type="button" data-widget className={classes.sort} tabIndex={tabIndex} onClick={onSort}>
          <span className={classes.sortName}>{name}</span> {note}
          {sorted && <Icon name={sorted === 'asc' ? 'up' : 'down'} />}
        </button>
      ) : (
        <>
          {name} {note}
        </>
      )}
    </div>
  )
}

function toColumnDef<Item extends RowData>(column: GridColumn<Item>): ColumnDef<typeof features, Item> {
  const { id, sortBy } = column
  return sortBy
    ? { id, accessorFn: sortBy, sortFn: 'basic', sortDescFirst: false }
    : { id, enableSorting: false }
}
