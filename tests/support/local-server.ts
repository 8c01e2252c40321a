import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web server on this machine that only counts who comes. */
export interface CountingServer {
  readonly origin: string
  /** paths that were asked for, in order; a connection without a request counts as `(connected)` */
  readonly asked: readonly string[]
  close(): Promise<void>
}

export async function startCountingServer(): Promise<CountingServer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.setHeader('access-control-allow-origin', '*').end('window.ran = true')
  })
  server.on('connection', () => asked.push('(connected)'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
