import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import { Pace } from './pace.ts'

/** A platform whose answers come when the test says so. */
function platform(pace: Pace) {
  const open: { resolve: () => void; reject: (error: unknown) => void }[] = []
  const ask = () =>
    pace.run(() => new Promise<void>((resolve, reject) => open.push({ resolve, reject }))).catch(() => {})
  return { open, ask }
}

it('lets one more run after each round of good answers, up to a bound', async () => {
  const pace = new Pace(new DrivenClock())
  const limits: number[] = []
  for (let answered = 0; answered < 200; answered += 1) {
    await pace.run(async () => {})
    if (limits.at(-1) !== pace.limit) limits.push(pace.limit)
  }
  expect(limits).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12])
})

it('never lets more run than its limit, also after that fell', async () => {
  const pace = new Pace(new DrivenClock())
  const { open, ask } = platform(pace)
  for (let asked = 0; asked < 20; asked += 1) void ask()
  await turn()
  expect(open).toHaveLength(4)
  open[0]?.reject(new RemoteError('http-status', 'HTTP 503', 'unknown'))
  await turn()
  expect(pace.limit).toBe(2)
  expect(open).toHaveLength(4)
  // A refusal frees its place and says nothing of the load.
  const refused = new RemoteError('forbidden', null, 'no')
  open[1]?.reject(refused)
  await turn()
  expect(open).toHaveLength(4)
  open[2]?.reject(refused)
  await turn()
  expect(open).toHaveLength(5)
})

it.each([
  ['a gateway that gives up', new RemoteError('http-status', 'HTTP 503', 'unknown')],
  ['a wish to be left alone', new RemoteError('http-status', 'HTTP 400', 'unknown', { retryAfter: '9' })],
  ['a late answer', new RemoteError('timeout', null, 'unknown')],
  ['a lock', new RemoteError('platform-error', 'LOCK_ERROR: busy', 'unknown')],
])('%s halves it, down to one', async (_, error) => {
  const pace = new Pace(new DrivenClock())
  for (const limit of [2, 1, 1]) {
    await pace.run(() => Promise.reject(error)).catch(() => {})
    expect(pace.limit).toBe(limit)
  }
})

it('an ordinary refusal says nothing of the load', async () => {
  const pace = new Pace(new DrivenClock())
  const refused = new RemoteError('token-not-found', 'Token not found', 'no')
  await expect(pace.run(() => Promise.reject(refused))).rejects.toBe(refused)
  expect(pace.limit).toBe(4)
})

it('answers that take ever longer halve it', async () => {
  const clock = new DrivenClock()
  const pace = new Pace(clock)
  const answerAfter = (ms: number) => pace.run(async () => clock.advance(ms))
  for (let answered = 0; answered < 40; answered += 1) await answerAfter(50)
  const before = pace.limit
  for (let answered = 0; answered < 12; answered += 1) await answerAfter(700)
  expect(pace.limit).toBeLessThanOrEqual(before / 2)
})
