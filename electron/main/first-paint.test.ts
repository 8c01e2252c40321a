import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { firstPaint, type Painting } from './first-paint.ts'

function waitedFor() {
  const webContents = new EventEmitter()
  const window = Object.assign(new EventEmitter(), { webContents })
  const timers: (() => void)[] = []
  let over = false
  void firstPaint(window as unknown as Painting, (task) => timers.push(task)).then(() => {
    over = true
  })
  return {
    window,
    webContents,
    timers,
    isOver: async () => {
      await new Promise((resolve) => setImmediate(resolve))
      return over
    },
  }
}

it('waits for the first paint', async () => {
  const { window, isOver } = waitedFor()
  expect(await isOver()).toBe(false)
  window.emit('ready-to-show')
  expect(await isOver()).toBe(true)
})

it.each([
  ['is closed before', ({ window }: ReturnType<typeof waitedFor>) => window.emit('closed')],
  ['cannot be loaded', ({ webContents }) => webContents.emit('did-fail-load')],
  ['crashes', ({ webContents }) => webContents.emit('render-process-gone')],
  ['draws nothing for long', ({ timers }) => timers[0]?.()],
])('does not wait for a page that %s', async (_, happens) => {
  const waited = waitedFor()
  happens(waited)
  expect(await waited.isOver()).toBe(true)
})
