import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { MemoryOrchestrator, MemoryPlatform } from '../../../tests/support/composer-fakes.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { OrchestratorError } from '../orchestrators/orchestrator.ts'
import { PlatformError } from '../platforms/platform.ts'
import { type Engine, startEngine } from './engine.ts'
import { RefusedConfiguration } from './environment.ts'
import type { EngineEvent } from './events.ts'
import { containerName, ownershipLabels } from './names.ts'
import type { EngineParts } from './parts.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND

let clock: DrivenClock
let platform: MemoryPlatform
let orchestrator: MemoryOrchestrator
let events: EngineEvent[]
let engine: Engine | null

beforeEach(() => {
  clock = new DrivenClock()
  platform = new MemoryPlatform(() => clock.now())
  orchestrator = new MemoryOrchestrator(() => clock.now())
  events = []
})
afterEach(async () => {
  const stopping = engine?.stop()
  engine = null
  await clock.pass(MINUTE)
  await stopping
})

/** Starts the engine and lets it take its first steps. */
async function begin(changes: Partial<EngineParts> = {}): Promise<Engine> {
  engine = startEngine({
    platform,
    orchestrator,
    identity: { id: 'm', name: 'manager', key: {} as never },
    clock,
    random: () => 0.5,
    schedule: {
      executeMs: 10 * SECOND,
      pingMs: 60 * SECOND,
      logsMs: 10 * SECOND,
      healthMs: 30 * SECOND,
      pullDeadlineMs: 10 * MINUTE,
      graceMs: 20 * SECOND,
    },
    concurrency: 4,
    crashLoopRestarts: 10,
    specOf: (connector, name) => ({
      platform: 'opencti',
      connectorId: connector.id,
      name: name || containerName(connector.name),
      image: connector.image,
      hash: connector.hash,
      environment: [],
      labels: ownershipLabels('m', 'opencti', connector.id),
      running: connector.requested === 'starting',
      proxyCa: null,
    }),
    emit: (event) => void events.push(event),
    ...changes,
  })
  await pass(3 * SECOND)
  return engine
}

/** The clock moves in small steps, so that promises settle as they would. */
async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 500) {
    await clock.pass(Math.min(500, ms - at))
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
}

const of = (type: EngineEvent['type']): EngineEvent[] => events.filter((event) => event.type === type)

describe('lifecycle', () => {
  it('asks for the version, registers, pings, and only then touches connectors', async () => {
    platform.want('a')
    await begin()
    expect(platform.calls.slice(0, 4)).toEqual(['version', 'register', 'ping', 'connectors'])
    await pass(2 * MINUTE)
    expect(platform.count('register')).toBe(1)
    expect(platform.count('ping')).toBe(3)
  })

  it('registers again when the platform’s version changes, and when the platform forgot us', async () => {
    await begin()
    platform.release = '7.2'
    await pass(MINUTE)
    expect(platform.count('register')).toBe(2)
    platform.fault = (call) =>
      call === 'ping' ? new PlatformError('Cant find element to update', 'refused') : null
    await pass(MINUTE)
    platform.fault = () => null
    await pass(MINUTE)
    const count = platform.count('register')
    expect(count).toBeGreaterThanOrEqual(3)
    expect(engine?.status().lifecycle).toMatchObject({ registered: true, problem: null })
    await pass(5 * MINUTE)
    expect(platform.count('register')).toBe(count)
  })

  it('§9 b: backs off when it is refused, touches nothing, and says the way out', async () => {
    platform.want('a')
    const refusal = new PlatformError('Only one connector manager is supported per instance', 'refused')
    platform.fault = (call) => (call === 'register' ? refusal : null)
    await begin()
    await pass(30 * MINUTE)
    // XTM Composer asked many times a second; here at most one in 31 s on the average (random 0.5 of 60 s, and 1 s).
    expect(platform.count('register')).toBeLessThan(70)
    expect(platform.count('connectors')).toBe(0)
    expect(orchestrator.calls).toEqual([])
    expect(engine?.status().lifecycle.problem).toContain('set manager.id to that id')
    platform.fault = () => null
    await pass(MINUTE + SECOND)
    expect(orchestrator.count('deploy a')).toBe(1)
  })

  it('waits as long as the platform asks', async () => {
    platform.fault = () => new PlatformError('HTTP 429', 'unreachable', 5 * MINUTE)
    await begin()
    await pass(5 * MINUTE - 10 * SECOND)
    expect(platform.calls).toEqual(['version'])
    platform.fault = () => null
    await pass(10 * SECOND)
    expect(platform.count('register')).toBe(1)
  })
})

