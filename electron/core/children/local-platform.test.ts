import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Clock } from '#base/clock.ts'
import { systemClock } from '#base/clock.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { LocalPlatformStatus } from '#shared/contract/system.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import type { Child, SpawnChild } from '../ports/child-process.ts'
import { forkChild } from '../ports/node-child.ts'
import { LocalPlatform } from './local-platform.ts'

interface FakeChild extends Child {
  readonly posted: { type: string; port?: number; encryptionKey?: string }[]
  readonly signals: string[]
  say(message: unknown): void
  print(text: string): void
  exit(code: number | null): void
}

function fakeChild({ stubborn = false } = {}): FakeChild {
  const heard: Record<'message' | 'output' | 'exit', ((value: never) => void)[]> = {
    message: [],
    output: [],
    exit: [],
  }
  const child: FakeChild = {
    posted: [],
    signals: [],
    post: (message) => void child.posted.push(message as never),
    onMessage: (listener) => void heard.message.push(listener),
    onOutput: (listener) => void heard.output.push(listener),
    onExit: (listener) => void heard.exit.push(listener as never),
    kill(signal) {
      child.signals.push(signal)
      if (signal === 'SIGKILL' || !stubborn) child.exit(null)
    },
    say: (message) => heard.message.forEach((listener) => void listener(message as never)),
    print: (text) => heard.output.forEach((listener) => void listener(text as never)),
    exit: (code) => heard.exit.splice(0).forEach((listener) => void listener(code as never)),
  }
  return child
}

function supervised(options: { spawn: SpawnChild; clock?: Clock; fetchKey?: () => Promise<Uint8Array> }) {
  let port = 4242
  const { logger, lines } = quietLogger()
  const platform = new LocalPlatform({
    spawn: options.spawn,
    clock: options.clock ?? new DrivenClock(),
    random: () => 0.5,
    logger,
    dataFolder: '/nowhere',
    seed: 'none',
    xtmOne: async () => ({ mode: 'off' }),
    fetchKey: options.fetchKey ?? (async () => Buffer.alloc(32, 7)),
    port: {
      read: () => port,
      keep: (kept) => {
        port = kept
      },
    },
  })
  return { platform, lines, port: () => port }
}

/** A supervisor whose children the test plays. */
function playing() {
  const clock = new DrivenClock()
  const children: FakeChild[] = []
  const rig = supervised({
    clock,
    spawn() {
      const child = fakeChild()
      children.push(child)
      return child
    },
  })
  const state = () => rig.platform.status.value.state
  return {
    ...rig,
    clock,
    children,
    last: () => children.at(-1) as FakeChild,
    state,
    settle: () => clock.pass(0),
  }
}

const ready = (port = 5000) => ({
  type: 'ready',
  url: `http://127.0.0.1:${port}`,
  adminToken: 'not-a-real-token',
  healthAccessKey: 'not-a-real-key',
})

it('hands over key and folder by message, and is ready when the child says so', async () => {
  const { platform, last, settle, state, port } = playing()
  platform.start()
  await settle()
  expect(state()).toBe('starting')
  expect(last().posted).toEqual([
    {
      type: 'start',
      dataFolder: '/nowhere',
      port: 4242,
      encryptionKey: Buffer.alloc(32, 7).toString('base64'),
      seed: 'none',
      xtmOne: { mode: 'off' },
    },
  ])
  last().say({ type: 'nonsense' })
  last().say(ready())
  expect(platform.status.value).toMatchObject({ state: 'ready', url: 'http://127.0.0.1:5000' })
  expect(platform.running.value?.adminToken.expose()).toBe('not-a-real-token')
  expect(port()).toBe(5000)
})

it('restarts what fell over, slower each time, and forgets it after a stable minute', async () => {
  const { platform, clock, children, last, settle, state } = playing()
  platform.start()
  await settle()
  const waits: number[] = []
  for (let fall = 0; fall < 3; fall += 1) {
    last().print('something broke\n')
    last().exit(1)
    const status = platform.status.value as Extract<LocalPlatformStatus, { state: 'restarting' }>
    expect(status).toMatchObject({
      state: 'restarting',
      lastLines: expect.arrayContaining(['something broke']),
    })
    waits.push(status.nextAt - clock.now())
    await clock.pass(status.nextAt - clock.now())
  }
  expect(waits).toEqual([500, 1_000, 2_000])
  expect(children).toHaveLength(4)
  last().say(ready())
  await clock.pass(60_000)
  last().exit(1)
  expect(platform.running.value).toBeNull()
  await clock.pass(500)
  expect(state()).toBe('starting')
})

it('gives up after eight falls, and starts again when asked', async () => {
  const { platform, clock, children, last, settle, state } = playing()
  platform.start()
  await settle()
  for (let fall = 0; fall < 9; fall += 1) {
    last().exit(1)
    await clock.pass(60_000)
  }
  expect(state()).toBe('failed')
  expect(children).toHaveLength(9)
  await platform.restart()
  await settle()
  expect(children).toHaveLength(10)
})

it.each(['folder-busy', 'wrong-key', 'newer-data', 'damaged-data'])(
  'does not try again after %s',
  async (code) => {
    const { platform, clock, children, last, settle } = playing()
    platform.start()
    await settle()
    last().say({ type: 'failed', code, message: 'no good' })
    await clock.pass(120_000)
    expect(platform.status.value).toMatchObject({ state: 'failed', lastLines: [`${code}: no good`] })
    expect(children).toHaveLength(1)
  },
)

