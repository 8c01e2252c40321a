import { type Backoff, backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'

const CONNECTOR_BACKOFF: Backoff = { firstMs: 20_000, mostMs: 600_000 }

interface Failure {
  readonly attempt: number
  readonly notBefore: number
  /** ms */
  readonly wait: number
  /** what was wanted; something else is tried at once */
  readonly wanted: string
}

/** When a connector whose step failed may be tried again: a back-off each, so that none keeps the others waiting. */
export class RetryBook {
  readonly #failures = new Map<string, Failure>()
  readonly #clock: Clock
  readonly #random: () => number

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** @param wanted what is tried: configuration hash and step. Something new is not held back by old failures. */
  mayTry(connectorId: string, wanted: string): boolean {
    const failure = this.#failures.get(connectorId)
    if (!failure || failure.wanted !== wanted) return true
    const left = failure.notBefore - this.#clock.now()
    // More left than there ever was: the clock was set back.
    return left <= 0 || left > failure.wait
  }

  /** Whether the same was tried before and failed. */
  hasFailed(connectorId: string, wanted: string): boolean {
    return this.#failures.get(connectorId)?.wanted === wanted
  }

  /** Notes a failure. Answers how long the next attempt waits, ms: half of the ceiling for sure, half at random. */
  failed(connectorId: string, wanted: string): number {
    const before = this.#failures.get(connectorId)
    const attempt = before?.wanted === wanted ? before.attempt + 1 : 1
    const { firstMs, mostMs } = CONNECTOR_BACKOFF
    const half = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 20)) / 2
    const wait = half + backoffDelay({ firstMs: half, mostMs: half }, 1, this.#random)
    this.#failures.set(connectorId, { attempt, notBefore: this.#clock.now() + wait, wait, wanted })
    return wait
  }

  succeeded(connectorId: string): void {
    this.#failures.delete(connectorId)
  }

  /** Forgets connectors that are gone. */
  keepOnly(connectorIds: ReadonlySet<string>): void {
    for (const id of this.#failures.keys()) if (!connectorIds.has(id)) this.#failures.delete(id)
  }

  get size(): number {
    return this.#failures.size
  }
}
