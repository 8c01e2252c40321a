import { type Backoff, backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'
import type { KeyedQueue } from '#base/keyed-queue.ts'
import type { Logger } from '#base/logger.ts'
import { asProblem, messageOf, type ProblemError } from '#base/problem-error.ts'
import { retryAfterMs } from '#base/retry-after.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import type { ActionLedger } from '../ports/action-ledger.ts'
import type { TokenMemory } from '../ports/token-memory.ts'
import { Deeds } from './deeds.ts'
import type { IncidentRecord } from './incident-record.ts'
import type { StepBody } from './incident-store.ts'
import { LookUp } from './look-up.ts'
import { Pace } from './pace.ts'
import type { Ask, Platforms } from './platform.ts'
import { isOpen, isPlanned, passes } from './rules.ts'
import { inTurns } from './turns.ts'

export interface RunParts {
  readonly platforms: Platforms
  readonly ledger: ActionLedger
  readonly memory: TokenMemory
  readonly clock: Clock
  /** a number in [0, 1) */
  readonly random: () => number
  readonly logger: Logger
  /** work on one user's tokens goes one by one, whoever does it */
  readonly ownerQueue: KeyedQueue
}

/** Between attempts to reach a platform that does not answer. */
const UNREACHED: Backoff = { firstMs: 500, mostMs: 30_000 }
/** Between rounds of steps that the platform did not carry out. */
const UNDONE: Backoff = { firstMs: 250, mostMs: 8_000 }
/** A refused token is asked with once more before a person is called: what stands between may say 401 by itself. */
const REFUSALS_BELIEVED = 2
/** With more owners the lists are read when all is sent, which may take fewer requests. */
const OWNERS_LOOKED_UP_AT_ONCE = 40

/**
 * Carries out the plan of one incident until every step is settled, a person stops it, or it cannot go on by itself. Whatever
 * goes wrong, the next round begins by looking up what is open: nothing is sent twice that was not seen undone, and nothing
 * counts as done that was not seen so (PRD Journey 2).
 */
export class IncidentRun {
  readonly #parts: RunParts
  readonly #record: IncidentRecord
  readonly #pace: Pace
  readonly #deeds: Deeds
  readonly #lookUp: LookUp
  #ending: 'stop' | 'leave' | null = null
  readonly #sleeping = new Set<() => void>()
  #ended: Promise<void> | null = null

  constructor(parts: RunParts, record: IncidentRecord) {
    this.#parts = parts
    this.#record = record
    this.#pace = new Pace(parts.clock)
    const ask: Ask = (work) => parts.platforms.use(record.body.connectionId, work)
    const { ledger, memory, clock } = parts
    this.#deeds = new Deeds({ ask, ledger, memory, clock, pace: this.#pace, record })
    this.#lookUp = new LookUp({
      ask,
      ledger,
      memory,
      clock,
      pace: this.#pace,
      record,
      pause: (ms) => this.#sleep(ms),
    })
  }

  /** Begins; resolves when it no longer runs. */
  start(): Promise<void> {
    this.#ended ??= this.#drive()
    return this.#ended
  }

  /** Nothing more is sent; resolves when what was under way has ended and was looked up as far as possible. */
  stop(): Promise<void> {
    return this.#end('stop')
  }

  /** The console ends: no request is waited for, the incident stays as it is and goes on at the next start. */
  leave(): void {
    void this.#end('leave')
  }

  /** A waiting run tries now. */
  tryNow(): void {
    this.#wake()
  }

  #end(how: 'stop' | 'leave'): Promise<void> {
    this.#ending ??= how
    this.#wake()
    return this.#ended ?? Promise.resolve()
  }

  async #drive(): Promise<void> {
    let failures = 0
    let refusals = 0
    this.#record.change({ phase: 'running', problem: null, nextAt: null })
    while (this.#ending === null) {
      try {
        const finished = await this.#round()
        failures = 0
        refusals = 0
        if (finished) return this.#finish()
      } catch (error) {
        if (this.#ending !== null) break
        const problem = asProblem(error)
        if (problem.code === 'internal')
          this.#parts.logger.error({ error: messageOf(error) }, 'an incident stopped')
        refusals = problem.code === 'wrong-token' ? refusals + 1 : 0
        const isBelieved = problem.code !== 'wrong-token' || refusals >= REFUSALS_BELIEVED
        if (!passes(problem) && isBelieved) return this.#pause(problem)
        failures += 1
        await this.#waitFor(problem, failures)
      }
    }
    if (this.#ending === 'stop') await this.#settleAfterStop()
  }

  /** One pass over what is left. @returns true when nothing is */
  async #round(): Promise<boolean> {
    const { steps } = this.#record
    await this.#lookUp.settle(steps.filter(isOpen))
    for (const kind of ['sessions', 'lock'] as const) {
      const step = steps.find((candidate) => candidate.kind === kind && isPlanned(candidate))
      if (step && this.#ending === null) {
        await this.#deeds.do([step], () => this.#ending !== null)
        await this.#lookUp.settle([step])
      }
    }
    const tokens = steps.filter((step) => step.kind === 'token' && isPlanned(step))
    const others = tokens.filter(({ token }) => !token?.own)
    if (others.length > 0) await this.#revoke(others)
    // SECURITY: with its own token gone this connection can neither send nor look: it goes when nothing else is left.
    else if (tokens[0] && !steps.some(isOpen)) await this.#revokeOwn(tokens[0])
    const undone = steps.filter((step) => isPlanned(step) && step.tries > 0)
    if (undone.length > 0 && this.#ending === null) {
      const tries = Math.max(...undone.map((step) => step.tries))
      await this.#sleep(backoffDelay(UNDONE, tries, this.#parts.random))
    }
    return !steps.some((step) => isPlanned(step) || isOpen(step))
  }

  /** Owners side by side, the tokens of each one after the other: OpenCTI reads and writes a user's list as a whole. */
  async #revoke(planned: readonly StepBody[]): Promise<void> {
    const byOwner = groupedByOwner(planned)
    const lookUpAtOnce = byOwner.size <= OWNERS_LOOKED_UP_AT_ONCE
    const connection = this.#record.body.connectionId
    this.#deeds.announce([...byOwner.values()].flat())
    const turnsOf = ([ownerId, steps]: [string, StepBody[]]) => {
      const queued = (work: () => Promise<void>) => () =>
        this.#parts.ownerQueue.run(`${connection} ${ownerId}`, work)
      const deeds = steps.map((step) => queued(() => this.#deeds.do([step], () => this.#ending !== null)))
      const look = queued(async () => {
        if (this.#ending === null) await this.#lookUp.look(steps.filter(isOpen))
      })
      return lookUpAtOnce ? [...deeds, look] : deeds
    }
    try {
      await inTurns(this.#pace, [...byOwner].map(turnsOf))
    } finally {
      this.#deeds.withdraw()
      this.#lookUp.write()
    }
    if (!lookUpAtOnce && this.#ending === null) await this.#lookUp.settle(planned.filter(isOpen))
  }

  async #revokeOwn(step: StepBody): Promise<void> {
    await this.#deeds.do([step], () => this.#ending !== null)
    try {
      await this.#lookUp.settle([step].filter(isOpen))
    } catch (error) {
      if (asProblem(error).code !== 'wrong-token' || step.state !== 'acknowledged') throw error
      this.#lookUp.settleRefused(step)
    }
  }

  async #waitFor(problem: ProblemError, failures: number): Promise<void> {
    const asked =
      problem instanceof RemoteError ? retryAfterMs(problem.retryAfter, this.#parts.clock.now()) : null
    const delay = Math.max(asked ?? 0, backoffDelay(UNREACHED, failures, this.#parts.random))
    const nextAt = this.#parts.clock.now() + delay
    this.#record.change({ phase: 'waiting', problem: problem.problem, nextAt })
    await this.#sleep(delay)
    if (this.#ending === null) this.#record.change({ phase: 'running', nextAt: null })
  }

  #pause(problem: ProblemError): void {
    this.#deeds.withdraw()
    this.#deeds.endPlan('unknown', problem.code)
    this.#record.change({ phase: 'paused', problem: problem.problem, nextAt: null })
  }

  #finish(): void {
    const failed = this.#record.steps.some(({ state }) => state === 'failed')
    this.#deeds.endPlan(failed ? 'failed' : 'done', null)
    const endedAt = this.#parts.clock.now()
    this.#record.change({ phase: 'done', problem: null, nextAt: null, endedAt })
  }

  async #settleAfterStop(): Promise<void> {
    let problem: ProblemError | null = null
    this.#deeds.withdraw()
    try {
      await this.#lookUp.settle(this.#record.steps.filter(isOpen))
    } catch (error) {
      // What is open stays open, and says so; the next resumption looks it up.
      problem = asProblem(error)
    }
    this.#deeds.endPlan('unknown', 'stopped')
    this.#record.change({ phase: 'stopped', problem: problem?.problem ?? null, nextAt: null })
  }

  /** Ends early when the run is to end, or is told to try now. */
  #sleep(ms: number): Promise<void> {
    if (this.#ending !== null) return Promise.resolve()
    return new Promise((resolve) => {
      const awake = (): void => {
        this.#sleeping.delete(awake)
        cancel()
        resolve()
      }
      const cancel = this.#parts.clock.after(ms, awake)
      this.#sleeping.add(awake)
    })
  }

  #wake(): void {
    for (const awake of [...this.#sleeping]) awake()
  }
}

function groupedByOwner(steps: readonly StepBody[]): Map<string, StepBody[]> {
  const groups = new Map<string, StepBody[]>()
  for (const step of steps) {
    const group = groups.get(step.owner.id)
    if (group) group.push(step)
    else groups.set(step.owner.id, [step])
  }
  return groups
}
