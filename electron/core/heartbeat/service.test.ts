import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '#base/logger.ts'
import type { Database } from '#base/sqlite.ts'
import { percentile, type Transition } from '#shared/domain/heartbeat.ts'
import { createTestPower } from '../../../tests/support/power.ts'
import { WallClock } from '../../../tests/support/wall-clock.ts'
import { openHeartbeatDatabase } from './database.ts'
import { happeningOf } from './happening.ts'
import { createIncidents } from './incidents.ts'
import { createJournal, type JournalEntry } from './journal.ts'
import type { Monitor, Reading } from './monitor.ts'
import type { Sample } from './samples.ts'
import { createHeartbeat } from './service.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const GOOD: Reading = { outcome: 'good', latencyMs: 50 }
const DOWN: Reading = { outcome: 'bad', failure: 'refused', unreached: true }
const BROKEN: Reading = { outcome: 'bad', failure: 'http-500', unreached: false }

let folder: string
let database: Database
let clock: WallClock
let power: ReturnType<typeof createTestPower>
let events: JournalEntry[]
let points: Sample[]
let complaints: string[]
let service: ReturnType<typeof createHeartbeat>
let ids = 0

const start = () => {
  database = openHeartbeatDatabase(join(folder, 'heartbeat.sqlite'))
  return createHeartbeat({
    database,
    clock,
    random: () => 0.5,
    newId: () => `incident-${ids++}`,
    power,
    log: createLogger('test', { write: (line) => complaints.push(line) }),
    onPoint: (sample) => points.push(sample),
    onEvent: (entry) => events.push(entry),
  })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-heartbeat-'))
  clock = new WallClock()
  power = createTestPower()
  events = []
  points = []
  complaints = []
  service = start()
})
afterEach(() => {
  service.stop()
  if (database.isOpen) database.close()
  rmSync(folder, { recursive: true, force: true })
})

const monitor = (
  id: string,
  reading: () => Reading | Promise<Reading>,
  more: Partial<Monitor> = {},
): Monitor => ({
  id,
  target: `https://${id}.example.org`,
  needsNetwork: true,
  everyMs: MINUTE,
  timeoutMs: 10_000,
  probe: async () => reading(),
  ...more,
})
const kinds = (): string[] => events.map((entry) => entry.event.kind)
const minutes = (count: number): Promise<void> => clock.pass(count * MINUTE)

describe('one incident, not N', () => {
  it('is what goes down together behind one target', async () => {
    let state: Reading = GOOD
    const same = { target: 'https://opencti.example.org' }
    service.watch(['health', 'api', 'module'].map((id) => monitor(id, () => state, same)))
    await minutes(3)
    state = DOWN
    await minutes(4)
    expect(kinds()).toEqual(['incident-opened', 'incident-grown', 'incident-grown'])
    expect(service.incidents()).toMatchObject([
      { cause: { kind: 'target', target: same.target }, down: ['health', 'api', 'module'] },
    ])
    state = GOOD
    await minutes(4)
    expect(kinds().slice(3)).toEqual(['incident-closed'])
    expect(events.filter((entry) => happeningOf(entry))).toHaveLength(2)
    expect(service.incidents()).toEqual([])
  })

  it('is the network when nothing beyond this machine is reached', async () => {
    let state: Reading = GOOD
    service.watch([
      monitor('one', () => state),
      monitor('two', () => state),
      monitor('three', () => state),
      monitor('local', () => GOOD, { needsNetwork: false, target: 'http://127.0.0.1:4000' }),
    ])
    await minutes(3)
    state = DOWN
    await minutes(4)
    expect(events.filter((entry) => happeningOf(entry)).length).toBe(1)
    expect(service.incidents()).toMatchObject([{ cause: { kind: 'network' }, down: ['one', 'two', 'three'] }])
  })

  it('is two where two things fail for themselves', async () => {
    const states: Record<'one' | 'two' | 'three', Reading> = { one: GOOD, two: GOOD, three: GOOD }
    service.watch([
      monitor('one', () => states.one),
      monitor('two', () => states.two),
      monitor('three', () => states.three),
    ])
    await minutes(3)
    states.one = DOWN
    states.two = BROKEN
    await minutes(4)
    expect(kinds()).toEqual(['incident-opened', 'incident-opened'])
    expect(service.incidents().map(({ cause }) => cause.kind)).toEqual(['monitor', 'monitor'])
  })

  it('is closed with its last monitor, also when that is watched no more', async () => {
    const sick = monitor('sick', () => DOWN)
    service.watch([sick, monitor('well', () => GOOD)])
    await minutes(4)
    expect(kinds()).toEqual(['incident-opened'])
    service.watch([])
    expect(kinds()).toEqual(['incident-opened', 'incident-closed'])
    expect(service.journal.openIncidents()).toEqual([])
  })
})

