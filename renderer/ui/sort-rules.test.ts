import { describe, expect, it } from 'vitest'
import { sortingOf, sortToggled } from './sort-rules.ts'

const up = (column: string) => ({ column, descending: false })
const down = (column: string) => ({ column, descending: true })

describe('a press on a header', () => {
  it('sorts by that column, turns it round, and takes it back', () => {
    expect(sortToggled([], 'name', false)).toEqual([up('name')])
    expect(sortToggled([up('name')], 'name', false)).toEqual([down('name')])
    expect(sortToggled([down('name')], 'name', false)).toEqual([])
  })

  it('leaves no other column sorted', () => {
    expect(sortToggled([down('owner')], 'name', false)).toEqual([up('name')])
    expect(sortToggled([down('owner'), down('name')], 'name', false)).toEqual([up('name')])
  })

  it('with Shift keeps the other columns where they are', () => {
    expect(sortToggled([down('owner')], 'name', true)).toEqual([down('owner'), up('name')])
    expect(sortToggled([up('name'), down('owner')], 'name', true)).toEqual([down('name'), down('owner')])
    expect(sortToggled([down('name'), down('owner')], 'name', true)).toEqual([down('owner')])
  })
})

describe('what a header tells', () => {
  it('says the direction, and the place among several only', () => {
    expect(sortingOf([], 'name')).toBeNull()
    expect(sortingOf([down('name')], 'name')).toEqual({ direction: 'desc', place: null })
    expect(sortingOf([down('owner'), up('name')], 'name')).toEqual({ direction: 'asc', place: 2 })
    expect(sortingOf([down('owner')], 'name')).toBeNull()
  })
})
