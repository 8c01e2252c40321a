import { messageOf } from './events.ts'
import { EvidenceRounds } from './evidence.ts'
import type { ActualConnector, DesiredConnector, DesiredList, RunState } from './model.ts'
import type { ObservedConnector } from './observed.ts'
import type { EngineParts } from './parts.ts'
import { type Action, plan } from './plan.ts'
import type { LoopVerdict } from './reboot-loops.ts'
import { RemovalGuard } from './removal-guard.ts'
import { type Repetition, repeat } from './repeat.ts'
import { Steps, wantedOf } from './steps.ts'

/** After a step the orchestrator is read again soon, so that the platform learns of it before the next period. */
const NUDGE_MS = 1_000

export interface ReconcileState {
  /** ms since the epoch; null before the first one */
  lastCycleAt: number | null
  lastHealthyCycleAt: number | null
  cycles: number
  failedCycles: number
  wanted: number
  byState: Readonly<Record<RunState, number>>
  problem: string | null
}

interface Seen {
  readonly state: RunState
  readonly requested: 'starting' | 'stopping'
}

/**
 * The loop of one platform: one list of each side, a plan, its steps begun. It never waits for a step, so a cycle costs two
 * list calls however many connectors there are.
 */
export class Reconciler {
  readonly state: ReconcileState = {
    lastCycleAt: null,
    lastHealthyCycleAt: null,
    cycles: 0,
    failedCycles: 0,
    wanted: 0,
    byState: { running: 0, restarting: 0, pending: 0, stopped: 0 },
    problem: null,
  }
  readonly guard: RemovalGuard
  readonly steps: Steps
  readonly evidence: EvidenceRounds
  readonly #parts: EngineParts
  readonly #signal: AbortSignal
  readonly #mayRun: () => boolean
  readonly #rounds: Repetition
  /** connectors that were stopped in a crash loop, with the configuration that looped */
  readonly #givenUp = new Map<string, string>()
  #wanted = new Map<string, DesiredConnector>()
  #seen = new Map<string, Seen>()
  #unusable = new Map<string, string>()
  #current: ReadonlyMap<string, ActualConnector> = new Map()

