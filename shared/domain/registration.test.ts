import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BEAT_MS,
  dayTimeline,
  enterpriseLoss,
  isAnnounced,
  nextAttemptAt,
  POINT_MS,
  registrationState,
  registrationStateAt,
  untilNextState,
} from './registration.ts'

describe('the state of a registration', () => {
  it.each([
    [-3_600_000, 'fresh'],
    [0, 'fresh'],
    [330_000, 'fresh'],
    [330_001, 'late'],
    [600_000, 'late'],
    [600_001, 'lapsed'],
    [null, 'never'],
  ] as const)('at an age of %s ms is %s', (age, state) => {
    expect(registrationState(age)).toBe(state)
  })

  it('is judged when it was read, and unknown once that is too long ago', () => {
    const evidence = { lastSuccessAt: 1_000_000, readAt: 1_320_000 }
    expect(registrationStateAt(evidence, 1_320_000)).toBe('fresh')
    // At this age it would be late, but a beat may have come in since the reading.
    expect(registrationStateAt(evidence, 1_360_000)).toBe('fresh')
    expect(registrationStateAt(evidence, 1_440_000)).toBe('fresh')
    expect(registrationStateAt(evidence, 1_440_001)).toBe('unknown')
    expect(registrationStateAt(null, 0)).toBe('unknown')
    expect(registrationStateAt({ lastSuccessAt: null, readAt: 5 }, 5)).toBe('never')
  })

  it('says when it changes by itself, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 700_000 }), (age) => {
        const left = untilNextState(age)
        if (left === null) {
          expect(registrationState(age)).toBe('lapsed')
          return
        }
        const from = Math.max(0, age)
        expect(registrationState(from + left)).not.toBe(registrationState(age))
        expect(registrationState(from + left - 1)).toBe(registrationState(age))
      }),
    )
    expect(untilNextState(null)).toBeNull()
  })

  it('is announced once each way, and never for what was not seen', () => {
    expect(isAnnounced('fresh', 'late')).toBe(false)
    expect(isAnnounced('late', 'lapsed')).toBe(true)
    expect(isAnnounced('unknown', 'lapsed')).toBe(true)
    expect(isAnnounced('lapsed', 'lapsed')).toBe(false)
    expect(isAnnounced('lapsed', 'fresh')).toBe(true)
    expect(isAnnounced('lapsed', 'unknown')).toBe(false)
    expect(isAnnounced('late', 'fresh')).toBe(false)
  })
})

describe('the next attempt', () => {
  it('is 30 s after boot, then every 5 minutes, not before Retry-After and never in the past', () => {
    expect(nextAttemptAt({ bootedAt: 1_000, lastStartedAt: null }, 2_000)).toBe(31_000)
    expect(nextAttemptAt({ bootedAt: 1_000, lastStartedAt: 31_000 }, 40_000)).toBe(331_000)
    expect(nextAttemptAt({ bootedAt: 0, lastStartedAt: 31_000, notBefore: 900_000 }, 40_000)).toBe(900_000)
    expect(nextAttemptAt({ bootedAt: 0, lastStartedAt: 31_000 }, 5_000_000)).toBe(5_000_000)
  })
})

describe('the loss of Enterprise Edition', () => {
  const registered = { licenseSource: 'XTM_ONE_LICENSE', eeSources: [], lastSuccessAt: 1_000_000 }

  it('comes with the loss of the registration and stays lost', () => {
    expect(enterpriseLoss(registered, 1_000_000)).toEqual({ lossAt: 1_600_000, leftMs: 600_000 })
    expect(enterpriseLoss(registered, 1_599_999)?.leftMs).toBe(1)
    expect(enterpriseLoss(registered, 1_600_000)?.leftMs).toBe(0)
    expect(enterpriseLoss(registered, 9_000_000)?.leftMs).toBe(0)
    // A clock that was set back must not promise more than there can be.
    expect(enterpriseLoss(registered, 0)?.leftMs).toBe(600_000)
  })

  it('is no matter where the licence is the platform’s own', () => {
    expect(
      enterpriseLoss({ ...registered, licenseSource: 'CONFIGURATION', eeSources: ['xtm_sublicense'] }, 0),
    ).toBeNull()
    expect(enterpriseLoss({ ...registered, licenseSource: null }, 0)).toBeNull()
    expect(enterpriseLoss({ ...registered, lastSuccessAt: null }, 0)).toBeNull()
    expect(
      enterpriseLoss({ ...registered, licenseSource: null, eeSources: ['xtm_sublicense'] }, 1_000_000)
        ?.leftMs,
    ).toBe(600_000)
  })
})

describe('the timeline of a day', () => {
  const now = Date.UTC(2026, 2, 29, 12, 2)
  const lastFrom = Math.floor(now / POINT_MS) * POINT_MS
  const all = [{ from: 0, to: now }]
  const beats = (skip: (at: number) => boolean = () => false, every = BEAT_MS + 1_000) => {
    const list: { at: number; succeeded: boolean }[] = []
    // 301 s apart: some points of the grid hold no beat at all.
    for (let at = now - 100 * 3_600_000; at < now; at += every) list.push({ at, succeeded: !skip(at) })
    return list
  }

  it('has 288 points without a gap, whatever daylight saving does, and is green where every beat came', () => {
    const day = dayTimeline(beats(), all, now)
    expect(day).toHaveLength(288)
    expect(day.at(-1)).toMatchObject({ from: lastFrom, to: now })
    day.slice(1).forEach((point, index) => {
      expect(point.from).toBe(day[index]?.to)
    })
    expect(new Set(day.map((point) => point.state))).toEqual(new Set(['fresh']))
    expect(day.some((point) => point.attempts === 0)).toBe(true)
  })

  it('shows a missed beat late, and an outage lapsed, in exactly the points they touch', () => {
    const from = now - 3_600_000
    const one = dayTimeline(
      // Two intervals of 300 s would touch 600 s: what a missed beat leaves is the time that its retries gain.
      beats((at) => at >= from && at < from + BEAT_MS, 299_000),
      all,
      now,
    )
    expect(one.filter((point) => point.state === 'late').length).toBeGreaterThan(0)
    expect(one.some((point) => point.state === 'lapsed')).toBe(false)
    const outage = dayTimeline(
      beats((at) => at >= from && at < from + 1_800_000, 299_000),
      all,
      now,
    )
    const lapsed = outage.filter((point) => point.state === 'lapsed')
    expect(lapsed.length).toBeGreaterThanOrEqual(5)
    expect(lapsed.every((point) => point.from >= from && point.from < from + 2_400_000)).toBe(true)
    expect(outage.reduce((sum, point) => sum + point.failures, 0)).toBe(6)
  })

  it('leaves unobserved what nobody saw, also for a part of a point', () => {
    const watched = [
      { from: lastFrom - 10 * POINT_MS, to: lastFrom - 8.5 * POINT_MS },
      { from: lastFrom - 2 * POINT_MS, to: now },
    ]
    const states = dayTimeline(beats(), watched, now).map((point) => point.state)
    expect(states.slice(-11)).toEqual([
      ...['fresh', 'fresh', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown', 'unknown'],
      ...['fresh', 'fresh', 'fresh'],
    ])
    expect(states.slice(0, -11).every((state) => state === 'unknown')).toBe(true)
  })

  it('says never before the first success', () => {
    const first = lastFrom - POINT_MS + 250_000
    const day = dayTimeline([{ at: first, succeeded: true }], all, now)
    expect(day.map((point) => point.state).slice(-3)).toEqual(['never', 'never', 'fresh'])
  })
})
