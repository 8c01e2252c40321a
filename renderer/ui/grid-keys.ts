import { type FocusEvent, type KeyboardEvent, type RefObject, useLayoutEffect, useRef, useState } from 'react'

export interface GridPlace {
  /** −1 is the header */
  row: number
  column: number
}

const PAGE_ROWS = 10

/** The place a key moves to, or null when the key is not for the grid. */
export function gridMove(
  key: string,
  control: boolean,
  from: GridPlace,
  rows: number,
  columns: number,
): GridPlace | null {
  const place = (row: number, column: number): GridPlace => ({
    row: Math.max(-1, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  })
  const { row, column } = from
  switch (key) {
    case 'ArrowDown':
      return place(row + 1, column)
    case 'ArrowUp':
      return place(row - 1, column)
    case 'ArrowRight':
      return place(row, column + 1)
    case 'ArrowLeft':
      return place(row, column - 1)
    case 'PageDown':
      return place(row + PAGE_ROWS, column)
    case 'PageUp':
      return place(row - PAGE_ROWS, column)
    case 'Home':
      return place(control ? 0 : row, 0)
    case 'End':
      return place(control ? rows - 1 : row, columns - 1)
    default:
      return null
  }
}

/** One tab stop for a whole grid: which cell has it, and how the arrow keys move it. */
export function useGridKeys(grid: RefObject<HTMLElement | null>, rows: number, columns: number) {
  const [kept, setActive] = useState<GridPlace>({ row: 0, column: 0 })
  const moved = useRef(false)
  // Rows may have gone since; an empty grid is entered by its header.
  const active = { row: Math.min(kept.row, rows - 1), column: Math.min(kept.column, columns - 1) }

  useLayoutEffect(() => {
    if (!moved.current) return
    moved.current = false
    const cell = grid.current?.querySelector<HTMLElement>(
      `[data-row="${active.row}"] > [data-column="${active.column}"]`,
    )
    const target = cell?.querySelector<HTMLElement>('[data-widget]') ?? cell
    target?.focus({ preventScroll: active.row === -1 })
  })

  return {
    active,
    /** The active row stands elsewhere by now; the focus is on it already, or nowhere here. */
    follow: (row: number): void => setActive(({ column }) => ({ row, column })),
    onKeyDown(event: KeyboardEvent, scrollTo: (row: number) => void): void {
      const next = gridMove(event.key, event.ctrlKey || event.metaKey, active, rows, columns)
      if (!next) return
      event.preventDefault()
      moved.current = true
      if (next.row >= 0) scrollTo(next.row)
      setActive(next)
    },
    /** A click or a screen reader put the focus somewhere: the tab stop goes along. */
    onFocus(event: FocusEvent): void {
      const cell = event.target.closest<HTMLElement>('[data-column]')
      const line = cell?.closest<HTMLElement>('[data-row]')
      if (!cell || !line || !grid.current?.contains(cell)) return
      const row = Number(line.dataset.row)
      const column = Number(cell.dataset.column)
      if (row !== active.row || column !== active.column) setActive({ row, column })
    },
  }
}
