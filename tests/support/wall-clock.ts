import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#base/clock.ts'

/**
 * A clock that stands until the test moves it, with a wall that can be set apart from what has passed. Timers run in the
 * order of their time, each at its own moment.
 */
export class WallClock implements Clock {
  #wall: number
  /** what has passed; a changed wall does not move it */
  #passed = 0
  #timers: { at: number; task: () => void }[] = []

  constructor(start = Date.UTC(2026, 0, 5, 8)) {
    this.#wall = start
  }

  now(): number {
    return Math.floor(this.#wall)
  }

  monotonic(): number {
    return this.#passed
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#passed + Math.max(0, ms), task }
    const later = this.#timers.findIndex((other) => other.at > timer.at)
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** When the next timer is due, in ms from now; null when there is none. */
  get untilNext(): number | null {
    const next = this.#timers[0]
    return next ? Math.max(0, next.at - this.#passed) : null
  }

  get pending(): number {
    return this.#timers.length
  }

  /** Lets `ms` pass; what a timer started may settle before the next one runs. */
  async pass(ms: number, settle: () => Promise<unknown> = turn): Promise<void> {
    const end = this.#passed + ms
    // What the caller has just begun may set its timers first.
    await settle()
    for (let next = this.#timers[0]; next && next.at <= end; next = this.#timers[0]) {
      this.#step(next.at - this.#passed)
      this.#timers.shift()
      next.task()
      await settle()
    }
    this.#step(end - this.#passed)
    await settle()
  }

  /** The wall clock is set: the time of day changes and nothing has passed. */
  set(now: number): void {
    this.#wall = now
  }

  /** The machine sleeps: the wall goes on and no timer does. */
  sleep(ms: number): void {
    this.#wall += ms
  }

  #step(ms: number): void {
    const step = Math.max(0, ms)
    this.#wall += step
    this.#passed += step
  }
}
