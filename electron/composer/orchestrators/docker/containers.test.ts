import { expect, it } from 'vitest'
import { OrchestratorError } from '../orchestrator.ts'
import { containerOrchestrator, runState } from './containers.ts'
import type { EngineClient } from './engine-client.ts'

it.each([
  ['running', 'Up 3 minutes', 'running'],
  ['restarting', 'Restarting (3) 2 seconds ago', 'restarting'],
  ['exited', 'Exited (3) 2 seconds ago', 'stopped'],
  ['created', 'Created', 'stopped'],
  ['dead', '', 'stopped'],
  // Podman between two runs, and one whose monitor was killed.
  ['stopped', 'Exited (3) Less than a second ago', 'restarting'],
  ['stopped', 'Exited (3) 2 seconds ago', 'restarting'],
  ['stopped', 'Exited (137) About a minute ago', 'stopped'],
])('%s, %j is %s', (State, Status, expected) => {
  expect(runState({ State, Status })).toBe(expected)
})

/** An engine whose stops end as `stops` says, one after the other, and whose container is then told as `told`. */
function stopping(stops: readonly (number | null)[], told: readonly string[]) {
  let stopped = 0
  let looked = 0
  const engine = {
    call: async ({ path }: { path: string }) => {
      if (!path.endsWith('/stop')) return { State: { Status: told[looked++] ?? told.at(-1) } }
      const status = stops[stopped++] ?? null
      if (status !== null) throw new OrchestratorError('no such process', status)
    },
  } as unknown as EngineClient
  const { stop } = containerOrchestrator(engine, {
    ...{ kind: 'docker', managerId: 'm', registry: null, hostConfig: {}, labels: {} },
  })
  const connector = { name: 'c', connectorId: 'c', platform: 'opencti', hash: 'h' }
  const actual = { ...connector, ref: 'r', state: 'running', createdAt: 0, reason: null } as const
  return { stop: () => stop(actual), count: () => stopped }
}

it('§9 m: stops again while the container spins, also when its process ended in the middle of a stop', async () => {
  const { stop, count } = stopping([null, 500, null], ['running', 'stopped', 'exited'])
  await stop()
  expect(count()).toBe(3)
})

it('takes a stop for done that failed while the container came to its end', async () => {
  const { stop, count } = stopping([500], ['exited'])
  await stop()
  expect(count()).toBe(1)
})

it.each([
  [404, 1],
  [409, 1],
  [500, 10],
])('says what the engine said when it answers %i, after %i attempts', async (status, attempts) => {
  const { stop, count } = stopping(Array(20).fill(status), ['running'])
  await expect(stop()).rejects.toThrow('no such process')
  expect(count()).toBe(attempts)
})
