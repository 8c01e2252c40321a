import { messageOf } from '#base/problem-error.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'
import { ProxyFailure } from './agents.ts'
import { RemoteError } from './remote-error.ts'

/** Node's and OpenSSL's error codes; first match wins. */
const CODES: readonly (readonly [RegExp, ProblemCode])[] = [
  [/^(ENOTFOUND|EAI_)/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/, 'unreachable'],
  [
    /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH_|CRL_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO)/,
    'tls',
  ],
  [/^(ETIMEDOUT|ECONNABORTED|ESOCKETTIMEDOUT)$/, 'timeout'],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE)$/, 'cut'],
  // What answers is no HTTP at all, or not one that Node lets pass.
  [/^HPE_/, 'not-a-platform'],
]

/** How OpenSSL says that the other side's first bytes are no TLS. */
const NO_TLS = /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long/i

/**
 * What a failed request was, in the console's words.
 * SECURITY: nothing but the message crosses; an AxiosError holds the request with its Authorization header.
 * @param sent whether a byte of the request may have left: from then on no error proves that nothing was done
 */
export function classify(error: unknown, sent: boolean): RemoteError {
  if (error instanceof RemoteError) return error
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof ProxyFailure) return new RemoteError('proxy', cause.message, 'no')
  const execution = sent ? 'unknown' : 'no'
  const text = messageOf(error) || messageOf(cause)
  if (/maxContentLength/.test(text)) return new RemoteError('answer-too-large', null, execution)
  const code = codeOf(error) ?? codeOf(cause) ?? ''
  const found = CODES.find(([pattern]) => pattern.test(code))?.[1]
  if (found === 'tls' && sent) {
    // The certificate was good: the connection broke later.
    return new RemoteError('cut', text || code, execution)
  }
  if (found === 'tls' && NO_TLS.test(`${code} ${text}`)) {
    return new RemoteError('not-a-platform', 'The port answers without TLS.', execution)
  }
  if (found) return new RemoteError(found, text || code, execution)
  if (/aborted|socket hang up|premature/i.test(text)) return new RemoteError('cut', text, execution)
  return new RemoteError('platform-error', text, execution)
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}
