import { expect, it } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const NOW = Date.UTC(2026, 0, 5, 8)

it.each([
  ['42', 42_000],
  ['0', 0],
  [' 7 ', 7_000],
  ['Mon, 05 Jan 2026 08:00:30 GMT', 30_000],
  ['Mon, 05 Jan 2026 07:00:00 GMT', 0],
  ['999999999999', 3_600_000],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 3_600_000],
  ['', null],
  ['soon', null],
  ['-5 apples', null],
  [null, null],
])('Retry-After %s is %s ms', (header, wait) => {
  expect(retryAfterMs(header, NOW)).toBe(wait)
})
