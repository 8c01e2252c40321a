import { X509Certificate } from 'node:crypto'
import { type ClientRequest, Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Socket } from 'node:net'
import * as tls from 'node:tls'
import {
  checkServerIdentity,
  createSecureContext,
  type PeerCertificate,
  rootCertificates,
  type SecureContext,
} from 'node:tls'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { messageOf, ProblemError } from '#base/problem-error.ts'

/** How a connection's sockets are made. */
export interface Agents {
  readonly httpAgent: HttpAgent | HttpsProxyAgent<string>
  readonly httpsAgent: HttpsAgent | HttpsProxyAgent<string>
  close(): void
}

/** A proxy that cannot be reached or refuses; told apart from the platform behind it. */
export class ProxyFailure extends Error {}

const POOL = { keepAlive: true, maxSockets: 16, maxFreeSockets: 2, timeout: 60_000 }

/**
 * @param url the platform's address
 * @param caPem certificate authorities to trust besides the system's, as PEM
 * @param proxy http(s) address without credentials
 * @throws ProblemError `bad-ca`, `bad-proxy`
 */
export function createAgents(url: string, caPem: string | null, proxy: string | null): Agents {
  const secureContext = contextFor([url, proxy ?? ''], caPem)
  if (proxy !== null) {
    const agent = new PlatformProxyAgent(proxyAddress(proxy), secureContext)
    return { httpAgent: agent, httpsAgent: agent, close: () => agent.destroy() }
  }
  const httpAgent = new HttpAgent(POOL)
  const httpsAgent = new HttpsAgent({ ...POOL, secureContext })
  return {
    httpAgent,
    httpsAgent,
    close() {
      httpAgent.destroy()
      httpsAgent.destroy()
    },
  }
}

/** The proxy's address as it may be used. @throws ProblemError `bad-proxy` */
export function proxyAddress(typed: string): string {
  let url: URL
  try {
    url = new URL(typed)
  } catch {
    throw new ProblemError('bad-proxy')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new ProblemError('bad-proxy', url.protocol)
  // SECURITY: a profile is kept in plain text, so it holds no password.
  if (url.username !== '' || url.password !== '') throw new ProblemError('bad-proxy')
  return `${url.protocol}//${url.host}`
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

function contextFor(addresses: string[], caPem: string | null): SecureContext | undefined {
  if (caPem !== null) return createSecureContext({ ca: trusted(caPem) })
  return addresses.some((address) => address.startsWith('https:')) ? systemContext() : undefined
}

/** Some hundred certificates take 30 ms to read in: once for all connections that trust nothing more. */
let sharedContext: SecureContext | null = null
function systemContext(): SecureContext {
  sharedContext ??= createSecureContext({ ca: [...new Set(systemRoots())] })
  return sharedContext
}

/** Everything to trust: the runtime's roots, the system's, and the connection's own. */
function trusted(caPem: string): string[] {
  const own = ownRoots(caPem)
  return [...new Set([...systemRoots(), ...own])]
}

function ownRoots(caPem: string): string[] {
  const blocks = caPem.match(CERTIFICATE) ?? []
  if (blocks.length === 0) throw new ProblemError('bad-ca', 'No certificate in PEM form was found.')
  for (const block of blocks) {
    try {
      new X509Certificate(block)
    } catch (error) {
      throw new ProblemError('bad-ca', messageOf(error))
    }
  }
  return blocks
}

function systemRoots(): readonly string[] {
  // Node 20, the main process of older Electrons, cannot read the system's store.
  // Not in Node 20; a named import of it would not even link there.
  if (!('getCACertificates' in tls)) return rootCertificates
  try {
    return [...tls.getCACertificates('default'), ...tls.getCACertificates('system')]
  } catch {
    return rootCertificates
  }
}

/** Tunnels everything through the proxy and tells its failures from the platform's. */
class PlatformProxyAgent extends HttpsProxyAgent<string> {
  readonly #secureContext: SecureContext | undefined

  constructor(proxy: string, secureContext: SecureContext | undefined) {
    // An https proxy is verified by the same roots.
    super(proxy, { secureContext } as never)
    this.#secureContext = secureContext
  }

  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): Promise<Socket> {
    let status = 0
    request.once('proxyConnect', (answer: { statusCode: number }) => {
      status = answer.statusCode
    })
    let socket: Socket
    try {
      socket = await super.connect(request, {
        ...options,
        secureContext: this.#secureContext,
        // The agent hides the host from TLS, which would then expect a certificate of "localhost" behind an IP address.
        checkServerIdentity: (_: string, certificate: PeerCertificate) =>
          checkServerIdentity(options.host ?? '', certificate),
      } as never)
    } catch (error) {
      throw new ProxyFailure(messageOf(error))
    }
    if (status === 200) return socket
    socket.destroy()
    throw new ProxyFailure(`The proxy answered ${status}.`)
  }
}
