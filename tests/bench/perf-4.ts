import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { Secret } from '#base/secret.ts'
import { type Engine, startEngine } from '../../electron/composer/engine/engine.ts'
import type { EngineParts } from '../../electron/composer/engine/parts.ts'
import { containerOrchestrator } from '../../electron/composer/orchestrators/docker/containers.ts'
import { engineClient } from '../../electron/composer/orchestrators/docker/engine-client.ts'
import { httpClient } from '../../electron/composer/platforms/http.ts'
import { openCtiPlatform } from '../../electron/composer/platforms/opencti.ts'
import type { Row } from '../../scripts/bench.ts'
import { MemoryOrchestrator, MemoryPlatform } from '../support/composer-fakes.ts'
import { DrivenClock } from '../support/driven-clock.ts'

export const id = 'PERF-4'

const SECOND = 1000
const CYCLES = 20
const CPU_BAR_MS = 100
const HEALTH_BAR_S = 35
const LOGS_BAR_S = 15

const common = {
  identity: { id: 'bench', name: 'bench', key: { pkcs1: 'key' } as never },
  random: () => 0.5,
  concurrency: 4,
  crashLoopRestarts: 10,
}
const specOf: EngineParts['specOf'] = (connector, name) => ({
  platform: 'opencti',
  connectorId: connector.id,
  name,
  image: connector.image,
  hash: connector.hash,
  environment: [],
  labels: {},
  running: true,
  proxyCa: null,
})

/** Reconcile at 10, 100 and 1 000 connectors over real HTTP, and the gaps in the evidence of 30 on a driven clock. */
export async function run(): Promise<Row[]> {
  const calls: number[] = []
  let cpuMs = 0
  for (const connectors of [10, 100, 1000]) {
    const measured = await steadyState(connectors)
    calls.push(measured.callsPerCycle)
    cpuMs = measured.cpuMs
  }
  const gaps = await evidenceGaps(30)
  return [
    {
      id,
      figure: `${calls.map((count) => count.toFixed(2)).join(', ')} calls a cycle at 10, 100, 1000 connectors`,
      bar: 'the same at each',
      pass: calls.every((count) => count === calls[0]),
    },
    {
      id,
      figure: `${cpuMs.toFixed(1)} ms CPU a cycle at 1000 connectors`,
      bar: `${CPU_BAR_MS} ms`,
      pass: cpuMs <= CPU_BAR_MS,
    },
    {
      id,
      figure: `${gaps.health} s worst health gap at 30 connectors (XTM Composer, modelled: 9170 s)`,
      bar: `${HEALTH_BAR_S} s`,
      pass: gaps.health <= HEALTH_BAR_S,
    },
    {
      id,
      figure: `${gaps.logs} s worst log gap at 30 connectors (XTM Composer, modelled: 4340 s)`,
      bar: `${LOGS_BAR_S} s`,
      pass: gaps.logs <= LOGS_BAR_S,
    },
  ]
}

async function steadyState(connectors: number): Promise<{ callsPerCycle: number; cpuMs: number }> {
  const servers = fork(join(import.meta.dirname, '..', 'support', 'steady-state-servers.ts'), [
    String(connectors),
  ])
  try {
    const { port } = await message<{ port: number }>(servers)
    let cycles = 0
    let reached = (): void => {}
    let goal = 0
    const engine = startEngine({
      ...common,
      specOf,
      clock: systemClock,
      platform: openCtiPlatform(
        httpClient(
          { url: `http://127.0.0.1:${port}`, token: new Secret('not-a-real-token') },
          { with_proxy: false, request_timeout: 30, connect_timeout: 10, unsecured_certificate: false },
          {},
        ),
      ),
      orchestrator: containerOrchestrator(engineClient({ host: '127.0.0.1', port, protocol: 'http' }), {
        kind: 'docker',
        managerId: 'bench',
        registry: null,
        hostConfig: {},
        labels: {},
      }),
      // A cycle each 50 ms instead of each 10 s. Evidence is measured by itself: its calls are per connector by nature.
      schedule: { ...SCHEDULE, executeMs: 50, pingMs: 3600 * SECOND, logsMs: 1e12, healthMs: 1e12 },
      emit(event) {
        if (event.type === 'cycle' && ++cycles === goal) reached()
      },
    })
    const more = (count: number): Promise<void> => {
      goal = cycles + count
      return new Promise((resolve, reject) => {
        reached = resolve
        servers.once('exit', () => reject(new Error('the servers ended')))
      })
    }
    // Warm, and past the one look at each connector that follows its discovery.
    do await more(40)
    while ((await asked(servers)).some((call) => !isList(call)))
    const before = process.cpuUsage()
    const from = cycles
    await more(CYCLES)
    const used = process.cpuUsage(before)
    const seen = await asked(servers)
    const spent = cycles - from
    await engine.stop()
    return { callsPerCycle: seen.length / spent, cpuMs: (used.user + used.system) / 1000 / spent }
  } finally {
    servers.disconnect()
  }
}

function isList(call: string): boolean {
  return call === 'GetConnectors' || call.includes('/containers/json')
}

const SCHEDULE: EngineParts['schedule'] = {
  executeMs: 10 * SECOND,
  pingMs: 60 * SECOND,
  logsMs: 10 * SECOND,
  healthMs: 30 * SECOND,
  pullDeadlineMs: 600 * SECOND,
  graceMs: SECOND,
}

async function asked(servers: ChildProcess): Promise<string[]> {
  servers.send('how many')
  return (await message<{ seen: string[] }>(servers)).seen
}

async function message<T>(from: ChildProcess): Promise<T> {
  const [said] = await once(from, 'message')
  return said as T
}

/** Worst time without fresh health, and without a new line, of any connector in an hour; each call takes 0.2 s. */
async function evidenceGaps(connectors: number): Promise<{ health: number; logs: number }> {
  const clock = new DrivenClock()
  const platform = new MemoryPlatform(() => clock.now())
  const orchestrator = new MemoryOrchestrator(() => clock.now())
  const ids = Array.from({ length: connectors }, (_, at) => `c${at}`)
  for (const connector of ids) platform.want(connector)
  orchestrator.latency = () => new Promise((resolve) => void clock.after(200, resolve))
  const engine: Engine = startEngine({
    ...common,
    specOf,
    clock,
    platform,
    orchestrator,
    schedule: SCHEDULE,
    emit() {},
  })
  await pass(clock, 10 * SECOND)
  const talk = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      for (const connector of ids) orchestrator.object(connector).lines = [`at ${clock.now()}`]
      await pass(clock, SECOND)
    }
  }
  await talk(60)
  const began = clock.now()
  await talk(3600)
  const ended = clock.now()
  const worst = (rounds: readonly { id: string; at: number }[]): number =>
    Math.max(
      ...ids.map((connector) => {
        const times = rounds.filter((round) => round.id === connector).map(({ at }) => at)
        const all = [...times.filter((at) => at >= began), ended]
        const first = times.findLast((at) => at < began) ?? began
        return Math.max(...all.map((at, i) => at - (all[i - 1] ?? first)))
      }),
    ) / SECOND
  const gaps = { health: worst(platform.health), logs: worst(platform.logs) }
  const stopping = engine.stop()
  await pass(clock, 60 * SECOND)
  await stopping
  return gaps
}

async function pass(clock: DrivenClock, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 200) {
    await clock.pass(200)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
