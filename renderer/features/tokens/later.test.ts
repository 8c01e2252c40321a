import { expect, test } from 'vitest'
import { REVOKE_IN_MAX_MS, REVOKE_IN_MIN_MS } from '#shared/domain/upkeep.ts'
import { LATER_CHOICES, msUntil } from './later.ts'

const NOW = Date.parse('2026-09-22T08:30:00Z')
const typed = (at: number) => ({ span: null, typed: new Date(at).toISOString() })

test('a span is taken as it is', () => {
  for (const span of LATER_CHOICES) expect(msUntil({ span, typed: 'nonsense' }, NOW)).toBe(span)
})

test('a typed time counts from now, and only within what a token can be told', () => {
  expect(msUntil(typed(NOW + 90_000), NOW)).toBe(90_000)
  expect(msUntil(typed(NOW + REVOKE_IN_MIN_MS), NOW)).toBe(REVOKE_IN_MIN_MS)
  expect(msUntil(typed(NOW + REVOKE_IN_MIN_MS - 1), NOW)).toBeNull()
  expect(msUntil(typed(NOW + REVOKE_IN_MAX_MS), NOW)).toBe(REVOKE_IN_MAX_MS)
  expect(msUntil(typed(NOW + REVOKE_IN_MAX_MS + 1), NOW)).toBeNull()
  expect(msUntil(typed(NOW - 1), NOW)).toBeNull()
})

test.each(['', 'soon', '2026-13-45T99:99'])('%j is no time', (text) => {
  expect(msUntil({ span: null, typed: text }, NOW)).toBeNull()
})

test('a time without a zone is the reader’s own', () => {
  const local = new Date(NOW + 3_600_000)
  const pad = (part: number): string => String(part).padStart(2, '0')
  const day = `${local.getFullYear()}-${pad(local.getMonth() + 1)}-${pad(local.getDate())}`
  const time = `${pad(local.getHours())}:${pad(local.getMinutes())}`
  expect(msUntil({ span: null, typed: `${day}T${time}` }, NOW)).toBe(3_600_000)
})
