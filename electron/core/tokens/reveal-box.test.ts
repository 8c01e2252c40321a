import { expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { REVEAL_FOR_MS, RevealBox } from './reveal-box.ts'

const VALUE = 'not-a-real-token'

it('reveals once, copies until it is forgotten', () => {
  const box = new RevealBox(new DrivenClock())
  const { revealId } = box.put(new Secret(VALUE), {})
  expect(box.reveal(revealId).expose()).toBe(VALUE)
  expect(() => box.reveal(revealId)).toThrow('reveal-gone')
  expect(box.forCopy(revealId).expose()).toBe(VALUE)
  box.forget(revealId)
  box.forget(revealId)
  expect(() => box.forCopy(revealId)).toThrow('reveal-gone')
})

it('forgets by itself, to the millisecond, and leaves no timer', async () => {
  const clock = new DrivenClock()
  const box = new RevealBox(clock)
  const { revealId, revealUntil } = box.put(new Secret(VALUE), {})
  expect(revealUntil).toBe(clock.now() + REVEAL_FOR_MS)
  await clock.pass(REVEAL_FOR_MS - 1)
  expect(box.forCopy(revealId).expose()).toBe(VALUE)
  await clock.pass(1)
  expect(() => box.reveal(revealId)).toThrow('reveal-gone')
  const other = box.put(new Secret(VALUE), {})
  box.forget(other.revealId)
  expect(clock.pending).toBe(0)
})

it('is bounded: the oldest goes', () => {
  const clock = new DrivenClock()
  const box = new RevealBox(clock)
  const ids = Array.from({ length: 17 }, () => box.put(new Secret(VALUE), {}).revealId)
  expect(() => box.reveal(ids[0] ?? '')).toThrow('reveal-gone')
  expect(box.reveal(ids[1] ?? '').expose()).toBe(VALUE)
  expect(clock.pending).toBe(16)
  box.clear()
  expect(clock.pending).toBe(0)
})

it('has no words for what it never held', () => {
  const box = new RevealBox(new DrivenClock())
  expect(() => box.reveal('__proto__')).toThrow('reveal-gone')
})
