import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import { AUTH_REQUIRED_MESSAGE } from '../graphql/errors.ts'
import type { GraphqlServer } from '../graphql/graphql-server.ts'
import type { RequestContext } from '../graphql/viewer.ts'
import type { RestRoutes } from '../openaev/rest.ts'
import type { Authenticator } from './authenticate.ts'
import { challenge } from './challenge.ts'
import { type ChatbotFacts, chatbotConfig } from './chatbot.ts'
import { clientText } from './client-text.ts'
import { setSessionCookie } from './cookies.ts'
import type { Health, HealthAnswer } from './health.ts'
import { loggableError } from './loggable-error.ts'
import { answerMediaType, RESPONSE_JSON } from './media-type.ts'
import type { Peer } from './peer.ts'

export interface HttpParts {
  readonly graphql: GraphqlServer
  /** below `/api`; null: this platform has no OpenAEV side */
  readonly openAev: RestRoutes | null
  readonly authenticator: Authenticator
  readonly health: Health
  /** null: this platform has no such address */
  readonly chatbot: (() => ChatbotFacts) | null
  /** where a request comes from, behind trusted proxies too */
  readonly peer: (remote: string | undefined, headers: IncomingHttpHeaders) => Peer
  /** whether a refused bearer hears why, in headers and HTTP status (P-05) */
  readonly explains: boolean
  readonly clock: Clock
  readonly logger: Logger
}

/** Largest body of a request; OpenCTI's clients send a few kilobytes. */
const LARGEST_BODY = 1024 * 1024
const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
const KEEP_ALIVE_MS = 5_000

/** The platform over HTTP: `POST /graphql`, `GET /health…`, `GET /chatbot/config` and what OpenAEV has below `/api`. Not listening yet. */
export function httpServer(parts: HttpParts): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      if (parts.logger.isLevelEnabled('debug')) logWhenDone(parts, request, response)
      route(parts, request, response).catch((error: unknown) => {
        parts.logger.error({ event: 'request.failed', error: loggableError(error) }, 'Request failed')
        if (!response.headersSent) sendJson(response, 500, { error: 'internal' })
        else response.destroy()
      })
    },
  )
  return server
}

async function route(parts: HttpParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // One clock for everything the platform says: clients judge expiry by this header.
  response.setHeader('date', new Date(parts.clock.now()).toUTCString())
  response.setHeader('cache-control', 'no-store')
  response.setHeader('x-content-type-options', 'nosniff')
  const url = readUrl(request.url)
  const health = request.method === 'GET' && url ? healthAnswer(parts, url) : null
  if (health) return sendJson(response, health.status, health.body)
  if (parts.chatbot && url?.pathname === '/chatbot/config' && request.method === 'GET')
    return answerChatbot(parts, parts.chatbot(), request, response)
  const restPath =
    parts.openAev && url?.pathname.startsWith('/api/') ? url.pathname.slice('/api'.length) : null
  if (url?.pathname !== '/graphql' && restPath === null)
    return sendJson(response, 404, { error: 'not found' })
  if (request.method !== 'POST' && restPath === null) {
    response.setHeader('allow', 'POST')
    return sendJson(response, 405, { error: 'method not allowed' })
  }
  // SECURITY: another site's form can send text and forms unasked, with our cookie; JSON or a bearer it cannot. A bearer is
  // enough, so that plain `curl -d` works.
  const isJson = /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')
  if (!isJson && !request.headers.authorization && request.method !== 'GET')
    return sendJson(response, 415, { error: 'content-type must be application/json' })
  const body = await readBody(request)
  if (body === null) {
    response.setHeader('connection', 'close')
    return sendJson(response, 413, { error: `the body is larger than ${LARGEST_BODY} bytes` })
  }
  if (restPath === null) await answerGraphql(parts, request, response, body)
  else answerRest(parts, request, response, { path: restPath, body })
}