describe('reconciling', () => {
  it('deploys, reports, starts, stops and removes as the platform asks', async () => {
    platform.want('a')
    platform.want('b')
    await begin()
    expect(platform.wanted.get('a')?.reported).toBe('started')
    platform.want('a', { requested: 'stopping' })
    await pass(12 * SECOND)
    expect(orchestrator.object('a').actual.state).toBe('stopped')
    expect(platform.wanted.get('a')?.reported).toBe('stopped')
    platform.want('a', { requested: 'starting' })
    await pass(12 * SECOND)
    expect(platform.wanted.get('a')?.reported).toBe('started')
    platform.wanted.delete('a')
    await pass(11 * SECOND)
    expect([...orchestrator.objects.values()].map(({ actual }) => actual.connectorId)).toEqual(['b'])
  })

  it('§9 k: acts on the state after a refresh, not on the old one’s', async () => {
    platform.want('a')
    await begin()
    platform.want('a', { hash: 'h2', requested: 'stopping' })
    await pass(25 * SECOND)
    expect(orchestrator.object('a').actual).toMatchObject({ hash: 'h2', state: 'stopped' })
    expect(orchestrator.count('stop a')).toBe(0)
    expect(platform.wanted.get('a')?.reported).toBe('stopped')
  })

  it('§9 j: fetches the image before it touches the old container, which goes on running when that fails', async () => {
    platform.want('a')
    await begin()
    orchestrator.arrival = () => Promise.reject(new OrchestratorError('manifest unknown', 404))
    platform.want('a', { hash: 'h2' })
    await pass(2 * MINUTE)
    expect(of('step-failed')).toContainEqual(
      expect.objectContaining({ step: 'replace', message: 'manifest unknown' }),
    )
    expect(orchestrator.calls.filter((call) => /^(stop|remove|replace) a/.test(call))).toEqual([])
    expect(orchestrator.object('a').actual).toMatchObject({ hash: 'h1', state: 'running' })
    orchestrator.arrival = () => Promise.resolve()
    await pass(2 * MINUTE)
    expect(orchestrator.object('a').actual).toMatchObject({ hash: 'h2', state: 'running' })
  })

  it('§9 d: one slow image and one failing connector do not hold the others up', async () => {
    platform.want('slow')
    platform.want('failing')
    for (let at = 0; at < 20; at++) platform.want(`c${at}`)
    orchestrator.arrival = (spec, signal) =>
      spec.connectorId === 'slow'
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve()
    orchestrator.fault = (call) => (call === 'deploy failing' ? new OrchestratorError('no', 500) : null)
    await begin()
    await pass(10 * SECOND)
    for (let at = 0; at < 20; at++) expect(platform.wanted.get(`c${at}`)?.reported).toBe('started')
    expect(orchestrator.count('list')).toBeGreaterThan(1)
    await pass(10 * MINUTE)
    expect(of('step-failed')).toContainEqual(
      expect.objectContaining({ connectorId: 'slow', message: 'the image did not arrive within 600 s' }),
    )
  })

  it('§9 g: a deploy that keeps failing is tried ever more seldom, and told once to its log', async () => {
    platform.want('a')
    orchestrator.fault = (call) => (call === 'deploy a' ? new OrchestratorError('port is taken', 500) : null)
    await begin()
    await pass(60 * MINUTE)
    expect(orchestrator.count('deploy a')).toBeLessThan(14)
    expect(orchestrator.count('deploy a')).toBeGreaterThan(5)
    expect(platform.logs).toHaveLength(1)
    expect(platform.logs[0]?.lines[0]).toContain('[composer] deploy failed: port is taken')
    // A corrected configuration does not wait for the old one's turn.
    orchestrator.fault = () => null
    platform.want('a', { hash: 'h2' })
    await pass(11 * SECOND)
    expect(orchestrator.object('a').actual.hash).toBe('h2')
  })

  it('makes anew what the engine refuses to start for the second time, and leaves it alone while the engine is away', async () => {
    platform.want('a', { requested: 'stopping' })
    await begin()
    await pass(20 * SECOND)
    let status: number | null = null
    orchestrator.fault = (call) =>
      call === 'start a' ? new OrchestratorError('task: already exists', status) : null
    platform.want('a', { requested: 'starting' })
    await pass(5 * MINUTE)
    expect(orchestrator.count('start a')).toBeGreaterThan(2)
    expect(orchestrator.count('replace a')).toBe(0)
    status = 500
    await pass(10 * MINUTE)
    expect(orchestrator.count('replace a')).toBe(1)
    // A first refusal may be a port that is about to be free.
    platform.want('b', { requested: 'stopping' })
    await pass(20 * SECOND)
    orchestrator.fault = (call) => (call === 'start b' ? new OrchestratorError('port is taken', 500) : null)
    platform.want('b', { requested: 'starting' })
    await pass(11 * SECOND)
    expect([orchestrator.count('start b'), orchestrator.count('replace b')]).toEqual([1, 0])
    await pass(MINUTE)
    expect([orchestrator.count('start b'), orchestrator.count('replace b')]).toEqual([2, 1])
    expect(orchestrator.object('a').actual.state).toBe('running')
    expect(platform.wanted.get('a')?.reported).toBe('started')
  })

  it('§9 u: refuses a connector whose secrets stay closed, tells its platform, and keeps what ran', async () => {
    platform.want('a')
    platform.want('b')
    let closed = false
    await begin({
      specOf: (connector, name) => {
        if (closed) throw new RefusedConfiguration(['API_KEY: not decryptable with this key'])
        return {
          platform: 'opencti',
          connectorId: connector.id,
          name,
          image: connector.image,
          hash: connector.hash,
          environment: [],
          labels: {},
          running: true,
          proxyCa: null,
        }
      },
    })
    closed = true
    platform.want('a', { hash: 'h2' })
    await pass(11 * SECOND)
    expect(orchestrator.count('replace a')).toBe(0)
    expect(orchestrator.object('a').actual).toMatchObject({ hash: 'h1', state: 'running' })
    expect(platform.logs.at(-1)?.lines.at(-1)).toContain(
      'replace refused: API_KEY: not decryptable with this key',
    )
  })

  it('§9 c: a failing list on either side changes nothing and the next cycle goes on', async () => {
    platform.want('a')
    await begin()
    const before = orchestrator.calls.filter((call) => /deploy|remove|stop|replace/.test(call)).length
    platform.wanted.clear()
    platform.fault = (call) => (call === 'connectors' ? new PlatformError('HTTP 500', 'unreachable') : null)
    await pass(60 * SECOND)
    platform.fault = () => null
    orchestrator.fault = (call) => (call === 'list' ? new OrchestratorError('gone', null) : null)
    await pass(60 * SECOND)
    expect(orchestrator.calls.filter((call) => /deploy|remove|stop|replace/.test(call))).toHaveLength(before)
    expect(engine?.status().reconcile.problem).toBe('orchestrator: gone')
    orchestrator.fault = () => null
    await pass(40 * SECOND)
    expect(orchestrator.objects.size).toBe(0)
  })

  it('§9 r: cycles that steps bring forward do not hurry the belief in a loss', async () => {
    for (const id of ['a', 'b', 'c', 'd']) platform.want(id)
    await begin()
    await pass(30 * SECOND)
    for (const id of ['a', 'b', 'c']) platform.wanted.delete(id)
    const gone = clock.now()
    for (let at = 0; at < 8; at++) {
      platform.want('d', { requested: at % 2 === 0 ? 'stopping' : 'starting' })
      engine?.nudge()
      await pass(1_500)
    }
    expect(engine?.status().removalsHeld).toHaveLength(3)
    expect(orchestrator.count('remove a')).toBe(0)
    while (orchestrator.count('remove a') === 0) await pass(SECOND)
    expect(clock.now() - gone).toBeGreaterThan(19 * SECOND)
    expect(clock.now() - gone).toBeLessThan(40 * SECOND)
  })

  it('§9 r: an empty list removes nothing for two cycles, and a person can say it is meant', async () => {
    for (const id of ['a', 'b', 'c']) platform.want(id)
    await begin()
    platform.wanted.clear()
    await pass(18 * SECOND)
    expect(orchestrator.objects.size).toBe(3)
    expect(engine?.status().removalsHeld).toHaveLength(3)
    expect(of('removal-held')).toHaveLength(1)
    engine?.confirmRemovals()
    await pass(2 * SECOND)
    expect(orchestrator.objects.size).toBe(0)
  })

  it('§9 r: a failed cycle in between begins the count anew', async () => {
    for (const id of ['a', 'b', 'c']) platform.want(id)
    await begin()
    platform.wanted.clear()
    await pass(20 * SECOND)
    expect(engine?.status().removalsHeld).toHaveLength(3)
    platform.fault = (call) => (call === 'connectors' ? new PlatformError('HTTP 500', 'unreachable') : null)
    await pass(10 * SECOND)
    platform.fault = () => null
    await pass(20 * SECOND)
    expect(orchestrator.objects.size).toBe(3)
    await pass(10 * SECOND)
    expect(orchestrator.objects.size).toBe(0)
  })

  it('does not act on a list that was read before a step ended', async () => {
    await begin()
    platform.want('a')
    let arrived = (): void => {}
    orchestrator.arrival = () =>
      new Promise((resolve) => {
        arrived = resolve
      })
    await pass(11 * SECOND)
    const list = orchestrator.list.bind(orchestrator)
    orchestrator.list = async () => {
      const before = await list()
      // The image arrives, and the connector is deployed, while this answer is on its way.
      arrived()
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      return before
    }
    await pass(10 * SECOND)
    orchestrator.list = list
    await pass(10 * SECOND)
    expect(orchestrator.count('prepare a')).toBe(1)
    expect(orchestrator.count('deploy a')).toBe(1)
  })

  it('counts its period from the start of a cycle', async () => {
    await begin()
    const list = orchestrator.list.bind(orchestrator)
    orchestrator.list = async () => {
      await new Promise<void>((resolve) => void clock.after(4 * SECOND, resolve))
      return list()
    }
    await pass(20 * SECOND)
    const before = orchestrator.count('list')
    await pass(100 * SECOND)
    expect(orchestrator.count('list') - before).toBe(10)
  })

  it('tells of a connector that cannot be deployed once, and keeps its object', async () => {
    platform.want('a')
    platform.want('b')
    await begin()
    platform.wanted.delete('a')
    platform.unusable = [{ id: 'a', name: 'a', reason: 'the contract has no image' }]
    await pass(60 * SECOND)
    expect(orchestrator.object('a').actual.state).toBe('running')
    expect(of('unusable')).toHaveLength(1)
    expect(
      platform.logs.filter(({ id, lines }) => id === 'a' && lines.at(-1)?.includes('no image')),
    ).not.toHaveLength(0)
    expect(engine?.observed().find(({ id }) => id === 'a')).toMatchObject({ state: 'running' })
    expect(platform.health.filter(({ id }) => id === 'a').length).toBeGreaterThanOrEqual(2)
  })

  it('costs one call a side a cycle, whatever the number of connectors', async () => {
    for (let at = 0; at < 300; at++) platform.want(`c${at}`)
    await begin()
    await pass(30 * SECOND)
    platform.calls.length = 0
    orchestrator.calls.length = 0
    await pass(100 * SECOND)
    const cycles = platform.count('connectors')
    expect(cycles).toBe(10)
    expect(orchestrator.count('list')).toBe(cycles)
    expect(platform.calls.filter((call) => call.startsWith('status'))).toEqual([])
  })
})

