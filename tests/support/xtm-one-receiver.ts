import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ReceivedBeat {
  readonly platform_id: string
  readonly license_type?: string
  readonly admin_api_key?: string
  readonly users?: readonly { email: string; display_name: string; api_key: string }[]
}

/** The receiving end as a test wants it: it keeps what came in, and answers what it is told. */
export async function xtmOneReceiver() {
  const beats: ReceivedBeat[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      if (request.method !== 'POST') return void response.writeHead(404).end()
      beats.push(JSON.parse(Buffer.concat(pieces).toString('utf8')))
      self.answer(response)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    beats: beats as readonly ReceivedBeat[],
    answer: (response: ServerResponse): void => void response.end('{"status":"registered"}'),
    close() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
  return self
}
