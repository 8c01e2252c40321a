import type { HeartbeatClock, PowerPort } from './monitor.ts'

/** Each interval is stretched or shortened by up to this share, so that many consoles do not ask in step. */
const JITTER = 0.1
/** After waking the network needs a moment; then everything is spread over this time, not asked at once. */
const WAKE_GRACE_MS = 2_000
const WAKE_SPREAD_MS = 15_000
/** A wall clock that ran ahead of what passed by more than this: the machine slept and nobody told us, or it was set. */
const GAP_MS = 30_000

export interface Job {
  readonly id: string
  readonly everyMs: number
  readonly needsNetwork: boolean
  /** Must end when the signal does. Never throws. */
  run(signal: AbortSignal): Promise<Plan>
}

/** What a run asks of the next one, ms from now. */
export interface Plan {
  /** not before that (Retry-After) */
  readonly waitMs?: number
  /** no later than that */
  readonly soonerMs?: number
}

interface Entry {
  readonly job: Job
  /** by the monotonic clock */
  due: number
  running: AbortController | null
}

export interface Scheduler {
  /** Replaces all jobs; one that stays keeps its time. */
  set(jobs: readonly Job[]): void
  /** Runs one now, or leaves the run under way; the schedule goes on from now. */
  runNow(id: string): void
  stop(): void
}

/**
 * One timer for all jobs: it waits for the earliest. Nothing is made up for: what was missed in sleep stays missed, and after
 * waking the jobs are spread anew.
 * @param onGap these jobs could not look for a while
 */
export function createScheduler(options: {
  clock: HeartbeatClock
  random: () => number
  power: PowerPort
  onGap: (ids: readonly string[]) => void
}): Scheduler {
  const { clock, random, power, onGap } = options
  const entries = new Map<string, Entry>()
  let suspended = false
  let offline = power.isOffline()
  let cancelTimer = (): void => {}
  let stopped = false
  let wallAhead = clock.now() - clock.monotonic()

  const isPaused = ({ job }: Entry): boolean => suspended || (offline && job.needsNetwork)

  const spread = (entry: Entry): void => {
    entry.due = clock.monotonic() + WAKE_GRACE_MS + random() * Math.min(entry.job.everyMs, WAKE_SPREAD_MS)
  }

  const arm = (): void => {
    cancelTimer()
    const waiting = [...entries.values()].filter((entry) => !isPaused(entry) && entry.running === null)
    if (stopped || waiting.length === 0) return
    const earliest = Math.min(...waiting.map((entry) => entry.due))
    cancelTimer = clock.after(Math.max(0, earliest - clock.monotonic()), beat)
  }

  const beat = (): void => {
    if (noticeGap()) {
      arm()
      return
    }
    const now = clock.monotonic()
    for (const entry of entries.values())
      if (!isPaused(entry) && entry.running === null && entry.due <= now) void run(entry)
    arm()
  }

  /** Sleep without an event from the host shows in the wall clock alone. */
  const noticeGap = (): boolean => {
    const ahead = clock.now() - clock.monotonic()
    const jumped = ahead - wallAhead
    wallAhead = ahead
    if (jumped <= GAP_MS) return false
    pause([...entries.values()])
    return true
  }

  /** Ends what is under way: its answer would tell of our own pause. */
  const pause = (paused: readonly Entry[]): void => {
    for (const entry of paused) {
      entry.running?.abort()
      entry.running = null
      spread(entry)
    }
    if (paused.length > 0) onGap(paused.map((entry) => entry.job.id))
  }

  const run = async (entry: Entry): Promise<void> => {
    const { job } = entry
    const started = clock.monotonic()
    const running = new AbortController()
    entry.running = running
    const plan = await job.run(running.signal)
    if (entry.running !== running) return
    entry.running = null
    const now = clock.monotonic()
    const interval = job.everyMs * (1 + JITTER * (2 * random() - 1))
    const regular = Math.max(started + interval, now)
    const sooner = plan.soonerMs === undefined ? regular : Math.min(regular, now + plan.soonerMs)
    entry.due = Math.max(sooner, now + (plan.waitMs ?? 0))
    arm()
  }

  const stopWatching = power.watch((event) => {
    const before = [...entries.values()].filter(isPaused)
    if (event === 'suspend' || event === 'resume') suspended = event === 'suspend'
    else offline = event === 'offline'
    // The sleep is known now; it must not be found again as a gap.
    wallAhead = clock.now() - clock.monotonic()
    const now = [...entries.values()].filter(isPaused)
    pause(now.filter((entry) => !before.includes(entry)))
    for (const entry of before) if (!now.includes(entry)) spread(entry)
    arm()
  })

  return {
    set(jobs) {
      const wanted = new Map(jobs.map((job) => [job.id, job]))
      for (const [id, entry] of entries) {
        if (wanted.get(id) === entry.job) continue
        entry.running?.abort()
        entry.running = null
        entries.delete(id)
      }
      for (const job of jobs) {
        if (entries.has(job.id)) continue
        const entry: Entry = { job, due: 0, running: null }
        spread(entry)
        entries.set(job.id, entry)
      }
      arm()
    },
    runNow(id) {
      const entry = entries.get(id)
      if (!entry || entry.running !== null || stopped) return
      void run(entry)
      arm()
    },
    stop() {
      stopped = true
      cancelTimer()
      stopWatching()
      for (const entry of entries.values()) entry.running?.abort()
      entries.clear()
    },
  }
}
