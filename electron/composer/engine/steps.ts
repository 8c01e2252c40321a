import { OrchestratorError } from '../orchestrators/orchestrator.ts'
import { RefusedConfiguration } from './environment.ts'
import { type Emit, messageOf, type StepKind } from './events.ts'
import type { ActualConnector, DesiredConnector } from './model.ts'
import { Notices } from './notices.ts'
import type { EngineParts } from './parts.ts'
import type { Action } from './plan.ts'
import { createPool } from './pool.ts'
import { RetryBook } from './retry-book.ts'

interface Around {
  /** called after a step that changed the orchestrator, so that the next cycle may come soon */
  readonly onChange: () => void
  /** tells the log of a connector that has an object; false when it has none */
  readonly speak: (connectorId: string) => boolean
}

/**
 * Carries the actions of a plan out, off the reconcile loop: one connector's steps one after the other, different
 * connectors side by side, pulls in places of their own, so that a slow image or a failing connector stops nobody else.
 */
export class Steps {
  readonly retries: RetryBook
  readonly notices = new Notices()
  readonly #parts: EngineParts
  readonly #signal: AbortSignal
  readonly #stepPlaces
  readonly #pullPlaces
  readonly #reportPlaces
  readonly #busy = new Map<string, Promise<void>>()
  readonly #endedAt = new Map<string, number>()
  /** counts ends of jobs: tells whether a list was taken before or after one */
  #turn = 0
  readonly #around: Around
  /** images on their way, by connector */
  readonly #pulls = new Map<string, { readonly hash: string; readonly giveUp: AbortController }>()

  constructor(parts: EngineParts, signal: AbortSignal, around: Around) {
    this.#parts = parts
    this.#signal = signal
    this.#around = around
    this.retries = new RetryBook(parts.clock, parts.random)
    this.#stepPlaces = createPool(Math.max(1, parts.concurrency))
    this.#pullPlaces = createPool(Math.max(1, parts.concurrency))
    this.#reportPlaces = createPool(8)
  }

  /** A mark to be taken before the lists are read. */
  get turn(): number {
    return this.#turn
  }

  /** Whether a step of the connector runs, or ended after `turn`, so that a list from then does not show its outcome. */
  isBusy(connectorId: string, turn: number): boolean {
    return this.#busy.has(connectorId) || (this.#endedAt.get(connectorId) ?? -1) >= turn
  }

  get underWay(): number {
    return this.#busy.size
  }

