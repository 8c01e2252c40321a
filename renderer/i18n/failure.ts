import { PROBLEM_CODES } from '#shared/domain/problem.ts'
import type { Translate } from './text.tsx'

/** Classes of a failed look that are no problem codes (contract of the heartbeat, `LastPoint.failure`). */
const FAILURES = [
  'health-key-missing',
  'health-key-wrong',
  'module-off',
  'module-warning',
  'unhealthy',
  'manager-silent',
  'no-manager',
  'not-served',
  'rate-limited',
  'gap',
] as const

/** Why a look failed or could not be taken, as a sentence; the bare class where this page does not know it. */
export function failureText(text: Translate, failure: string): string {
  const problem = PROBLEM_CODES.find((code) => code === failure)
  if (problem) return text(`problem.${problem}.what`)
  const known = FAILURES.find((code) => code === failure)
  return known ? text(`heartbeat.failure.${known}`) : failure
}
