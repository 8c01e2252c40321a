import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { Pace } from './pace.ts'
import { inTurns } from './turns.ts'

const ROUND_TRIP_MS = 40

/** Round trips that piles of so many requests take, and how often each pile was at work more than once at a time. */
async function roundTrips(
  piles: readonly number[],
): Promise<{ trips: number; doubled: number; most: number }> {
  const clock = new DrivenClock()
  const pace = new Pace(clock)
  const began = clock.now()
  let doubled = 0
  let running = 0
  let most = 0
  let ended = false
  const requests = (length: number) => {
    let busy = false
    return Array.from({ length }, () => async () => {
      if (busy) doubled += 1
      busy = true
      running += 1
      most = Math.max(most, running)
      await pace.run(() => new Promise<void>((resolve) => void clock.after(ROUND_TRIP_MS, resolve)))
      running -= 1
      busy = false
    })
  }
  void inTurns(pace, piles.map(requests)).then(() => {
    ended = true
  })
  while (!ended) await clock.pass(ROUND_TRIP_MS)
  return { trips: Math.round((clock.now() - began) / ROUND_TRIP_MS), doubled, most }
}

/** Four at once in the first round trip, up to twelve later: what that costs against twelve from the start. */
const RAMP = 5

it.each([
  ['40 of 25', Array.from({ length: 40 }, () => 25)],
  ['13 of 80', Array.from({ length: 13 }, () => 80)],
  ['one long pile behind short ones', [...Array.from({ length: 100 }, () => 5), 60]],
  ['a few of different lengths', [3, 90, 41, 7, 88, 12, 60, 5, 33, 71, 2, 19, 54, 27]],
  ['1000 of one', Array.from({ length: 1_000 }, () => 1)],
])('%s take no longer than the bare round trips, each pile one by one', async (_, piles) => {
  const total = piles.reduce((sum, length) => sum + length, 0)
  const { trips, doubled, most } = await roundTrips(piles)
  expect(doubled).toBe(0)
  expect(most).toBe(12)
  expect(trips).toBeLessThanOrEqual(Math.max(Math.ceil(total / 12) + RAMP, Math.max(...piles) + RAMP))
})

it('pile after pile comes to its end while there is more than enough to do', async () => {
  const clock = new DrivenClock()
  const pace = new Pace(clock)
  const ended: number[] = []
  const piles = Array.from({ length: 40 }, (_, index) =>
    Array.from({ length: 10 }, (_, place) => async () => {
      await pace.run(() => new Promise<void>((resolve) => void clock.after(ROUND_TRIP_MS, resolve)))
      if (place === 9) ended.push(index)
    }),
  )
  void inTurns(pace, piles)
  await clock.pass(13 * ROUND_TRIP_MS)
  expect(ended.length).toBeGreaterThanOrEqual(4)
  expect(Math.max(...ended)).toBeLessThan(12)
})

it('begins no further turn after a failure, and waits for those under way', async () => {
  const pace = new Pace(new DrivenClock())
  const begun: number[] = []
  const ended: number[] = []
  const run = inTurns(
    pace,
    [0, 1, 2, 3, 4, 5, 6, 7].map((item) => [
      async () => {
        begun.push(item)
        await turn()
        if (item === 1) throw new Error('one')
        await turn()
        ended.push(item)
      },
    ]),
  )
  await expect(run).rejects.toThrow('one')
  expect(begun).toEqual([0, 1, 2, 3])
  expect(ended).toEqual([0, 2, 3])
})

it('no turns are done at once', async () => {
  await inTurns(new Pace(new DrivenClock()), [])
  await inTurns(new Pace(new DrivenClock()), [[], []])
})
