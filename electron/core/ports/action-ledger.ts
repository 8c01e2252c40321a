import { asProblem } from '#base/problem-error.ts'
import type { LedgerAction } from '#shared/domain/ledger.ts'

/** What a ledger record says, besides when and what: names, ids, the last four of a token. Never a token. */
export type LedgerFacts = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

export type { LedgerAction }

/** done: seen to be so · failed: seen not to be so · unknown: no answer came, so either is possible */
export type LedgerResult = 'done' | 'failed' | 'unknown'

export interface LedgerIntent {
  readonly action: LedgerAction
  /** place of the intent record, which its outcome names */
  readonly sequence: number
}

/** What is about to happen. */
export interface LedgerDeed {
  readonly action: LedgerAction
  readonly facts: LedgerFacts
}

/** What became of it. */
export interface LedgerOutcome {
  readonly intent: LedgerIntent
  readonly result: LedgerResult
  readonly facts?: LedgerFacts
}

/** The write-ahead ledger as the capabilities know it (L-01). */
export interface ActionLedger {
  /** Writes that `action` is about to happen. @throws ProblemError `ledger-failed`: then nothing may happen */
  begin(action: LedgerAction, facts: LedgerFacts): Promise<LedgerIntent>
  /** `begin` for several deeds, all of them recorded or none; their intents in the same order. */
  beginAll(deeds: readonly LedgerDeed[]): Promise<LedgerIntent[]>
  /** Writes what became of it. The deed is done, so this never throws; the ledger's status tells when it could not. */
  end(intent: LedgerIntent, result: LedgerResult, facts?: LedgerFacts): void
  /** `end` for several deeds in one go. */
  endAll(outcomes: readonly LedgerOutcome[]): void
}

/**
 * Ledger before deed: writes the intent, does `deed`, writes its outcome.
 * @param facts of the intent
 * @param outcome facts of a deed that succeeded
 */
export async function recorded<Result>(
  ledger: ActionLedger,
  action: LedgerAction,
  facts: LedgerFacts,
  deed: () => Result | Promise<Result>,
  outcome: (result: Result) => LedgerFacts = () => ({}),
): Promise<Result> {
  const intent = await ledger.begin(action, facts)
  let result: Result
  try {
    result = await deed()
  } catch (error) {
    ledger.end(intent, 'failed', { problem: asProblem(error).code })
    throw error
  }
  ledger.end(intent, 'done', outcome(result))
  return result
}
