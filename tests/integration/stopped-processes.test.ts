import { resolve } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import type { ComposerView } from '#shared/contract/composer.ts'
import type { Connection } from '#shared/contract/connections.ts'
import type { Child } from '../../electron/core/ports/child-process.ts'
import { forkChild } from '../../electron/core/ports/node-child.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { consoleRig } from '../support/console-rig.ts'
import { DrivenClock } from '../support/driven-clock.ts'
import { processTree } from '../support/process-tree.ts'
import { until } from '../support/until.ts'

/** A child that is stopped (SIGSTOP) ends nothing and answers nothing: said by the clock, and over when it goes on (SIGCONT). */
const SECOND = 1_000
const GRACE_MS = 1_500

const ends: (() => unknown)[] = []
beforeAll(() => ensureBuilt('main'), 120_000)
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Starts children and knows their processes. */
function spawner(entry: string, args: readonly string[] = []) {
  const pids: number[] = []
  const spawn = (): Child => {
    const before = new Set(processTree(process.pid))
    const child = forkChild(resolve('out/main', entry), args)
    const [pid] = processTree(process.pid).filter((one) => !before.has(one))
    if (pid === undefined) throw new Error('The child has no process')
    pids.push(pid)
    return child
  }
  return { pids, spawn, signal: (name: 'SIGSTOP' | 'SIGCONT') => process.kill(pids.at(-1) ?? 0, name) }
}

async function started() {
  const clock = new DrivenClock(Date.now())
  const platform = spawner('local-platform.js')
  const composer = spawner('composer.js', ['--child'])
  const rig = consoleRig({ clock, spawnPlatform: platform.spawn, spawnComposer: composer.spawn })
  ends.push(() => rig.console.dispose())
  await rig.console.start()
  await connection(rig, 'ready')
  return { ...rig, clock, platform, composer }
}

async function connection(
  { client }: Pick<ReturnType<typeof consoleRig>, 'client'>,
  phase: Connection['state']['phase'],
): Promise<void> {
  for await (const all of await client.connections.watch())
    if (all.some(({ id, state }) => id === 'local' && state.phase === phase)) return
}

const people = { connectionId: 'local', search: '', after: null, first: 50 } as const

it('the platform: each call says within its deadline that no answer came, and all is there when it goes on', async () => {
  const { client, clock, platform } = await started()
  const before = await client.tokens.users(people)
  platform.signal('SIGSTOP')
  ends.push(() => platform.signal('SIGCONT'))
  const outcomes = [
    client.tokens.users(people),
    client.tokens.generate({ connectionId: 'local', userId: 'me', name: 'stopped', duration: 'DAYS_30' }),
  ].map((call) => call.catch((error: unknown) => error))
  let ended = 0
  for (const outcome of outcomes) void outcome.then(() => ended++)
  let passed = 0
  await until('both calls end', async () => {
    passed += SECOND
    await clock.pass(SECOND)
    return ended === outcomes.length
  })
  // Generating reads what is there first, and asks for nothing when that fails.
  expect(passed).toBeLessThan(60 * SECOND)
  for (const outcome of outcomes) expect(await outcome).toMatchObject({ data: { code: 'timeout' } })
  platform.signal('SIGCONT')
  const after = await client.tokens.users(people)
  expect(after.users.map(({ id }) => id)).toEqual(before.users.map(({ id }) => id))
  const { tokens } = await client.tokens.ofUser({ connectionId: 'local', userId: 'me' })
  expect(tokens.filter(({ name }) => name === 'stopped')).toEqual([])
  expect(platform.pids).toHaveLength(1)
})

it('the platform: a console that ends while it is stopped leaves no process behind', async () => {
  const { console, clock, platform } = await started()
  platform.signal('SIGSTOP')
  const ended = console.dispose()
  await clock.pass(GRACE_MS)
  await ended
  await until('it is gone', () => !processTree(process.pid).includes(platform.pids[0] ?? 0))
})

it('the composer: its view says since when it does not answer, and that it goes on', async () => {
  const { client, clock, composer } = await started()
  let view: ComposerView | null = null
  const stop = new AbortController()
  ends.push(() => stop.abort())
  void (async () => {
    for await (const next of await client.composer.watch(undefined, { signal: stop.signal })) view = next
  })().catch(() => {})
  const run = () => (view as ComposerView | null)?.run
  const silentSince = () => {
    const now = run()
    return now?.state === 'ready' ? now.silentSince : undefined
  }
  await until('there are settings', () => view !== null)
  const { settings } = view as unknown as ComposerView
  // No engine answers there: the composer runs all the same, and says so.
  const wanted = { ...settings, enabled: true, connectionId: 'local', dockerHost: 'tcp://127.0.0.1:9' }
  await client.composer.save({ settings: wanted, secrets: {} })
  await until(
    'it reports',
    () => run()?.state === 'ready' && (view as ComposerView | null)?.progress !== null,
  )
  composer.signal('SIGSTOP')
  ends.push(() => composer.signal('SIGCONT'))
  const stoppedAt = clock.now()
  await clock.pass(20 * SECOND)
  expect(silentSince()).toBeTypeOf('number')
  expect(silentSince() ?? 0).toBeLessThanOrEqual(stoppedAt)
  composer.signal('SIGCONT')
  await until('it is heard again', () => silentSince() === null)
  expect(composer.pids).toHaveLength(1)
})
