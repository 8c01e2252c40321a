import { expect, test } from 'vitest'
import { runsOf } from '../../ui/PointStrip.tsx'
import { kindOf } from './UptimeStrip.tsx'

const point = (good: number, bad: number, maintenance: number) => ({ good, bad, maintenance })

test('a span is as bad as the worst that was reported in it, and never good where nobody looked', () => {
  expect(kindOf(point(4, 1, 0))).toBe('bad')
  expect(kindOf(point(1, 0, 4))).toBe('good')
  expect(kindOf(point(0, 0, 1))).toBe('maintenance')
  expect(kindOf(point(0, 0, 0))).toBe('unobserved')
})

test('neighbours that look the same are one run, and none is lost', () => {
  const good = { tone: 'good', height: 0.4 } as const
  const bad = { tone: 'danger', height: 1 } as const
  expect(runsOf([good, good, bad, good])).toEqual([
    { start: 0, length: 2, look: good },
    { start: 2, length: 1, look: bad },
    { start: 3, length: 1, look: good },
  ])
  expect(runsOf([])).toEqual([])
})
