/** What an incident response does and proves, by rule; both sides speak these words. */

export const INCIDENT_KINDS = ['bulk', 'lost-device'] as const
export type IncidentKind = (typeof INCIDENT_KINDS)[number]

/**
 * running: at work · waiting: the platform cannot be reached, tried again by itself · paused: a person has to do something
 * first · interrupted: the console ended in the middle, too long ago to go on unasked · stopped: by a person · done: every step
 * is settled
 */
export const INCIDENT_PHASES = ['running', 'waiting', 'paused', 'interrupted', 'stopped', 'done'] as const

export const STEP_KINDS = ['sessions', 'lock', 'token'] as const
export type StepKind = (typeof STEP_KINDS)[number]

/**
 * planned: nothing was sent · sent: recorded in the ledger, may have left · acknowledged: the platform said so, not seen yet ·
 * unknown: no answer, to be looked up · done: seen to be so · failed: seen not to be so, or refused
 */
export const STEP_STATES = ['planned', 'sent', 'acknowledged', 'unknown', 'done', 'failed'] as const
export type StepState = (typeof STEP_STATES)[number]

/** Whether the platform keeps an audit that can be asked: `not-kept` without the Enterprise Edition (opencti-api.md §3.5). */
export const AUDIT_STANDINGS = ['not-asked', 'kept', 'not-kept', 'not-allowed', 'failed'] as const
export type AuditStanding = (typeof AUDIT_STANDINGS)[number]

/** The rungs of the proof ladder (T-12), each stronger than the one before. */
export const RUNGS = ['acknowledged', 'gone', 'gone-again', 'audit', 'probe', 'rescan'] as const
export type Rung = (typeof RUNGS)[number]

/** How a rung stands: `open`: not looked yet · `void`: it cannot be had here, which is no failure */
export type RungState = 'passed' | 'failed' | 'open' | 'void'

/** When the list is read a second time, ms after containment. */
export const SECOND_LOOK_MS = 3_000
/** When everything is looked at once more, ms after containment. */
export const RESCAN_MS = 5 * 60_000

/** The most tokens of one response; the platform takes one request a token. */
export const BULK_MAX = 5_000

/** What a step's proof is made of; times by our clock. */
export interface StepProof {
  readonly state: StepState
  readonly acknowledgedAt: number | null
  readonly goneAt: number | null
  readonly goneAgainAt: number | null
  readonly rescannedAt: number | null
  /** seen on the platform again after it was gone */
  readonly backAt: number | null
  readonly audit: { readonly at: number; readonly by: 'id' | 'name' } | null
  readonly probe: { readonly at: number; readonly refused: boolean } | null
}

/** How far a step is proven, rung by rung. */
export function rungsOf(step: StepProof, audit: AuditStanding): Record<Rung, RungState> {
  const hasFailed = step.state === 'failed'
  /** @param below the rung below was reached: a ladder that broke lower down says nothing of this one */
  const seen = (at: number | null, below: boolean): RungState =>
    at !== null ? 'passed' : !hasFailed ? 'open' : below ? 'failed' : 'void'
  return {
    // A lost answer is no failure where the list shows that it is gone.
    acknowledged:
      step.acknowledgedAt === null && step.goneAt !== null ? 'void' : seen(step.acknowledgedAt, true),
    gone: seen(step.goneAt, true),
    'gone-again': seen(step.goneAgainAt, step.goneAt !== null),
    audit: step.audit !== null ? 'passed' : audit === 'kept' || audit === 'not-asked' ? 'open' : 'void',
    probe: step.probe === null ? 'void' : step.probe.refused ? 'passed' : 'failed',
    rescan: seen(step.rescannedAt, step.goneAgainAt !== null),
  }
}
