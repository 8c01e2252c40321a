import { expect, it } from 'vitest'
import { KeyedQueue } from './keyed-queue.ts'
import { Live } from './live.ts'

it('gives the value at once, then the newest after each change', async () => {
  const live = new Live(1)
  const reader = live.watch()
  expect((await reader.next()).value).toBe(1)
  live.set(2)
  live.set(3)
  expect((await reader.next()).value).toBe(3)
})

it('wakes a waiting reader, and lets go of it when it returns', async () => {
  const live = new Live('a')
  const reader = live.watch()
  await reader.next()
  const waiting = reader.next()
  live.set('b')
  expect((await waiting).value).toBe('b')
  const left = reader.next()
  await reader.return?.()
  expect(await left).toEqual({ done: true, value: undefined })
  expect(live.readers).toBe(0)
})

it('ends with its signal and leaves no listener behind', async () => {
  const live = new Live(0)
  const stop = new AbortController()
  const reader = live.watch(stop.signal)
  await reader.next()
  const waiting = reader.next()
  expect(live.readers).toBe(1)
  stop.abort()
  expect((await waiting).done).toBe(true)
  expect(live.readers).toBe(0)
  expect((await live.watch(stop.signal).next()).done).toBe(true)
  expect(live.readers).toBe(0)
})

it('ends every reader when it ends itself', async () => {
  const live = new Live(0)
  const reader = live.watch()
  await reader.next()
  const waiting = reader.next()
  live.end()
  expect((await waiting).done).toBe(true)
  expect((await live.watch().next()).done).toBe(true)
  expect(live.readers).toBe(0)
})

it('runs work of one key in turn, also after a failure, and other keys beside it', async () => {
  const queue = new KeyedQueue()
  const order: string[] = []
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const first = queue.run('a', async () => {
    await held
    order.push('first')
    throw new Error('failed')
  })
  const second = queue.run('a', async () => void order.push('second'))
  await queue.run('b', async () => void order.push('other'))
  expect(order).toEqual(['other'])
  release()
  await expect(first).rejects.toThrow('failed')
  await second
  expect(order).toEqual(['other', 'first', 'second'])
})
