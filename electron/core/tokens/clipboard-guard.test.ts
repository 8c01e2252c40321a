import { expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { type Clipboard, isOfDigest } from '../ports/clipboard.ts'
import { ClipboardGuard } from './clipboard-guard.ts'

const VALUE = new Secret('not-a-real-token')

function desktop() {
  const state = { text: '', readable: true, refuses: false, ignoresClear: false }
  let onLook = async (): Promise<void> => {}
  const clipboard: Clipboard = {
    async write(secret) {
      if (state.refuses) throw new Error('The clipboard is busy')
      state.text = secret.expose()
    },
    async matches(digest) {
      if (!state.readable) return 'unknown'
      const found = isOfDigest(state.text, digest) ? 'same' : 'different'
      await onLook()
      return found
    },
    async clear() {
      if (!state.ignoresClear) state.text = ''
    },
  }
  const clock = new DrivenClock()
  const guard = new ClipboardGuard(clipboard, clock)
  /** Runs `task` once, while the guard looks at what the clipboard holds. */
  const whileLooking = (task: () => Promise<unknown>): void => {
    onLook = async () => {
      onLook = async () => {}
      await task()
    }
  }
  return { state, clock, guard, whileLooking }
}

it('clears after the set time, not a millisecond before', async () => {
  const { state, clock, guard } = desktop()
  expect(await guard.copy(VALUE, 30)).toBe(clock.now() + 30_000)
  await clock.pass(29_999)
  expect(state.text).toBe('not-a-real-token')
  expect(guard.status.value).toEqual({ state: 'holding', clearsAt: clock.now() + 1 })
  await clock.pass(1)
  expect(state.text).toBe('')
  expect(guard.status.value).toEqual({ state: 'cleared', at: clock.now() })
})

it('leaves alone what the user copied since', async () => {
  const { state, clock, guard } = desktop()
  await guard.copy(VALUE, 15)
  state.text = 'a shopping list'
  await clock.pass(15_000)
  expect(state.text).toBe('a shopping list')
  expect(guard.status.value.state).toBe('replaced')
})

it('does not claim to have cleared what it cannot read, and tries again with the focus', async () => {
  const { state, clock, guard } = desktop()
  await guard.copy(VALUE, 15)
  state.readable = false
  await clock.pass(15_000)
  expect(guard.status.value.state).toBe('unconfirmed')
  expect(state.text).toBe('not-a-real-token')
  state.readable = true
  await guard.retry()
  expect(state.text).toBe('')
  expect(guard.status.value.state).toBe('cleared')
})

it('does not claim to have cleared what is still there', async () => {
  const { state, clock, guard } = desktop()
  await guard.copy(VALUE, 15)
  state.ignoresClear = true
  await clock.pass(15_000)
  expect(guard.status.value.state).toBe('unconfirmed')
})

it('a second copy starts the time anew', async () => {
  const { state, clock, guard } = desktop()
  await guard.copy(new Secret('not-the-first-token'), 30)
  await clock.pass(20_000)
  await guard.copy(VALUE, 30)
  await clock.pass(20_000)
  expect(state.text).toBe('not-a-real-token')
  await clock.pass(10_000)
  expect(state.text).toBe('')
  expect(clock.pending).toBe(0)
})

it('the same token copied again stays for its own time', async () => {
  const { state, clock, guard } = desktop()
  await guard.copy(VALUE, 30)
  await clock.pass(20_000)
  await guard.copy(VALUE, 30)
  await clock.pass(29_999)
  expect(state.text).toBe('not-a-real-token')
  await clock.pass(1)
  expect(state.text).toBe('')
})

it('a token copied while the one before is looked for is not cleared with it, nor called gone', async () => {
  const { state, clock, guard, whileLooking } = desktop()
  await guard.copy(new Secret('not-the-first-token'), 30)
  whileLooking(() => guard.copy(VALUE, 30))
  await clock.pass(30_000)
  expect(state.text).toBe('not-a-real-token')
  expect(guard.status.value).toEqual({ state: 'holding', clearsAt: clock.now() + 30_000 })
  await clock.pass(30_000)
  expect(state.text).toBe('')
})

it('clears on quit, but not when the user chose never', async () => {
  const once = desktop()
  await once.guard.copy(VALUE, 120)
  await once.guard.clearNow()
  expect(once.state.text).toBe('')
  expect(once.clock.pending).toBe(0)
  const never = desktop()
  expect(await never.guard.copy(VALUE, 0)).toBeNull()
  expect(never.guard.status.value).toEqual({ state: 'holding', clearsAt: null })
  await never.guard.clearNow()
  expect(never.state.text).toBe('not-a-real-token')
})

it('says when the system refuses, and when the host has none', async () => {
  const { state, guard } = desktop()
  state.refuses = true
  await expect(guard.copy(VALUE, 30)).rejects.toMatchObject({ code: 'clipboard-failed' })
  expect(guard.status.value.state).toBe('idle')
  const browser = new ClipboardGuard(null, new DrivenClock())
  await expect(browser.copy(VALUE, 30)).rejects.toMatchObject({ code: 'clipboard-failed' })
})
