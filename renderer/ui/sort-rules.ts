import type { ColumnSorting } from './GridParts.tsx'
import type { SortRule } from './row-index/row-index.ts'

/** How the column is sorted among all rules; null when it is not. */
export function sortingOf(sort: readonly SortRule[], column: string): ColumnSorting | null {
  const place = sort.findIndex((rule) => rule.column === column)
  const rule = sort[place]
  if (rule === undefined) return null
  return { direction: rule.descending ? 'desc' : 'asc', place: sort.length > 1 ? place + 1 : null }
}

/**
 * The rules after a press on a column's header: ascending, then descending, then not sorted. `further`: the other rules
 * stay, and a new one decides last; else the column is sorted alone.
 */
export function sortToggled(sort: readonly SortRule[], column: string, further: boolean): SortRule[] {
  const before = sort.find((rule) => rule.column === column)
  const isAlone = sort.length === 1
  if (!further && !(before && isAlone)) return [{ column, descending: false }]
  if (before === undefined) return [...sort, { column, descending: false }]
  return before.descending
    ? sort.filter((rule) => rule !== before)
    : sort.map((rule) => (rule === before ? { column, descending: true } : rule))
}
