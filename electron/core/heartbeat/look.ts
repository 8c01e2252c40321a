import { backoffDelay } from '#base/backoff.ts'
import type { HeartbeatClock, Monitor, Reading } from './monitor.ts'

/** Tries of one point: full jitter below a doubling ceiling (anchors: 1 s, at most 60 s), never past half the interval. */
const RETRY = { firstMs: 1_000, mostMs: 60_000 }
const RETRIES = 2

/**
 * One point: a look, and when nobody was reached a few more within it, so that a lost packet is no bad point. Points stay
 * evenly spaced whatever they find: looking more often at what is down would weigh its uptime.
 * @param patient false where it is known to be down: asking again tells nothing new
 * @returns null when `signal` ended it: nobody looked
 */
export async function look(
  monitor: Monitor,
  options: { clock: HeartbeatClock; random: () => number; signal: AbortSignal; patient: boolean },
): Promise<Reading | null> {
  const { clock, random, signal, patient } = options
  const from = clock.monotonic()
  for (let attempt = 1; ; attempt += 1) {
    const reading = await once(monitor, clock, signal)
    if (reading === null || reading.outcome !== 'bad' || !reading.unreached) return reading
    const wait = backoffDelay(RETRY, attempt, random)
    const late = clock.monotonic() - from + wait + monitor.timeoutMs > monitor.everyMs / 2
    if (!patient || attempt > RETRIES || late || reading.retryAfterMs) return reading
    if (!(await pause(clock, wait, signal))) return null
  }
}

/** A probe with its deadline. One that does not heed its signal is left behind; one that throws failed on our side. */
async function once(monitor: Monitor, clock: HeartbeatClock, signal: AbortSignal): Promise<Reading | null> {
  if (signal.aborted) return null
  const deadline = new AbortController()
  let end = (_reading: Reading | null): void => {}
  const ended = new Promise<Reading | null>((resolve) => {
    end = resolve
  })
  const stop = (): void => end(null)
  signal.addEventListener('abort', stop, { once: true })
  const cancel = clock.after(monitor.timeoutMs, () => {
    end({ outcome: 'bad', failure: 'timeout', unreached: true })
    deadline.abort()
  })
  try {
    const probe = monitor.probe(AbortSignal.any([signal, deadline.signal])).catch(
      (error: unknown): Reading => ({
        outcome: 'unobserved',
        why: error instanceof Error ? error.name : 'unknown',
      }),
    )
    return await Promise.race([probe, ended])
  } finally {
    cancel()
    signal.removeEventListener('abort', stop)
  }
}

function pause(clock: HeartbeatClock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (): void => {
      cancel()
      resolve(false)
    }
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve(true)
    })
    signal.addEventListener('abort', stop, { once: true })
  })
}
