import type { InventoryView } from '#shared/contract/settings.ts'
import { FILTER_CHOICES, FILTER_KINDS, type InventoryFilter } from './filter.ts'
import { COLUMNS, FIRST_COLUMNS, isSortable } from './row.ts'
import { FIRST_LOOK, type Look } from './store.ts'

/** The columns of that name, in the order that we offer them in; those to start with when none is known. */
export function columnsOf(names: readonly string[]): Look['columns'] {
  const known = COLUMNS.filter((column) => names.includes(column))
  return known.length > 0 ? known : FIRST_COLUMNS
}

/** A saved view as far as this version understands it. */
export function lookOf(view: InventoryView): Look {
  const sort = view.sort.filter(({ column }) => isSortable(column))
  return {
    columns: columnsOf(view.columns),
    sort: sort.length > 0 ? sort : FIRST_LOOK.sort,
    filter: Object.fromEntries(
      FILTER_KINDS.map((kind) => [
        kind,
        (FILTER_CHOICES[kind] as readonly string[]).filter((choice) => view.filter[kind]?.includes(choice)),
      ]),
    ) as unknown as InventoryFilter,
  }
}

/** The views with this look under that name, which takes the place of the view that had it. */
export function withView(views: readonly InventoryView[], name: string, look: Look): InventoryView[] {
  const { columns, sort, filter } = look
  const view: InventoryView = {
    name,
    columns: [...columns],
    sort: [...sort],
    filter: Object.fromEntries(FILTER_KINDS.map((kind) => [kind, [...filter[kind]]])),
  }
  const at = views.findIndex((one) => one.name === name)
  return at === -1 ? [...views, view] : views.with(at, view)
}