describe('evidence', () => {
  it('§9 a: each of thirty connectors has its health within 35 s and a new line within 15 s', async () => {
    const ids = Array.from({ length: 30 }, (_, at) => `c${at}`)
    for (const id of ids) platform.want(id)
    await begin()
    const began = clock.now()
    for (let second = 0; second < 300; second += 5) {
      for (const id of ids) orchestrator.object(id).lines.push(`at ${clock.now()}`)
      await pass(5 * SECOND)
    }
    for (const id of ids) {
      for (const [rounds, bar] of [
        [platform.health, 35],
        [platform.logs, 15],
      ] as const) {
        const times = rounds.filter((round) => round.id === id && round.at >= began).map(({ at }) => at)
        const gaps = [began, ...times, clock.now()].map((at, i, all) => at - (all[i - 1] ?? at))
        expect(Math.max(...gaps) / SECOND).toBeLessThanOrEqual(bar)
      }
    }
  })

  it('does not send unchanged logs again, and leaves a stopped connector alone after its last words', async () => {
    platform.want('a')
    await begin()
    await pass(60 * SECOND)
    expect(platform.logs).toHaveLength(1)
    orchestrator.object('a').lines.push('last words')
    platform.want('a', { requested: 'stopping' })
    await pass(60 * SECOND)
    expect(platform.logs.at(-1)?.lines).toEqual(['started', 'last words'])
    const asked = orchestrator.count('logs a')
    await pass(5 * MINUTE)
    expect(orchestrator.count('logs a')).toBe(asked)
  })

  it('sends again soon what was lost on its way, and does not press a platform that is sick', async () => {
    platform.want('a')
    await begin()
    await pass(MINUTE)
    const before = platform.health.length
    let lost = 0
    platform.fault = (call) =>
      call === 'health a' && lost++ === 0 ? new PlatformError('socket hang up', 'unreachable') : null
    await pass(2 * MINUTE)
    const times = platform.health.slice(before - 1).map(({ at }) => at)
    const gaps = times.slice(1).map((at, i) => at - (times[i] as number))
    expect(lost).toBeGreaterThan(1)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(37 * SECOND)
    platform.fault = (call) => (call === 'health a' ? new PlatformError('HTTP 500', 'unreachable') : null)
    platform.calls.length = 0
    await pass(10 * MINUTE)
    expect(platform.count('health a')).toBeLessThanOrEqual(22)
  })

  it('reports what is not healthy but restarting, with the flag of the requirements', async () => {
    platform.want('a')
    await begin({ crashLoopRestarts: 0 })
    orchestrator.change('a', { state: 'restarting' }, { restartCount: 4, startedAt: clock.now() })
    await pass(40 * SECOND)
    expect(platform.health.at(-1)).toMatchObject({ id: 'a', restartCount: 4, inRebootLoop: true })
    expect(platform.wanted.get('a')?.reported).toBe('started')
  })

  it('§9 m: stops what loops, says why, and tries again only when asked', async () => {
    platform.want('a')
    platform.want('fine')
    await begin()
    for (let restarts = 1; restarts <= 12; restarts++) {
      if (orchestrator.object('a').actual.state === 'stopped') break
      orchestrator.change(
        'a',
        { state: 'restarting' },
        { restartCount: restarts, startedAt: clock.now(), exitCode: 3 },
      )
      await pass(30 * SECOND)
    }
    expect(of('gave-up')).toHaveLength(1)
    expect(orchestrator.object('a').actual.state).toBe('stopped')
    expect(platform.wanted.get('a')?.reported).toBe('stopped')
    await pass(20 * MINUTE)
    expect(orchestrator.count('start a')).toBe(0)
    expect(platform.logs.findLast(({ id }) => id === 'a')?.lines.at(-1)).toMatch(
      /stopped after 1\d restarts.*exit code 3/,
    )
    platform.want('a', { requested: 'stopping' })
    await pass(20 * SECOND)
    platform.want('a', { requested: 'starting' })
    await pass(20 * SECOND)
    expect(orchestrator.object('a').actual.state).toBe('running')
    expect(orchestrator.object('fine').actual.state).toBe('running')
  })

  it('§9 m: stops again what it could not stop, and gives it up once', async () => {
    platform.want('a')
    await begin()
    let refused = 0
    orchestrator.fault = (call) =>
      call === 'stop a' && ++refused <= 2 ? new Error('the engine is away') : null
    for (let restarts = 1; orchestrator.object('a').actual.state !== 'stopped'; restarts += 5) {
      if (restarts > 100) break
      orchestrator.change('a', { state: 'restarting' }, { restartCount: restarts, startedAt: clock.now() })
      await pass(30 * SECOND)
    }
    expect(orchestrator.object('a').actual.state).toBe('stopped')
    expect(orchestrator.count('stop a')).toBe(3)
    expect(of('gave-up')).toHaveLength(1)
    await pass(60 * SECOND)
    expect(platform.logs.findLast(({ id }) => id === 'a')?.lines.at(-1)).toMatch(/in a crash loop/)
  })

  it('§9 m: says the last exit code that was seen, where it is caught in the middle of a run', async () => {
    platform.want('a')
    await begin()
    for (let restarts = 1; restarts < 60 && of('gave-up').length === 0; restarts += 4) {
      const exitCode = restarts < 6 ? 7 : null
      const state = exitCode === null ? 'running' : 'restarting'
      orchestrator.change('a', { state }, { restartCount: restarts, startedAt: clock.now(), exitCode })
      await pass(30 * SECOND)
    }
    expect(of('gave-up')).toMatchObject([{ message: expect.stringMatching(/crash loop, last exit code 7;/) }])
  })

  it('§9 m: counts its own starts where no engine restarts', async () => {
    platform.want('a')
    await begin()
    for (let round = 0; round < 40 && of('gave-up').length === 0; round++) {
      orchestrator.change('a', { state: 'stopped' })
      await pass(15 * SECOND)
    }
    expect(of('gave-up')).toHaveLength(1)
  })
})

