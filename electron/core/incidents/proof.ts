import { type Backoff, backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import { asProblem, messageOf, ProblemError } from '#base/problem-error.ts'
import type { Token } from '#shared/contract/tokens.ts'
import { RESCAN_MS, SECOND_LOOK_MS } from '#shared/domain/incident.ts'
import { auditSince } from '../clients/opencti/containment.ts'
import { auditOf } from './audit-match.ts'
import type { IncidentRecord } from './incident-record.ts'
import type { StepBody } from './incident-store.ts'
import { Pace } from './pace.ts'
import type { Ask, Platforms } from './platform.ts'
import { type Reading, readOwners } from './reading.ts'
import { passes, seen } from './rules.ts'

export interface ProofParts {
  readonly platforms: Platforms
  readonly clock: Clock
  /** a number in [0, 1) */
  readonly random: () => number
  readonly logger: Logger
}

/** Between attempts to look when the platform does not answer. */
const UNREACHED: Backoff = { firstMs: 5_000, mostMs: 120_000 }
/** How much older than the plan an audit entry may seem: clocks differ, and the skew is known to a second. */
const AUDIT_SLACK_MS = 60_000

type Look = 'second' | 'rescan'

/**
 * Climbs the ladder after containment (T-12): reads everything a second time, asks the platform's audit, and looks once more
 * five minutes later. It only reads.
 */
export class Proof {
  readonly #parts: ProofParts
  readonly #record: IncidentRecord
  #cancel: (() => void) | null = null
  #failures = 0
  /** what failed last does not pass by itself: somebody has to act first */
  #stuck = false
  #ended = false

  constructor(parts: ProofParts, record: IncidentRecord) {
    this.#parts = parts
    this.#record = record
  }

  /** Every step is settled: from now on the looks are due. Safe to repeat after a restart. */
  start(): void {
    const { proof, endedAt } = this.#record.body
    if (proof.secondLookAt === null && endedAt !== null) {
      this.#change({ secondLookAt: endedAt + SECOND_LOOK_MS, rescanAt: endedAt + RESCAN_MS })
    }
    this.#schedule()
  }

  /** Looks now; what was due later is due no more. */
  async lookNow(): Promise<void> {
    this.#cancel?.()
    this.#stuck = false
    await this.#look('rescan')
  }

  stop(): void {
    this.#ended = true
    this.#cancel?.()
  }

  #schedule(): void {
    if (this.#ended) return
    const { secondLookAt, secondLookDone, rescanAt, rescanDone } = this.#record.body.proof
    const look: Look = secondLookDone ? 'rescan' : 'second'
    const due = secondLookDone ? rescanAt : secondLookAt
    if (rescanDone || due === null || this.#stuck) return
    const retry = this.#failures > 0 ? backoffDelay(UNREACHED, this.#failures, this.#parts.random) : 0
    this.#cancel?.()
    this.#cancel = this.#parts.clock.after(Math.max(retry, due - this.#parts.clock.now()), () => {
      this.#look(look).catch(() => {})
    })
  }

  /** @throws ProblemError when the platform cannot be asked; another look is due then */
  async #look(look: Look): Promise<void> {
    try {
      await this.#readAgain(look)
      await this.#askAudit()
      this.#failures = 0
      if (!this.#ended) this.#change(look === 'second' ? { secondLookDone: true } : BOTH_DONE)
    } catch (error) {
      if (this.#ended) return
      this.#failures += 1
      const problem = asProblem(error)
      this.#stuck = !passes(problem)
      if (problem.code === 'internal')
        this.#parts.logger.error({ error: messageOf(error) }, 'a proof could not be taken')
      this.#change({ problem: problem.problem })
      throw problem
    } finally {
      this.#schedule()
    }
  }

  async #readAgain(look: Look): Promise<void> {
    const { clock } = this.#parts
    const record = this.#record
    const settled = record.steps.filter(({ state, backAt }) => state === 'done' || backAt !== null)
    const { subject } = record.body
    const owners = [...settled.map(({ owner }) => owner.id), ...(subject ? [subject.id] : [])]
    const ask: Ask = (work) => this.#parts.platforms.use(record.body.connectionId, work)
    const readings = await readOwners({ ask, clock, pace: new Pace(clock) }, owners)
    if (this.#ended) return
    for (const step of settled) this.#note(step, readings.get(step.owner.id) ?? null, look)
    if (subject) this.#noteAppeared(readings.get(subject.id) ?? null)
    record.flush()
  }

  #note(step: StepBody, reading: Reading | null, look: Look): void {
    const record = this.#record
    const verdict = seen(step, reading)
    if (verdict === 'untold' || reading === null) return
    const { at } = reading
    // A session of today is another than the one that was ended; a token's id is never given again.
    if (verdict === 'undone' && step.kind !== 'sessions') {
      const { problem } = new ProblemError('still-listed')
      record.changeStep(step, { state: 'failed', backAt: at, problem })
      return
    }
    record.changeStep(step, {
      state: 'done',
      ...(look === 'second' || step.goneAgainAt === null ? { goneAgainAt: at } : {}),
      ...(look === 'rescan' ? { rescannedAt: at } : {}),
    })
  }

  #noteAppeared(reading: Reading | null): void {
    if (reading === null) return
    const { allTokens, startedAt, clockSkewMs } = this.#record.body
    const planned = new Set(this.#record.steps.map(({ token }) => token?.id))
    const isNew = ({ createdAt }: Token) => createdAt !== null && createdAt >= startedAt + clockSkewMs
    const appeared = reading.tokens.filter((token) => !planned.has(token.id) && (allTokens || isNew(token)))
    const endsSessions = this.#record.steps.some(({ kind }) => kind === 'sessions')
    const newSessions = endsSessions ? (reading.sessions?.length ?? 0) : 0
    this.#record.change({ appeared, newSessions })
  }

  async #askAudit(): Promise<void> {
    const record = this.#record
    const unseen = record.steps.filter(({ state, audit }) => state === 'done' && audit === null)
    if (unseen.length === 0) return
    const since = record.body.startedAt + record.body.clockSkewMs - AUDIT_SLACK_MS
    try {
      const { isKept, entries } = await this.#parts.platforms.use(record.body.connectionId, ({ client }) =>
        auditSince(client, since),
      )
      if (this.#ended) return
      this.#change({ audit: isKept ? 'kept' : 'not-kept' })
      for (const step of unseen) {
        const audit = auditOf(step, entries)
        if (audit) record.changeStep(step, { audit })
      }
      record.flush()
    } catch (error) {
      if (this.#ended) return
      const { code } = asProblem(error)
      const isRefused = code === 'forbidden' || code === 'missing-capability' || code === 'old-platform'
      this.#change({ audit: isRefused ? 'not-allowed' : 'failed' })
    }
  }

  #change(change: Partial<IncidentRecord['body']['proof']>): void {
    this.#record.change({ proof: { ...this.#record.body.proof, problem: null, ...change } })
  }
}

const BOTH_DONE = { secondLookDone: true, rescanDone: true }