describe('what is down already', () => {
  it('opens nothing again and grows nothing', () => {
    const incidents = createIncidents(createJournal(database), () => 'one')
    const surroundings = { targets: new Map(), remote: new Set<string>(), unreached: new Set<string>() }
    const tell = (news: Transition) =>
      incidents.tell(
        monitor('m', () => DOWN),
        news,
        true,
        surroundings,
      )
    const down = { kind: 'down', since: 1, confirmedAt: 2 } as const
    expect(tell(down)).toMatchObject({ kind: 'incident-opened' })
    expect(tell(down)).toBeNull()
    expect(tell({ kind: 'flapping', since: 3, confirmedAt: 3 })).toEqual({ kind: 'flapping', since: 3 })
    expect(tell({ ...down, kind: 'settled', state: 'down' })).toEqual({
      kind: 'settled',
      state: 'down',
      since: 1,
    })
    expect(tell({ ...down, kind: 'settled', state: 'up' })).toMatchObject({ kind: 'incident-closed' })
    expect(tell({ ...down, kind: 'recovered' })).toBeNull()
  })
})

describe('a restart', () => {
  it('tells nothing twice and closes what was open', async () => {
    let state: Reading = DOWN
    service.watch([monitor('api', () => state)])
    await minutes(4)
    expect(kinds()).toEqual(['incident-opened'])
    service.stop()
    database.close()
    clock.sleep(3 * 60 * MINUTE)
    service = start()
    service.watch([monitor('api', () => state)])
    expect(service.standingOf('api')?.probe.state).toBe('unknown')
    await minutes(4)
    expect(kinds()).toEqual(['incident-opened'])
    state = GOOD
    await minutes(4)
    expect(kinds()).toEqual(['incident-opened', 'incident-closed'])
  })
})

describe('quiet times', () => {
  it('mute: points count, nothing is told, and what still stands afterwards is told with its true start', async () => {
    let state: Reading = GOOD
    service.watch([monitor('api', () => state)])
    await minutes(3)
    const from = clock.now()
    service.quietTimes.put({
      id: 'q',
      kind: 'mute',
      monitorId: 'api',
      from,
      to: from + 10 * MINUTE,
      note: '',
    })
    state = DOWN
    await minutes(9)
    expect(events).toEqual([])
    expect(service.standingOf('api')?.probe.state).toBe('down')
    await minutes(3)
    expect(kinds()).toEqual(['incident-opened'])
    const opened = events[0]?.event
    expect(opened?.kind === 'incident-opened' && opened.incident.since - from).toBeLessThan(MINUTE)
    expect(service.samples.figures('api', 0, clock.now(), clock.now()).bad).toBeGreaterThan(9)
  })

  it('mute: an outage that came and went within is never told', async () => {
    let state: Reading = GOOD
    service.watch([monitor('api', () => state)])
    await minutes(3)
    const from = clock.now()
    service.quietTimes.put({ id: 'q', kind: 'mute', monitorId: null, from, to: from + 20 * MINUTE, note: '' })
    state = DOWN
    await minutes(5)
    state = GOOD
    await minutes(30)
    expect(events).toEqual([])
  })

  it('maintenance: points are kept, and count neither as good nor as bad', async () => {
    let state: Reading = GOOD
    service.watch([monitor('api', () => state)])
    await minutes(3)
    const good = service.samples.figures('api', 0, clock.now(), clock.now()).good
    const from = clock.now()
    const window = {
      id: 'w',
      kind: 'maintenance',
      monitorId: 'api',
      from,
      to: from + 10 * MINUTE,
      note: 'x',
    } as const
    service.quietTimes.put(window)
    state = DOWN
    await clock.pass(10 * MINUTE - 1)
    expect(service.samples.figures('api', 0, clock.now(), clock.now())).toMatchObject({
      good,
      bad: 0,
      uptime: 1,
      maintenance: points.filter((point) => point.maintenance).length,
    })
    expect(points.filter((point) => point.maintenance).length).toBeGreaterThanOrEqual(9)
    expect(service.quietTimes.list()).toEqual([window])
    service.quietTimes.remove('w')
    expect(service.quietTimes.at('api', from)).toBeNull()
  })

  it('hold from their first to before their last millisecond, maintenance before mute, and never backwards', () => {
    const window = { id: 'a', kind: 'mute', monitorId: null, from: 1_000, to: 2_000, note: '' } as const
    service.quietTimes.put(window)
    service.quietTimes.put({ ...window, id: 'b', kind: 'maintenance', monitorId: 'api', from: 1_500 })
    expect([999, 1_000, 1_499, 1_500, 1_999, 2_000].map((at) => service.quietTimes.at('api', at))).toEqual([
      null,
      'mute',
      'mute',
      'maintenance',
      'maintenance',
      null,
    ])
    expect(service.quietTimes.at('other', 1_600)).toBe('mute')
    expect(() => service.quietTimes.put({ ...window, to: 1_000 })).toThrow(RangeError)
  })
})

