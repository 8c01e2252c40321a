import type { GraphQLError } from 'graphql'
import { createGraphQLError } from 'graphql-yoga'

/** OpenCTI's errors (opencti-api.md §1): the code, the status it would have had, and whose fault it is. */
const CODES = {
  AUTH_REQUIRED: { http_status: 401, genre: 'TECHNICAL' },
  AUTH_FAILURE: { http_status: 401, genre: 'TECHNICAL' },
  FORBIDDEN_ACCESS: { http_status: 403, genre: 'TECHNICAL' },
  FUNCTIONAL_ERROR: { http_status: 400, genre: 'BUSINESS' },
  UNKNOWN_ERROR: { http_status: 500, genre: 'TECHNICAL' },
} as const

type Code = keyof typeof CODES

function platformError(code: Code, message: string, data: Record<string, unknown> = {}): GraphQLError {
  return createGraphQLError(message, { extensions: { code, data: { ...CODES[code], ...data } } })
}

export const AUTH_REQUIRED_MESSAGE = 'You must be logged in to do this.'

export const authRequired = (): GraphQLError => platformError('AUTH_REQUIRED', AUTH_REQUIRED_MESSAGE)
export const authFailure = (message = 'Bad login or password'): GraphQLError =>
  platformError('AUTH_FAILURE', message)
export const forbiddenAccess = (): GraphQLError =>
  platformError('FORBIDDEN_ACCESS', 'You are not allowed to do this.')
export const functionalError = (message: string, data?: Record<string, unknown>): GraphQLError =>
  platformError('FUNCTIONAL_ERROR', message, data)
/** An error as it goes over the wire. */
export interface WireError {
  readonly message: string
  readonly name: string
  readonly locations?: unknown
  readonly path?: unknown
  readonly extensions: Record<string, unknown>
}

/**
 * The wire form: `extensions` with code and data, `name` for old clients. What is not one of ours (a bug) becomes
 * UNKNOWN_ERROR without its text.
 * @param unexpected hears what the client is not told
 */
export function toWireError(error: unknown, unexpected: (error: unknown) => void): WireError {
  const { message, locations, path, extensions, originalError } = error as Partial<GraphQLError>
  const own = extensions as { code?: string } | undefined
  if (own?.code)
    return { message: message ?? '', name: own.code, ...place(locations, path), extensions: { ...own } }
  // graphql-js itself refuses variables and arguments without a code and without an original error.
  if (error instanceof Error && error.name === 'GraphQLError' && !originalError) {
    const code = 'BAD_USER_INPUT'
    return { message: message ?? '', name: code, ...place(locations, path), extensions: { code } }
  }
  unexpected(originalError ?? error)
  const code = 'UNKNOWN_ERROR'
  return {
    // SECURITY: an error that we did not mean carries whatever was at hand; none of it leaves.
    message: 'An unknown error has occurred! Please try again later.',
    name: code,
    ...place(locations, path),
    extensions: { code, data: CODES[code] },
  }
}

function place(locations: unknown, path: unknown): { locations?: unknown; path?: unknown } {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) }
}
