import type { Clock } from '#base/clock.ts'
import { systemRandom } from '#base/crypto.ts'
import { Live } from '#base/live.ts'
import { messageOf, ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { ClipboardStatus } from '#shared/contract/system.ts'
import { type Clipboard, type ClipboardDigest, clipboardDigest } from '../ports/clipboard.ts'

/** Puts a token on the clipboard and takes it off again, but only if it is still ours (T-07). */
export class ClipboardGuard {
  readonly status = new Live<ClipboardStatus>({ state: 'idle' })
  readonly #clipboard: Clipboard | null
  readonly #clock: Clock
  /** What is to be cleared; null when nothing is, or the user chose never. */
  #ours: ClipboardDigest | null = null
  #cancelTimer = (): void => {}

  /** @param clipboard null where the core has none of its own (browser host) */
  constructor(clipboard: Clipboard | null, clock: Clock) {
    this.#clipboard = clipboard
    this.#clock = clock
  }

  /**
   * @param clearSeconds 0 = never
   * @returns when it will be cleared, ms since the epoch; null = never
   * @throws ProblemError `clipboard-failed`
   */
  async copy(value: Secret, clearSeconds: number): Promise<number | null> {
    const clipboard = this.#clipboard
    if (clipboard === null) throw new ProblemError('clipboard-failed', 'This host writes no clipboard.')
    try {
      await clipboard.write(value)
    } catch (error) {
      throw new ProblemError('clipboard-failed', messageOf(error))
    }
    this.#cancelTimer()
    if (clearSeconds === 0) {
      this.#ours = null
      this.status.set({ state: 'holding', clearsAt: null })
      return null
    }
    // SECURITY: to recognise the token later its salted digest is enough; the value itself is not kept.
    const digest = clipboardDigest(value.expose(), systemRandom(16))
    this.#ours = digest
    const clearsAt = this.#clock.now() + clearSeconds * 1_000
    this.#cancelTimer = this.#clock.after(clearSeconds * 1_000, () => void this.#clear(clipboard, digest))
    this.status.set({ state: 'holding', clearsAt })
    return clearsAt
  }

  /** Tries again what could not be confirmed; for the moment the window gets the focus, and for the end. */
  async retry(): Promise<void> {
    if (this.status.value.state === 'unconfirmed') await this.clearNow()
  }

  /** Clears what is ours without waiting for the timer, as on quit. */
  async clearNow(): Promise<void> {
    this.#cancelTimer()
    if (this.#clipboard !== null && this.#ours !== null) await this.#clear(this.#clipboard, this.#ours)
  }

  async #clear(clipboard: Clipboard, digest: ClipboardDigest): Promise<void> {
    const state = await clearIfOurs(clipboard, digest, () => this.#ours === digest)
    // Another token was copied meanwhile: its own timer has the word.
    if (this.#ours !== digest) return
    if (state !== 'unconfirmed') this.#ours = null
    this.status.set({ state, at: this.#clock.now() })
  }
}

/**
 * Clears only what we wrote ourselves, and calls it cleared only when it was seen gone.
 * @param isLatest false once another token was copied while this one was looked for
 */
async function clearIfOurs(
  clipboard: Clipboard,
  digest: ClipboardDigest,
  isLatest: () => boolean,
): Promise<'cleared' | 'replaced' | 'unconfirmed'> {
  try {
    const before = await clipboard.matches(digest)
    if (before === 'different') return 'replaced'
    // Not readable: whatever is there may be somebody else's by now.
    if (before === 'unknown') return 'unconfirmed'
    if (!isLatest()) return 'replaced'
    await clipboard.clear()
    return (await clipboard.matches(digest)) === 'different' ? 'cleared' : 'unconfirmed'
  } catch {
    return 'unconfirmed'
  }
}
