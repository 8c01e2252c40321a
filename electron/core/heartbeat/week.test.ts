import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '#base/logger.ts'
import { createTestPower } from '../../../tests/support/power.ts'
import { WallClock } from '../../../tests/support/wall-clock.ts'
import { openHeartbeatDatabase } from './database.ts'
import { happeningOf } from './happening.ts'
import type { JournalEntry } from './journal.ts'
import type { Monitor, Reading } from './monitor.ts'
import type { Sample } from './samples.ts'
import { createHeartbeat } from './service.ts'

/**
 * REL-2: seven days with everything that disturbs a clock, a network or a machine. A true time that nobody in the product
 * sees decides what really happened; the monitor is compared with it.
 */

const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

/** Thursday before the change to summer time in Europe. */
const START = Date.UTC(2026, 2, 26, 6, 0, 13)

interface Outage {
  readonly from: number
  readonly to: number
}
const within = (outages: readonly Outage[], at: number): boolean =>
  outages.some(({ from, to }) => at >= from && at < to)

/** XTM One takes no beat in these true times. */
const REGISTRATION_OUTAGES: readonly Outage[] = [
  { from: 9 * HOUR, to: 9 * HOUR + 20 * MINUTE },
  // One beat missed: late, never lapsed.
  { from: 15 * HOUR, to: 15 * HOUR + 200 * SECOND },
  { from: 2 * DAY + 3 * HOUR, to: 2 * DAY + 9 * HOUR },
  // Begins while the console sleeps, ends while it is awake.
  { from: 3 * DAY + 15 * HOUR, to: 3 * DAY + 23 * HOUR },
  // Begins and ends in its sleep: nobody could see it.
  { from: 4 * DAY + 17 * HOUR, to: 4 * DAY + 19 * HOUR },
]
/** The platform's API does not answer. */
const API_OUTAGES: readonly Outage[] = [
  { from: 5 * HOUR, to: 5 * HOUR + 45 * MINUTE },
  // Shorter than two points: no outage to speak of.
  { from: 12 * HOUR, to: 12 * HOUR + 40 * SECOND },
  { from: 5 * DAY + 2 * HOUR, to: 5 * DAY + 3 * HOUR },
]
/** Beats come so late here that each gap ends just below 600 s: late again and again, and never lapsed. */
const NEAR_MISSES: Outage = { from: 1 * DAY + 2 * HOUR, to: 1 * DAY + 10 * HOUR }
/** The API fails and recovers every few minutes. */
const FLAPPING: Outage = { from: 6 * DAY + 1 * HOUR, to: 6 * DAY + 4 * HOUR }

interface Disturbance {
  readonly at: number
  readonly what: string
  readonly do: (world: World) => Promise<void>
}

interface World {
  readonly clock: WallClock
  readonly power: ReturnType<typeof createTestPower>
  readonly lookNow: () => void
  trueNow(): number
  sleep(ms: number, told: boolean): void
}

const night = (day: number, told = true): Disturbance => ({
  at: day * DAY + 16 * HOUR,
  what: 'a night of sleep',
  do: async (world) => world.sleep(6 * HOUR, told),
})
const leap = (at: number, ms: number): Disturbance => ({
  at,
  what: `the wall clock leaps by ${ms} ms`,
  do: async ({ clock }) => clock.set(clock.now() + ms),
})
const network = (at: number, event: 'offline' | 'online'): Disturbance => ({
  at,
  what: event,
  do: async ({ power }) => power.tell(event),
})