it('takes any port when its own is in use', async () => {
  const { platform, clock, last, settle } = playing()
  platform.start()
  await settle()
  last().say({ type: 'failed', code: 'port-in-use', message: '4242' })
  await clock.pass(1_000)
  expect(last().posted[0]?.port).toBe(0)
})

it('ends a child that is never ready', async () => {
  const { platform, clock, last, settle } = playing()
  platform.start()
  await settle()
  const first = last()
  await clock.pass(30_000)
  expect(first.signals).toEqual(['SIGKILL'])
  expect(platform.status.value).toMatchObject({ state: 'restarting' })
})

it('asks first and ends by force after 1.5 s; a stopped one does not come back', async () => {
  const clock = new DrivenClock()
  const child = fakeChild({ stubborn: true })
  const { platform } = supervised({ clock, spawn: () => child })
  platform.start()
  await clock.pass(0)
  child.say(ready())
  const stopped = platform.stop()
  expect(child.posted.at(-1)).toEqual({ type: 'stop' })
  await clock.pass(1_499)
  expect(child.signals).toEqual(['SIGTERM'])
  await clock.pass(1)
  await stopped
  expect(child.signals).toEqual(['SIGTERM', 'SIGKILL'])
  await clock.pass(600_000)
  expect(platform.status.value).toEqual({ state: 'off' })
  expect(clock.pending).toBe(0)
})

it('a new one waits until the old one is gone: two would fight for the folder', async () => {
  const clock = new DrivenClock()
  const children = [fakeChild({ stubborn: true }), fakeChild()]
  let spawned = 0
  const { platform } = supervised({
    clock,
    spawn: () => {
      spawned += 1
      return children[spawned - 1] as FakeChild
    },
  })
  platform.start()
  await clock.pass(0)
  const stopped = platform.stop()
  platform.start()
  await clock.pass(1_499)
  expect(spawned).toBe(1)
  await clock.pass(1)
  await stopped
  await clock.pass(0)
  expect(spawned).toBe(2)
  children[1]?.say(ready())
  expect(platform.status.value.state).toBe('ready')
})

it('says why when the keychain keeps its key or the entry cannot be started', async () => {
  const keyless = supervised({
    spawn: () => expect.fail('nothing may start'),
    fetchKey: () => Promise.reject(new ProblemError('keychain-locked')),
  })
  keyless.platform.start()
  await new DrivenClock().pass(0)
  expect(keyless.platform.status.value).toMatchObject({ state: 'failed', lastLines: ['keychain-locked'] })
  const broken = supervised({
    spawn: () => {
      throw new Error('no such entry')
    },
  })
  broken.platform.start()
  await new DrivenClock().pass(0)
  expect(broken.platform.status.value).toMatchObject({ state: 'failed', lastLines: ['no such entry'] })
})

it('shows the last lines without secrets, and bounded', async () => {
  const { platform, last, settle, lines } = playing()
  platform.start()
  await settle()
  for (let line = 0; line < 100; line += 1) last().print(`line ${line}\n`)
  last().print(`Bearer flgrn_octi_tkn_${'Fake'.repeat(16)}\n${'y'.repeat(1_000_000)}`)
  last().exit(1)
  const { lastLines } = platform.status.value as Extract<LocalPlatformStatus, { state: 'restarting' }>
  expect(lastLines.length).toBeLessThanOrEqual(31)
  expect(lastLines.every((line) => line.length <= 500)).toBe(true)
  expect(lastLines.join() + lines.join()).not.toContain('FakeFake')
})

it('drives a real process: ready, a crash, a restart, and the end of one that ignores SIGTERM', async () => {
  const entry = join(mkdtempSync(join(tmpdir(), 'gatehouse-child-')), 'child.mjs')
  writeFileSync(
    entry,
    `process.on('SIGTERM', () => {})
     process.on('disconnect', () => process.exit())
     process.on('message', (message) => {
       if (message.type === 'start') process.send({ type: 'ready', url: 'http://127.0.0.1:' + process.pid, adminToken: 'x', healthAccessKey: 'y' })
       if (message.type === 'crash') { console.error('crashing on purpose'); process.exit(3) }
     })`,
  )
  const children: Child[] = []
  const { platform } = supervised({
    clock: systemClock,
    spawn() {
      const child = forkChild(entry)
      children.push(child)
      return child
    },
  })
  const statuses = platform.status.watch()
  async function until(state: LocalPlatformStatus['state']): Promise<LocalPlatformStatus> {
    for (;;) {
      const { value } = await statuses.next()
      if (value === undefined) return expect.fail('the stream ended')
      if (value.state === state) return value
    }
  }
  platform.start()
  const first = await until('ready')
  children[0]?.post({ type: 'crash' })
  expect(await until('restarting')).toMatchObject({
    lastLines: expect.arrayContaining(['crashing on purpose']),
  })
  const second = await until('ready')
  const pidOf = (status: LocalPlatformStatus) => Number(new URL((status as { url: string }).url).port)
  expect(pidOf(second)).not.toBe(pidOf(first))
  await platform.stop()
  expect(() => process.kill(pidOf(second), 0)).toThrow('ESRCH')
})
