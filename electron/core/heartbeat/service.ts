import type { Logger } from '#base/logger.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { Surroundings } from './incident.ts'
import { createIncidents } from './incidents.ts'
import { createJournal, type HeartbeatEvent, type JournalEntry } from './journal.ts'
import { look } from './look.ts'
import type { HeartbeatClock, Monitor, PowerPort, Reading } from './monitor.ts'
import { createQuietTimes } from './quiet.ts'
import { createSamples, type Sample } from './samples.ts'
import { createScheduler, type Job, type Plan } from './scheduler.ts'
import { type Standing, step, untilRegistrationChanges } from './standing.ts'

const PRUNE_EVERY_MS = 3_600_000
/** Longest Retry-After that is heeded; more, and a bad answer could blind the monitor for days. */
const MOST_WAIT_MS = 3_600_000

export interface HeartbeatOptions {
  /** opened by openHeartbeatDatabase */
  readonly database: Database
  readonly clock: HeartbeatClock
  /** a number in [0, 1) */
  readonly random: () => number
  readonly newId: () => string
  readonly power: PowerPort
  readonly log: Logger
  /** every point, after it was kept */
  readonly onPoint: (sample: Sample, standing: Standing) => void
  /** every event, after it was kept; see happeningOf for those that a person is called for */
  readonly onEvent: (entry: JournalEntry) => void
}

/**
 * Watches what it is given (H-01..H-03, H-05): plans the looks, keeps the points, judges them, and tells of a change once.
 * Times of points are the wall's, plans are not, so that neither sleep nor a clock that is set makes up an outage.
 */
export function createHeartbeat(options: HeartbeatOptions) {
  const { clock, database } = options
  const samples = createSamples(database)
  const quietTimes = createQuietTimes(database)
  const journal = createJournal(database)
  const incidents = createIncidents(journal, options.newId)
  const monitors = new Map<string, { monitor: Monitor; job: Job; standing: Standing }>()
  let cancelPrune = (): void => {}

  const scheduler = createScheduler({
    clock,
    random: options.random,
    power: options.power,
    onGap: (ids) => {
      for (const id of ids) blind(id)
    },
  })

  /** Nobody looks: the state is unknown from here on, and no point says otherwise. */
  const blind = (id: string): void => {
    const entry = monitors.get(id)
    if (!entry) return
    const next = step(entry.standing, { outcome: 'unobserved', why: 'gap' }, clock.now(), true)
    entry.standing = next.standing
    journal.keepStanding(id, next.standing)
  }

  /** Events of one change, with what they are about: all of it is kept or nothing, and told only once it is kept. */
  const kept = (monitorId: string, change: () => readonly (HeartbeatEvent | null)[]): void => {
    const at = clock.now()
    const entries = transaction(database, () => {
      const events = change().filter((event) => event !== null)
      return events.map((event) => journal.add({ at, monitorId, event }))
    })
    for (const entry of entries) options.onEvent(entry)
  }

  const surroundings = (): Surroundings => {
    const all = [...monitors.values()]
    return {
      targets: new Map(all.map(({ monitor }) => [monitor.id, monitor.target])),
      remote: new Set(all.filter(({ monitor }) => monitor.needsNetwork).map(({ monitor }) => monitor.target)),
      unreached: new Set(
        all.filter(({ standing }) => standing.lastUnreached).map(({ monitor }) => monitor.target),
      ),
    }
  }

  const keep = (monitor: Monitor, reading: Reading): void => {
    const entry = monitors.get(monitor.id)
    if (entry?.monitor !== monitor) return
    const at = clock.now()
    const quiet = quietTimes.at(monitor.id, at)
    const next = step(entry.standing, reading, at, quiet !== null)
    const sample: Sample = {
      monitorId: monitor.id,
      at,
      outcome: next.outcome,
      latencyMs: 'latencyMs' in reading ? reading.latencyMs : null,
      failure: reasonOf(reading),
      maintenance: quiet === 'maintenance',
    }
    entry.standing = next.standing
    kept(monitor.id, () => {
      samples.add(sample)
      journal.keepStanding(monitor.id, next.standing)
      return [
        next.registration && { kind: 'registration', ...next.registration },
        next.version && { kind: 'version', ...next.version },
        next.news && incidents.tell(monitor, next.news, next.standing.lastUnreached, surroundings()),
      ]
    })
    options.onPoint(sample, next.standing)
  }

  const jobOf = (monitor: Monitor): Job => ({
    id: monitor.id,
    everyMs: monitor.everyMs,
    needsNetwork: monitor.needsNetwork,
    async run(signal): Promise<Plan> {
      const patient = monitors.get(monitor.id)?.standing.probe.state !== 'down'
      const reading = await look(monitor, { clock, random: options.random, signal, patient })
      if (reading === null || signal.aborted) return {}
      try {
        keep(monitor, reading)
      } catch (error) {
        // A full disk must not end the watching; the point is lost and the next one comes.
        options.log.error({ err: error }, 'A heartbeat was not kept')
      }
      const wait = 'retryAfterMs' in reading ? (reading.retryAfterMs ?? 0) : 0
      const sooner = untilRegistrationChanges(reading)
      return {
        waitMs: Math.min(MOST_WAIT_MS, Math.max(0, wait)),
        ...(sooner === undefined ? {} : { soonerMs: sooner }),
      }
    },
  })

  const prune = (): void => {
    samples.prune(clock.now())
    journal.prune(clock.now())
    cancelPrune = clock.after(PRUNE_EVERY_MS, prune)
  }
  prune()

  return {
    samples,
    quietTimes,
    journal,
    incidents: incidents.open,
    standingOf: (monitorId: string): Standing | null => monitors.get(monitorId)?.standing ?? null,

    /** Watches exactly these. One that stays (the same object) keeps its time; one that is gone keeps its points. */
    watch(wanted: readonly Monitor[]): void {
      const ids = new Set(wanted.map((monitor) => monitor.id))
      for (const id of monitors.keys()) {
        if (ids.has(id)) continue
        kept(id, () => [incidents.forget(id, clock.now())])
        monitors.delete(id)
      }
      for (const monitor of wanted) {
        if (monitors.get(monitor.id)?.monitor === monitor) continue
        monitors.set(monitor.id, {
          monitor,
          job: jobOf(monitor),
          standing: journal.standingOf(monitor.id),
        })
        // What was known when the app closed is not known now.
        blind(monitor.id)
      }
      scheduler.set([...monitors.values()].map(({ job }) => job))
    },

    /** Removes what is kept of a monitor that is not watched any more. */
    forget(monitorId: string): void {
      samples.forget(monitorId)
      journal.forget(monitorId)
    },

    lookNow: (monitorId: string): void => scheduler.runNow(monitorId),

    stop(): void {
      scheduler.stop()
      cancelPrune()
    },
  }
}

function reasonOf(reading: Reading): string | null {
  if (reading.outcome === 'bad') return reading.failure
  return reading.outcome === 'unobserved' ? reading.why : null
}
