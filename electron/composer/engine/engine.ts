import { type Lifecycle, type LifecycleState, startLifecycle } from './lifecycle.ts'
import type { PlatformKind } from './model.ts'
import type { ObservedConnector } from './observed.ts'
import type { EngineParts } from './parts.ts'
import { Reconciler, type ReconcileState } from './reconciler.ts'

export interface EngineStatus {
  readonly platform: PlatformKind
  readonly orchestrator: string
  readonly lifecycle: Readonly<LifecycleState>
  readonly reconcile: Readonly<ReconcileState>
  readonly stepsUnderWay: number
  readonly waitingForRetry: number
  readonly removalsHeld: readonly string[]
  readonly givenUp: readonly string[]
  /** the loop turns; false is a fault of ours that a restart may mend */
  readonly alive: boolean
}

export interface Engine {
  readonly status: () => EngineStatus
  /** The connectors at first hand. */
  readonly observed: () => ObservedConnector[]
  /** A person says that the removals held are meant. */
  confirmRemovals(): void
  /** Reconciles soon. */
  nudge(): void
  /** Ends orderly: no new step, pulls are given up, steps under way end. False when they did not within the grace. */
  stop(): Promise<boolean>
}

/** So long without a cycle the loop hangs: a cycle waits for two answers at most, each with a deadline of its own. */
const PERIODS_ALIVE = 5
const SHORTEST_ALIVE_MS = 180_000

/** Serves one platform: lifecycle, reconcile loop, evidence. */
export function startEngine(parts: EngineParts): Engine {
  const { clock, schedule, platform, orchestrator } = parts
  const stopping = new AbortController()
  const startedAt = clock.now()
  const aliveMs = Math.max(SHORTEST_ALIVE_MS, PERIODS_ALIVE * schedule.executeMs)
  const lifecycle: Lifecycle = startLifecycle({
    platform,
    identity: parts.identity,
    clock,
    random: parts.random,
    pingMs: schedule.pingMs,
    signal: stopping.signal,
    emit: parts.emit,
    onRegistered: () => reconciler.nudge(),
  })
  const reconciler = new Reconciler(parts, stopping.signal, () => lifecycle.state.registered)

  return {
    status: () => ({
      platform: platform.kind,
      orchestrator: orchestrator.kind,
      lifecycle: lifecycle.state,
      reconcile: reconciler.state,
      stepsUnderWay: reconciler.steps.underWay,
      waitingForRetry: reconciler.steps.retries.size,
      removalsHeld: reconciler.guard.holding,
      givenUp: [...reconciler.givenUp],
      alive: clock.now() - (reconciler.state.lastCycleAt ?? startedAt) <= aliveMs,
    }),
    observed: () => reconciler.observed(),
    confirmRemovals() {
      reconciler.guard.confirm()
      reconciler.nudge()
    },
    nudge: () => reconciler.nudge(),
    async stop() {
      stopping.abort(new Error('the composer stops'))
      let late = false
      const grace = new Promise<void>((resolve) => {
        clock.after(schedule.graceMs, () => {
          late = reconciler.steps.underWay > 0
          resolve()
        })
      })
      await Promise.race([
        Promise.all([lifecycle.stop(), reconciler.stop(), reconciler.steps.settled()]),
        grace,
      ])
      return !late
    },
  }
}
