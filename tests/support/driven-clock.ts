import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#base/clock.ts'

/** A clock that stands still until a test moves it; what becomes due on the way runs in order, each at its own time. */
export class DrivenClock implements Clock {
  #now: number
  readonly #timers = new Set<{ at: number; readonly task: () => void }>()

  /** @param start ms since the epoch */
  constructor(start = Date.UTC(2026, 0, 15, 12)) {
    this.#now = start
  }

  now(): number {
    return Math.floor(this.#now)
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), task }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Somebody sets the machine's clock back; what waits goes on waiting as long as it would have. */
  setBack(ms: number): void {
    this.#now -= ms
    for (const timer of this.#timers) timer.at -= ms
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.size
  }

  /** ms until the next timer; null when none waits. */
  get untilNext(): number | null {
    const next = this.#next()
    return next ? Math.max(0, next.at - this.#now) : null
  }

  /** Moves on by `ms` at once; for code that answers at once. */
  advance(ms: number): void {
    const end = this.#now + ms
    while (this.#runNext(end)) {}
    this.#now = end
  }

  /** Moves on by `ms` and lets promises settle before and after each timer. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    await turn()
    while (this.#runNext(end)) await turn()
    this.#now = end
    await turn()
  }

  #next() {
    return [...this.#timers].sort((a, b) => a.at - b.at)[0]
  }

  #runNext(end: number): boolean {
    const next = this.#next()
    if (!next || next.at > end) return false
    this.#timers.delete(next)
    this.#now = Math.max(this.#now, next.at)
    next.task()
    return true
  }
}
