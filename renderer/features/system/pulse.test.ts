import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import type { LinkState } from '../../client.ts'
import { feelPulse } from './pulse.ts'

/** A core that answers when the test says so. */
function playedCore() {
  const waiting: ((outcome: 'answer' | 'gone') => void)[] = []
  const core = { state: 'open' as LinkState, seen: true, asked: 0, told: [] as boolean[] }
  const clock = new DrivenClock()
  const info = () => {
    core.asked++
    return new Promise<never>((resolve, reject) => {
      waiting.push((outcome) => (outcome === 'answer' ? resolve(null as never) : reject(new Error('gone'))))
    })
  }
  const client = { system: { info } } as unknown as Parameters<typeof feelPulse>[0]['client']
  const end = feelPulse(
    { state: () => core.state, client },
    (silent) => core.told.push(silent),
    (ms, task) => clock.after(ms, task),
    () => core.seen,
  )
  const settle = async (outcome: 'answer' | 'gone') => {
    waiting.shift()?.(outcome)
    await turn()
  }
  return { core, clock, settle, end }
}

it('tells once that nobody answers for eight seconds, and once that somebody does again', async () => {
  const { core, clock, settle, end } = playedCore()
  await clock.pass(5_000)
  expect(core.asked).toBe(1)
  await settle('answer')
  expect(core.told).toEqual([])
  await clock.pass(5_000)
  await clock.pass(7_999)
  expect(core.told).toEqual([])
  await clock.pass(60_000)
  expect(core).toMatchObject({ asked: 2, told: [true] })
  await settle('answer')
  expect(core.told).toEqual([true, false])
  end()
  expect(clock.pending).toBe(0)
})

it('asks nothing while nobody looks or the link is not open, and takes a lost link for no silence', async () => {
  const { core, clock, settle } = playedCore()
  core.seen = false
  await clock.pass(20_000)
  core.seen = true
  core.state = 'closed'
  await clock.pass(20_000)
  expect(core.asked).toBe(0)
  core.state = 'open'
  await clock.pass(13_000)
  expect(core.told).toEqual([true])
  await settle('gone')
  expect(core.told).toEqual([true, false])
})
