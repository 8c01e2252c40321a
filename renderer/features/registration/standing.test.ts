import { expect, it } from 'vitest'
import type { Registration, RegistrationDay } from '#shared/contract/registration.ts'
import { freshRegistration, registration } from '../../../tests/page/registration-world.ts'
import { runsOf } from './DaySection.tsx'
import { recordOf, standingOf } from './standing.ts'

const NOW = Date.parse('2026-09-22T08:30:00.000Z')
const fresh = freshRegistration('cert', NOW)
const { known } = fresh.record
if (known.state !== 'reported') throw new Error('fresh is reported')

it('is what the platform records, judged by age', () => {
  expect(standingOf(fresh)).toBe('fresh')
  expect(standingOf({ ...fresh, state: 'lapsed' })).toBe('lapsed')
})

it('is never worse than "not seen" for a failure of our own, and keeps what was known', () => {
  const problem = { code: 'timeout', detail: null } as const
  const last = { value: known.value, readAt: NOW - 900_000 }
  const failed: Registration = {
    ...fresh,
    state: 'unknown',
    record: { source: 'record', known: { state: 'failed', problem, readAt: NOW, last } },
  }
  expect(standingOf(failed)).toBe('not-seen')
  expect(recordOf(failed)).toBe(known.value)
  expect(standingOf({ ...fresh, state: 'unknown' })).toBe('not-seen')
})

it('tells a record that this account may not see from one that could not be read', () => {
  const problem = { code: 'forbidden', detail: null } as const
  const hidden: Registration = {
    ...fresh,
    state: 'unknown',
    record: { source: 'record', known: { state: 'failed', problem, readAt: NOW, last: null } },
  }
  expect(standingOf(hidden)).toBe('forbidden')
  expect(recordOf(hidden)).toBeNull()
})

it('says of a real OpenCTI only what it shows', () => {
  const opencti = registration('cert', NOW)
  expect(standingOf(opencti)).toBe('not-reported')
  const off = { enabled: false, running: false, warning: false }
  const module: Registration['module'] = {
    source: 'settings',
    known: { state: 'reported', value: off, readAt: NOW },
  }
  expect(standingOf({ ...opencti, module })).toBe('off')
  expect(standingOf(null)).toBe('reading')
})

it('joins points of one state for the table, the newest first, and counts each attempt once', () => {
  const point = (from: number, state: RegistrationDay['points'][number]['state'], failures = 0) => ({
    from,
    to: from + 5,
    state,
    attempts: 1,
    failures,
  })
  const points = [point(0, 'unknown'), point(5, 'fresh'), point(10, 'fresh', 1), point(15, 'late', 1)]
  expect(runsOf(points)).toEqual([
    { from: 15, to: 20, state: 'late', attempts: 1, failures: 1 },
    { from: 5, to: 15, state: 'fresh', attempts: 2, failures: 1 },
    { from: 0, to: 5, state: 'unknown', attempts: 1, failures: 0 },
  ])
  expect(points[1]?.to).toBe(10)
})
