import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { HeartbeatStatus, MonitorView } from '#shared/contract/heartbeat.ts'
import { type MonitorKind, monitorId } from '#shared/domain/monitors.ts'
import { consoleRig, problemOf, type RigOptions } from '../../../tests/support/console-rig.ts'
import { type FakeOpenCti, fakeOpenCti } from '../../../tests/support/fake-opencti.ts'
import { memorySecretStore } from '../../../tests/support/memory-secret-store.ts'
import { createTestPower } from '../../../tests/support/power.ts'
import { WallClock } from '../../../tests/support/wall-clock.ts'
import type { Notice } from '../ports/notifier.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function setup(options: RigOptions = {}) {
  const clock = new WallClock()
  const notices: Notice[] = []
  const rig = consoleRig({ clock, notifier: { show: (notice) => notices.push(notice) }, ...options })
  ends.push(() => rig.console.dispose())
  await rig.client.settings.change({ localPlatform: false })
  await rig.console.start()
  const platform = await fakeOpenCti()
  ends.push(() => platform.close())
  const connectionId = await rig.connect(platform.url)
  let status = {} as HeartbeatStatus
  const reader = await rig.client.heartbeat.watch()
  void (async () => {
    for await (const next of reader) status = next
  })()

  /** The status once it is as wanted; the clock moves as slowly as the answers come in. */
  async function seen(wanted: (status: HeartbeatStatus) => boolean): Promise<HeartbeatStatus> {
    for (;;) {
      if (status.monitors && wanted(status)) return status
      await clock.pass(1_000, () => new Promise((resolve) => setImmediate(resolve)))
    }
  }
  const monitor = (status: HeartbeatStatus, kind: MonitorKind): MonitorView | undefined =>
    status.monitors.find(({ id }) => id === monitorId(kind, connectionId))
  return { clock, notices, rig, platform, connectionId, seen, monitor }
}

const unwell = (platform: FakeOpenCti, operation: string, status: number, headers = {}): void => {
  platform.misbehave = (asked, response) => {
    if (asked.operation !== operation) return false
    response.writeHead(status, headers).end()
    return true
  }
}

