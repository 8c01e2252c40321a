import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTestPower } from '../../../tests/support/power.ts'
import { WallClock } from '../../../tests/support/wall-clock.ts'
import { createScheduler, type Job, type Plan, type Scheduler } from './scheduler.ts'

const MINUTE = 60_000

let clock: WallClock
let power: ReturnType<typeof createTestPower>
let ran: { id: string; at: number }[]
let gaps: string[][]
let scheduler: Scheduler
let seed: number
const random = (): number => {
  seed = (seed * 16_807) % 2_147_483_647
  return seed / 2_147_483_647
}

beforeEach(() => {
  clock = new WallClock()
  power = createTestPower()
  ran = []
  gaps = []
  seed = 4_711
  scheduler = createScheduler({ clock, random, power, onGap: (ids) => gaps.push([...ids]) })
})
afterEach(() => scheduler.stop())

const job = (id: string, more: Partial<Job> = {}, plan: () => Plan = () => ({})): Job => ({
  id,
  everyMs: MINUTE,
  needsNetwork: true,
  run: async () => {
    ran.push({ id, at: clock.monotonic() })
    return plan()
  },
  ...more,
})
const many = (count: number): Job[] => Array.from({ length: count }, (_, index) => job(`job-${index}`))
const mostInASecond = (from: number): number => {
  const seconds = new Map<number, number>()
  for (const { at } of ran.filter((run) => run.at >= from))
    seconds.set(Math.floor(at / 1_000), (seconds.get(Math.floor(at / 1_000)) ?? 0) + 1)
  return Math.max(0, ...seconds.values())
}

describe('the scheduler', () => {
  it('runs each job at its interval, give or take a tenth, on one timer', async () => {
    scheduler.set([job('a'), job('b', { everyMs: 5 * MINUTE })])
    expect(clock.pending).toBe(1)
    await clock.pass(60 * MINUTE)
    const times = ran.filter(({ id }) => id === 'a').map(({ at }) => at)
    expect(times.length).toBeGreaterThanOrEqual(57)
    expect(times.length).toBeLessThanOrEqual(63)
    const intervals = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.min(...intervals)).toBeGreaterThanOrEqual(54_000)
    expect(Math.max(...intervals)).toBeLessThanOrEqual(66_000)
    expect(new Set(intervals).size).toBeGreaterThan(40)
    expect(ran.filter(({ id }) => id === 'b').length).toBeGreaterThanOrEqual(11)
    expect(clock.pending).toBe(1)
  })

  it('spreads a hundred jobs at the start and after each wake: no burst, nothing made up for', async () => {
    scheduler.set(many(100))
    await clock.pass(5 * MINUTE)
    expect(mostInASecond(0)).toBeLessThanOrEqual(20)
    power.tell('suspend')
    clock.sleep(8 * 60 * MINUTE)
    power.tell('resume')
    const woke = clock.monotonic()
    await clock.pass(1_999)
    expect(ran.filter(({ at }) => at >= woke)).toEqual([])
    await clock.pass(15_001)
    expect(ran.filter(({ at }) => at >= woke)).toHaveLength(100)
    expect(mostInASecond(woke)).toBeLessThanOrEqual(20)
  })

  it('runs nothing between suspend and resume, even where timers go on', async () => {
    scheduler.set(many(3))
    power.tell('suspend')
    expect(clock.pending).toBe(0)
    await clock.pass(10 * MINUTE)
    expect(ran).toEqual([])
    expect(gaps).toEqual([['job-0', 'job-1', 'job-2']])
    power.tell('resume')
    await clock.pass(MINUTE)
    expect(ran.length).toBeGreaterThanOrEqual(3)
  })

  it('ends what is under way when sleep comes, and takes no word of it', async () => {
    const signals: AbortSignal[] = []
    scheduler.set([
      job('slow', {
        run: (signal) => {
          signals.push(signal)
          return new Promise(() => {})
        },
      }),
    ])
    await clock.pass(20_000)
    power.tell('suspend')
    expect(signals[0]?.aborted).toBe(true)
    power.tell('resume')
    await clock.pass(20_000)
    expect(signals).toHaveLength(2)
  })

  it('finds a sleep that nobody told of by the wall clock, once, and is not fooled by a clock set back', async () => {
    scheduler.set(many(2))
    await clock.pass(5 * MINUTE)
    clock.sleep(60 * MINUTE)
    await clock.pass(2 * MINUTE)
    expect(gaps).toEqual([['job-0', 'job-1']])
    clock.set(clock.now() - 60 * MINUTE)
    const before = ran.length
    await clock.pass(10 * MINUTE)
    expect(gaps).toHaveLength(1)
    expect(ran.length - before).toBeGreaterThanOrEqual(18)
  })

  it('does not find a sleep again that it was told of', async () => {
    scheduler.set(many(2))
    await clock.pass(MINUTE)
    power.tell('suspend')
    clock.sleep(60 * MINUTE)
    power.tell('resume')
    await clock.pass(2 * MINUTE)
    expect(gaps).toHaveLength(1)
  })

  it('leaves alone offline what needs the network, and only that', async () => {
    scheduler.set([job('far'), job('near', { needsNetwork: false })])
    power.tell('offline')
    expect(gaps).toEqual([['far']])
    await clock.pass(10 * MINUTE)
    expect(new Set(ran.map(({ id }) => id))).toEqual(new Set(['near']))
    power.tell('online')
    await clock.pass(MINUTE)
    expect(ran.some(({ id }) => id === 'far')).toBe(true)
  })

  it('waits as long as a run asks, and looks sooner when it asks for that', async () => {
    scheduler.set([
      job('asked to wait', {}, () => ({ waitMs: 10 * MINUTE })),
      job('looks sooner', {}, () => ({ soonerMs: 7 })),
    ])
    await clock.pass(20_000)
    const start = ran.find(({ id }) => id === 'asked to wait')?.at ?? 0
    const sooner = ran.filter(({ id }) => id === 'looks sooner').map(({ at }) => at)
    expect((sooner[1] ?? 0) - (sooner[0] ?? 0)).toBeCloseTo(7, 3)
    await clock.pass(start + 10 * MINUTE - 1 - clock.monotonic())
    expect(ran.filter(({ id }) => id === 'asked to wait')).toHaveLength(1)
    await clock.pass(2)
    expect(ran.filter(({ id }) => id === 'asked to wait')).toHaveLength(2)
  })

  it('keeps the time of a job that stays, ends one that is gone, and runs one now', async () => {
    const stays = job('stays')
    scheduler.set([stays, job('goes')])
    await clock.pass(20_000)
    const due = clock.untilNext
    scheduler.set([stays])
    await clock.pass(10 * MINUTE)
    expect(ran.filter(({ id }) => id === 'goes')).toHaveLength(1)
    expect(due).not.toBeNull()
    const before = ran.length
    scheduler.runNow('stays')
    await clock.pass(0)
    expect(ran.length).toBe(before + 1)
    scheduler.runNow('nobody')
  })

  it('leaves no timer behind', async () => {
    scheduler.set(many(5))
    await clock.pass(MINUTE)
    scheduler.stop()
    expect(clock.pending).toBe(0)
    power.tell('resume')
    await clock.pass(10 * MINUTE)
    expect(clock.pending).toBe(0)
  })
})
