import { expect, test } from 'vitest'
import { activityWorld } from '../../../tests/page/activity-world.ts'
import { type Entry, merged, type Part } from './merge.ts'

const { ledger, audit } = activityWorld(0)
const [someLedger, someAudit] = [ledger[0], audit[0]]

const entries = (source: Entry['source'], times: (number | null)[]): Entry[] =>
  times.map((at, index) => {
    const template = source === 'console' ? someLedger : someAudit
    return { ...template, at, place: index, id: `${source}-${index}` } as unknown as Entry
  })
const part = (source: Entry['source'], times: (number | null)[], more = false): Part => ({
  entries: entries(source, times),
  more,
})
const times = (one: Part, other: Part, skewMs = 0) => {
  const { list, next } = merged({ console: one, platform: other }, skewMs)
  return { list: list.map(({ entry, at }) => `${entry.source[0]}${at}`), next }
}

test('one list in the order of time, by our clock', () => {
  expect(times(part('console', [90, 50]), part('platform', [170, 140]), 100)).toEqual({
    list: ['c90', 'p70', 'c50', 'p40'],
    next: [],
  })
})

test('ends where one source is not loaded any further, and says which', () => {
  expect(times(part('console', [90, 50, 10]), part('platform', [70, 60], true))).toEqual({
    list: ['c90', 'p70', 'p60'],
    next: ['platform'],
  })
  expect(times(part('console', [90, 65], true), part('platform', [70, 60], true))).toEqual({
    list: ['c90', 'p70', 'c65'],
    next: ['console'],
  })
})

test('a source that is not loaded at all holds nothing back unless there is more of it', () => {
  expect(times(part('console', [90]), part('platform', []))).toEqual({ list: ['c90'], next: [] })
})

test('a record without a time stands behind the one that is newer', () => {
  expect(times(part('console', [null, 90, null, 50]), part('platform', [70]))).toEqual({
    list: ['c90', 'c90', 'c90', 'p70', 'c50'],
    next: [],
  })
})
