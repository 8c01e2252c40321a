import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import { rootCertificates } from 'node:tls'
import axios, { type AxiosError, type AxiosResponse } from 'axios'
import type { Secret } from '#base/secret.ts'
import { isLoopback } from '#shared/domain/platform-url.ts'
import { failureOfCode, RegistrationError } from './failure.ts'

export interface HttpRequest {
  readonly url: string
  readonly bearer: Secret
  /** JSON in pieces, made while it is sent, so that a long list of users never lies in memory whole */
  readonly body: AsyncIterable<string>
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  /** the header as it came */
  readonly retryAfter: string | null
  readonly text: string
}

/** @throws RegistrationError for everything but a complete answer, whatever its status */
export type HttpPost = (request: HttpRequest) => Promise<HttpAnswer>

/** An intent catalog of a large XTM One is a few ten kB. */
export const MOST_ANSWER_BYTES = 512 * 1024

/**
 * The real transport. No redirect is followed, no time limit set: the caller's signal is the deadline.
 * @param caPem a certificate authority to trust besides the usual ones
 */
export function createHttpPost({ caPem }: { caPem?: string } = {}): HttpPost {
  // A beat every five minutes gains nothing from a kept connection, which may have died meanwhile.
  const httpAgent = new http.Agent({ keepAlive: false })
  const httpsAgent = new https.Agent({
    keepAlive: false,
    minVersion: 'TLSv1.2',
    ...(caPem ? { ca: [...rootCertificates, caPem] } : {}),
  })
  return async ({ url, bearer, body, signal }) => {
    const stream = Readable.from(body)
    // What breaks while the body is made is ours, and axios would only see a broken stream.
    let ownFailure: unknown
    stream.once('error', (error) => {
      ownFailure = error
    })
    try {
      const answer = await axios.request<string>({
        method: 'POST',
        url,
        data: stream,
        headers: {
          authorization: `Bearer ${bearer.expose()}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        httpAgent,
        httpsAgent,
        ...(isLoopback(url) ? { proxy: false as const } : {}),
        // SECURITY: a redirect would carry the bearer and the credentials to an address nobody checked.
        maxRedirects: 0,
        maxBodyLength: Number.POSITIVE_INFINITY,
        // SECURITY: an endless answer must not fill the memory.
        maxContentLength: MOST_ANSWER_BYTES,
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
        signal,
      })
      return { status: answer.status, retryAfter: retryAfterOf(answer), text: answer.data }
    } catch (error) {
      throw failed(error, ownFailure)
    } finally {
      stream.destroy()
    }
  }
}

function retryAfterOf(answer: AxiosResponse<string>): string | null {
  const value: unknown = answer.headers['retry-after']
  return typeof value === 'string' ? value : null
}

/** SECURITY: an AxiosError carries the Authorization header and the body; nothing of it goes on but its code. */
function failed(error: unknown, ownFailure: unknown): RegistrationError {
  if (axios.isCancel(error)) return new RegistrationError('timeout', 'No complete answer in time')
  const { code, message, response } = error as Partial<AxiosError>
  if (code === 'ERR_BAD_RESPONSE' && message?.includes('maxContentLength'))
    return new RegistrationError('answer-too-large', `Answer over ${MOST_ANSWER_BYTES} bytes`)
  if (ownFailure !== undefined && !response)
    return new RegistrationError('own-failure', 'The payload could not be made')
  if (message === 'stream has been aborted') return new RegistrationError('answer-cut', 'Answer ended early')
  return new RegistrationError(failureOfCode(code ?? ''), code ?? 'Request failed')
}
