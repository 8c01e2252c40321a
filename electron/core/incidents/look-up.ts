import type { Clock } from '#base/clock.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { BULK_MAX } from '#shared/domain/incident.ts'
import type { ActionLedger, LedgerOutcome } from '../ports/action-ledger.ts'
import type { TokenMemory } from '../ports/token-memory.ts'
import type { IncidentRecord } from './incident-record.ts'
import type { StepBody } from './incident-store.ts'
import type { Pace } from './pace.ts'
import { freshStep, ownerOf, plannedToken } from './plan.ts'
import type { Ask } from './platform.ts'
import { type Reading, readOwners } from './reading.ts'
import { MOST_TRIES, seen } from './rules.ts'

export interface LookUpParts {
  readonly ask: Ask
  readonly ledger: ActionLedger
  readonly memory: TokenMemory
  readonly clock: Clock
  readonly pace: Pace
  readonly record: IncidentRecord
  readonly pause: (ms: number) => Promise<void>
}

/** What is said to be done and still listed is read once more after this: a search index may lag behind. */
const INDEX_LAG_MS = 1_000

/** Owners whose lists come within this time are settled in one go: one wait for the disk instead of one each. */
const TOGETHER_MS = 100

interface Finding {
  readonly steps: readonly StepBody[]
  readonly readings: ReadonlyMap<string, Reading | null>
}

/** Finds out by reading what became of steps that were sent. The only place where one is called done. */
export class LookUp {
  readonly #parts: LookUpParts
  /** read, and not settled yet: a restart would look once more */
  #findings: Finding[] = []
  #cancelWrite: (() => void) | null = null

  constructor(parts: LookUpParts) {
    this.#parts = parts
  }

  /**
   * Reads the lists of the steps' owners and settles the steps: done, failed, or planned anew.
   * @throws when the lists cannot be read: then nothing was settled
   */
  async settle(steps: readonly StepBody[]): Promise<void> {
    await this.look(steps)
    this.write()
  }

  /** The same, but the steps are settled soon, or by the next `write`. */
  async look(steps: readonly StepBody[]): Promise<void> {
    if (steps.length === 0) return
    let readings = await this.#read(steps)
    const doubtful = steps.filter(
      (step) => step.state === 'acknowledged' && seen(step, of(readings, step)) === 'undone',
    )
    if (doubtful.length > 0) {
      await this.#parts.pause(INDEX_LAG_MS)
      readings = new Map([...readings, ...(await this.#read(doubtful))])
    }
    this.#findings.push({ steps, readings })
    this.#cancelWrite ??= this.#parts.clock.after(TOGETHER_MS, () => this.#writeIfPossible())
  }

  /** Settles what was looked up, all of it in one go. @throws when it cannot be written */
  write(): void {
    this.#cancelWrite?.()
    this.#cancelWrite = null
    const findings = this.#findings
    if (findings.length === 0) return
    this.#findings = []
    const { ledger, memory, record } = this.#parts
    ledger.endAll(
      findings.flatMap(({ steps, readings }) =>
        steps.flatMap((step) => this.#settle(step, of(readings, step))),
      ),
    )
    memory.seen(
      record.body.connectionId,
      findings.flatMap(({ readings }) => seenUsers(readings)),
    )
    for (const { readings } of findings) this.#takeIn(readings)
    record.flush()
  }

  /** Nobody waits for it: what cannot be written now is written with the next change, which tells. */
  #writeIfPossible(): void {
    try {
      this.write()
    } catch {
      // The steps are settled in memory and stay unwritten; a restart looks them up.
    }
  }

  /** The connection's own token, revoked by itself: acknowledged, and refused from then on. It cannot look at the list any more. */
  settleRefused(step: StepBody): void {
    const { ledger, record, clock } = this.#parts
    const at = clock.now()
    if (step.intent) ledger.end(step.intent, 'done', { seenRefused: true })
    const probe = { at, refused: true }
    record.changeStep(step, { state: 'done', goneAt: at, probe, intent: null, problem: null })
    record.flush()
  }

  #read(steps: readonly StepBody[]): Promise<Map<string, Reading | null>> {
    return readOwners(
      this.#parts,
      steps.map(({ owner }) => owner.id),
    )
  }

  #settle(step: StepBody, reading: Reading | null): LedgerOutcome[] {
    const { record } = this.#parts
    const { intent, problem } = step
    const verdict = seen(step, reading)
    if (verdict === 'done') {
      record.changeStep(step, {
        state: 'done',
        goneAt: reading?.at ?? null,
        intent: null,
        refused: false,
      })
      const facts = { seenGone: true, answer: problem?.code ?? 'done' }
      return intent ? [{ intent, result: 'done', facts }] : []
    }
    const why = whyUndone(step, reading, verdict)
    const isFinal = verdict === 'untold' || step.refused || step.tries + 1 >= MOST_TRIES
    record.changeStep(step, {
      state: isFinal ? 'failed' : 'planned',
      tries: step.tries + 1,
      problem: why,
      intent: null,
    })
    const result = verdict === 'untold' ? 'unknown' : 'failed'
    return intent ? [{ intent, result, facts: { seenGone: false, problem: why.code } }] : []
  }

  /** Whoever has a stolen token can make more with it: what the subject holds beyond the plan comes into the plan. */
  #takeIn(readings: ReadonlyMap<string, Reading | null>): void {
    const { record } = this.#parts
    const { subject, allTokens } = record.body
    const reading = subject && allTokens ? readings.get(subject.id) : null
    if (!reading) return
    const known = new Set(record.steps.map(({ token }) => token?.id))
    const room = Math.max(0, BULK_MAX - record.steps.length)
    record.addSteps(
      reading.tokens
        .filter(({ id }) => !known.has(id))
        .slice(0, room)
        .map((token) =>
          freshStep({
            kind: 'token',
            owner: ownerOf(reading.user),
            token: plannedToken(token, reading),
          }),
        ),
    )
  }
}

function of(readings: ReadonlyMap<string, Reading | null>, { owner }: StepBody): Reading | null {
  return readings.get(owner.id) ?? null
}

function whyUndone({ problem }: StepBody, reading: Reading | null, verdict: 'undone' | 'untold'): Problem {
  if (problem) return problem
  if (reading === null) return new ProblemError('user-not-found').problem
  return verdict === 'undone'
    ? new ProblemError('still-listed').problem
    : new ProblemError('missing-capability', 'SETTINGS_SETACCESSES').problem
}

const seenUsers = (readings: ReadonlyMap<string, Reading | null>) =>
  [...readings.values()].flatMap((reading) => (reading ? [{ ...reading, readAt: reading.at }] : []))
