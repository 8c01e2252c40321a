import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EngineStatus } from '../engine/engine.ts'
import type { Metrics } from './metrics.ts'

export interface StatusServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * `/health` (200 while every loop turns, else 503), `/ready` (200 once every platform took the registration and a cycle
 * went well) and `/metrics`. Read only, no secrets, so it has no login; it listens on loopback unless told otherwise.
 * @throws Error of the operating system when the port is taken
 */
export async function startStatusServer(
  at: { readonly host: string; readonly port: number },
  status: () => readonly EngineStatus[],
  metrics: Metrics,
): Promise<StatusServer> {
  const server = createServer((request, response) => {
    const engines = status()
    const send = (code: number, type: string, body: string): void => {
      response.writeHead(code, { 'content-type': type, 'cache-control': 'no-store' })
      response.end(request.method === 'HEAD' ? undefined : body)
    }
    const json = (fine: boolean): void => {
      send(
        fine ? 200 : 503,
        'application/json',
        JSON.stringify({ status: fine ? 'ok' : 'failing', platforms: engines }),
      )
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, 'text/plain', 'GET only\n')
      return
    }
    switch (request.url?.split('?')[0]) {
      case '/health':
        json(engines.every(({ alive }) => alive))
        break
      case '/ready':
        json(
          engines.every(
            ({ lifecycle, reconcile }) =>
              lifecycle.registered && reconcile.lastHealthyCycleAt !== null && reconcile.problem === null,
          ),
        )
        break
      case '/metrics':
        send(200, 'text/plain; version=0.0.4; charset=utf-8', metrics.text(engines))
        break
      default:
        send(404, 'text/plain', 'not found\n')
    }
  })
  // SECURITY: a client that never finishes its request must not hold a connection for ever.
  server.requestTimeout = 10_000
  server.headersTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
