import { expect, it } from 'vitest'
import { Live } from '#base/live.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { Mishaps } from './mishaps.ts'

it('says each part’s last mishap, newest first, until it was read', async () => {
  const clock = new DrivenClock()
  const mishaps = new Mishaps(clock)
  const first = clock.now()
  mishaps.note('page', 'crash', true)
  mishaps.note('graphics', 'crash')
  await clock.pass(1_000)
  mishaps.note('page', 'memory')
  expect(mishaps.live.value).toEqual([
    // That a token was on it stays said.
    { part: 'page', cause: 'memory', at: first + 1_000, tokenShown: true },
    { part: 'graphics', cause: 'crash', at: first, tokenShown: false },
  ])
  mishaps.dismiss()
  expect(mishaps.live.value).toEqual([])
})

it('notes a child that fell once it is back, and none that was stopped', () => {
  const mishaps = new Mishaps(new DrivenClock())
  const child = new Live({ state: 'off' })
  const end = mishaps.noteReturns('composer', child)
  const parts = () => mishaps.live.value.map(({ part }) => part)
  for (const state of ['starting', 'ready', 'off', 'starting', 'ready']) child.set({ state })
  expect(parts()).toEqual([])
  for (const state of ['restarting', 'starting', 'restarting', 'starting']) child.set({ state })
  expect(parts()).toEqual([])
  child.set({ state: 'ready' })
  expect(parts()).toEqual(['composer'])
  mishaps.dismiss()
  for (const state of ['restarting', 'failed', 'starting', 'ready']) child.set({ state })
  expect(parts()).toEqual([])
  end()
  for (const state of ['restarting', 'starting', 'ready']) child.set({ state })
  expect(parts()).toEqual([])
})
