import type { AxiosInstance } from 'axios'
import { z } from 'zod'
import type { Clock } from '#base/clock.ts'
import { isLoopback } from '#shared/domain/platform-url.ts'
import { lazyClient } from '../http-client.ts'
import { type Agents, createAgents } from '../opencti/agents.ts'
import { classify } from '../opencti/classify.ts'
import { RemoteError } from '../opencti/remote-error.ts'

const MOST_ANSWER_BYTES = 256 * 1024
const DEADLINE_MS = 10_000

const Health = z.object({ status: z.string(), version: z.string().max(200).nullish() }).partial()
const KeySet = z.object({ keys: z.array(z.object({ kid: z.string().max(200).catch('') })).max(50) })
const Metadata = z.object({ issuer: z.string().max(500) })

export interface XtmOneAddress {
  readonly url: string
  readonly caPem: string | null
  readonly proxy: string | null
  readonly clock: Clock
}

/**
 * What XTM One tells everybody (opencti-api.md §4.5, §4.6). Its address is the platform's word, so nothing of ours goes
 * there: no token, no cookie, reads alone. Every failure is a RemoteError.
 */
export class XtmOneClient {
  readonly #url: string
  readonly #clock: Clock
  readonly #agents: Agents
  readonly #client: () => Promise<AxiosInstance>

  /** @throws ProblemError `bad-ca`, `bad-proxy` */
  constructor({ url, caPem, proxy, clock }: XtmOneAddress) {
    this.#url = url.replace(/\/+$/, '')
    this.#clock = clock
    this.#agents = createAgents(url, caPem, isLoopback(url) ? null : proxy)
    this.#client = lazyClient({
      adapter: 'http',
      httpAgent: this.#agents.httpAgent,
      httpsAgent: this.#agents.httpsAgent,
      proxy: false,
      // SECURITY: a redirect would let a foreign server choose what this machine reads.
      maxRedirects: 0,
      maxContentLength: MOST_ANSWER_BYTES,
      responseType: 'text',
      transformResponse: (body: unknown) => body,
      validateStatus: () => true,
      headers: { accept: 'application/json', 'user-agent': 'Gatehouse' },
    })
  }

  close(): void {
    this.#agents.close()
  }

  /** `GET /api/health`. An answer with another status than 200 is an answer: not healthy. */
  async health(signal?: AbortSignal) {
    const { status, body, latencyMs, retryAfter } = await this.#get('/api/health', signal)
    const told = Health.safeParse(body).data
    return { healthy: status === 200, status, version: told?.version ?? null, latencyMs, retryAfter }
  }

  /** Key ids of `/xtm/auth/jwks` and the issuer of `/xtm/auth/metadata`; null where this XTM One has none. */
  async keys(signal?: AbortSignal) {
    const answer = await this.#get('/xtm/auth/jwks', signal)
    const set = KeySet.safeParse(answer.body)
    if (answer.status === 404 || (answer.status === 200 && !set.success)) return null
    if (!set.success)
      throw new RemoteError('http-status', `HTTP ${answer.status}`, 'no', { httpStatus: answer.status })
    const metadata = await this.#get('/xtm/auth/metadata', signal)
    return {
      keyIds: set.data.keys.map(({ kid }) => kid),
      issuer: Metadata.safeParse(metadata.body).data?.issuer ?? null,
    }
  }

  async #get(path: string, signal?: AbortSignal) {
    const client = await this.#client()
    const deadline = new AbortController()
    let late = false
    const disarm = this.#clock.after(DEADLINE_MS, () => {
      late = true
      deadline.abort()
    })
    const sentAt = this.#clock.now()
    try {
      const { status, data, headers } = await client.get<string>(this.#url + path, {
        signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
      })
      const retryAfter: unknown = headers['retry-after']
      return {
        status,
        body: json(String(data)),
        latencyMs: this.#clock.now() - sentAt,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
      }
    } catch (error) {
      if (late) throw new RemoteError('timeout', `No full answer within ${DEADLINE_MS / 1000} s.`, 'no')
      throw classify(error, false)
    } finally {
      disarm()
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
