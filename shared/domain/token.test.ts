import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACCEPTED_TOKEN_PATTERN,
  DAY_MS,
  durationDays,
  expiryOf,
  ISSUED_TOKEN_PATTERN,
  isExpired,
  isExpiryAsAsked,
  lastFour,
  maskToken,
  TOKEN_DURATIONS,
  tokenStatus,
} from './token.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const SECOND = 1_000
const HOUR = 3_600_000

describe('status of a token', () => {
  it.each([
    ['at the very millisecond of its end', 0, 'expired'],
    ['one second ago', -SECOND, 'expired'],
    ['23 hours ago', -23 * HOUR, 'expired'],
    ['25 hours ago', -25 * HOUR, 'expired'],
    ['in one millisecond', 1, 'expires-soon'],
    ['in exactly seven days', 7 * DAY_MS, 'expires-soon'],
    ['in seven days and a millisecond', 7 * DAY_MS + 1, 'active'],
  ] as const)('that ends %s', (_, offset, status) => {
    expect(tokenStatus({ expiresAt: NOW + offset }, NOW)).toBe(status)
  })

  it('never ends without an expiry', () => {
    expect(tokenStatus({ expiresAt: null }, Number.MAX_SAFE_INTEGER)).toBe('active')
  })

  it('is revoked even when it has expired too', () => {
    expect(tokenStatus({ expiresAt: NOW - 1, revokedAt: NOW }, NOW)).toBe('revoked')
  })

  it('changes once in a life: what has expired stays expired', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), (expiresAt, later) => {
        expect(isExpired(expiresAt, expiresAt + later)).toBe(true)
        expect(isExpired(expiresAt, expiresAt - later - 1)).toBe(false)
      }),
    )
  })
})

describe('duration', () => {
  it('counts days of 24 hours, over leap days, summer time and the turn of the year', () => {
    for (const start of [
      '2028-02-28T23:59:59.999Z',
      '2026-03-29T00:59:59Z',
      '2026-10-25T00:59:59Z',
      '2026-12-31T23:59:59Z',
    ]) {
      expect(expiryOf('DAYS_30', Date.parse(start))).toBe(Date.parse(start) + 30 * DAY_MS)
    }
    expect(expiryOf('UNLIMITED', NOW)).toBeNull()
    expect(TOKEN_DURATIONS.map(durationDays)).toEqual([30, 60, 90, 365, null])
  })

  it('tells an expiry that is not what was asked', () => {
    expect(isExpiryAsAsked('DAYS_30', NOW, NOW + 30 * DAY_MS)).toBe(true)
    expect(isExpiryAsAsked('DAYS_30', NOW, NOW + 30 * DAY_MS + HOUR)).toBe(true)
    expect(isExpiryAsAsked('DAYS_30', NOW, NOW + 31 * DAY_MS)).toBe(false)
    expect(isExpiryAsAsked('DAYS_30', NOW, null)).toBe(false)
    expect(isExpiryAsAsked('UNLIMITED', NOW, null)).toBe(true)
    expect(isExpiryAsAsked('UNLIMITED', NOW, NOW + 365 * DAY_MS)).toBe(false)
  })
})

describe('shape of a token', () => {
  const issued = `flgrn_octi_tkn_${'aB3'.repeat(21)}x`

  it('is accepted in our alphabet and in OpenCTI’s', () => {
    expect(issued).toMatch(ISSUED_TOKEN_PATTERN)
    const base64url = `${issued.slice(0, -2)}-_`
    expect(base64url).not.toMatch(ISSUED_TOKEN_PATTERN)
    expect(base64url).toMatch(ACCEPTED_TOKEN_PATTERN)
    for (const near of [
      issued.slice(1),
      `${issued}a`,
      ` ${issued}`,
      `${issued}\n`,
      issued.replace('tkn', 'TKN'),
    ]) {
      expect(near).not.toMatch(ACCEPTED_TOKEN_PATTERN)
    }
  })

  it('shows four characters and no more', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), (plaintext) => {
        expect(maskToken(plaintext)).toBe(`****${plaintext.slice(-4)}`)
      }),
    )
    expect(lastFour('****a1b2')).toBe('a1b2')
    expect(lastFour('')).toBe('')
    expect(lastFour('****')).toBe('')
  })
})
