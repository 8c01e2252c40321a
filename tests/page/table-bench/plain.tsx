import {
  type ColumnDef,
  columnFilteringFeature,
  columnVisibilityFeature,
  createFilteredRowModel,
  createSortedRowModel,
  filterFn_includesString,
  globalFilteringFeature,
  rowSelectionFeature,
  rowSortingFeature,
  type SortingState,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { lastFour } from '#shared/domain/token.ts'
import type { InventoryRow } from '../../../renderer/features/inventory/row.ts'
import type { GridColumn } from '../../../renderer/ui/GridParts.tsx'
import type { BenchTable } from './table.ts'

const features = tableFeatures({
  columnVisibilityFeature,
  rowSelectionFeature,
  rowSortingFeature,
  columnFilteringFeature,
  globalFilteringFeature,
  sortedRowModel: createSortedRowModel(),
  filteredRowModel: createFilteredRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
  filterFns: { includesString: filterFn_includesString },
})

/** What a row is sorted and found by. */
const VALUES: Record<string, (row: InventoryRow) => string | number> = {
  name: ({ name }) => name,
  token: ({ maskedToken }) => lastFour(maskedToken),
  owner: ({ holder }) => holder.name,
  email: ({ holder }) => holder.email,
}
const SEARCHED = Object.keys(VALUES)

export interface PlainHandle {
  setRows: (change: (rows: InventoryRow[]) => InventoryRow[]) => void
  setSorting: (sorting: SortingState) => void
  setSearch: (search: string) => void
  shown: () => readonly InventoryRow[]
}

/**
 * The libraries as their examples use them, with the abilities of the inventory's table: all rows in the table's data, its
 * own sorting and filtering, rows virtualized.
 */
export function PlainTable({
  first,
  columns,
  handle,
}: {
  first: InventoryRow[]
  columns: GridColumn<InventoryRow>[]
  handle: (handle: PlainHandle) => void
}) {
  const [rows, setRows] = useState(first)
  const [sorting, setSorting] = useState<SortingState>([])
  const [search, setSearch] = useState('')
  const scroller = useRef<HTMLDivElement>(null)
  const table = useTable<typeof features, InventoryRow>({
    features,
    columns: useMemo(
      () =>
        columns.map(
          ({ id }): ColumnDef<typeof features, InventoryRow> => ({
            id,
            accessorFn: VALUES[id] ?? (() => ''),
            sortFn: 'alphanumeric',
            enableGlobalFilter: SEARCHED.includes(id),
          }),
        ),
      [columns],
    ),
    data: rows,
    getRowId: ({ row }) => String(row),
    state: { sorting, globalFilter: search },
    onSortingChange: setSorting,
    onGlobalFilterChange: setSearch,
    globalFilterFn: 'includesString',
  })
  const shown = table.getRowModel().rows
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 28,
    overscan: 12,
  })
  handle({ setRows, setSorting, setSearch, shown: () => shown.map(({ original }) => original) })
  return (
    <div ref={scroller} style={{ height: 700, overflow: 'auto' }}>
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const row = shown[index]
          return (
            row && (
              <div
                key={row.id}
                data-row
                style={{
                  position: 'absolute',
                  display: 'flex',
                  height: 28,
                  transform: `translateY(${start}px)`,
                }}
              >
                {columns.map((column) => (
                  <div key={column.id} data-column={column.id} style={{ width: 120, overflow: 'hidden' }}>
                    {column.cell(row.original, -1)}
                  </div>
                ))}
              </div>
            )
          )
        })}
      </div>
    </div>
  )
}

export function plainTable(
  render: (handle: (handle: PlainHandle) => void, rows: InventoryRow[]) => void,
  rows: InventoryRow[],
): BenchTable {
  let current: PlainHandle | null = null
  const table = (): PlainHandle => {
    if (!current) throw new Error('not mounted')
    return current
  }
  return {
    mount: () =>
      flushSync(() =>
        render((handle) => {
          current = handle
        }, rows),
      ),
    sortByName: () => flushSync(() => table().setSorting([{ id: 'name', desc: false }])),
    searchFor: (search) => flushSync(() => table().setSearch(search)),
    replace: (row) =>
      flushSync(() => table().setRows((before) => before.map((one) => (one.row === row.row ? row : one)))),
    shown: () => table().shown(),
  }
}
