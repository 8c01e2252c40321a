import { expect, it } from 'vitest'
import type { ObservedConnector } from '#base/composer-channel.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import type { Child } from '../ports/child-process.ts'
import { ComposerChild } from './composer-child.ts'

/** Children that the test plays; each ends when it is told to by force, and politely unless it is stubborn. */
function playing({ stubborn = false } = {}) {
  const clock = new DrivenClock()
  const children: {
    posted: { type: string }[]
    say(message: unknown): void
    exit(code: number | null): void
  }[] = []
  const composer = new ComposerChild({
    clock,
    random: () => 0.5,
    logger: quietLogger().logger,
    spawn(): Child {
      let hear = (_: unknown): void => {}
      let ended = (_: number | null): void => {}
      const child = {
        posted: [] as { type: string }[],
        say: (message: unknown) => hear(message),
        exit: (code: number | null) => ended(code),
      }
      children.push(child)
      return {
        post: (message) => void child.posted.push(message as never),
        onMessage(heard) {
          hear = heard
        },
        onOutput() {},
        onExit(heard) {
          ended = heard
        },
        kill: (signal) => (signal === 'SIGKILL' || !stubborn) && ended(null),
      }
    },
  })
  return { composer, clock, children, last: () => children.at(-1) as (typeof children)[number] }
}

const start = { type: 'start', settings: {}, dockerHost: null } as const
const READY = { type: 'ready', keyBits: 4096, keyFingerprint: 'f', warnings: [] }
const observed = (id: string, change: Partial<ObservedConnector> = {}): ObservedConnector => ({
  id,
  state: 'running',
  reason: null,
  seenAt: 1,
  health: null,
  givenUp: false,
  notice: null,
  ...change,
})
const report = (changed: ObservedConnector[], gone: string[] = []) => ({
  type: 'report',
  progress: {
    orchestrator: 'docker',
    registered: true,
    registrationProblem: null,
    lastContactAt: 1,
    cycles: 1,
    failedCycles: 0,
    lastHealthyCycleAt: 1,
    cycleProblem: null,
    wanted: 2,
    stepsUnderWay: 0,
    waitingForRetry: 0,
    removalsHeld: [],
  },
  changed,
  gone,
})

it('puts reports together, and forgets them with the process that made them', async () => {
  const { composer, clock, last, children } = playing()
  await composer.run(async () => start)
  await clock.pass(0)
  last().say(READY)
  last().say(report([observed('a'), observed('b')]))
  last().say(report([observed('a', { state: 'stopped' })], ['b']))
  expect([...composer.report.value.connectors.values()]).toEqual([observed('a', { state: 'stopped' })])
  last().say({ type: 'report', progress: 'nonsense' })
  expect(composer.report.value.connectors.size).toBe(1)
  last().exit(1)
  expect(composer.report.value).toEqual({ progress: null, connectors: new Map(), silentSince: null })
  await clock.pass(1_000)
  expect(children).toHaveLength(2)
  expect(last().posted).toEqual([start])
})

it('tells that a running one is not heard any more, since when, and that it is heard again', async () => {
  const { composer, clock, last } = playing()
  await composer.run(async () => start)
  await clock.pass(0)
  last().say(READY)
  await clock.pass(14_000)
  last().say(report([observed('a')]))
  const heardAt = clock.now()
  await clock.pass(14_999)
  expect(composer.report.value.silentSince).toBeNull()
  await clock.pass(1)
  expect(composer.report.value).toMatchObject({ silentSince: heardAt })
  expect(composer.report.value.connectors.size).toBe(1)
  last().say(report([]))
  expect(composer.report.value.silentSince).toBeNull()
  // What is asked to end is not called silent.
  await composer.stop()
  await clock.pass(60_000)
  expect(composer.report.value.silentSince).toBeNull()
  expect(clock.pending).toBe(0)
})

it('asks for what it is started with anew at each start', async () => {
  const { composer, clock, last } = playing()
  let asked = 0
  await composer.run(async () => ({ ...start, dockerHost: String(++asked) }))
  await clock.pass(0)
  last().exit(1)
  await clock.pass(1_000)
  expect(last().posted).toMatchObject([{ dockerHost: '2' }])
})

it('does not start what was asked to stop while the one before drained', async () => {
  const { composer, clock, children, last } = playing({ stubborn: true })
  await composer.run(async () => start)
  await clock.pass(0)
  last().say(READY)
  const again = composer.run(async () => start)
  expect(composer.state.value.state).toBe('stopping')
  const stopped = composer.stop()
  await clock.pass(6_999)
  expect(composer.state.value.state).toBe('stopping')
  await clock.pass(1)
  await Promise.all([again, stopped])
  await clock.pass(60_000)
  expect(children).toHaveLength(1)
  expect(composer.state.value).toEqual({ state: 'off' })
})

it('does not try again with a configuration that is wrong', async () => {
  const { composer, clock, children, last } = playing()
  await composer.run(async () => start)
  await clock.pass(0)
  last().say({ type: 'failed', code: 'bad-config', message: 'opencti.url is no http or https address' })
  await clock.pass(120_000)
  expect(children).toHaveLength(1)
  expect(composer.state.value.state).toBe('failed')
  expect(composer.lastLines).toEqual(['bad-config: opencti.url is no http or https address'])
})