  /** @param mayRun whether the platform knows us; without that nothing is touched */
  constructor(parts: EngineParts, signal: AbortSignal, mayRun: () => boolean) {
    this.#parts = parts
    this.#signal = signal
    this.#mayRun = mayRun
    // A timer may come a little early.
    this.guard = new RemovalGuard(parts.schedule.executeMs * 0.9)
    this.steps = new Steps(parts, signal, {
      onChange: () => this.nudge(),
      speak: (connectorId) => this.evidence.speak(connectorId),
    })
    this.evidence = new EvidenceRounds(parts, signal, this.steps, (...loop) => this.#onLoop(...loop))
    this.#rounds = repeat(parts.clock, async () => {
      await this.#cycle()
      return parts.schedule.executeMs
    })
  }

  nudge(): void {
    this.#rounds.nudge(NUDGE_MS)
  }

  async stop(): Promise<void> {
    await Promise.all([this.#rounds.stop(), this.evidence.stop()])
  }

  get givenUp(): ReadonlySet<string> {
    return new Set(this.#givenUp.keys())
  }

  /** What the platform wants and what runs, as the last healthy cycle found it; empty before that. */
  observed(): ObservedConnector[] {
    const seenAt = this.state.lastHealthyCycleAt
    if (seenAt === null) return []
    const ids = new Set([...this.#wanted.keys(), ...this.#unusable.keys(), ...this.#current.keys()])
    return [...ids].map((id) => {
      const actual = this.#current.get(id)
      return {
        id,
        state: actual?.state ?? 'absent',
        reason: actual && actual.state !== 'running' ? actual.reason : null,
        seenAt,
        health: this.evidence.healthOf(id),
        givenUp: this.#givenUp.has(id),
        notice: this.steps.notices.line(id),
      }
    })
  }

  async #cycle(): Promise<void> {
    const { clock, platform, emit } = this.#parts
    this.state.lastCycleAt = clock.now()
    if (!this.#mayRun() || this.#signal.aborted) return
    const began = clock.now()
    const turn = this.steps.turn
    const [desired, actual] = await Promise.allSettled([
      platform.connectors(this.#signal),
      this.#parts.orchestrator.list(this.#signal),
    ])
    if (this.#signal.aborted) return
    this.state.cycles++
    if (desired.status === 'rejected' || actual.status === 'rejected') {
      if (desired.status === 'rejected') this.#failed('platform', desired.reason)
      if (actual.status === 'rejected') this.#failed('orchestrator', actual.reason)
      return
    }
    this.#reconcile(desired.value, actual.value, turn)
    this.state.lastHealthyCycleAt = clock.now()
    this.state.problem = null
    emit({
      platform: platform.kind,
      type: 'cycle',
      ms: clock.now() - began,
      wanted: this.state.wanted,
      found: actual.value.length,
    })
  }

  #failed(side: 'platform' | 'orchestrator', error: unknown): void {
    this.state.failedCycles++
    this.state.problem = `${side}: ${messageOf(error)}`
    this.guard.reset()
    this.#parts.emit({
      platform: this.#parts.platform.kind,
      type: 'cycle-failed',
      side,
      message: messageOf(error),
    })
  }

  #reconcile(desired: DesiredList, actual: readonly ActualConnector[], turn: number): void {
    const { platform } = this.#parts
    const { actions, current, owned } = plan(platform.kind, desired, actual)
    this.#wanted = new Map(desired.connectors.map((connector) => [connector.id, connector]))
    this.steps.onlyPullsFor(this.#wanted)
    this.#noteUnusable(desired)
    this.#noteDeaths(current)
    const allowed = this.#removals(owned, actions)
    const jobs = new Map<string, Action[]>()
    for (const action of actions) {
      const id =
        action.kind === 'report' || action.kind === 'remove' ? action.connectorId : action.connector.id
      if (this.steps.isBusy(id, turn) || !this.#isDue(id, action, allowed)) continue
      const job = jobs.get(id)
      if (job) job.push(action)
      else jobs.set(id, [action])
    }
    for (const [id, job] of jobs) this.steps.begin(id, job)

    this.#current = current
    this.evidence.watch(current, this.#wanted)
    const known = new Set([...this.#wanted.keys(), ...this.#unusable.keys(), ...owned])
    this.steps.keepOnly(known)
    for (const id of this.#givenUp.keys()) if (!known.has(id)) this.#givenUp.delete(id)
    this.state.wanted = desired.connectors.length + desired.unusable.length
    const byState = { running: 0, restarting: 0, pending: 0, stopped: 0 }
    for (const { state } of current.values()) byState[state]++
    this.state.byState = byState
  }

  #isDue(id: string, action: Action, removalsAllowed: boolean): boolean {
    if (action.kind === 'report') return true
    if (action.kind === 'remove' && action.why === 'orphan' && !removalsAllowed) return false
    if (action.kind === 'start' && this.#givenUp.get(id) === action.connector.hash) return false
    return this.steps.retries.mayTry(id, wantedOf(action))
  }

  /** Asks the guard; tells once when a loss begins to be held. */
  #removals(owned: readonly string[], actions: readonly Action[]): boolean {
    const orphans = actions.flatMap((action) =>
      action.kind === 'remove' && action.why === 'orphan' ? [action.connectorId] : [],
    )
    const held = this.guard.holding.length
    const allowed = this.guard.allows(owned, [...new Set(orphans)], this.#parts.clock.now())
    const holding = this.guard.holding
    if (holding.length > 0 && held !== holding.length) {
      this.#parts.emit({
        platform: this.#parts.platform.kind,
        type: 'removal-held',
        connectorIds: [...holding],
      })
    }
    return allowed
  }

  #noteUnusable({ unusable }: DesiredList): void {
    const before = this.#unusable
    this.#unusable = new Map(unusable.map(({ id, reason }) => [id, reason]))
    for (const { id, name, reason } of unusable) {
      if (before.get(id) === reason) continue
      this.#parts.emit({
        platform: this.#parts.platform.kind,
        type: 'unusable',
        connectorId: id,
        name,
        message: reason,
      })
      void this.steps.tell(id, `not deployed: ${reason}`)
    }
  }

  /**
   * A connector that was up and wanted, and now lies still with the same wish, died. Engines that restart it count that
   * themselves; where none does, our next start is the restart.
   */
  #noteDeaths(current: ReadonlyMap<string, ActualConnector>): void {
    const seen = new Map<string, Seen>()
    for (const [id, { state }] of current) {
      const requested = this.#wanted.get(id)?.requested ?? 'stopping'
      const before = this.#seen.get(id)
      if (requested === 'stopping') this.#givenUp.delete(id)
      const died = before?.requested === 'starting' && before.state === 'running' && state === 'stopped'
      if (requested === 'starting' && died && !this.#givenUp.has(id)) this.evidence.loops.ownStart(id)
      seen.set(id, { state, requested })
    }
    this.#seen = seen
  }

  #onLoop(actual: ActualConnector, { restarts }: LoopVerdict, exitCode: number | null): void {
    const { crashLoopRestarts, platform, emit } = this.#parts
    const id = actual.connectorId
    const connector = id === null ? undefined : this.#wanted.get(id)
    if (!connector || crashLoopRestarts === 0 || restarts < crashLoopRestarts) return
    if (connector.hash !== actual.hash || this.steps.isBusy(connector.id, this.steps.turn)) return
    // One that was given up and loops still could not be stopped: once more, but no news.
    if (!this.#givenUp.has(connector.id)) {
      const ended = exitCode === null ? '' : `, last exit code ${exitCode}`
      const message = `stopped after ${restarts} restarts in a crash loop${ended}; change its configuration, or stop and start it, to try again`
      emit({
        platform: platform.kind,
        type: 'gave-up',
        connectorId: connector.id,
        name: connector.name,
        message,
      })
      this.steps.notices.set(connector.id, message, this.#parts.clock.now())
    }
    this.#givenUp.set(connector.id, connector.hash)
    this.evidence.loops.forget(connector.id)
    this.steps.begin(connector.id, [
      { kind: 'stop', connector, actual },
      { kind: 'report', connectorId: connector.id, status: 'stopped' },
    ])
  }
}