const DISTURBANCES: readonly Disturbance[] = [
  leap(2 * HOUR, -1_800 * SECOND),
  leap(3 * HOUR, 1_800 * SECOND),
  leap(8 * HOUR, -1 * SECOND),
  night(0),
  // The host says nothing of this sleep.
  night(1, false),
  leap(2 * DAY + 1 * HOUR, -24 * HOUR),
  leap(2 * DAY + 2 * HOUR, 24 * HOUR),
  network(2 * DAY + 12 * HOUR, 'offline'),
  network(2 * DAY + 12 * HOUR + 47 * MINUTE, 'online'),
  // A person who presses refresh every 7 s for an hour: looks at every age there can be.
  ...Array.from({ length: 500 }, (_, index) => ({
    at: NEAR_MISSES.from + HOUR + index * 7 * SECOND,
    what: 'refresh',
    do: async ({ lookNow }: World) => lookNow(),
  })),
  night(3),
  night(4),
  night(5, false),
  // Nodding off again and again.
  ...Array.from({ length: 20 }, (_, index) => ({
    at: 5 * DAY + 8 * HOUR + index * 4 * MINUTE,
    what: 'a nap',
    do: async (world: World) => world.sleep(2 * MINUTE, index % 2 === 0),
  })),
]

describe('seven days', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-week-'))
  const database = openHeartbeatDatabase(join(folder, 'heartbeat.sqlite'))
  const clock = new WallClock(START)
  const power = createTestPower()
  const points: (Sample & { trueAt: number; passed: number })[] = []
  const events: (JournalEntry & { trueAt: number; ageMs: number | null })[] = []
  let slept = 0
  const trueNow = (): number => clock.monotonic() + slept
  const formerZone = process.env.TZ

  /** The platform's clock: an hour off, and 200 ppm fast. */
  const platformNow = (at: number): number => START + 1 * HOUR + at * 1.0002
  const successes: number[] = []
  const ageAt = (at: number): number | null => {
    const last = successes.findLast((success) => success <= at)
    return last === undefined ? null : Math.round(platformNow(at) - platformNow(last))
  }

  let seed = 20_260_326
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed / 2_147_483_648
  }

  const answer = (ms: number, signal: AbortSignal, reading: () => Reading): Promise<Reading> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, () => resolve(reading()))
      signal.addEventListener('abort', cancel, { once: true })
    })
  const unreached: Reading = { outcome: 'bad', failure: 'refused', unreached: true }
  const probe = (id: string, isDown: (at: number) => boolean): Monitor => ({
    id,
    target: id === 'manager' ? 'http://127.0.0.1:4000' : 'https://opencti.example.org',
    needsNetwork: id !== 'manager',
    everyMs: MINUTE,
    timeoutMs: 10 * SECOND,
    probe: (signal) => {
      const latencyMs = 20 + Math.floor(random() * 180)
      return answer(latencyMs, signal, () =>
        isDown(trueNow()) ? unreached : { outcome: 'good', latencyMs, version: '7.261101.0' },
      )
    },
  })
  const isFlappingDown = (at: number): boolean =>
    at >= FLAPPING.from && at < FLAPPING.to && Math.floor((at - FLAPPING.from) / (3 * MINUTE)) % 2 === 0
  const monitors: Monitor[] = [
    probe('api', (at) => within(API_OUTAGES, at) || isFlappingDown(at)),
    probe('manager', () => false),
    {
      ...probe('registration', () => false),
      target: 'https://xtm-one.example.org',
      // The age is what it is when it is read: no time passes between the platform's word and ours.
      probe: async () =>
        within(API_OUTAGES, trueNow())
          ? unreached
          : { outcome: 'registration', ageMs: ageAt(trueNow()), latencyMs: 30 },
    },
  ]

  let tookMs = 0
  const complaints: string[] = []
  const heartbeat = createHeartbeat({
    database,
    clock,
    random,
    newId: () => `incident-${Math.floor(random() * 1e9)}`,
    power,
    log: createLogger('heartbeat', { write: (line) => complaints.push(line) }),
    onPoint: (sample) => points.push({ ...sample, trueAt: trueNow(), passed: clock.monotonic() }),
    onEvent: (entry) => events.push({ ...entry, trueAt: trueNow(), ageMs: ageAt(trueNow()) }),
  })

  beforeAll(async () => {
    process.env.TZ = 'Europe/Paris'
    for (let at = -10 * MINUTE; at < 7 * DAY; ) {
      if (!within(REGISTRATION_OUTAGES, at)) successes.push(at)
      const isNearMiss = at >= NEAR_MISSES.from && at < NEAR_MISSES.to
      // Just below 300 s: two whole intervals would touch the 600 s, and one missed beat be a loss.
      at += (isNearMiss ? 598 : 299) * SECOND + Math.floor(random() * 500)
    }
    const world: World = {
      clock,
      power,
      lookNow: () => heartbeat.lookNow('registration'),
      trueNow,
      sleep(ms, told) {
        if (told) power.tell('suspend')
        clock.sleep(ms)
        slept += ms
        if (told) power.tell('resume')
      },
    }
    const from = performance.now()
    heartbeat.watch(monitors)
    for (const disturbance of DISTURBANCES.toSorted((a, b) => a.at - b.at)) {
      const left = disturbance.at - trueNow()
      if (left > 0) await clock.pass(left)
      await disturbance.do(world)
    }
    // Half an hour after the end of the flapping and everything else.
    await clock.pass(7 * DAY - trueNow())
    heartbeat.stop()
    tookMs = performance.now() - from
  }, 120_000)

  afterAll(() => {
    process.env.TZ = formerZone
    database.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const registrationEvents = () =>
    events.flatMap((entry) => (entry.event.kind === 'registration' ? [{ ...entry, ...entry.event }] : []))
  const notified = (monitorId: string) =>
    events.filter((entry) => entry.monitorId === monitorId && happeningOf(entry))

  it('pass in seconds', () => {
    expect(points.length).toBeGreaterThan(15_000)
    expect(tookMs).toBeLessThan(60_000)
    expect(complaints).toEqual([])
  })

  it('hold no false Lapsed and no false Late', () => {
    const lapsed = registrationEvents().filter((event) => event.to === 'lapsed')
    expect(lapsed.length).toBeGreaterThan(0)
    for (const event of lapsed) expect(event.ageMs).toBeGreaterThan(600_000)
    for (const event of registrationEvents().filter(({ to }) => to === 'late')) {
      expect(event.ageMs).toBeGreaterThan(330_000)
      expect(event.ageMs).toBeLessThanOrEqual(600_000)
    }
    for (const event of registrationEvents().filter(({ to }) => to === 'fresh'))
      expect(event.ageMs).toBeLessThanOrEqual(330_000)
  })

  it('see Late and Lapsed at the boundary itself, where somebody was looking', () => {
    const late = registrationEvents().filter((event) => event.from === 'fresh' && event.to === 'late')
    const lapsed = registrationEvents().filter((event) => event.from === 'late' && event.to === 'lapsed')
    expect(late.length).toBeGreaterThanOrEqual(3)
    expect(lapsed.length).toBeGreaterThanOrEqual(2)
    // The platform's clock runs 200 ppm fast: our millisecond may be rounded into its next.
    for (const event of late) expect((event.ageMs ?? 0) - 330_000).toBeLessThanOrEqual(20)
    for (const event of lapsed) expect((event.ageMs ?? 0) - 600_000).toBeLessThanOrEqual(70)
  })

  it('tell each loss that could be seen once, and its end once', () => {
    const told = notified('registration').map((entry) => entry.event.kind)
    // 20 minutes on day 0, six hours on day 2, and the one that began in sleep on day 3.
    expect(told).toEqual(Array.from({ length: 3 }, () => ['incident-opened', 'incident-closed']).flat())
  })

  it('tell each outage of the API once, with its first bad point as its start; the slip is none', () => {
    const told = notified('api').filter((entry) => entry.trueAt < FLAPPING.from)
    expect(told.map((entry) => entry.event.kind)).toEqual(
      Array.from({ length: 2 }, () => ['incident-opened', 'incident-closed']).flat(),
    )
    const opened = told.flatMap((entry) =>
      entry.event.kind === 'incident-opened' ? [{ ...entry, since: entry.event.incident.since }] : [],
    )
    for (const [index, outage] of [API_OUTAGES[0], API_OUTAGES[2]].entries()) {
      const entry = opened[index]
      const since = (entry?.trueAt ?? 0) - ((entry?.at ?? 0) - (entry?.since ?? 0))
      expect(since).toBeGreaterThanOrEqual(outage?.from ?? 0)
      expect(since).toBeLessThanOrEqual((outage?.from ?? 0) + 80 * SECOND)
      // Two points, one interval apart.
      expect((entry?.trueAt ?? 0) - since).toBeLessThanOrEqual(80 * SECOND)
    }
  })

  it('tell of flapping once and of its end once, however often it changed', () => {
    const told = notified('api').filter((entry) => entry.trueAt >= FLAPPING.from)
    const kinds = told.map((entry) => entry.event.kind)
    expect(kinds.filter((kind) => kind === 'flapping')).toHaveLength(1)
    expect(kinds.at(-1)).toMatch(/settled|incident-closed/)
    const during = told.filter(
      (entry) => entry.trueAt > FLAPPING.from + 20 * MINUTE && entry.trueAt < FLAPPING.to,
    )
    expect(during).toEqual([])
  })

  it('tell nothing at all of what was never down', () => {
    expect(events.filter((entry) => entry.monitorId === 'manager')).toEqual([])
  })

  it('have the uptime that an independent count of the points gives', () => {
    const now = clock.now()
    for (const { id } of monitors) {
      const own = points.filter((point) => point.monitorId === id)
      const good = own.filter((point) => point.outcome === 'good').length
      const bad = own.filter((point) => point.outcome === 'bad').length
      const figures = heartbeat.samples.figures(id, now - 8 * DAY, now + DAY, now)
      expect({ id, good: figures.good, bad: figures.bad, uptime: figures.uptime }).toEqual({
        id,
        good,
        bad,
        uptime: good / (good + bad),
      })
      for (const span of [HOUR, DAY] as const) {
        const rolled = heartbeat.samples.history(id, span, 0, now + DAY)
        expect(rolled.reduce((sum, { good }) => sum + good, 0)).toBe(good)
        expect(rolled.reduce((sum, { bad }) => sum + bad, 0)).toBe(bad)
      }
    }
    // True share of the time awake that the API was down, within what the points can know.
    const figures = heartbeat.samples.figures('api', now - 8 * DAY, now + DAY, now)
    expect(figures.uptime).toBeGreaterThan(0.95)
    expect(figures.uptime).toBeLessThan(0.99)
  })

  it('have days of 24 hours in UTC, daylight saving or not', () => {
    expect(new Date(Date.UTC(2026, 2, 29, 12)).getHours()).toBe(14)
    for (const day of heartbeat.samples.history('manager', DAY, 0, clock.now()))
      expect(day.from % DAY).toBe(0)
  })

  it('have no point from sleep, and no burst after it', () => {
    for (const { id } of monitors) {
      const own = points.filter((point) => point.monitorId === id)
      const tooClose = own.filter((point, index) => {
        const before = own[index - 1]
        return before !== undefined && point.passed - before.passed < SECOND && id !== 'registration'
      })
      expect(tooClose).toEqual([])
    }
    const perSecond = new Map<number, number>()
    for (const point of points.filter(({ monitorId }) => monitorId !== 'registration')) {
      const second = Math.floor(point.passed / SECOND)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(2)
    const manager = points.filter((point) => point.monitorId === 'manager')
    const awake = 7 * DAY - slept
    expect(manager.length).toBeLessThanOrEqual((awake / MINUTE) * 1.05)
    expect(manager.length).toBeGreaterThanOrEqual((awake / MINUTE) * 0.95)
  })

  it('leave offline time unobserved, except for this machine itself', () => {
    const offline = { from: 2 * DAY + 12 * HOUR, to: 2 * DAY + 12 * HOUR + 47 * MINUTE }
    const during = points.filter((point) => point.trueAt >= offline.from && point.trueAt < offline.to)
    expect(new Set(during.map((point) => point.monitorId))).toEqual(new Set(['manager']))
  })
})
