import { oc } from '@orpc/contract'
import { z } from 'zod'
import { PROBLEM_CODES } from '#shared/domain/problem.ts'

export { PROBLEM_CODES }
export const ProblemCode = z.enum(PROBLEM_CODES)
export type ProblemCode = z.infer<typeof ProblemCode>

/** `detail` is text of the other side or of the system: shown as text, never trusted, never longer than 500 characters. */
export const Problem = z.object({ code: ProblemCode, detail: z.string().max(500).nullable() })
export type Problem = z.infer<typeof Problem>

/** Every procedure starts here: a failure that can be explained travels as PROBLEM, typed on both sides. */
export const procedure = oc.errors({ PROBLEM: { status: 422, data: Problem } })
