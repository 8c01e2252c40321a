import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { repeat } from './repeat.ts'

it('a nudge brings the next round forward and never puts it off, however often it comes', async () => {
  const clock = new DrivenClock()
  const rounds: number[] = []
  const start = clock.now()
  const repetition = repeat(clock, async () => {
    rounds.push(clock.now() - start)
    return 10_000
  })
  await clock.pass(0)
  for (let at = 0; at < 30; at++) {
    repetition.nudge(1_000)
    await clock.pass(100)
  }
  expect(rounds).toEqual([0, 1_000, 2_000, 3_000])
  await clock.pass(9_950)
  repetition.nudge(1_000)
  await clock.pass(50)
  expect(rounds.at(-1)).toBe(13_000)
  await repetition.stop()
})

it('§9 f: a loop that dies of a fault of ours ends the process, with an exit code that says so', () => {
  const program = `
    import { systemClock } from './electron/base/clock.ts'
    import { repeat } from './electron/composer/engine/repeat.ts'
    setInterval(() => {}, 1000)
    repeat(systemClock, async () => { throw new Error('a fault of ours') })`
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    timeout: 10_000,
  })
  expect([status, stderr]).toEqual([1, expect.stringContaining('a fault of ours')])
})
