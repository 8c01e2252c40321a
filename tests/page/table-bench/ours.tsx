import { useState } from 'react'
import { flushSync } from 'react-dom'
import type { InventoryRow } from '../../../renderer/features/inventory/row.ts'
import { createInventoryIndex, isSortable } from '../../../renderer/features/inventory/row.ts'
import type { GridColumn } from '../../../renderer/ui/GridParts.tsx'
import { LargeGrid } from '../../../renderer/ui/LargeGrid.tsx'
import type { RowIndex, SortRule } from '../../../renderer/ui/row-index/row-index.ts'
import type { BenchTable } from './table.ts'

const NO_SORT: readonly SortRule[] = []

/** The console's own table over its index. */
export function OurTable({
  index,
  columns,
  handle,
}: {
  index: RowIndex<InventoryRow>
  columns: GridColumn<InventoryRow>[]
  handle: (show: (sort: readonly SortRule[]) => void) => void
}) {
  const [{ version, sort }, setState] = useState({ version: 0, sort: NO_SORT })
  handle((next) => setState((before) => ({ version: before.version + 1, sort: next })))
  return (
    <div data-scroller style={{ height: 700, overflow: 'auto' }}>
      <div>
        <LargeGrid
          label="Tokens"
          columns={columns}
          sortable={isSortable}
          index={index}
          version={version}
          rowId={({ row }) => row}
          sort={sort}
          onSort={() => {}}
          opened={null}
          selection={null}
        />
      </div>
    </div>
  )
}

export function ourTable(
  render: (
    index: RowIndex<InventoryRow>,
    handle: (show: (sort: readonly SortRule[]) => void) => void,
  ) => void,
  rows: InventoryRow[],
): BenchTable {
  const index = createInventoryIndex()
  let show: (sort: readonly SortRule[]) => void = () => {}
  let sort = NO_SORT
  let search = ''
  function arrange(): void {
    index.arrange({ sort, search, where: null })
    flushSync(() => show(sort))
  }
  return {
    mount() {
      index.put(rows)
      flushSync(() =>
        render(index, (next) => {
          show = next
        }),
      )
    },
    sortByName() {
      sort = [{ column: 'name', descending: false }]
      arrange()
    },
    searchFor(text) {
      search = text
      arrange()
    },
    replace(row) {
      index.put([row])
      flushSync(() => show(sort))
    },
    shown: () => index.slice(),
  }
}
