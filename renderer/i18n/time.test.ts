import { createIntl } from 'react-intl'
import { expect, test } from 'vitest'
import { relativeText, utcText } from './time.tsx'

const intl = createIntl({ locale: 'en-GB' })
const NOW = Date.parse('2026-09-22T08:30:00Z')
const SECOND = 1_000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR
const text = (distance: number): string => relativeText(intl, NOW + distance, NOW)

test('the past is cut off: nothing is said to be older than it is', () => {
  expect(text(0)).toBe('now')
  expect(text(-1)).toBe('now')
  expect(text(-SECOND)).toBe('1 second ago')
  expect(text(-59_999)).toBe('59 seconds ago')
  expect(text(-60_000)).toBe('1 minute ago')
  expect(text(-23 * HOUR)).toBe('23 hours ago')
  expect(text(-25 * HOUR)).toBe('1 day ago')
  expect(text(-DAY + 1)).toBe('23 hours ago')
  expect(text(-59 * DAY)).toBe('59 days ago')
  expect(text(-100 * DAY)).toBe('3 months ago')
  expect(text(-800 * DAY)).toBe('2 years ago')
})

test('the future is rounded: a token made for 30 days ends in 30 days', () => {
  expect(text(30 * DAY - 40)).toBe('in 30 days')
  expect(text(7 * HOUR)).toBe('in 7 hours')
  expect(text(365 * DAY)).toBe('in 12 months')
})

test('the absolute is UTC, to the second', () => {
  expect(utcText(Date.parse('2026-12-22T09:00:00.123+02:00'))).toBe('2026-12-22 07:00:00 UTC')
  expect(utcText(Number.NaN)).toBe('')
})
