import axios from 'axios'
import { messageOf } from '#base/problem-error.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'
import { ProxyFailure } from './agents.ts'
import { type Execution, RemoteError } from './remote-error.ts'

interface Failure {
  readonly code: ProblemCode
  readonly execution: Execution
}

/** Node's and OpenSSL's error codes; first match wins. */
const CODES: readonly (readonly [RegExp, Failure])[] = [
  [/^(ENOTFOUND|EAI_)/, { code: 'dns', execution: 'no' }],
  [/^ECONNREFUSED$/, { code: 'refused', execution: 'no' }],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/,
    { code: 'unreachable', execution: 'no' },
  ],
  [
    /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH_|CRL_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO)/,
    { code: 'tls', execution: 'no' },
  ],
  [/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/, { code: 'timeout', execution: 'unknown' }],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, { code: 'cut', execution: 'unknown' }],
  // What answers is no HTTP at all, or not one that Node lets pass.
  [/^HPE_/, { code: 'not-a-platform', execution: 'unknown' }],
]

/**
 * What a failed request was, in the console's words.
 * SECURITY: nothing but the message crosses; an AxiosError holds the request with its Authorization header.
 */
export function classify(error: unknown): RemoteError {
  if (error instanceof RemoteError) return error
  const cause = axios.isAxiosError(error) && error.cause instanceof Error ? error.cause : error
  if (cause instanceof ProxyFailure) return new RemoteError('proxy', cause.message, 'no')
  const text = messageOf(error) || messageOf(cause)
  if (/maxContentLength/.test(text)) {
    return new RemoteError('answer-too-large', null, 'unknown')
  }
  const code = codeOf(error) ?? codeOf(cause) ?? ''
  const failure = CODES.find(([pattern]) => pattern.test(code))?.[1]
  if (failure) return new RemoteError(failure.code, text || code, failure.execution)
  if (/aborted|socket hang up|premature/i.test(text)) return new RemoteError('cut', text, 'unknown')
  return new RemoteError('platform-error', text, 'unknown')
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
