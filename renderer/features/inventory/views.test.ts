import { expect, test } from 'vitest'
import type { InventoryView } from '#shared/contract/settings.ts'
import { NO_FILTER } from './filter.ts'
import { FIRST_COLUMNS } from './row.ts'
import { FIRST_LOOK, type Look } from './store.ts'
import { columnsOf, lookOf, withView } from './views.ts'

const LOOK: Look = {
  columns: ['name', 'owner', 'expires'],
  sort: [
    { column: 'owner', descending: false },
    { column: 'expires', descending: true },
  ],
  filter: { ...NO_FILTER, owner: ['service'], finding: ['unlimited', 'idle-90'] },
}

test('a look that is saved and opened is the same look', () => {
  const [view] = withView([], 'Machines', LOOK)
  expect(view?.name).toBe('Machines')
  // As it comes back from the settings.
  expect(lookOf(JSON.parse(JSON.stringify(view)))).toEqual(LOOK)
})

test('saved again under a name it takes the place of the one before, and of no other', () => {
  const views = withView(withView(withView([], 'A', FIRST_LOOK), 'B', FIRST_LOOK), 'C', FIRST_LOOK)
  const changed = withView(views, 'B', LOOK)
  expect(changed.map(({ name }) => name)).toEqual(['A', 'B', 'C'])
  expect(changed[1]?.columns).toEqual(LOOK.columns)
  expect([changed[0], changed[2]]).toEqual([views[0], views[2]])
  // The list that was given stays as it was.
  expect(views[1]?.columns).toEqual(FIRST_COLUMNS)
})

test('columns stand in our order, and what is not known of them is left out', () => {
  expect(columnsOf(['expires', 'name', 'no such column'])).toEqual(['name', 'expires'])
  expect(columnsOf(['no such column'])).toBe(FIRST_COLUMNS)
  expect(columnsOf([])).toBe(FIRST_COLUMNS)
})

test('a view of another version shows what this one understands of it', () => {
  const view = {
    name: 'From elsewhere',
    columns: ['name', 'risk score'],
    sort: [
      { column: 'risk score', descending: true },
      { column: 'name', descending: false },
      { column: 'status', descending: false },
    ],
    filter: { owner: ['service', 'robot'], mood: ['bad'], expiry: ['never'] },
  } as unknown as InventoryView
  expect(lookOf(view)).toEqual({
    columns: ['name'],
    sort: [{ column: 'name', descending: false }],
    filter: { ...NO_FILTER, owner: ['service'], expiry: ['never'] },
  })
  expect(lookOf({ ...view, sort: [] }).sort).toEqual(FIRST_LOOK.sort)
})