describe('stopping', () => {
  it('§9 e: gives up pulls, ends the step under way, begins no other', async () => {
    platform.want('pulling')
    platform.want('creating')
    orchestrator.arrival = (spec, signal) =>
      spec.connectorId === 'pulling'
        ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : Promise.resolve()
    let created = (): void => {}
    await begin()
    orchestrator.latency = (call) =>
      call.startsWith('replace')
        ? new Promise((resolve) => {
            created = resolve
          })
        : Promise.resolve()
    platform.want('creating', { hash: 'h2' })
    await pass(11 * SECOND)
    const stopping = engine?.stop()
    engine = null
    await pass(SECOND)
    created()
    await pass(SECOND)
    expect(await stopping).toBe(true)
    expect(orchestrator.object('creating').actual.hash).toBe('h2')
    const made = [...platform.calls, ...orchestrator.calls].length
    await pass(10 * MINUTE)
    expect([...platform.calls, ...orchestrator.calls]).toHaveLength(made)
    expect(clock.pending).toBeLessThanOrEqual(1)
  })

  it('says when a step did not end within the grace', async () => {
    platform.want('a')
    await begin()
    orchestrator.latency = () => new Promise(() => {})
    platform.want('a', { requested: 'stopping' })
    await pass(11 * SECOND)
    const stopping = engine?.stop()
    engine = null
    await pass(21 * SECOND)
    expect(await stopping).toBe(false)
  })

  it('§9 f: a loop that hangs is not alive', async () => {
    await begin()
    expect(engine?.status().alive).toBe(true)
    orchestrator.list = () => new Promise(() => {})
    await pass(4 * MINUTE)
    expect(engine?.status().alive).toBe(false)
  })
})

