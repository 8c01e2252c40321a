import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { rootCertificates } from 'node:tls'
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { retryAfterMs } from '#base/retry-after.ts'
import { certificates } from '../orchestrators/proxy-ca.ts'
import type { PlatformAccess } from './platform.ts'
import { PlatformError } from './platform.ts'
import { type ProxySettings, proxyFor } from './proxy.ts'

const LARGEST_ANSWER = 64 * 1024 * 1024
/**
 * A connection that waits longer is closed by us. Node's servers close theirs after 5 s: a request that meets that moment is
 * lost with ECONNRESET, and with it a report until the next one.
 */
const IDLE_MS = 4_000

export interface HttpSettings extends ProxySettings {
  readonly request_timeout: number
  readonly connect_timeout: number
  readonly unsecured_certificate: boolean
  readonly ca?: readonly string[] | undefined
}

export interface Answer {
  readonly status: number
  /** the body as text, whatever its type */
  readonly text: string
  readonly retryAfterMs: number | null
}

export interface HttpClient {
  /** Any answer, whatever its status. @throws PlatformError `unreachable` when there is none */
  send(method: 'GET' | 'POST' | 'PUT', path: string, body: unknown, signal: AbortSignal): Promise<Answer>
}

/** One client a platform: bearer, deadlines, proxy and certificates set once. */
export function httpClient(
  { url, token }: Pick<PlatformAccess, 'url' | 'token'>,
  settings: HttpSettings,
  env: Readonly<Record<string, string | undefined>>,
): HttpClient {
  const instance = axios.create({
    baseURL: url,
    timeout: settings.request_timeout * 1000,
    // SECURITY: a redirect would carry the bearer to wherever it points.
    maxRedirects: 0,
    maxContentLength: LARGEST_ANSWER,
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
    ...transport(url, settings, env),
  })
  return {
    async send(method, path, body, asked) {
      const answer = await request(instance, asked, settings.request_timeout, {
        method,
        url: path,
        headers: {
          Authorization: `Bearer ${token.expose()}`,
          ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { data: JSON.stringify(body) }),
      })
      const wait: unknown = answer.headers['retry-after']
      return {
        status: answer.status,
        text: typeof answer.data === 'string' ? answer.data : '',
        retryAfterMs: retryAfterMs(typeof wait === 'string' ? wait : null, Date.now()),
      }
    },
  }
}

async function request(
  instance: AxiosInstance,
  asked: AbortSignal,
  seconds: number,
  config: AxiosRequestConfig,
) {
  // The client's own timeout begins anew with each byte: a server that drips would hold the loop for ever.
  const late = AbortSignal.timeout(seconds * 1000)
  try {
    return await instance.request({ ...config, signal: AbortSignal.any([asked, late]) })
  } catch (error) {
    if (asked.aborted) throw new PlatformError('stopped', 'unreachable')
    if (late.aborted) throw new PlatformError(`no whole answer within ${seconds} s`, 'unreachable')
    // SECURITY: an AxiosError carries the Authorization header; only its code and message go on.
    const { code, message } = error as { code?: string; message?: string }
    throw new PlatformError(message || code || 'no answer', 'unreachable')
  }
}

function transport(
  url: string,
  settings: HttpSettings,
  env: Record<string, string | undefined>,
): AxiosRequestConfig {
  const tls = {
    // SECURITY: the server is verified unless the admin turned that off by name.
    rejectUnauthorized: !settings.unsecured_certificate,
    ...(settings.ca ? { ca: [...rootCertificates, ...certificates(settings.ca)] } : {}),
  }
  const connectMs = settings.connect_timeout * 1000
  const proxy = proxyFor(url, settings, env)
  if (url.startsWith('https:')) {
    const agent = proxy
      ? new HttpsProxyAgent(proxy, { keepAlive: true, timeout: IDLE_MS, ...tls })
      : withConnectDeadline(new https.Agent({ keepAlive: true, timeout: IDLE_MS, ...tls }), connectMs)
    return { proxy: false, httpsAgent: agent }
  }
  const httpAgent = withConnectDeadline(new http.Agent({ keepAlive: true, timeout: IDLE_MS }), connectMs)
  if (!proxy) return { proxy: false, httpAgent }
  const { hostname, port, username, password } = new URL(proxy)
  const auth = username
    ? { auth: { username: decodeURIComponent(username), password: decodeURIComponent(password) } }
    : {}
  return { httpAgent, proxy: { protocol: 'http', host: hostname, port: Number(port || 80), ...auth } }
}

/** An address that swallows packets must not cost the whole request timeout. */
function withConnectDeadline<T extends http.Agent>(agent: T, ms: number): T {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, ready) => {
    const socket = connect(options, ready) as Duplex
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${ms / 1000} s`)), ms)
    for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer))
    return socket
  }
  return agent
}
