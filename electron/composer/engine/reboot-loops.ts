import type { Evidence } from './model.ts'

const WINDOW_MS = 5 * 60_000
/** More restarts than this within the window are a reboot loop (requirements of XTM Composer). */
const MOST_RESTARTS = 3
const MOST_SAMPLES = 64

interface History {
  samples: { at: number; count: number }[]
  /** restarts that we made ourselves because the connector had died */
  ownStarts: number
  /** the count before the loop began; null outside of one */
  loopBase: number | null
}

export interface LoopVerdict {
  readonly inLoop: boolean
  /** restarts since the loop began; 0 outside of one */
  readonly restarts: number
  /** all restarts known, our own included */
  readonly total: number
}

/** Tells a connector that restarts in a loop from one that restarted now and then over a long life. */
export class RebootLoops {
  readonly #histories = new Map<string, History>()

  /** The connector had died and is started by us: a restart that no engine counts. */
  ownStart(connectorId: string): void {
    this.#history(connectorId).ownStarts++
  }

  observe(connectorId: string, evidence: Evidence, now: number): LoopVerdict {
    const history = this.#history(connectorId)
    const total = evidence.restartCount + history.ownStarts
    const last = history.samples.at(-1)
    // The count starts anew with a new container, and on Docker with each start by hand.
    if (last && total < last.count) {
      history.samples = []
      history.loopBase = null
    }
    // The clock was set back: what was seen keeps its distance.
    const ahead = Math.max(0, (last?.at ?? now) - now)
    for (const sample of history.samples) sample.at -= ahead
    history.samples.push({ at: now, count: total })
    // The newest sample older than the window stays: it is the base of the window's count.
    while (history.samples.length > MOST_SAMPLES || (history.samples[1]?.at ?? now) <= now - WINDOW_MS) {
      history.samples.shift()
    }
    const base = history.samples[0] as { at: number; count: number }
    const within = total - base.count
    const young = evidence.startedAt !== null && now - evidence.startedAt < WINDOW_MS
    const watched = now - base.at >= WINDOW_MS
    // Before we have watched for a whole window, the requirements' own rule stands in: many restarts and a short run.
    const inLoop = evidence.looping || within > MOST_RESTARTS || (!watched && young && total > MOST_RESTARTS)
    if (!inLoop) {
      history.loopBase = null
      return { inLoop, restarts: 0, total }
    }
    history.loopBase ??= within > 0 ? base.count : Math.max(0, total - MOST_RESTARTS - 1)
    return { inLoop, restarts: total - history.loopBase, total }
  }

  forget(connectorId: string): void {
    this.#histories.delete(connectorId)
  }

  keepOnly(connectorIds: ReadonlySet<string>): void {
    for (const id of this.#histories.keys()) if (!connectorIds.has(id)) this.#histories.delete(id)
  }

  #history(connectorId: string): History {
    let history = this.#histories.get(connectorId)
    if (!history) {
      history = { samples: [], ownStarts: 0, loopBase: null }
      this.#histories.set(connectorId, history)
    }
    return history
  }
}
