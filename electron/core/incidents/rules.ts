import { asProblem, type ProblemError } from '#base/problem-error.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import type { StepBody } from './incident-store.ts'
import type { Reading } from './reading.ts'

/** How often a step is sent before it counts as failed. */
export const MOST_TRIES = 5

/** Failures that pass by themselves when the way to the platform is there again. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'cut',
  'proxy',
  'http-status',
  'platform-error',
  'answer-too-large',
  'local-platform-down',
])

/** Failures before which nothing left this machine. */
const NOT_REACHED: ReadonlySet<ProblemCode> = new Set(['dns', 'refused', 'unreachable', 'proxy', 'tls'])

/** Refusals of the one deed: the next step may be allowed all the same. */
const OF_THE_STEP: ReadonlySet<ProblemCode> = new Set([
  'forbidden',
  'platform-error',
  'token-not-found',
  'user-not-found',
])

/** Whether a failure of the response as a whole passes by itself; else a person has to do something. */
export function passes(problem: ProblemError): boolean {
  return PASSING.has(problem.code)
}

/**
 * What a failed request says of the step it was for.
 * unsent: as if it had never been tried; the response as a whole has a problem · refused: the platform will not do it, and says
 * so · lost: it may have done it
 */
export type Answer = 'unsent' | 'refused' | 'lost'

export function answerOf(error: unknown): Answer {
  const problem = asProblem(error)
  // Whatever is thrown before the client sends (no right, no token, no ledger) is no RemoteError.
  if (!(problem instanceof RemoteError)) return 'unsent'
  if (problem.execution === 'unknown') return 'lost'
  if (NOT_REACHED.has(problem.code)) return 'unsent'
  return OF_THE_STEP.has(problem.code) ? 'refused' : 'unsent'
}

/**
 * What a reading says of a step that was planned or sent before it was asked for.
 * @param reading null: the platform knows no such user
 * @returns done: it is so · undone: it is not so · untold: the reading does not say
 */
export function seen(step: StepBody, reading: Reading | null): 'done' | 'undone' | 'untold' {
  // SECURITY: a user who is not found was not seen without the token.
  if (reading === null) return 'untold'
  switch (step.kind) {
    case 'token':
      return reading.tokens.some(({ id }) => id === step.token?.id) ? 'undone' : 'done'
    case 'sessions':
      return reading.sessions === null ? 'untold' : reading.sessions.length === 0 ? 'done' : 'undone'
    case 'lock':
      return reading.user.accountStatus === 'Active' ? 'undone' : 'done'
  }
}

/** Recorded in the ledger without an outcome: the platform may have done it. */
export function isOpen({ intent, state }: StepBody): boolean {
  return intent !== null && state !== 'done' && state !== 'failed'
}

export function isPlanned({ state }: StepBody): boolean {
  return state === 'planned'
}
