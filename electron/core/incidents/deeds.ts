import type { Clock } from '#base/clock.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { StepKind } from '#shared/domain/incident.ts'
import { lastFour } from '#shared/domain/token.ts'
import { lockAccount } from '../clients/opencti/containment.ts'
import { reach, requireSetAccesses } from '../clients/opencti/reach.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import type { ActionLedger, LedgerAction, LedgerFacts, LedgerResult } from '../ports/action-ledger.ts'
import type { TokenMemory } from '../ports/token-memory.ts'
import type { IncidentRecord } from './incident-record.ts'
import type { StepBody } from './incident-store.ts'
import type { Pace } from './pace.ts'
import type { Ask, PlatformSession } from './platform.ts'
import { answerOf, isPlanned } from './rules.ts'

export interface DeedParts {
  readonly ask: Ask
  readonly ledger: ActionLedger
  readonly memory: TokenMemory
  readonly clock: Clock
  readonly pace: Pace
  readonly record: IncidentRecord
}

const ACTIONS: Readonly<Record<StepKind, LedgerAction>> = {
  token: 'token.revoke',
  sessions: 'session.kill-all',
  lock: 'account.lock',
}

/** Steps whose intents are written to the ledger in one go: one wait for the disk instead of one each. */
const RECORDED_AT_ONCE = 100
/** Answers lost in a row after which the platform counts as out of reach. */
const LOST_IN_A_ROW = 3

/** Does the steps of one incident: ledger record first, then one request each (opencti-api.md §1, alias protection). */
export class Deeds {
  readonly #parts: DeedParts
  /** what is going to be sent soon, in order: its intents may be recorded together */
  #announced: readonly StepBody[] = []
  /** recorded, and certainly not sent yet */
  readonly #unsent = new Set<StepBody>()
  #recording: Promise<void> | null = null
  #lostInARow = 0

  constructor(parts: DeedParts) {
    this.#parts = parts
  }

  announce(steps: readonly StepBody[]): void {
    this.#announced = steps
  }