/** SECURITY: of a request's own words only its method, as long as Node knows it; the path may carry a key. */
function logWhenDone({ logger, clock }: HttpParts, request: IncomingMessage, response: ServerResponse): void {
  const start = clock.now()
  response.once('close', () => {
    const { method } = request
    const ms = clock.now() - start
    logger.debug(
      { event: 'request', method, status: response.statusCode, ms, ended: response.writableEnded },
      'Request',
    )
  })
}

function healthAnswer({ health, openAev }: HttpParts, { pathname, searchParams }: URL): HealthAnswer | null {
  switch (pathname) {
    case '/api/health':
      return openAev === null ? null : health.check(searchParams.get('health_access_key'))
    case '/health':
      return health.check(searchParams.get('health_access_key'))
    case '/health/liveness':
      return health.live()
    case '/health/readiness':
      return health.ready()
    default:
      return null
  }
}

function answerChatbot(
  { authenticator, peer, clock }: HttpParts,
  facts: ChatbotFacts,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { ip } = peer(request.socket.remoteAddress, request.headers)
  const { user, lacks } = authenticator.authenticate(request.headers, ip, clock.now())
  const { status, body } = chatbotConfig(user !== null && lacks === null, facts)
  sendJson(response, status, body)
}

async function answerGraphql(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const mediaType = answerMediaType(request.headers.accept)
  const { context, refused } = contextOf(parts, request, response)
  if (refused && parts.explains && mediaType === RESPONSE_JSON) return refuse(response)
  const answer = await parts.graphql.answer(body, mediaType, context)
  send(response, answer.status, answer.contentType, answer.body)
}

function answerRest(
  parts: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
  { path, body }: { path: string; body: string },
): void {
  const { context } = contextOf(parts, request, response)
  const asked = { method: request.method ?? '', path, body }
  const answer = parts.openAev?.(asked, context) ?? { status: 404 }
  const text = answer.text ?? (answer.json === undefined ? '' : JSON.stringify(answer.json))
  const type = answer.text === undefined ? 'application/json' : 'text/plain'
  send(response, answer.status, `${type}; charset=utf-8`, text)
}

/** Who asks, and whether a bearer was sent that does not count. */
function contextOf(
  { authenticator, peer, clock, explains }: HttpParts,
  request: IncomingMessage,
  response: ServerResponse,
): { context: RequestContext; refused: boolean } {
  const now = clock.now()
  const { ip, secure } = peer(request.socket.remoteAddress, request.headers)
  const identity = authenticator.authenticate(request.headers, ip, now)
  if (identity.refused && explains) response.setHeader('www-authenticate', challenge(identity.refused))
  const context: RequestContext = {
    user: identity.user,
    sessionId: identity.sessionId,
    lacks: identity.lacks,
    scopes: identity.scopes,
    now,
    standing: () => {
      const now = clock.now()
      const { user, lacks, scopes } = authenticator.recheck(request.headers, now)
      return { user, lacks, scopes, now }
    },
    source: {
      via: identity.via,
      ip,
      userAgent: clientText(request.headers['user-agent']),
    },
    setSessionCookie: (value) => response.setHeader('set-cookie', setSessionCookie(value, secure)),
  }
  return { context, refused: identity.refused !== null }
}

/** HTTP 401 for a bearer that does not count, to clients that read the status (P-05). */
function refuse(response: ServerResponse): void {
  const code = 'AUTH_REQUIRED'
  const extensions = { code, data: { http_status: 401, genre: 'TECHNICAL' } }
  const body = JSON.stringify({
    errors: [{ message: AUTH_REQUIRED_MESSAGE, name: code, extensions }],
    data: null,
  })
  send(response, 401, `${RESPONSE_JSON}; charset=utf-8`, body)
}

function readUrl(path: string | undefined): URL | null {
  try {
    return new URL(path ?? '/', 'http://platform')
  } catch {
    return null
  }
}

/** The body as text, or null when it is too large; what is too large is not kept. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let size = 0
  // The stream stays open on an early end, so that the client hears why.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
