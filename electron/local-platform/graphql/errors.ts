import type { GraphQLError } from 'graphql'
import { createGraphQLError } from 'graphql-yoga'
import { withoutCredentials } from '../http/client-text.ts'

/** OpenCTI's errors (opencti-api.md §1): the code, the status it would have had, and whose fault it is. */
const CODES = {
  AUTH_REQUIRED: { http_status: 401, genre: 'TECHNICAL' },
  AUTH_FAILURE: { http_status: 401, genre: 'TECHNICAL' },
  OTP_REQUIRED: { http_status: 401, genre: 'TECHNICAL' },
  OTP_REQUIRED_ACTIVATION: { http_status: 401, genre: 'TECHNICAL' },
  FORBIDDEN_ACCESS: { http_status: 403, genre: 'TECHNICAL' },
  FUNCTIONAL_ERROR: { http_status: 400, genre: 'BUSINESS' },
  UNSUPPORTED_ERROR: { http_status: 500, genre: 'BUSINESS' },
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
/** A session whose second factor is still to be shown, or first to be set up. */
export const otpRequired = (lack: 'code' | 'activation'): GraphQLError =>
  lack === 'code'
    ? platformError('OTP_REQUIRED', 'You must validate your account with the second factor.')
    : platformError('OTP_REQUIRED_ACTIVATION', 'You must activate a second factor for your account.')
export const forbiddenAccess = (
  message = 'You are not allowed to do this.',
  data?: Record<string, unknown>,
): GraphQLError => platformError('FORBIDDEN_ACCESS', message, data)
export const functionalError = (message: string, data?: Record<string, unknown>): GraphQLError =>
  platformError('FUNCTIONAL_ERROR', message, data)

export const unsupportedError = (message: string): GraphQLError => platformError('UNSUPPORTED_ERROR', message)

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
  const { message = '', locations, path, extensions, originalError } = error as Partial<GraphQLError>
  const { code, data } = (extensions ?? {}) as { code?: string; data?: unknown }
  if (code) {
    const text = code in CODES ? message : withoutValues(message)
    return {
      message: text,
      name: code,
      ...place(locations, path),
      extensions: { code, ...(data ? { data } : {}) },
    }
  }
  // graphql-js itself refuses variables and arguments without a code; what is below such an error is one of its own too.
  if (isGraphqlError(error) && (!originalError || isGraphqlError(originalError))) {
    const name = 'BAD_USER_INPUT'
    return { message: withoutValues(message), name, ...place(locations, path), extensions: { code: name } }
  }
  unexpected(originalError ?? error)
  const name = 'UNKNOWN_ERROR'
  return {
    // SECURITY: an error that we did not mean carries whatever was at hand; none of it leaves.
    message: 'An unknown error has occurred! Please try again later.',
    name,
    ...place(locations, path),
    extensions: { code: name, data: CODES[name] },
  }
}

const isGraphqlError = (error: unknown): boolean => error instanceof Error && error.name === 'GraphQLError'

/**
 * A message of graphql-js without the client's own values: it repeats wrong variables and literals, and a client may have
 * put a password or a token there. Names of types and fields stay, they tell a client what this platform lacks.
 * SECURITY: zero-logging (PRD); clients log what they are answered.
 */
function withoutValues(message: string): string {
  const cut = message
    .replace(/(got invalid value) [\s\S]*?( at "[\w.[\]]{1,200}")?(; [A-Z][\s\S]*)?$/, '$1$2')
    .replace(/(\bvalue:|\bfound:?|^Syntax Error: Unexpected \w+:?|\bvalue) ["'{[][\s\S]*$/i, '$1 [redacted]')
    .replace(/(\bvalue:|\bfound:?) [^\s[][\s\S]*$/i, '$1 [redacted]')
  return withoutCredentials(cut)
}

function place(locations: unknown, path: unknown): { locations?: unknown; path?: unknown } {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) }
}
