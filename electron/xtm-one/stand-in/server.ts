import { generateKeyPairSync } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Clock } from '#base/clock.ts'
import { equalDigests, sha256 } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { Secret } from '#base/secret.ts'
import { openDatabase } from '#base/sqlite.ts'
import { INTENT_CATALOG } from './catalog.ts'
import { type FaultSwitch, failAfter, failBefore } from './faults.ts'
import {
  createRegistrations,
  Registration,
  type Registrations,
  STAND_IN_MIGRATIONS,
} from './registrations.ts'

/** 200 000 users with a token each are some 40 MB. */
const MOST_BODY_BYTES = 64 * 1024 * 1024
const VERSION = '1.0.0-stand-in'

export interface StandInOptions {
  /** 0 = any free port; it listens on 127.0.0.1 alone */
  readonly port: number
  readonly registrationToken: Secret
  readonly clock: Clock
  readonly log: Logger
  /** file of its database; left out, it forgets with the process */
  readonly databasePath?: string
  /** answers that Enterprise Edition comes with the registration */
  readonly grantsEnterprise?: boolean
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly faults?: FaultSwitch
}

export interface StandIn {
  readonly url: string
  readonly registrations: Registrations
  close(): Promise<void>
}

/**
 * The receiving end of the registration, as far as its public clients show it: registration, health, keys. It makes
 * first start, evaluation and tests possible without an XTM One; it has no agents and answers no chat.
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { clock, log } = options
  const database = openDatabase(options.databasePath ?? ':memory:', STAND_IN_MIGRATIONS)
  const registrations = createRegistrations(database)
  const wanted = sha256(options.registrationToken.expose())
  const jwks = JSON.stringify({ keys: [publicKey()] })
  let url = ''

  const register = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    // SECURITY: digests are compared, in a time that tells nothing of where they differ.
    if (!equalDigests(sha256(given), wanted))
      return send(response, 401, { detail: 'Invalid registration token' })
    const body = await readBody(request)
    if (body === null) return send(response, 413, { detail: 'Request body too large' })
    const fault = options.faults?.() ?? null
    if (failBefore(fault, response)) return
    const parsed = Registration.safeParse(json(body))
    if (!parsed.success) {
      const detail = parsed.error.issues
        .slice(0, 20)
        .map(({ path, message }) => ({ loc: ['body', ...path], msg: message, type: 'value_error' }))
      return send(response, 422, { detail })
    }
    const { integrations, chatToken } = registrations.register(parsed.data, clock.now())
    const hasLicence = Boolean(parsed.data.enterprise_license_pem)
    const answer = {
      status: 'registered',
      platform_identifier: parsed.data.platform_identifier,
      version: VERSION,
      ee_enabled: options.grantsEnterprise === true || hasLicence,
      ee_sources: options.grantsEnterprise === true ? ['xtm_sublicense'] : [],
      user_integrations: integrations,
      chat_web_token: chatToken,
      intent_catalog: INTENT_CATALOG,
    }
    log.info({ platform: parsed.data.platform_id, integrations }, 'Platform registered')
    if (!failAfter(fault, response, JSON.stringify(answer))) send(response, 200, answer)
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in')
    const route = `${request.method} ${pathname}`
    if (route === 'POST /api/v1/platform/register') return register(request, response)
    if (route === 'GET /api/health') return send(response, 200, { status: 'ok', version: VERSION })
    if (route === 'GET /xtm/auth/jwks') return send(response, 200, jwks)
    if (route === 'GET /xtm/auth/metadata' || route === 'GET /.well-known/oauth-authorization-server')
      return send(response, 200, { issuer: url })
    send(response, 404, { detail: 'Not Found' })
  }

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      log.error({ error: error instanceof Error ? error.name : 'unknown' }, 'Request failed')
      if (!response.headersSent) send(response, 500, { detail: 'Internal Server Error' })
      else response.destroy()
    })
  }
  const server = options.tls ? https.createServer(options.tls, handle) : http.createServer(handle)
  try {
    await listen(server, options.port)
  } catch (error) {
    database.close()
    throw error
  }
  url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    registrations,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
      database.close()
    },
  }
}

function listen(server: http.Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function send(response: ServerResponse, status: number, body: object | string): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(text)
}

/** The whole body, null when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A key pair that lives as long as the process; the private half is never needed, since the stand-in calls nobody. */
function publicKey(): object {
  const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
  return {
    ...jwk,
    use: 'sig',
    alg: 'EdDSA',
    kid: sha256(JSON.stringify(jwk)).toString('base64url').slice(0, 16),
  }
}