  /** What was announced and recorded but not sent is not going to be sent now. */
  withdraw(): void {
    const { ledger, memory, record } = this.#parts
    this.#announced = []
    const withdrawn = [...this.#unsent]
    this.#unsent.clear()
    ledger.endAll(
      withdrawn.flatMap(({ intent }) =>
        intent ? [{ intent, result: 'failed', facts: { problem: 'not-sent' } } as const] : [],
      ),
    )
    for (const step of withdrawn) record.changeStep(step, { intent: null })
    memory.drop(
      record.body.connectionId,
      withdrawn.flatMap(({ token }) => (token ? [token.id] : [])),
    )
  }

  /**
   * Sends the planned ones of `steps`, one after the other; what each answer was stands in the step. `ending` true: no further
   * one is sent.
   * @throws what makes it useless to go on: no ledger, no right, no way to the platform, or its wish to be left alone
   */
  async do(steps: readonly StepBody[], ending: () => boolean): Promise<void> {
    for (const step of steps) {
      if (ending()) return
      if (!isPlanned(step)) continue
      await this.#recordIntent(step)
      await this.#send(step, ending)
    }
  }

  /** Ends the plan's own intent. */
  endPlan(result: LedgerResult, problem: string | null): void {
    const { ledger, record } = this.#parts
    const { intent } = record.body
    if (intent === null) return
    const { done, failed, open, total } = record.summary().steps
    ledger.end(intent, result, { problem, done, failed, open, total })
    record.change({ intent: null })
  }

  async #recordIntent(step: StepBody): Promise<void> {
    while (step.intent === null) {
      this.#recording ??= this.#recordFrom(step).finally(() => {
        this.#recording = null
      })
      await this.#recording
    }
  }

  /** @throws ProblemError `ledger-failed`: then nothing is sent */
  async #recordFrom(first: StepBody): Promise<void> {
    const { ledger, memory, record, ask } = this.#parts
    const at = this.#announced.indexOf(first)
    const batch =
      at < 0
        ? [first]
        : this.#announced
            .slice(at, at + RECORDED_AT_ONCE)
            .filter((step) => isPlanned(step) && step.intent === null)
    const { facts, by } = await ask(async (session) => ({
      facts: batch.map((step) => this.#factsOf(session, step)),
      by: session.identity.email,
    }))
    const intents = await ledger.beginAll(
      batch.map((step, index) => ({ action: ACTIONS[step.kind], facts: facts[index] as LedgerFacts })),
    )
    batch.forEach((step, index) => {
      this.#unsent.add(step)
      record.changeStep(step, { intent: intents[index] ?? null })
    })
    record.flush()
    memory.keep(
      record.body.connectionId,
      batch.flatMap(({ owner, token }) => (token ? [{ owner, token, reason: record.body.reason, by }] : [])),
    )
  }

  #factsOf({ identity, connection }: PlatformSession, step: StepBody): LedgerFacts {
    const { record } = this.#parts
    const { owner, token } = step
    return {
      incident: record.id,
      connectionId: connection.id,
      url: connection.url,
      actorId: identity.userId,
      actor: identity.email,
      userId: owner.id,
      user: owner.email,
      attempt: step.attempts + 1,
      ...(token && {
        tokenId: token.id,
        name: token.name,
        lastFour: lastFour(token.maskedToken),
        expiresAt: token.expiresAt,
        reason: record.body.reason,
      }),
      ...(step.kind === 'sessions' && { sessions: step.sessions }),
      ...(step.kind === 'lock' && { status: record.body.lockStatus }),
    }
  }

  async #send(step: StepBody, ending: () => boolean): Promise<void> {
    const { ask, pace, record, clock } = this.#parts
    try {
      await pace.run(async () => {
        // The place may have come free only after the end.
        if (ending()) return
        this.#unsent.delete(step)
        record.changeStep(step, { state: 'sent', attempts: step.attempts + 1, problem: null })
        await ask((session) => this.#deed(session, step))
        this.#lostInARow = 0
        record.changeStep(step, { state: 'acknowledged', acknowledgedAt: clock.now() })
      })
    } catch (error) {
      this.#failed(step, error)
    }
  }

  async #deed({ client, identity, connection }: PlatformSession, { kind, owner, token }: StepBody) {
    const { rehearsal, url, reason, lockStatus } = this.#parts.record.body
    // SECURITY: what was planned for one platform is done on no other.
    if (!rehearsal && connection.url !== url) throw new ProblemError('no-connection')
    if (kind === 'token') {
      const sendReason = identity.features.revokeReason && reason !== ''
      const manager = reach(identity, owner.id).manage()
      return client.revokeToken(manager, token?.id ?? '', sendReason ? reason : null)
    }
    requireSetAccesses(identity)
    return kind === 'sessions'
      ? client.killSessions(owner.id)
      : lockAccount(client, owner.id, lockStatus ?? '')
  }

  #failed(step: StepBody, error: unknown): void {
    const { ledger, memory, record } = this.#parts
    const { problem, code } = asProblem(error)
    const answer = answerOf(error)
    if (answer !== 'lost' && step.token) memory.drop(record.body.connectionId, [step.token.id])
    if (answer === 'unsent') {
      if (step.intent) ledger.end(step.intent, 'failed', { problem: code })
      record.changeStep(step, { state: 'planned', attempts: step.attempts - 1, intent: null, problem })
      throw error
    }
    record.changeStep(step, { state: 'unknown', refused: answer === 'refused', problem })
    this.#lostInARow = answer === 'lost' ? this.#lostInARow + 1 : 0
    const isAskedToWait = error instanceof RemoteError && error.retryAfter !== null
    if (isAskedToWait || this.#lostInARow >= LOST_IN_A_ROW) throw error
  }
}
