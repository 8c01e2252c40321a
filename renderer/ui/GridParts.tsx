import { type KeyboardEvent, memo, type ReactNode } from 'react'
import classes from './DataGrid.module.css'
import { Icon } from './icons.tsx'

export interface GridColumn<Item> {
  id: string
  header: string
  /** a second word in the header, and the sign that stands for it where there is no room */
  headerNote?: { word: string; sign: string }
  /** the header is there for readers only */
  hiddenHeader?: boolean
  /** stands in the header instead of its word; `tabIndex` as for `cell` */
  headerWidget?: (tabIndex: 0 | -1) => ReactNode
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

/** How a column is sorted now. */
export interface ColumnSorting {
  direction: 'asc' | 'desc'
  /** its place among several sorted columns, from 1; null when it is the only one */
  place: number | null
}

/** The tab stop's column in this row, null when it is in another row. */
export type ActiveColumn = number | null

const tabIndexOf = (active: ActiveColumn, column: number): 0 | -1 => (active === column ? 0 : -1)

export function GridHeader<Item>({
  columns,
  active,
  sortingOf,
  onSort,
}: {
  columns: readonly GridColumn<Item>[]
  active: ActiveColumn
  /** undefined: the column can't be sorted · null: it is not sorted */
  sortingOf: (column: GridColumn<Item>) => ColumnSorting | null | undefined
  /** `further`: beside the columns that are sorted already */
  onSort: (column: GridColumn<Item>, further: boolean) => void
}) {
  return (
    <div role="rowgroup" className={classes.head}>
      <div role="row" aria-rowindex={1} className={classes.row} data-row={-1}>
        {columns.map((column, index) => (
          <HeaderCell
            key={column.id}
            column={column}
            index={index}
            sorting={sortingOf(column)}
            onSort={(further) => onSort(column, further)}
            tabIndex={tabIndexOf(active, index)}
          />
        ))}
      </div>
    </div>
  )
}

function HeaderCell<Item>({
  column,
  index,
  sorting,
  onSort,
  tabIndex,
}: {
  column: GridColumn<Item>
  index: number
  sorting: ColumnSorting | null | undefined
  onSort: (further: boolean) => void
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
  const isWidget = sorting !== undefined || column.headerWidget !== undefined
  return (
    <div
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={
        sorting?.direction === 'asc' ? 'ascending' : sorting?.direction === 'desc' ? 'descending' : undefined
      }
      className={classes.cell}
      data-align={column.align}
      tabIndex={isWidget ? undefined : tabIndex}
      data-column={index}
    >
      {column.headerWidget ? (
        column.headerWidget(tabIndex)
      ) : sorting !== undefined ? (
        <button
          type="button"
          data-widget
          data-sorts={column.id}
          className={classes.sort}
          tabIndex={tabIndex}
          onClick={(event) => onSort(event.shiftKey)}
        >
          <span className={classes.sortName}>{name}</span> {note}
          {sorting && <Icon name={sorting.direction === 'asc' ? 'up' : 'down'} />}
          {sorting && sorting.place !== null && <span className={classes.note}>{sorting.place}</span>}
        </button>
      ) : (
        <>
          {name} {note}
        </>
      )}
    </div>
  )
}

export interface GridRowProps<Item> {
  item: Item
  /** among all rows, from 0 */
  index: number
  columns: readonly GridColumn<Item>[]
  /** px from the top of the first row */
  top: number
  active: ActiveColumn
  /** Enter or a click on a row */
  onOpen?: ((item: Item) => void) | undefined
  /** null: rows can't be selected here */
  selected?: boolean | null
  /** what is shown beside the grid belongs to this row */
  opened?: boolean
  /** while rows fly by, only their names are drawn */
  brief?: boolean
}

export function GridRow<Item>(props: GridRowProps<Item>) {
  const { item, index, columns, top, active, onOpen, selected = null, opened = false, brief = false } = props
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected ?? undefined}
      className={classes.row}
      data-row={index}
      data-opens={onOpen ? true : undefined}
      data-opened={opened || undefined}
      style={{ transform: `translateY(${top}px)` }}
      onClick={onOpen && (() => onOpen(item))}
    >
      <Cells
        item={item}
        columns={columns as readonly GridColumn<unknown>[]}
        active={active}
        onOpen={onOpen as ((item: unknown) => void) | undefined}
        brief={brief}
      />
    </div>
  )
}

/** Drawn again only when the row is another one: a row that moves keeps its cells. */
const Cells = memo(function Cells({
  item,
  columns,
  active,
  onOpen,
  brief,
}: {
  item: unknown
  columns: readonly GridColumn<unknown>[]
  active: ActiveColumn
  onOpen: ((item: unknown) => void) | undefined
  brief: boolean
}) {
  return columns.map((column, at) => {
    const tabIndex = tabIndexOf(active, at)
    const isDrawn = !brief || column.rowHeader
    const isWidget = column.widget && isDrawn
    return (
      <div
        key={column.id}
        role={column.rowHeader ? 'rowheader' : 'gridcell'}
        aria-colindex={at + 1}
        className={classes.cell}
        data-align={column.align}
        data-dimmed={column.dimmed}
        data-column={at}
        tabIndex={isWidget ? undefined : tabIndex}
        onKeyDown={
          onOpen && !isWidget ? (event: KeyboardEvent) => event.key === 'Enter' && onOpen(item) : undefined
        }
      >
        {!isDrawn ? null : isWidget ? (
          column.cell(item, tabIndex)
        ) : (
          <span className={classes.text}>{column.cell(item, tabIndex)}</span>
        )}
      </div>
    )
  })
})