describe('what it tells at first hand', () => {
  it('shows state, restarts, exit code, and what is wanted but not there', async () => {
    platform.want('runs')
    platform.want('waits')
    orchestrator.fault = (call) =>
      call.startsWith('deploy') && call.includes('waits') ? new OrchestratorError('no space left', 500) : null
    const { observed } = await begin()
    await clock.pass(40 * SECOND)
    orchestrator.change(
      'runs',
      { state: 'restarting', reason: 'Restarting (3)' },
      { restartCount: 2, exitCode: 3 },
    )
    await clock.pass(40 * SECOND)
    const [runs, waits] = ['runs', 'waits'].map((id) => observed().find((one) => one.id === id))
    expect(runs).toMatchObject({
      state: 'restarting',
      reason: 'Restarting (3)',
      health: { restarts: 2, exitCode: 3, inLoop: false },
      givenUp: false,
      notice: null,
    })
    expect(clock.now() - (runs?.seenAt ?? 0)).toBeLessThanOrEqual(10 * SECOND)
    expect(waits).toMatchObject({ state: 'absent', health: null })
    expect(waits?.notice).toContain('[composer] deploy failed: no space left')
  })
})

it('gives a pull up when another configuration is wanted meanwhile, or none', async () => {
  const given: string[] = []
  orchestrator.arrival = ({ image, connectorId }, signal) =>
    image === 'mistyped:1'
      ? new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            given.push(connectorId)
            reject(signal.reason)
          })
        })
      : Promise.resolve()
  platform.want('a', { image: 'mistyped:1' })
  platform.want('b', { image: 'mistyped:1' })
  platform.want('c')
  await begin()
  expect(orchestrator.count('prepare a')).toBe(1)
  platform.want('a', { image: 'image:2', hash: 'h2' })
  platform.wanted.delete('b')
  await pass(25 * SECOND)
  expect(given.sort()).toEqual(['a', 'b'])
  expect(orchestrator.object('a').actual).toMatchObject({ hash: 'h2', state: 'running' })
  expect(of('step-failed')).toEqual([])
  expect(platform.logs.filter(({ lines }) => lines.some((line) => line.includes('[composer]')))).toEqual([])
  await pass(MINUTE)
  expect(orchestrator.count('prepare b')).toBe(1)
  expect(engine?.status().stepsUnderWay).toBe(0)
})