describe('a look', () => {
  it('that reached nobody is repeated within the point: a lost packet is no bad point', async () => {
    const answers = [DOWN, GOOD]
    service.watch([monitor('api', () => answers.shift() ?? GOOD)])
    await minutes(3)
    expect(points.every((point) => point.outcome === 'good')).toBe(true)
    expect(answers).toEqual([])
  })

  it('at what is known to be down is one look a point', async () => {
    let looks = 0
    service.watch([
      monitor('api', () => {
        looks += 1
        return DOWN
      }),
    ])
    await minutes(4)
    const before = { looks, points: points.length }
    await minutes(60)
    expect(looks - before.looks).toBe(points.length - before.points)
  })

  it('that hangs ends with its deadline, heeds it or not', async () => {
    service.watch([monitor('api', () => new Promise<Reading>(() => {}))])
    await minutes(3)
    expect(points[0]).toMatchObject({ outcome: 'bad', failure: 'timeout' })
    expect(points.length).toBeGreaterThanOrEqual(2)
  })

  it('that throws is our own failure, and says nothing of the other side', async () => {
    service.watch([
      monitor('api', () => {
        throw new TypeError('private words')
      }),
    ])
    await minutes(5)
    expect(points[0]).toMatchObject({ outcome: 'unobserved', failure: 'TypeError' })
    expect(JSON.stringify(points)).not.toContain('private')
    expect(events).toEqual([])
    expect(service.samples.figures('api', 0, clock.now(), clock.now()).uptime).toBeNull()
  })

  it('that is asked to wait waits, an hour at most', async () => {
    let wait = 10 * MINUTE
    let looks = 0
    service.watch([
      monitor('api', () => {
        looks += 1
        return { outcome: 'unobserved', why: 'rate-limited', retryAfterMs: wait }
      }),
    ])
    await minutes(1)
    expect(looks).toBe(1)
    await minutes(9)
    expect(looks).toBe(1)
    wait = 1_000 * 60 * MINUTE
    await minutes(1)
    expect(looks).toBe(2)
    await minutes(61)
    expect(looks).toBe(3)
  })

  it('tells a changed version once', async () => {
    let version: string | null = '7.261101.0'
    service.watch([monitor('api', () => ({ outcome: 'good', latencyMs: 5, version }))])
    await minutes(3)
    version = null
    await minutes(3)
    version = '7.261115.0'
    await minutes(3)
    expect(events.map((entry) => entry.event)).toEqual([
      { kind: 'version', from: '7.261101.0', to: '7.261115.0' },
    ])
  })

  it('is lost and told of when the disk is full, and the next one comes', async () => {
    service.watch([monitor('api', () => GOOD)])
    await minutes(1)
    const before = points.length
    database.exec('PRAGMA query_only = ON')
    await minutes(3)
    expect(points.length).toBe(before)
    expect(complaints.join('')).toContain('A heartbeat was not kept')
    database.exec('PRAGMA query_only = OFF')
    await minutes(3)
    expect(points.length).toBeGreaterThan(before)
  })
})