describe('the heartbeat of a connection', () => {
  it('begins when the connection comes and ends when it goes, with everything that was kept of it', async () => {
    const { rig, connectionId, seen, monitor } = await setup()
    const up = await seen((status) => monitor(status, 'api')?.state === 'up')
    expect(monitor(up, 'api')).toMatchObject({
      version: '7.260401.0',
      last: { outcome: 'good', failure: null },
      registration: null,
      quiet: null,
    })
    const { figures } = await rig.client.heartbeat.history({
      monitorId: monitorId('api', connectionId),
      range: 'day',
    })
    expect(figures).toMatchObject({ bad: 0, uptime: 1 })
    await rig.client.connections.remove({ id: connectionId })
    await seen((status) => status.monitors.length === 0)
    const after = await rig.client.heartbeat.history({
      monitorId: monitorId('api', connectionId),
      range: 'day',
    })
    expect(after.figures).toMatchObject({ good: 0, uptime: null })
  })

  it('does not show what this platform does not have', async () => {
    const { seen, monitor } = await setup()
    const status = await seen((found) => monitor(found, 'api')?.state === 'up' && !monitor(found, 'health'))
    expect(status.monitors.map(({ kind }) => kind)).toEqual(['api'])
  })

  it('tells of an outage once and of its end once, and the connection’s state follows', async () => {
    const { rig, platform, notices, seen, monitor } = await setup()
    await seen((status) => monitor(status, 'api')?.state === 'up')
    unwell(platform, 'Liveness', 503)
    const down = await seen((status) => monitor(status, 'api')?.state === 'down')
    expect(monitor(down, 'api')).toMatchObject({ last: { outcome: 'bad', failure: 'http-status' } })
    expect(down.incidents).toHaveLength(1)
    platform.misbehave = () => false
    await seen(({ incidents }) => incidents.length === 0)
    expect(notices).toMatchObject([
      { title: 'Test · API', urgency: 'critical' },
      { title: 'Test · API', urgency: 'normal', id: notices[0]?.id },
    ])
    const page = await rig.client.heartbeat.incidents({ before: null, limit: 10, connectionId: null })
    expect(page.incidents).toMatchObject([{ closedAt: expect.any(Number), down: [] }])
    const { entries } = await rig.client.heartbeat.journal({ before: null, limit: 1, connectionId: null })
    expect(entries).toMatchObject([{ event: { kind: 'incident-closed' } }])
  })

  it('takes a refused token, a plea to be slower and a locked door as our own matter', async () => {
    const { platform, seen, monitor, notices } = await setup()
    platform.misbehave = ({ operation }, response) => {
      if (operation === 'Liveness') {
        response.end(JSON.stringify({ errors: [{ extensions: { code: 'AUTH_REQUIRED' } }] }))
        return true
      }
      if (operation === 'GET /health') {
        response.writeHead(401).end('{"status":"unauthorized"}')
        return true
      }
      return false
    }
    const status = await seen((found) => {
      return monitor(found, 'api')?.last != null && monitor(found, 'health')?.last != null
    })
    expect(monitor(status, 'api')).toMatchObject({
      state: 'unknown',
      last: { outcome: 'unobserved', failure: 'wrong-token' },
    })
    expect(monitor(status, 'health')).toMatchObject({
      state: 'unknown',
      last: { failure: 'health-key-missing' },
    })
    unwell(platform, 'Liveness', 429, { 'retry-after': '300' })
    const since = monitor(status, 'api')?.last?.at ?? 0
    const slower = await seen((found) => monitor(found, 'api')?.last?.failure === 'rate-limited')
    const first = monitor(slower, 'api')?.last?.at ?? 0
    expect(first).toBeGreaterThan(since)
    platform.misbehave = () => false
    const well = await seen((found) => monitor(found, 'api')?.state === 'up')
    expect((monitor(well, 'api')?.last?.at ?? 0) - first).toBeGreaterThanOrEqual(300_000)
    expect(notices).toEqual([])
  })

  it('asks /health with a key of the keychain, encoded, and as nobody', async () => {
    const keychain = memorySecretStore()
    const { rig, platform, connectionId, seen, monitor } = await setup({ keychain })
    const addresses: (string | undefined)[] = []
    platform.misbehave = ({ operation, authorization }, response) => {
      if (operation !== 'GET /health') return false
      addresses.push(response.req.url)
      expect(authorization).toBeUndefined()
      response.writeHead(response.req.url?.includes('health_access_key=a%2Bb%26c') ? 200 : 401).end()
      return true
    }
    await rig.client.heartbeat.setHealthKey({ connectionId, key: 'wrong' })
    await seen((status) => monitor(status, 'health')?.last?.failure === 'health-key-wrong')
    await rig.client.heartbeat.setHealthKey({ connectionId, key: 'a+b&c' })
    await seen((status) => monitor(status, 'health')?.state === 'up')
    await rig.client.connections.remove({ id: connectionId })
    await expect.poll(() => [...keychain.items.keys()].filter((key) => key.endsWith('/health'))).toEqual([])
  })

  it('says that nobody looks while the machine sleeps or has no network', async () => {
    const power = createTestPower()
    const { seen, monitor } = await setup({ power })
    await seen((status) => monitor(status, 'api')?.state === 'up')
    power.tell('suspend')
    const asleep = await seen(({ observer }) => observer === 'asleep')
    expect(monitor(asleep, 'api')).toMatchObject({ state: 'unknown' })
    power.tell('resume')
    await seen((status) => status.observer === 'watching' && monitor(status, 'api')?.state === 'up')
    power.tell('offline')
    // The fake is on this machine: it stays watched.
    const offline = await seen(({ observer }) => observer === 'offline')
    expect(monitor(offline, 'api')).toMatchObject({ state: 'up' })
  })

  it('is silent in a maintenance window, and says so', async () => {
    const { rig, platform, clock, connectionId, seen, monitor, notices } = await setup()
    await seen((status) => monitor(status, 'api')?.state === 'up')
    const quiet = {
      id: 'q1',
      kind: 'maintenance' as const,
      monitorId: null,
      from: clock.now(),
      to: clock.now() + 3_600_000,
      note: 'Upgrade',
    }
    await rig.client.heartbeat.keepQuiet(quiet)
    unwell(platform, 'Liveness', 503)
    const down = await seen((status) => monitor(status, 'api')?.state === 'down')
    expect(monitor(down, 'api')?.quiet).toBe('maintenance')
    expect(down.quietTimes).toEqual([quiet])
    expect(notices).toEqual([])
    await rig.client.heartbeat.endQuiet({ id: 'q1' })
    await seen(({ incidents }) => incidents.length === 1)
    const { figures } = await rig.client.heartbeat.history({
      monitorId: monitorId('api', connectionId),
      range: 'day',
    })
    expect(figures.maintenance).toBeGreaterThan(0)
    expect(await problemOf(rig.client.heartbeat.keepQuiet({ ...quiet, to: quiet.from }))).toMatchObject({
      code: 'bad-input',
    })
  })

  it('begins its history anew when the old one is damaged, and keeps that aside', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-damaged-'))
    writeFileSync(join(folder, 'heartbeat.sqlite'), 'this was a database once'.repeat(500))
    const { rig, seen, monitor } = await setup({ folder })
    await seen((status) => monitor(status, 'api')?.state === 'up')
    expect(readdirSync(folder)).toContain('heartbeat.sqlite.damaged-1')
    expect(rig.lines.join()).toContain('moved aside')
  })

  it('gives every point of a history, also where nothing was seen', async () => {
    const { rig, connectionId } = await setup()
    const day = await rig.client.heartbeat.history({
      monitorId: monitorId('api', connectionId),
      range: 'day',
    })
    expect(day.points).toHaveLength(288)
    const week = await rig.client.heartbeat.history({ monitorId: 'never/seen', range: 'week' })
    expect(week.points).toHaveLength(168)
    expect(week.figures.uptime).toBeNull()
    expect(await problemOf(rig.client.heartbeat.lookNow({ monitorId: 'never/seen' }))).toMatchObject({
      code: 'bad-input',
    })
  })
})
