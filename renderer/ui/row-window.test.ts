import { describe, expect, it } from 'vitest'
import { amongRows, rowsWithin } from './row-window.ts'

describe('the rows in view', () => {
  it('are those that touch the view, also by a pixel', () => {
    expect(rowsWithin(0, 280, 0)).toEqual({ start: 0, end: 10 })
    expect(rowsWithin(27, 280, 0)).toEqual({ start: 0, end: 11 })
    expect(rowsWithin(28, 280, 0)).toEqual({ start: 1, end: 11 })
  })

  it('start where the list does when something stands above it', () => {
    expect(rowsWithin(-140, 280, 0)).toEqual({ start: 0, end: 5 })
    expect(rowsWithin(-1_000, 280, 0)).toEqual({ start: 0, end: 0 })
  })

  it('have some more around them', () => {
    expect(rowsWithin(28 * 100, 280, 8)).toEqual({ start: 92, end: 118 })
    expect(rowsWithin(28 * 2, 280, 8)).toEqual({ start: 0, end: 20 })
  })

  it('are the last ones when a list became shorter than where it stood', () => {
    expect(amongRows({ start: 92, end: 118 }, 1_000)).toEqual({ start: 92, end: 118 })
    expect(amongRows({ start: 92, end: 118 }, 100)).toEqual({ start: 92, end: 100 })
    expect(amongRows({ start: 92, end: 118 }, 50)).toEqual({ start: 24, end: 50 })
    expect(amongRows({ start: 92, end: 118 }, 3)).toEqual({ start: 0, end: 3 })
    expect(amongRows({ start: 0, end: 29 }, 0)).toEqual({ start: 0, end: 0 })
  })
})
