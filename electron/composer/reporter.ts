import type { Clock } from '#base/clock.ts'
import type { ComposerProgress, FromComposer, ObservedConnector } from '#base/composer-channel.ts'
import type { Engine } from './engine/engine.ts'

/** What happened within this time travels together. */
const GATHER_MS = 500
/** Said at least so often, changed or not: who hears nothing knows that this process does not run. */
const ALIVE_MS = 5_000

export type Report = Extract<FromComposer, { type: 'report' }>

export interface Reporter {
  /** Something happened: a report is due soon. */
  touch(): void
  stop(): void
}

/**
 * Tells the console how the engine and its connectors stand: only what changed, never more often than twice a second, and
 * every five seconds that it is there at all.
 */
export function reporter(
  engine: () => Engine | null,
  clock: Clock,
  post: (report: Report) => void,
): Reporter {
  const sent = new Map<string, string>()
  let cancel: (() => void) | null = null
  let cancelAlive = (): void => {}

  const report = (): void => {
    cancel = null
    const running = engine()
    if (running === null) return
    cancelAlive()
    cancelAlive = clock.after(ALIVE_MS, report)
    const observed = running.observed()
    const changed = observed.filter((connector) => isNews(sent, connector))
    const present = new Set(observed.map(({ id }) => id))
    const gone = [...sent.keys()].filter((id) => !present.has(id))
    for (const id of gone) sent.delete(id)
    post({ type: 'report', progress: progressOf(running), changed, gone })
  }
  return {
    touch() {
      cancel ??= clock.after(GATHER_MS, report)
    },
    stop() {
      cancel?.()
      cancelAlive()
    },
  }
}

function isNews(sent: Map<string, string>, connector: ObservedConnector): boolean {
  const text = JSON.stringify(connector)
  if (sent.get(connector.id) === text) return false
  sent.set(connector.id, text)
  return true
}

function progressOf(engine: Engine): ComposerProgress {
  const { orchestrator, lifecycle, reconcile, stepsUnderWay, waitingForRetry, removalsHeld } = engine.status()
  return {
    orchestrator,
    registered: lifecycle.registered,
    registrationProblem: lifecycle.problem,
    lastContactAt: lifecycle.lastContactAt,
    cycles: reconcile.cycles,
    failedCycles: reconcile.failedCycles,
    lastHealthyCycleAt: reconcile.lastHealthyCycleAt,
    cycleProblem: reconcile.problem,
    wanted: reconcile.wanted,
    stepsUnderWay,
    waitingForRetry,
    removalsHeld: [...removalsHeld],
  }
}
