import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { AxiosInstance } from 'axios'
import type { Clock } from '#base/clock.ts'
import type { Secret } from '#base/secret.ts'
import { isPlainText } from '#shared/domain/platform-url.ts'
import { lazyClient } from '../http-client.ts'
import { createAgents } from './agents.ts'
import { classify } from './classify.ts'
import { RemoteError } from './remote-error.ts'

/** The largest answer that is read, in bytes after decompression. */
export const MOST_ANSWER_BYTES = 8_000_000
/** From the first byte sent to the last byte read; a slow drip does not stretch it. */
export const DEADLINE_MS = 20_000

export interface TransportOptions {
  /** base address of the platform, as `platformUrl` gives it */
  readonly url: string
  readonly caPem: string | null
  readonly proxy: string | null
  readonly clock: Clock
}

export interface Call {
  readonly document: string
  readonly variables?: Readonly<Record<string, unknown>>
  /** null: asked as nobody */
  readonly token: Secret | null
  readonly signal?: AbortSignal | undefined
}

/** A plain read of one of the platform's own addresses. */
export interface Read {
  /** below the base address, with its query */
  readonly path: string
  /** null: asked as nobody */
  readonly token: Secret | null
  readonly signal?: AbortSignal | undefined
}

/** Something said to one of the platform's own addresses. */
export interface Write extends Read {
  readonly method: 'POST' | 'PUT'
  readonly body: object
}

export interface RawAnswer {
  readonly status: number
  readonly contentType: string
  readonly location: string | null
  readonly retryAfter: string | null
  readonly text: string
  readonly latencyMs: number
  /** platform's clock minus ours, ms; null without a Date header */
  readonly skewMs: number | null
}

/** Sends GraphQL documents and plain reads to one platform. Every failure is a RemoteError. */
export class Transport {
  readonly url: string
  readonly #clock: Clock
  readonly #client: () => Promise<AxiosInstance>
  readonly #close: () => void

  /** @throws ProblemError `bad-ca`, `bad-proxy` */
  constructor({ url, caPem, proxy, clock }: TransportOptions) {
    this.url = url
    this.#clock = clock
    const { httpAgent, httpsAgent, close } = createAgents(url, caPem, proxy)
    this.#close = close
    this.#client = lazyClient({
      adapter: 'http',
      httpAgent,
      httpsAgent,
      // Only the proxy of the connection counts, not the environment's.
      proxy: false,
      // SECURITY: a redirect would carry the token to an address that nobody chose.
      maxRedirects: 0,
      maxContentLength: MOST_ANSWER_BYTES,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      headers: { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'Gatehouse' },
    })
  }

  /** Lets go of the open sockets. */
  close(): void {
    this.#close()
  }

  /**
   * Sends a document. A query whose connection is cut is sent once more; a mutation never is, because it may have been done.
   */
  async send(call: Call): Promise<RawAnswer> {
    const { document, variables = {}, token, signal } = call
    const once = (): Promise<RawAnswer> =>
      this.#request({ method: 'POST', path: '/graphql', body: { query: document, variables }, token, signal })
    return /^\s*query\b/.test(document) ? repeated(once) : once()
  }

  /** Reads an address that is no GraphQL; repeated like a query. */
  get(read: Read): Promise<RawAnswer> {
    return repeated(() => this.#request({ ...read, method: 'GET', body: null }))
  }

  /** Says something to an address that is no GraphQL; once alone, because it may have been done. */
  write(write: Write): Promise<RawAnswer> {
    return this.#request(write)
  }

  async #request({ method, path, body, token, signal }: Request): Promise<RawAnswer> {
    // SECURITY: over plain http everybody on the way can read the token.
    if (token !== null && isPlainText(this.url)) throw new RemoteError('plain-http', null, 'no')
    const client = await this.#client()
    const cancel = new AbortController()
    let late = false
    const disarm = this.#clock.after(DEADLINE_MS, () => {
      late = true
      cancel.abort()
    })
    const signals = signal ? [cancel.signal, signal] : [cancel.signal]
    const sentAt = this.#clock.now()
    let sent = false
    const transport = watched(this.url, () => {
      sent = true
    })
    try {
      const answer = await client.request({
        method,
        url: `${this.url}${path}`,
        ...(body === null ? {} : { data: body }),
        signal: AbortSignal.any(signals),
        transport,
        headers: token === null ? {} : { authorization: `Bearer ${token.expose()}` },
      })
      const receivedAt = this.#clock.now()
      return {
        status: answer.status,
        contentType: String(answer.headers['content-type'] ?? ''),
        location: headerOf(answer.headers.location),
        retryAfter: headerOf(answer.headers['retry-after']),
        text: String(answer.data),
        latencyMs: receivedAt - sentAt,
        skewMs: skewOf(answer.headers.date, receivedAt),
      }
    } catch (error) {
      if (late) {
        const detail = `No full answer within ${DEADLINE_MS / 1000} s.`
        throw new RemoteError('timeout', detail, sent ? 'unknown' : 'no')
      }
      throw classify(error, sent)
    } finally {
      disarm()
    }
  }
}

interface Request extends Read {
  readonly method: 'GET' | Write['method']
  readonly body: object | null
}

/** Once more when the connection was cut: an idle one may have been closed at the other end meanwhile. */
async function repeated(once: () => Promise<RawAnswer>): Promise<RawAnswer> {
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof RemoteError) || error.code !== 'cut') throw error
    return once()
  }
}

function headerOf(value: unknown): string | null {
  return value === undefined ? null : String(value)
}

/**
 * Node's own client, which tells through `leaves` when the request's bytes may leave: the connection stands and, with TLS,
 * the certificate is accepted. Until then Node holds them back.
 */
function watched(url: string, leaves: () => void) {
  const { request: start } = url.startsWith('https:') ? https : http
  return {
    request(options: https.RequestOptions, answered: (answer: http.IncomingMessage) => void) {
      const request = start(options, answered)
      request.once('socket', (socket: Socket | TLSSocket) => {
        if ('secureConnecting' in socket && socket.secureConnecting) socket.once('secureConnect', leaves)
        else if (socket.connecting) socket.once('connect', leaves)
        else leaves()
      })
      return request
    },
  }
}

/** The Date header counts whole seconds and is cut, not rounded: half a second is its middle. */
function skewOf(date: unknown, receivedAt: number): number | null {
  const told = typeof date === 'string' ? Date.parse(date) : Number.NaN
  if (Number.isNaN(told)) return null
  const skew = told + 500 - receivedAt
  return Math.abs(skew) <= 1_000 ? 0 : skew
}
