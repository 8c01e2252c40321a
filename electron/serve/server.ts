import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { SAFE_HEADERS } from '../host/content-policy.ts'
import { pageFiles } from '../host/page-files.ts'
import { launchPass } from './launch-pass.ts'
import { type Refusal, refuseSocket, refuseStranger, refuseWithoutPass } from './request-gate.ts'

/** The largest message a page may send; a pasted certificate is the largest input there is. */
const MOST_MESSAGE_BYTES = 1_048_576
const RPC_PATH = '/rpc'

export interface PageServerOptions {
  /** folder of the built page */
  readonly pageRoot: string
  /** 0 = any free port */
  readonly port: number
  /** Serves the contract to one connected page. */
  readonly serveSocket: (socket: WebSocket) => void
}

export interface PageServer {
  /** the address to open, once */
  readonly launchUrl: string
  /** Cuts every connection and ends listening. */
  close(): Promise<void>
}

/**
 * Serves the page and its one WebSocket to the user of this machine, and to nobody else.
 * @throws Node's listen error, such as EADDRINUSE
 */
export async function startPageServer({
  pageRoot,
  port,
  serveSocket,
}: PageServerOptions): Promise<PageServer> {
  const server = createServer({ maxHeaderSize: 16_384 })
  const address = await listen(server, port)
  const cookieName = `gatehouse-${address.split(':')[1]}`
  const pass = launchPass(cookieName)
  const answerFile = pageFiles(pageRoot, "'self'")
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MOST_MESSAGE_BYTES,
    perMessageDeflate: false,
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const stranger = refuseStranger(request, address)
    if (stranger) return refuse(response, stranger)
    const { pathname, searchParams } = new URL(request.url ?? '/', `http://${address}`)
    // A HEAD request of a link preview must not use the address up.
    if (pathname === '/launch' && request.method === 'GET')
      return launch(searchParams.get('secret'), response)
    const unknown = refuseWithoutPass(request, pass)
    if (unknown) return refuse(response, unknown)
    const { status, headers, body } = await answerFile(request.method ?? '', pathname)
    response.writeHead(status, headers).end(body ?? undefined)
  }

  function launch(secret: string | null, response: ServerResponse): void {
    const value = pass.launch(secret)
    if (value === null) {
      refuse(response, { status: 403, why: 'This address was used already, or is wrong.' })
      return
    }
    response
      .writeHead(303, {
        ...SAFE_HEADERS,
        // SECURITY: out of reach of scripts, never sent from another site's page; gone with the browser.
        'set-cookie': `${cookieName}=${value}; HttpOnly; SameSite=Strict; Path=/`,
        'cache-control': 'no-store',
        location: '/',
      })
      .end()
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refused = refuseSocket(request, address, pass)?.status ?? (request.url === RPC_PATH ? null : 404)
    if (refused !== null) {
      refuseUpgrade(socket, refused)
      return
    }
    sockets.handleUpgrade(request, socket, head, (open) => {
      // A message that is too large or malformed ends the connection; ws has answered it already.
      open.on('error', () => {})
      serveSocket(open)
    })
  }

  server.on('request', (request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  server.on('upgrade', upgrade)
  return {
    launchUrl: `http://${address}/launch?secret=${pass.launchSecret}`,
    close: () => close(server, sockets),
  }
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // SECURITY: the loopback interface only.
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.off('error', reject)
      resolve(`127.0.0.1:${(server.address() as AddressInfo).port}`)
    })
  })
}

function refuse(response: ServerResponse, { status, why }: Refusal): void {
  response
    .writeHead(status, {
      ...SAFE_HEADERS,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(`${why}\n`)
}

function refuseUpgrade(socket: Duplex, status: number): void {
  socket.on('error', () => {})
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

function close(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate()
  return new Promise((resolve) => {
    sockets.close()
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
