import { expect, test } from 'vitest'
import { gridMove } from './grid-keys.ts'

const from = { row: 3, column: 2 }
const move = (key: string, control = false) => gridMove(key, control, from, 100, 6)

test('arrows, Page, Home and End move as in a spreadsheet', () => {
  expect(move('ArrowDown')).toEqual({ row: 4, column: 2 })
  expect(move('ArrowUp')).toEqual({ row: 2, column: 2 })
  expect(move('ArrowLeft')).toEqual({ row: 3, column: 1 })
  expect(move('ArrowRight')).toEqual({ row: 3, column: 3 })
  expect(move('PageDown')).toEqual({ row: 13, column: 2 })
  expect(move('Home')).toEqual({ row: 3, column: 0 })
  expect(move('End')).toEqual({ row: 3, column: 5 })
  expect(move('Home', true)).toEqual({ row: 0, column: 0 })
  expect(move('End', true)).toEqual({ row: 99, column: 5 })
})

test('the edges hold, and the header is the row above the first', () => {
  expect(gridMove('ArrowUp', false, { row: 0, column: 0 }, 10, 3)).toEqual({ row: -1, column: 0 })
  expect(gridMove('ArrowUp', false, { row: -1, column: 0 }, 10, 3)).toEqual({ row: -1, column: 0 })
  expect(gridMove('PageDown', false, { row: 8, column: 2 }, 10, 3)).toEqual({ row: 9, column: 2 })
  expect(gridMove('ArrowRight', false, { row: 0, column: 2 }, 10, 3)).toEqual({ row: 0, column: 2 })
})

test('other keys are left to others', () => {
  for (const key of ['Enter', 'Tab', 'a', ' ', 'Escape']) expect(move(key)).toBeNull()
})
