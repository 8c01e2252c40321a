import { type Clock, systemClock } from '#base/clock.ts'

/** Below this a timer is a pause before another try; above it a deadline, which must not come early. */
const PAUSE_MS = 5_000

/** The real time, where nobody waits between tries. */
export const hurriedClock: Clock = {
  now: () => systemClock.now(),
  after: (ms, task) => systemClock.after(ms < PAUSE_MS ? 0 : ms, task),
}
