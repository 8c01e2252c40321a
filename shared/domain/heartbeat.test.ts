import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asTold,
  changePercent,
  type HeartbeatState,
  NOTHING_SEEN,
  type Outcome,
  percentile,
  type Transition,
  untold,
  uptime,
  withPoint,
} from './heartbeat.ts'

/** g = good, b = bad, u = unobserved; one point a minute. */
function run(points: string, start: HeartbeatState = NOTHING_SEEN, from = 0) {
  const outcomes: Record<string, Outcome> = { g: 'good', b: 'bad', u: 'unobserved' }
  let state = start
  const told: Transition[] = []
  ;[...points].forEach((letter, index) => {
    const at = (from + index) * 60_000
    state = withPoint(state, { at, outcome: outcomes[letter] ?? 'unobserved' })
    const news = untold(state, at)
    if (news) told.push(news)
    state = asTold(state)
  })
  return { state, told }
}

describe('up and down', () => {
  it('takes two points each way and starts where the first of them was', () => {
    expect(run('gggb').state).toMatchObject({ state: 'up' })
    expect(run('gggbb')).toMatchObject({
      state: { state: 'down', since: 180_000 },
      told: [{ kind: 'down', since: 180_000, confirmedAt: 240_000 }],
    })
    expect(run('gggbbg').state).toMatchObject({ state: 'down' })
    expect(run('gggbbgg').told.map((news) => news.kind)).toEqual(['down', 'recovered'])
    expect(run('gggbbgg').state.since).toBe(300_000)
  })

  it('tells nothing of a single slip, nor of the first green', () => {
    expect(run('gggggbggggggggggggggggggggggggbgg').told).toEqual([])
  })

  it('tells of an outage that was there from the start', () => {
    expect(run('bb').told).toEqual([{ kind: 'down', since: 0, confirmedAt: 60_000 }])
  })

  it('is unknown while nobody could look, and tells nothing twice afterwards', () => {
    expect(run('ggu').state.state).toBe('unknown')
    expect(run('gguuugg').told).toEqual([])
    expect(run('ggbbuubb').told.map((news) => news.kind)).toEqual(['down'])
    // A bad point on each side of a gap confirms nothing: nobody knows what was between.
    expect(run('ggbub').told).toEqual([])
    expect(run('ggbbuug').told.map((news) => news.kind)).toEqual(['down'])
    expect(run('ggbbuugg').told.map((news) => news.kind)).toEqual(['down', 'recovered'])
  })
})

describe('flapping', () => {
  it('starts at 20 % of weighted change, is told once and ends at 5 %', () => {
    const noisy = run('gggggbbggbbggbbggbb')
    expect(noisy.state.flapping).toBe(true)
    expect(noisy.told.filter((news) => news.kind === 'flapping')).toHaveLength(1)
    const after = run('g'.repeat(30), noisy.state, 19)
    expect(after.state.flapping).toBe(false)
    expect(after.told).toMatchObject([{ kind: 'settled', state: 'up' }])
  })

  it('keeps between its two thresholds what it was', () => {
    // One change in the middle of the window weighs 1 of 20.
    const recent = Array.from({ length: 21 }, (_, index) => index < 11)
    expect(changePercent(recent)).toBeCloseTo(5, 0)
    const flapping: HeartbeatState = { ...NOTHING_SEEN, state: 'up', since: 0, recent, flapping: true }
    const calm: HeartbeatState = { ...flapping, flapping: false }
    const twoChanges = Array.from({ length: 21 }, (_, index) => index < 14 || index >= 17)
    expect(withPoint({ ...flapping, recent: twoChanges }, { at: 0, outcome: 'good' }).flapping).toBe(true)
    expect(withPoint({ ...calm, recent: twoChanges }, { at: 0, outcome: 'good' }).flapping).toBe(false)
  })

  it('weighs 100 % at constant change and 0 % at none', () => {
    expect(changePercent(Array.from({ length: 21 }, (_, index) => index % 2 === 0))).toBeCloseTo(100, 6)
    expect(changePercent(Array.from({ length: 21 }, () => true))).toBe(0)
    expect(changePercent([])).toBe(0)
  })
})

describe('any series of points', () => {
  it('alternates what it tells: no news repeats the one before', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('g', 'g', 'g', 'b', 'u'), { maxLength: 200 }), (letters) => {
        const { told, state } = run(letters.join(''))
        let standing: string = 'up'
        for (const news of told) {
          const says = news.kind === 'settled' ? news.state : news.kind === 'recovered' ? 'up' : news.kind
          if (news.kind !== 'settled') expect(says).not.toBe(standing)
          else expect(standing).toBe('flapping')
          expect(news.since).toBeLessThanOrEqual(news.confirmedAt)
          standing = says
        }
        expect(state.recent.length).toBeLessThanOrEqual(21)
      }),
    )
  })
})

describe('figures', () => {
  it('count what was reported alone', () => {
    expect(uptime({ good: 3, bad: 1, unobserved: 96 })).toBe(0.75)
    expect(uptime({ good: 0, bad: 0, unobserved: 5 })).toBeNull()
  })

  it('are nearest-rank percentiles', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    expect([50, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([50, 95, 99, 100])
    expect(percentile([7], 50)).toBe(7)
    expect(percentile([], 50)).toBeNull()
  })
})
