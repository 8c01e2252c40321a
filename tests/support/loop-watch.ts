import { existsSync, readFileSync } from 'node:fs'

/** How long the event loop of this thread stood still at most. */
export interface LoopReport {
  /** ms between two turns */
  readonly blocked: number
  /** of that, ms at most that this thread computed without a turn: what another process took is not in it */
  readonly computed: number
  /** of that, ms at most that it computed or waited for a disk, but not for a processor that others had; as `blocked` off Linux */
  readonly held: number
}

/** Time on a processor, time waiting for one, in ns (`CONFIG_SCHED_INFO` of Linux). */
const SCHEDULER = '/proc/thread-self/schedstat'
const isTold = existsSync(SCHEDULER)

/** ms that this thread has waited for a processor */
const waitedForProcessor = (): number =>
  isTold ? Number(readFileSync(SCHEDULER, 'latin1').split(' ')[1]) / 1e6 : 0

/** Resolution of the look at the event loop, ms. */
const TICK_MS = 2

/**
 * Looks at the event loop until it is ended.
 * @param sample called now and then, for what is to be seen besides
 */
export function watchLoop(sample: () => void = () => {}): { end(): LoopReport } {
  let blocked = 0
  let computed = 0
  let held = 0
  let ticks = 0
  let queued = waitedForProcessor()
  let at = performance.now()
  let cpu = process.threadCpuUsage()
  const look = (): void => {
    const now = performance.now()
    const used = process.threadCpuUsage(cpu)
    blocked = Math.max(blocked, now - at - TICK_MS)
    computed = Math.max(computed, (used.user + used.system) / 1_000)
    const queuedNow = waitedForProcessor()
    held = Math.max(held, now - at - TICK_MS - (queuedNow - queued))
    at = now
    queued = queuedNow
    cpu = process.threadCpuUsage()
    if (++ticks % 10 === 0) sample()
  }
  const timer = setInterval(look, TICK_MS)
  return {
    end() {
      clearInterval(timer)
      // What ran up to here without a turn was not looked at yet.
      look()
      return { blocked, computed, held }
    },
  }
}