  /** Begins the actions of one connector, in order. Never rejects. */
  begin(connectorId: string, actions: readonly Action[]): void {
    const job = this.#run(connectorId, actions).finally(() => {
      this.#busy.delete(connectorId)
      this.#endedAt.set(connectorId, this.#turn++)
    })
    this.#busy.set(connectorId, job)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values())
  }

  /** Gives up pulls for configurations that nobody wants any more, so that a mistyped image is corrected at once. */
  onlyPullsFor(wanted: ReadonlyMap<string, DesiredConnector>): void {
    for (const [id, { hash, giveUp }] of this.#pulls) {
      if (wanted.get(id)?.hash !== hash) giveUp.abort(new Superseded())
    }
  }

  keepOnly(connectorIds: ReadonlySet<string>): void {
    this.retries.keepOnly(connectorIds)
    this.notices.keepOnly(connectorIds)
    for (const id of this.#endedAt.keys()) if (!connectorIds.has(id)) this.#endedAt.delete(id)
  }

  async #run(connectorId: string, actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      if (this.#signal.aborted) return
      if (action.kind === 'report') await this.#report(action.connectorId, action.status)
      else if (!(await this.#step(connectorId, action))) return
    }
  }

  async #report(connectorId: string, status: 'started' | 'stopped'): Promise<void> {
    const { platform } = this.#parts
    try {
      await this.#reportPlaces(() => platform.reportStatus(connectorId, status, this.#signal))
    } catch (error) {
      this.#emit({ type: 'evidence-failed', what: 'status', connectorId, message: messageOf(error) })
    }
  }

  /** Answers whether it worked. */
  async #step(connectorId: string, action: Exclude<Action, { kind: 'report' }>): Promise<boolean> {
    const { clock } = this.#parts
    const began = clock.now()
    const step: StepKind = action.kind
    const name = 'connector' in action ? action.connector.name : action.actual.name
    try {
      await this.#carryOut(action)
      this.retries.succeeded(connectorId)
      if (step !== 'stop') this.notices.clear(connectorId)
      this.#emit({ type: 'step', step, connectorId, name, ms: clock.now() - began })
      this.#around.onChange()
      return true
    } catch (error) {
      if (this.#signal.aborted) return false
      if (error instanceof Superseded) {
        this.#around.onChange()
        return false
      }
      const retryInMs = this.retries.failed(connectorId, wantedOf(action))
      const message = messageOf(error)
      this.#emit({ type: 'step-failed', step, connectorId, name, message, retryInMs })
      if (step === 'deploy' || step === 'replace') {
        await this.tell(
          connectorId,
          `${step} ${error instanceof RefusedConfiguration ? 'refused' : 'failed'}: ${message}`,
        )
      }
      return false
    }
  }

  async #carryOut(action: Exclude<Action, { kind: 'report' }>): Promise<void> {
    const { orchestrator } = this.#parts
    switch (action.kind) {
      case 'deploy':
        return this.#create(action.connector, action.name, null)
      case 'replace':
        return this.#create(action.connector, action.name, action.actual)
      case 'rename':
        return this.#stepPlaces(async () => {
          this.#signal.throwIfAborted()
          await orchestrator.rename?.(action.actual, action.name)
        })
      case 'start':
      case 'stop':
      case 'remove':
        try {
          return await this.#stepPlaces(async () => {
            this.#signal.throwIfAborted()
            await orchestrator[action.kind](action.actual)
          })
        } catch (error) {
          if (action.kind !== 'start' || !this.#isBroken(action, error)) throw error
          return this.#create(action.connector, action.actual.name, action.actual)
        }
    }
  }

  /** @param old what the new object takes the place of */
  async #create(connector: DesiredConnector, name: string, old: ActualConnector | null): Promise<void> {
    const { orchestrator, specOf } = this.#parts
    const spec = specOf(connector, name)
    const giveUp = new AbortController()
    this.#pulls.set(connector.id, { hash: connector.hash, giveUp })
    try {
      await this.#pullPlaces(() =>
        this.#withDeadline((signal) => orchestrator.prepare(spec, signal), giveUp.signal),
      )
      giveUp.signal.throwIfAborted()
    } catch (error) {
      // A stream that is cut says so in words of its own.
      throw giveUp.signal.aborted ? giveUp.signal.reason : error
    } finally {
      this.#pulls.delete(connector.id)
    }
    return this.#stepPlaces(async () => {
      this.#signal.throwIfAborted()
      if (old === null) await orchestrator.deploy(spec)
      else await orchestrator.replace(old, spec)
    })
  }

  /**
   * An engine that fell in the middle of a start may hold a container that it will never start again (its task or its
   * network is lost). What the engine refuses to start for the second time is made anew.
   */
  #isBroken(action: Action & { kind: 'start' | 'stop' }, error: unknown): boolean {
    const refused = error instanceof OrchestratorError && error.status !== null
    return refused && this.retries.hasFailed(action.connector.id, wantedOf(action))
  }

  async #withDeadline(task: (signal: AbortSignal) => Promise<void>, givenUp: AbortSignal): Promise<void> {
    const { clock, schedule } = this.#parts
    this.#signal.throwIfAborted()
    givenUp.throwIfAborted()
    const deadline = new AbortController()
    const seconds = Math.round(schedule.pullDeadlineMs / 1000)
    const cancel = clock.after(schedule.pullDeadlineMs, () =>
      deadline.abort(new Error(`the image did not arrive within ${seconds} s`)),
    )
    try {
      await task(AbortSignal.any([this.#signal, deadline.signal, givenUp]))
    } finally {
      cancel()
    }
  }

  /** Says something about a connector to its platform, once, in the place of its log. */
  async tell(connectorId: string, text: string): Promise<void> {
    if (!this.notices.set(connectorId, text, this.#parts.clock.now())) return
    // A push takes the place of the log that the platform has: one that runs keeps its own lines above ours.
    if (this.#around.speak(connectorId)) return
    const line = this.notices.line(connectorId) as string
    try {
      await this.#parts.platform.reportLogs(connectorId, [line], this.#signal)
    } catch (error) {
      this.notices.clear(connectorId)
      this.#emit({ type: 'evidence-failed', what: 'logs', connectorId, message: messageOf(error) })
    }
  }

  #emit(event: Omit<Parameters<Emit>[0], 'platform'> & Record<string, unknown>): void {
    this.#parts.emit({ platform: this.#parts.platform.kind, ...event } as Parameters<Emit>[0])
  }
}

/** The platform wants something else than what was under way; no fault of anybody's. */
class Superseded extends Error {
  constructor() {
    super('another configuration is wanted')
  }
}

/** What an action tries, for the back-off: another configuration or another step is a new matter. */
export function wantedOf(action: Exclude<Action, { kind: 'report' }>): string {
  return 'connector' in action ? `${action.kind} ${action.connector.hash}` : action.kind
}
