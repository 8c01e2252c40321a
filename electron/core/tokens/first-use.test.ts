import { beforeEach, expect, it } from 'vitest'
import { ProblemError } from '#base/problem-error.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { FirstUseWatch } from './first-use.ts'

const MINUTE = 60_000
const TOKEN = {
  connectionId: 'c',
  userId: 'u',
  tokenId: 't-1',
  owner: 'An',
  name: 'scripts',
  lastFour: 'a1b2',
}

let clock: DrivenClock
let answer: () => { lastUsedAt: number | null } | null
let looks: number
let told: string[]
let watch: FirstUseWatch
beforeEach(() => {
  clock = new DrivenClock()
  looks = 0
  told = []
  answer = () => ({ lastUsedAt: null })
  const look = async () => {
    looks += 1
    return answer()
  }
  watch = new FirstUseWatch(clock, look, ({ owner, name, lastFour }) =>
    told.push(`${name} …${lastFour} of ${owner}`),
  )
})

it('waits for the first use, says when it looked, and stops at the first that it sees', async () => {
  watch.expect(TOKEN)
  expect(watch.live.value).toEqual([{ ...TOKEN, since: clock.now(), checkedAt: null, usedAt: null }])
  await clock.pass(3 * MINUTE)
  expect(looks).toBe(3)
  expect(watch.live.value).toMatchObject([{ checkedAt: clock.now(), usedAt: null }])
  answer = () => ({ lastUsedAt: 42 })
  await clock.pass(MINUTE)
  expect(watch.live.value).toMatchObject([{ usedAt: 42 }])
  expect(told).toEqual(['scripts …a1b2 of An'])
  await clock.pass(60 * MINUTE)
  expect(told).toHaveLength(1)
  expect(looks).toBe(4)
  expect(clock.pending).toBe(0)
})

it('looks less often later on, and not for ever', async () => {
  watch.expect(TOKEN)
  await clock.pass(30 * MINUTE)
  expect(looks).toBe(30)
  await clock.pass(30 * MINUTE)
  expect(looks).toBe(36)
  await clock.pass(24 * 60 * MINUTE)
  expect(watch.live.value).toEqual([])
  expect(clock.pending).toBe(0)
  expect(looks).toBeLessThan(320)
})

it('a platform that does not answer is asked again, and its silence is no answer', async () => {
  watch.expect(TOKEN)
  answer = () => {
    throw new ProblemError('timeout')
  }
  await clock.pass(2 * MINUTE)
  expect(watch.live.value).toMatchObject([{ checkedAt: null, usedAt: null }])
  expect(told).toEqual([])
  answer = () => ({ lastUsedAt: 7 })
  await clock.pass(MINUTE)
  expect(watch.live.value).toMatchObject([{ usedAt: 7 }])
})

it.each(['revoked', 'user gone', 'connection gone', 'connection removed'])(
  'forgets a token: %s',
  async (how) => {
    watch.expect(TOKEN)
    watch.expect({ ...TOKEN, connectionId: 'other', tokenId: 't-2' })
    answer = () => {
      if (how === 'revoked') return null
      throw new ProblemError(how === 'user gone' ? 'user-not-found' : 'no-connection')
    }
    if (how === 'connection removed') {
      watch.forget('c')
      expect(watch.live.value).toMatchObject([{ tokenId: 't-2' }])
    } else await clock.pass(MINUTE)
    if (how !== 'connection removed') expect(watch.live.value).toEqual([])
  },
)

it('knows the newest sixteen, and nothing goes on after its end', async () => {
  for (let number = 1; number <= 20; number += 1) watch.expect({ ...TOKEN, tokenId: `t-${number}` })
  expect(watch.live.value.map(({ tokenId }) => tokenId)).toEqual(
    Array.from({ length: 16 }, (_, index) => `t-${index + 5}`),
  )
  expect(clock.pending).toBe(16)
  watch.dispose()
  await clock.pass(10 * MINUTE)
  expect(looks).toBe(0)
})
