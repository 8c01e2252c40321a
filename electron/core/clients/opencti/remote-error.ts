import { ProblemError } from '#base/problem-error.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'

/**
 * Whether the platform may have done what it was asked. `no`: the request did not reach it, or it answered that it refused.
 * `unknown`: it may have, and the answer was lost or says nothing about it.
 */
export type Execution = 'no' | 'unknown'

/** A failed request, without anything of the request in it: axios' own error carries the Authorization header. */
export class RemoteError extends ProblemError {
  readonly execution: Execution
  /** GRAPHQL_VALIDATION_FAILED: this platform does not know a field or argument that was asked for */
  readonly unknownField: boolean
  /** of an answer that was refused by its status, else null */
  readonly httpStatus: number | null
  /** the header as it came, when there was one */
  readonly retryAfter: string | null

  constructor(
    code: ProblemCode,
    detail: string | null,
    execution: Execution,
    more: { unknownField?: boolean; httpStatus?: number; retryAfter?: string | null } = {},
  ) {
    super(code, detail)
    this.name = 'RemoteError'
    this.execution = execution
    this.unknownField = more.unknownField ?? false
    this.httpStatus = more.httpStatus ?? null
    this.retryAfter = more.retryAfter ?? null
  }
}
