/** How long the event loop of this thread stood still at most. */
export interface LoopReport {
  /** ms between two turns */
  readonly blocked: number
  /** of that, ms at most that this thread computed without a turn: what another process took is not in it */
  readonly computed: number
}

/** Resolution of the look at the event loop, ms. */
const TICK_MS = 2

/**
 * Looks at the event loop until it is ended.
 * @param sample called now and then, for what is to be seen besides
 */
export function watchLoop(sample: () => void = () => {}): { end(): LoopReport } {
  let blocked = 0
  let computed = 0
  let ticks = 0
  let at = performance.now()
  let cpu = process.threadCpuUsage()
  const look = (): void => {
    const now = performance.now()
    const used = process.threadCpuUsage(cpu)
    blocked = Math.max(blocked, now - at - TICK_MS)
    computed = Math.max(computed, (used.user + used.system) / 1_000)
    at = now
    cpu = process.threadCpuUsage()
    if (++ticks % 10 === 0) sample()
  }
  const timer = setInterval(look, TICK_MS)
  return {
    end() {
      clearInterval(timer)
      // What ran up to here without a turn was not looked at yet.
      look()
      return { blocked, computed }
    },
  }
}
