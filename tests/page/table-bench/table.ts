import type { InventoryRow } from '../../../renderer/features/inventory/row.ts'

/** What both tables are asked to do; each returns when the page shows it. */
export interface BenchTable {
  mount(): void
  sortByName(): void
  searchFor(text: string): void
  /** Another token of the same number takes the row's place. */
  replace(row: InventoryRow): void
  /** All rows shown, in order. */
  shown(): readonly InventoryRow[]
}
