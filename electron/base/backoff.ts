/** Exponential back-off with full jitter: a random wait between 0 and the ceiling of the attempt. */
export interface Backoff {
  /** ceiling of the first wait, ms */
  readonly firstMs: number
  /** ceiling that no wait passes, ms */
  readonly mostMs: number
}

/**
 * How long to wait before attempt `attempt` (1 = first retry), in ms.
 * @param random a number in [0, 1), injected
 */
export function backoffDelay({ firstMs, mostMs }: Backoff, attempt: number, random: () => number): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.max(0, Math.min(attempt, 30) - 1))
  return Math.floor(random() * ceiling)
}
