import type { Clock } from '#base/clock.ts'

export interface Repetition {
  /** Runs the next round within `ms` instead of at its time; never later than it would have come. */
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
  /** a round was asked for within so much, while one ran */
  let nudged: number | null = null
  /** when the round that waits begins */
  let dueAt: number | null = null

  const wait = (ms: number): void => {
    dueAt = clock.now() + ms
    cancel = clock.after(ms, run)
  }
  const run = (): void => {
    if (stopped) return
    dueAt = null
    nudged = null
    const began = clock.now()
    // A round answers for its own faults; one that rejects is a bug and ends the process with a true exit code.
    current = round().then((ms) => {
      if (stopped) return
      // A clock that was set back meanwhile must not put the next round off by as much.
      const left = Math.max(0, ms - Math.max(0, clock.now() - began))
      wait(nudged === null ? left : Math.min(left, nudged))
    })
  }
  run()
  return {
    nudge(ms) {
      if (stopped) return
      if (dueAt === null) nudged = Math.min(nudged ?? ms, ms)
      else if (dueAt - clock.now() > ms) {
        cancel()
        wait(ms)
      }
    },
    async stop() {
      stopped = true
      cancel()
      await current
    },
  }
}