describe('a registration', () => {
  it('turns late and lapsed at the boundary, is told once, and is unknown when we cannot read it', async () => {
    let lastSuccess: number | null = clock.now()
    let readable = true
    service.watch([
      monitor('registration', () =>
        readable
          ? {
              outcome: 'registration',
              ageMs: lastSuccess === null ? null : clock.now() - lastSuccess,
              latencyMs: 5,
            }
          : DOWN,
      ),
    ])
    await minutes(12)
    const changes = events.flatMap((entry) =>
      entry.event.kind === 'registration' ? [{ to: entry.event.to, age: entry.at - (lastSuccess ?? 0) }] : [],
    )
    expect(changes.slice(1)).toEqual([
      { to: 'late', age: 330_001 },
      { to: 'lapsed', age: 600_001 },
    ])
    readable = false
    await minutes(5)
    expect(service.standingOf('registration')?.registration?.state).toBe('unknown')
    readable = true
    await minutes(3)
    expect(events.filter((entry) => happeningOf(entry)).map(({ event }) => event.kind)).toEqual([
      'incident-opened',
    ])
    lastSuccess = clock.now()
    await minutes(2)
    expect(kinds().at(-1)).toBe('incident-closed')
    lastSuccess = null
    await minutes(3)
    expect(service.standingOf('registration')?.registration?.state).toBe('never')
  })
})

describe('figures', () => {
  const fill = (count: number, from: number): number[] => {
    const latencies: number[] = []
    for (let index = 0; index < count; index += 1) {
      const latencyMs = 10 + ((index * 7_919) % 4_000)
      latencies.push(latencyMs)
      const base = { monitorId: 'm', failure: null, maintenance: false }
      service.samples.add({
        ...base,
        at: from + index * MINUTE,
        outcome: index % 10 === 3 ? 'bad' : 'good',
        latencyMs,
      })
    }
    return latencies.toSorted((a, b) => a - b)
  }

  it('have percentiles at most 5 % too high, and exact ones from the points', () => {
    const from = Math.floor(clock.now() / DAY) * DAY
    const sorted = fill(1_440, from)
    const figures = service.samples.figures('m', from, from + DAY, from + DAY)
    for (const percent of [50, 95, 99] as const) {
      const exact = percentile(sorted, percent) ?? 0
      expect(service.samples.exactLatency('m', percent, from, from + DAY)).toBe(exact)
      const rough = figures[`p${percent}`] ?? 0
      expect(rough).toBeGreaterThanOrEqual(exact)
      expect(rough).toBeLessThanOrEqual(exact * 1.051)
    }
    expect(service.samples.exactLatency('nobody', 50, from, from + DAY)).toBeNull()
    expect(figures).toMatchObject({ good: 1_296, bad: 144, uptime: 0.9 })
  })

  it('add up over the grains, and outlive the finer ones', () => {
    const from = Math.floor(clock.now() / DAY) * DAY
    fill(2_880, from)
    const sum = (span: 60_000 | 3_600_000 | 86_400_000): number =>
      service.samples.history('m', span, from, from + 2 * DAY).reduce((total, { good }) => total + good, 0)
    expect([sum(60_000), sum(3_600_000), sum(86_400_000)]).toEqual([2_592, 2_592, 2_592])
    expect(service.samples.history('m', 3_600_000, from, from + 2 * DAY)).toHaveLength(48)
    const later = from + 30 * DAY
    service.samples.prune(later)
    expect(service.samples.recent('m', 0)).toEqual([])
    expect([sum(60_000), sum(3_600_000), sum(86_400_000)]).toEqual([0, 2_592, 2_592])
    expect(service.samples.figures('m', from, from + 2 * DAY, later)).toMatchObject({
      good: 2_592,
      uptime: 0.9,
    })
    service.forget('m')
    expect(sum(86_400_000)).toBe(0)
  })
})
