import type { ProblemCode } from '#shared/domain/problem.ts'
import { redact } from './redact.ts'

/** The longest detail that the contract lets through, in characters. */
const DETAIL_MAX = 500

/**
 * A failure that can be explained to a person. `detail` is text of the other side or of the system; it is redacted and cut
 * here, so that no call site can forget it.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly detail: string | null

  constructor(code: ProblemCode, detail: string | null = null) {
    const clean = detail === null ? null : redact(detail).slice(0, DETAIL_MAX)
    super(clean === null ? code : `${code}: ${clean}`)
    this.name = 'ProblemError'
    this.code = code
    this.detail = clean
  }

  /** As the contract's `Problem`. */
  get problem(): { code: ProblemCode; detail: string | null } {
    return { code: this.code, detail: this.detail }
  }
}

/** `error` when it is explained already, else `internal` without a word of what it said. */
export function asProblem(error: unknown): ProblemError {
  return error instanceof ProblemError ? error : new ProblemError('internal')
}

/** The text of an unknown error, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
