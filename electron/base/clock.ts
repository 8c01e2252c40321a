/** Time as the code may know it: injected everywhere, so that tests drive it instead of waiting. */
export interface Clock {
  /** ms since the epoch */
  now(): number
  /** Runs `task` once after `ms`; the returned function cancels it. A pending timer never keeps the process alive. */
  after(ms: number, task: () => void): () => void
}

/** setTimeout fires at once for longer delays; 2^31 − 1 ms are 24.8 days. */
const LONGEST_TIMEOUT_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    let timer: NodeJS.Timeout
    const arm = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMEOUT_MS)
      timer = setTimeout(() => (left > step ? arm(left - step) : task()), Math.max(0, step))
      timer.unref()
    }
    arm(ms)
    return () => clearTimeout(timer)
  },
}
