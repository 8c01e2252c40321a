import type { REGISTRATION_FAILURES } from '#shared/domain/registration.ts'

export type Failure = (typeof REGISTRATION_FAILURES)[number]

/** A failed attempt, in few and harmless words: no header, no body, no address with a query. */
export class RegistrationError extends Error {
  readonly failure: Failure
  /** of the answer; null when there was none */
  readonly httpStatus: number | null
  /** how long the other side asked us to wait, ms; null when it did not */
  readonly retryAfterMs: number | null

  constructor(
    failure: Failure,
    message: string,
    more: { httpStatus?: number; retryAfterMs?: number | null } = {},
  ) {
    super(message)
    this.name = 'RegistrationError'
    this.failure = failure
    this.httpStatus = more.httpStatus ?? null
    this.retryAfterMs = more.retryAfterMs ?? null
  }
}

/** Worth another try within the same tick: what a moment may heal. A wrong token or certificate needs a person. */
const PASSING: readonly Failure[] = [
  'refused',
  'dns',
  'unreachable',
  'timeout',
  'rate-limited',
  'server-error',
  'answer-cut',
]

export function isPassing(failure: Failure): boolean {
  return PASSING.includes(failure)
}

/** The failure of a complete answer that is no success. */
export function failureOfStatus(status: number): Failure {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 422 || status === 400) return 'rejected'
  if (status === 408) return 'timeout'
  if (status === 429) return 'rate-limited'
  if (status >= 500) return 'server-error'
  return status >= 300 && status < 400 ? 'redirected' : 'http-status'
}

const REFUSED = ['ECONNREFUSED']
const DNS = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']
const CUT = ['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']
const TIMEOUT = ['ETIMEDOUT', 'ESOCKETTIMEDOUT']
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|EPROTO)/

/** The failure that a network error code of Node stands for. */
export function failureOfCode(code: string): Failure {
  if (REFUSED.includes(code)) return 'refused'
  if (DNS.includes(code)) return 'dns'
  if (CUT.includes(code)) return 'answer-cut'
  if (TIMEOUT.includes(code)) return 'timeout'
  if (TLS.test(code)) return 'tls'
  return 'unreachable'
}
