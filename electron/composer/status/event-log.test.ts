import { expect, it } from 'vitest'
import { createLogger } from '#base/logger.ts'
import { MemoryOrchestrator, MemoryPlatform } from '../../../tests/support/composer-fakes.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { startEngine } from '../engine/engine.ts'
import { OrchestratorError } from '../orchestrators/orchestrator.ts'
import { eventLog } from './event-log.ts'

const SECOND = 1000

/** An engine of thirty connectors whose log is read at the level that is set unless told otherwise. */
async function logged() {
  const clock = new DrivenClock()
  const platform = new MemoryPlatform(() => clock.now())
  const orchestrator = new MemoryOrchestrator(() => clock.now())
  for (let at = 0; at < 30; at++) platform.want(`c${at}`)
  const lines: string[] = []
  const engine = startEngine({
    platform,
    orchestrator,
    identity: { id: 'm', name: 'manager', key: {} as never },
    clock,
    random: () => 0.5,
    concurrency: 4,
    crashLoopRestarts: 10,
    schedule: {
      executeMs: 10 * SECOND,
      pingMs: 60 * SECOND,
      logsMs: 10 * SECOND,
      healthMs: 30 * SECOND,
      pullDeadlineMs: 600 * SECOND,
      graceMs: SECOND,
    },
    specOf: ({ id, image, hash }, name) => ({
      platform: 'opencti',
      connectorId: id,
      name,
      image,
      hash,
      environment: [],
      labels: {},
      running: true,
      proxyCa: null,
    }),
    emit: eventLog(createLogger('composer', { write: (line) => void lines.push(line) }, 'info')),
  })
  const pass = async (seconds: number): Promise<void> => {
    for (let at = 0; at < seconds * 2; at++) {
      await clock.pass(SECOND / 2)
      for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await pass(60)
  return {
    platform,
    orchestrator,
    pass,
    lines,
    async end() {
      const stopping = engine.stop()
      await pass(2)
      await stopping
    },
  }
}

it('§9, operations: a steady state is silent, with thirty connectors that write and report', async () => {
  const { lines, orchestrator, platform, pass, end } = await logged()
  expect(lines.filter((line) => line.includes('"step":"deploy"'))).toHaveLength(30)
  lines.length = 0
  const reports = platform.health.length + platform.logs.length
  for (let minute = 0; minute < 10; minute++) {
    for (let at = 0; at < 30; at++) orchestrator.object(`c${at}`).lines.push(`minute ${minute}`)
    await pass(60)
  }
  expect(platform.health.length + platform.logs.length - reports).toBeGreaterThan(800)
  expect(lines).toEqual([])
  await end()
})

it('§9, operations: a fault that lasts is told once, and its end once', async () => {
  const { lines, orchestrator, pass, end } = await logged()
  lines.length = 0
  orchestrator.fault = (call) =>
    call === 'list' || call.startsWith('logs') ? new OrchestratorError('no such host', null) : null
  await pass(300)
  const told = (text: string) => lines.filter((line) => line.includes(text))
  expect(told('cannot reconcile')).toHaveLength(1)
  expect(told('evidence not sent')).toHaveLength(30)
  orchestrator.fault = () => null
  await pass(60)
  expect(told('reconciling again')).toHaveLength(1)
  expect(lines).toHaveLength(32)
  await end()
})
