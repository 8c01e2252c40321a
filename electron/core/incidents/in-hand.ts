import type { Clock } from '#base/clock.ts'

/** What was in hand is dropped after this, used or not. */
export const IN_HAND_MS = 10 * 60_000
/** More than this were forgotten by whoever put them here. */
const MOST = 8

/** SECURITY: secrets of others that are needed once more in a moment: in memory alone, few, and shortly. */
export class InHand<Held> {
  readonly #clock: Clock
  readonly #held = new Map<string, { readonly held: Held; readonly cancel: () => void }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  put(id: string, held: Held): void {
    const [oldest] = this.#held.keys()
    if (oldest !== undefined && this.#held.size >= MOST) this.drop(oldest)
    this.#held.set(id, { held, cancel: this.#clock.after(IN_HAND_MS, () => this.drop(id)) })
  }

  /** What is held under `id`, which stays. */
  look(id: string): Held | null {
    return this.#held.get(id)?.held ?? null
  }

  drop(id: string): void {
    this.#held.get(id)?.cancel()
    this.#held.delete(id)
  }

  clear(): void {
    for (const id of [...this.#held.keys()]) this.drop(id)
  }
}
