import { describe, expect, it } from 'vitest'
import type { LogLine } from '#shared/contract/connectors.ts'
import { linesOfRun, matchingLines, pieces } from './log-rows.ts'

const line = (id: number, run: number | null, text = `line ${id}`): LogLine => ({
  id,
  at: id,
  dated: false,
  run,
  text,
  gap: false,
})
const ids = (lines: readonly LogLine[]) => lines.map(({ id }) => id)

describe('runs', () => {
  const lines = [line(1, 10), line(2, 20), line(3, 20), line(4, 30), line(5, null), line(6, 30)]

  it('this one and the one before it', () => {
    expect(ids(linesOfRun(lines, 'all'))).toEqual([1, 2, 3, 4, 5, 6])
    expect(ids(linesOfRun(lines, 'this'))).toEqual([4, 5, 6])
    expect(ids(linesOfRun(lines, 'before'))).toEqual([2, 3])
  })

  it('what was written before the console looked is the run before, where nothing else is', () => {
    expect(ids(linesOfRun([line(1, null), line(2, null), line(3, 30)], 'before'))).toEqual([1, 2])
    expect(ids(linesOfRun([line(1, 30)], 'before'))).toEqual([])
    expect(ids(linesOfRun([line(1, null)], 'this'))).toEqual([1])
    expect(ids(linesOfRun([], 'before'))).toEqual([])
  })
})

it('search takes no notice of case, and marks each find', () => {
  expect(ids(matchingLines([line(1, null, 'An ERROR'), line(2, null, 'fine')], ' error '))).toEqual([1])
  expect(pieces('Error: no error', 'error')).toEqual(['', 'Error', ': no ', 'error', ''])
  expect(pieces('İstanbul error', 'error')).toEqual(['İstanbul error'])
  expect(pieces('text', '')).toEqual(['text'])
})
