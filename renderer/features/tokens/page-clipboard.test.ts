import { expect, test } from 'vitest'
import { manualClock } from '../../../tests/page/manual-clock.ts'
import { type ClipboardDevice, createPageClipboard } from './page-clipboard.ts'

const VALUE = 'flgrn_octi_tkn_FAKE'

function rig() {
  const clock = manualClock(1_000)
  const board = { text: '', allowed: true, focused: true, waiting: [] as (() => void)[] }
  const permitted = (): void => {
    if (!board.allowed) throw new DOMException('no', 'NotAllowedError')
  }
  let onRead = async (): Promise<void> => {}
  const device: ClipboardDevice = {
    async write(text) {
      permitted()
      board.text = text
    },
    async read() {
      permitted()
      const { text } = board
      await onRead()
      return text
    },
    digest: async (text) => `digest ${text}`,
    whenFocused(task) {
      if (board.focused) task()
      else board.waiting.push(task)
      return () => {
        board.waiting = board.waiting.filter((other) => other !== task)
      }
    },
  }
  const clipboard = createPageClipboard(device, clock)
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  /** Runs `task` once, while the page looks at what the clipboard holds. */
  const whileReading = (task: () => Promise<unknown>): void => {
    onRead = async () => {
      onRead = async () => {}
      await task()
    }
  }
  return { clock, board, clipboard, settle, whileReading, state: () => clipboard.store.getState() }
}

test('clears after the set time what it copied', async () => {
  const { clock, board, clipboard, settle, state } = rig()
  expect(await clipboard.copy(VALUE, 30)).toBe(31_000)
  expect(board.text).toBe(VALUE)
  expect(state()).toEqual({ state: 'holding', clearsAt: 31_000 })
  clock.advance(29_999)
  await settle()
  expect(board.text).toBe(VALUE)
  clock.advance(1)
  await settle()
  expect(board.text).toBe('')
  expect(state()).toEqual({ state: 'cleared', at: 31_000 })
})

test('leaves alone what somebody else copied meanwhile', async () => {
  const { clock, board, clipboard, settle, state } = rig()
  await clipboard.copy(VALUE, 30)
  board.text = 'a recipe'
  clock.advance(30_000)
  await settle()
  expect(board.text).toBe('a recipe')
  expect(state().state).toBe('replaced')
})

test('a token copied while the one before is looked for is neither cleared with it nor called gone', async () => {
  const { clock, board, clipboard, settle, whileReading, state } = rig()
  await clipboard.copy('flgrn_octi_tkn_FIRST', 30)
  whileReading(() => clipboard.copy(VALUE, 30))
  clock.advance(30_000)
  await settle()
  expect(board.text).toBe(VALUE)
  expect(state()).toEqual({ state: 'holding', clearsAt: 61_000 })
  clock.advance(30_000)
  await settle()
  expect(board.text).toBe('')
})

test('does not claim what it could not look at', async () => {
  const { clock, board, clipboard, settle, state } = rig()
  await clipboard.copy(VALUE, 30)
  board.allowed = false
  clock.advance(30_000)
  await settle()
  expect(state().state).toBe('unconfirmed')
})

test('a page without focus makes up for it when the reader is back', async () => {
  const { clock, board, clipboard, settle, state } = rig()
  await clipboard.copy(VALUE, 30)
  board.focused = false
  clock.advance(60_000)
  await settle()
  expect(board.text).toBe(VALUE)
  for (const task of board.waiting) task()
  await settle()
  expect(board.text).toBe('')
  expect(state().state).toBe('cleared')
})

test('a second copy starts its own time', async () => {
  const { clock, board, clipboard, settle } = rig()
  await clipboard.copy(VALUE, 30)
  clock.advance(20_000)
  await clipboard.copy(`${VALUE}2`, 30)
  clock.advance(20_000)
  await settle()
  expect(board.text).toBe(`${VALUE}2`)
  clock.advance(10_000)
  await settle()
  expect(board.text).toBe('')
})

test('never means never', async () => {
  const { clock, board, clipboard, settle, state } = rig()
  expect(await clipboard.copy(VALUE, 0)).toBeNull()
  clock.advance(86_400_000)
  await settle()
  expect(board.text).toBe(VALUE)
  expect(state()).toEqual({ state: 'holding', clearsAt: null })
})

test('keeps no value once it is copied', async () => {
  const { clipboard } = rig()
  await clipboard.copy(VALUE, 30)
  expect(JSON.stringify(clipboard.store.getState())).not.toContain(VALUE)
})
