import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ClipboardStatus } from '#shared/contract/system.ts'
import type { Clock } from '../../ui/clock.tsx'

/** The browser's clipboard, as far as it lets us. */
export interface ClipboardDevice {
  write(text: string): Promise<void>
  /** rejects where the browser does not allow reading, or the page is not focused */
  read(): Promise<string>
  /** a fingerprint, so that no value has to be kept for comparison */
  digest(text: string): Promise<string>
  /** calls back once, when the page next has the focus; at once if it has it */
  whenFocused(task: () => void): () => void
}

export const browserClipboard: ClipboardDevice = {
  write: (text) => navigator.clipboard.writeText(text),
  read: () => navigator.clipboard.readText(),
  async digest(text) {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
  },
  whenFocused(task) {
    if (document.hasFocus()) {
      task()
      return () => {}
    }
    window.addEventListener('focus', task, { once: true })
    return () => window.removeEventListener('focus', task)
  },
}

/**
 * T-07 where the core has no desktop of its own (browser host): the page copies, and after the set time clears the
 * clipboard if, and only if, it still holds what was copied.
 */
export interface PageClipboard {
  readonly store: StoreApi<ClipboardStatus>
  /** Returns when the clipboard will be cleared, our clock; null = never. Rejects when the browser refuses. */
  copy(value: string, clearAfterSeconds: number): Promise<number | null>
}

export function createPageClipboard(device: ClipboardDevice, clock: Clock): PageClipboard {
  const store = createStore<ClipboardStatus>(() => ({ state: 'idle' }))
  let cancel = (): void => {}
  /** Counts what was copied: a token copied while the one before is looked for has a time of its own. */
  let copies = 0

  async function clearIfOurs(fingerprint: string): Promise<void> {
    const ours = copies
    const say = (state: 'replaced' | 'cleared' | 'unconfirmed'): void => {
      if (ours === copies) store.setState({ state, at: clock.now() }, true)
    }
    try {
      const found = await device.digest(await device.read())
      if (ours !== copies) return
      if (found !== fingerprint) return say('replaced')
      await device.write('')
      say('cleared')
    } catch {
      // Not allowed to look, so not entitled to claim anything.
      say('unconfirmed')
    }
  }

  return {
    store,
    async copy(value, clearAfterSeconds) {
      await device.write(value)
      copies += 1
      // SECURITY: the timer keeps a fingerprint; the value goes with the dialog that shows it.
      const fingerprint = await device.digest(value)
      cancel()
      const clearsAt = clearAfterSeconds === 0 ? null : clock.now() + clearAfterSeconds * 1_000
      store.setState({ state: 'holding', clearsAt }, true)
      if (clearsAt !== null) {
        cancel = clock.after(clearAfterSeconds * 1_000, () => {
          // Browsers let only a focused page read; the check is made up for when the reader is back.
          cancel = device.whenFocused(() => void clearIfOurs(fingerprint))
        })
      }
      return clearsAt
    },
  }
}
