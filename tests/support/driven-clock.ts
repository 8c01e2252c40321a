import type { Clock } from '#base/clock.ts'

/** A clock that stands still until a test moves it; what became due on the way runs in order. */
export interface DrivenClock extends Clock {
  /** Moves on by `ms` and runs what is due. */
  advance(ms: number): void
}

/** @param start ms since the epoch */
export function drivenClock(start: number): DrivenClock {
  let now = start
  const timers = new Set<{ at: number; task: () => void }>()
  return {
    now: () => now,
    after(ms, task) {
      const timer = { at: now + Math.max(0, ms), task }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      const end = now + ms
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        timers.delete(next)
        now = Math.max(now, next.at)
        next.task()
      }
      now = end
    },
  }
}
