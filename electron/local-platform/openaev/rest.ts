import type { z } from 'zod'
import { UnusableKeyError } from '#base/sealing.ts'
import { RefusedConnectorError } from '../connectors/managed-connectors.ts'
import { can, type RequestContext } from '../graphql/viewer.ts'
import type { User } from '../users/user.ts'

export interface RestRequest {
  readonly method: string
  /** below `/api`, for instance `/settings/version` */
  readonly path: string
  readonly body: string
}

/** `json` undefined: an empty body; `text` wins over it. */
export interface RestAnswer {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
}

/** Answers one request, or throws RestError. */
export type RestRoutes = (request: RestRequest, context: RequestContext) => RestAnswer

/** Answers that are thrown: HTTP statuses are real here, unlike in GraphQL. */
export class RestError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Routes that never throw what a client did wrong. */
export function answering(routes: RestRoutes): RestRoutes {
  return (request, context) => {
    try {
      return routes(request, context)
    } catch (error) {
      if (error instanceof RestError) return { status: error.status, json: { message: error.message } }
      if (error instanceof RefusedConnectorError || error instanceof UnusableKeyError)
        return { status: 400, json: { message: error.message } }
      throw error
    }
  }
}

export const ok = (json: unknown): RestAnswer => ({ status: 200, json })

export function signedIn(context: RequestContext): User {
  if (!context.user || context.lacks) throw new RestError(401, 'You must be logged in to do this.')
  return context.user
}

export function capable(context: RequestContext, capability: string): User {
  const user = signedIn(context)
  if (!can(context, capability)) throw new RestError(403, 'You are not allowed to do this.')
  return user
}

export function parsed<T>(shape: z.ZodType<T>, body: string): T {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    throw new RestError(400, 'The body is not valid JSON')
  }
  const result = shape.safeParse(json)
  if (result.success) return result.data
  // SECURITY: names of fields alone; a value is not repeated.
  const fields = result.error.issues.map(({ path }) => path.join('.') || 'the body')
  throw new RestError(400, `Not valid: ${fields.join(', ').slice(0, 200)}`)
}

export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