describe('a clock that is set back', () => {
  it('stops neither cycles nor evidence nor attempts, and an old loop is no new one', async () => {
    platform.want('a')
    platform.want('b')
    orchestrator.fault = (call) => (call === 'deploy b' ? new OrchestratorError('no room', 500) : null)
    await begin()
    await pass(MINUTE)
    const before = {
      cycles: platform.count('connectors'),
      health: platform.count('health a'),
      tries: orchestrator.count('deploy b'),
    }
    clock.setBack(60 * MINUTE)
    for (let at = 0; at < 12; at++) {
      orchestrator.object('a').lines.push(`line ${at}`)
      await pass(10 * SECOND)
    }
    expect(platform.count('connectors') - before.cycles).toBeGreaterThanOrEqual(11)
    expect(platform.count('health a') - before.health).toBeGreaterThanOrEqual(3)
    expect(platform.logs.filter(({ id }) => id === 'a').at(-1)?.lines).toContain('line 10')
    expect(orchestrator.count('deploy b')).toBeGreaterThan(before.tries)
    expect(engine?.status().alive).toBe(true)
  })

  it('in the middle of a cycle puts the next one off by no more than its period', async () => {
    platform.want('a')
    await begin()
    await pass(20 * SECOND)
    let answer = (): void => {}
    const connectors = platform.connectors.bind(platform)
    platform.connectors = async () => {
      platform.connectors = connectors
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      return connectors()
    }
    await pass(10 * SECOND)
    clock.setBack(60 * MINUTE)
    answer()
    await pass(SECOND)
    const count = platform.count('connectors')
    await pass(11 * SECOND)
    expect(platform.count('connectors')).toBeGreaterThan(count)
  })
})

