import type { Clock } from '#base/clock.ts'

export interface Repetition {
  /** Runs the next round soon instead of at its time. */
  nudge(ms: number): void
  /** No further round; resolves when the present one is over. */
  stop(): Promise<void>
}

/**
 * Runs `round` now and again, never two at once and never in a burst: each answers how many ms from its start the next one
 * begins (at once when it took longer).
 */
export function repeat(clock: Clock, round: () => Promise<number>): Repetition {
  let stopped = false
  let cancel = (): void => {}
  let current: Promise<void> = Promise.resolve()
  let nudged: number | null = null
  let waiting = false

  const run = (): void => {
    if (stopped) return
    waiting = false
    nudged = null
    const began = clock.now()
    // A round answers for its own faults; one that rejects is a bug and ends the process with a true exit code.
    current = round().then((ms) => {
      if (stopped) return
      const left = Math.max(0, ms - (clock.now() - began))
      waiting = true
      cancel = clock.after(nudged === null ? left : Math.min(left, nudged), run)
    })
  }
  run()
  return {
    nudge(ms) {
      if (stopped) return
      nudged = Math.min(nudged ?? ms, ms)
      if (!waiting) return
      cancel()
      cancel = clock.after(nudged, run)
    },
    async stop() {
      stopped = true
      cancel()
      await current
    },
  }
}
