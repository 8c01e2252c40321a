import { asProblem } from '#base/problem-error.ts'
import { retryAfterMs } from '#base/retry-after.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import type { Reading } from './monitor.ts'

/** Nobody was reached at all; such failures may share a cause. */
const UNREACHED: ReadonlySet<ProblemCode> = new Set([
  'dns',
  'refused',
  'unreachable',
  'timeout',
  'proxy',
  'local-platform-down',
])

/** The other side was reached, or should have been, and is not well. Everything else failed on our side. */
const OTHER_SIDE: ReadonlySet<ProblemCode> = new Set([
  ...UNREACHED,
  'tls',
  'cut',
  'answer-too-large',
  'not-a-platform',
  'http-status',
  'platform-error',
])

/**
 * What a failed look says. Our own failure (no token, a locked keychain, a token that is let in no more) and a plea to be
 * slower say nothing of the other side's health.
 */
export function readingOfFailure(error: unknown, now: number): Reading {
  const remote = error instanceof RemoteError ? error : null
  const wait = retryAfterMs(remote?.retryAfter ?? null, now)
  if (remote?.httpStatus === 429) return { outcome: 'unobserved', why: 'rate-limited', retryAfterMs: wait }
  return readingOfProblem(asProblem(error).code, wait)
}

/** The same of a failure that was explained already. */
export function readingOfProblem(code: ProblemCode, retryAfterMs: number | null = null): Reading {
  if (!OTHER_SIDE.has(code)) return { outcome: 'unobserved', why: code, retryAfterMs }
  return { outcome: 'bad', failure: code, unreached: UNREACHED.has(code), retryAfterMs }
}
