import type { Clock } from '#base/clock.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'

/** How many requests run at once when a response begins, and at most. */
const FIRST_LIMIT = 4
const MOST_AT_ONCE = 12
/** How fast an answer counts in the running mean of latencies. */
const SMOOTHING = 0.2
/** A mean latency this many times the best one, and this much above it, says that the platform is at its end. */
const SLOW_FACTOR = 3
const SLOW_MARGIN_MS = 200

/**
 * How many requests may run at once: one more after each round of good answers, half as many when the platform shows that it
 * has too much to do (additive increase, multiplicative decrease, as TCP avoids congestion).
 */
export class Pace {
  readonly #clock: Clock
  #limit = FIRST_LIMIT
  #running = 0
  #good = 0
  #mean: number | null = null
  #best = Number.POSITIVE_INFINITY
  readonly #waiting: (() => void)[] = []
  readonly #grown = new Set<() => void>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Requests that may run at once now. */
  get limit(): number {
    return Math.floor(this.#limit)
  }

  /** Runs one request when there is room, in the order of asking. */
  async run<Result>(request: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.limit) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#running += 1
    const began = this.#clock.now()
    try {
      const result = await request()
      this.#answered(this.#clock.now() - began)
      return result
    } catch (error) {
      if (isOverload(error)) this.#shrink()
      throw error
    } finally {
      this.#leave()
    }
  }

  /** Runs `heard` each time the limit has grown; the returned function ends that. */
  onGrown(heard: () => void): () => void {
    this.#grown.add(heard)
    return () => void this.#grown.delete(heard)
  }

  /** The one who leaves hands its place on, unless there are too many. */
  #leave(): void {
    this.#running -= 1
    while (this.#running < this.limit) {
      const next = this.#waiting.shift()
      if (!next) return
      this.#running += 1
      next()
    }
  }

  #answered(latencyMs: number): void {
    this.#mean = this.#mean === null ? latencyMs : this.#mean + SMOOTHING * (latencyMs - this.#mean)
    this.#best = Math.min(this.#best, this.#mean)
    if (this.#mean > this.#best * SLOW_FACTOR + SLOW_MARGIN_MS) {
      this.#shrink()
      return
    }
    this.#good += 1
    if (this.#good < this.#limit || this.#limit >= MOST_AT_ONCE) return
    this.#good = 0
    this.#limit = Math.min(MOST_AT_ONCE, this.#limit + 1)
    for (const heard of [...this.#grown]) heard()
  }

  #shrink(): void {
    this.#limit = Math.max(1, this.limit / 2)
    this.#good = 0
    // What was measured under load says nothing of the calmer pace.
    this.#mean = null
  }
}

/** The platform, or something before it, says that it cannot keep up. */
function isOverload(error: unknown): boolean {
  if (!(error instanceof RemoteError)) return false
  if (error.retryAfter !== null || error.code === 'timeout') return true
  return /^HTTP (429|502|503|504)\b|^LOCK_ERROR\b/.test(error.detail ?? '')
}