it('takes what came encrypted out of the log, also where a line is cut in it, and goes on telling the rest', async () => {
  const password = 'Zq7-not-real $x\nsecond-line'
  const base = platform.want('a')
  await begin({
    specOf: (connector, name) => ({
      platform: 'opencti',
      connectorId: connector.id,
      name,
      image: base.image,
      hash: connector.hash,
      environment: [
        { name: 'PASSWORD', value: new Secret(password) },
        { name: 'SHORT', value: new Secret('true') },
      ],
      labels: {},
      running: true,
      proxyCa: null,
    }),
  })
  const [first = '', second = ''] = password.split('\n')
  orchestrator.object('a').lines = [
    `PASSWORD=${first}`,
    `${second} is true`,
    `at https://x/?p=${encodeURIComponent(password)}`,
    `cut in ${first.slice(0, 9)}…`,
  ]
  await pass(11 * SECOND)
  const told = platform.logs.filter(({ id }) => id === 'a').at(-1)?.lines
  expect(told).toEqual([
    'PASSWORD=[redacted]',
    '[redacted] is true',
    'at https://x/?p=[redacted]',
    'cut in [redacted]…',
  ])
})

it('a refusal that is told of a stopped connector stands below its last words, not in their place', async () => {
  platform.want('a', { requested: 'stopping' })
  await begin()
  orchestrator.object('a').lines.push('last words')
  await pass(30 * SECOND)
  orchestrator.fault = (call) => (call === 'prepare a' ? new OrchestratorError('no such image', 404) : null)
  platform.want('a', { hash: 'h2' })
  await pass(30 * SECOND)
  const lines = platform.logs.filter(({ id }) => id === 'a').at(-1)?.lines
  expect(lines).toEqual(['started', 'last words', expect.stringContaining('replace failed: no such image')])
})
