import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What can happen to one request on its way to the real platform. */
export type Fault =
  /** carried out, then the connection breaks: the answer is lost after the commit */
  | 'lose-answer'
  /** broken off before the platform hears of it */
  | 'cut'
  | 'html'
  | 'malformed'
  | 'http-500'
  /** 100 MB, as fast as they are taken */
  | 'endless'
  /** nothing comes until the proxy closes */
  | 'hang'
  /** a GraphQL error with HTTP 200 that says the account may not */
  | 'forbidden'

export interface FaultProxy {
  readonly url: string
  /** The fault for a GraphQL document; null passes it on. Asked for each request. */
  choose: (document: string) => Fault | null
  /** documents seen so far */
  readonly seen: string[]
  /** bytes of `endless` answers that were really taken */
  readonly endlessBytes: () => number
  readonly close: () => Promise<void>
}

const ENDLESS_BYTES = 100 * 1024 * 1024

/** A proxy on loopback in front of a real platform that harms the requests a test chooses. */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  let taken = 0
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const document = documentOf(body)
    self.seen.push(document)
    const fault = self.choose(document)
    if (fault === 'cut') return response.destroy()
    if (fault === 'hang') return
    if (fault && fault !== 'lose-answer') return harm(fault, response, (bytes) => (taken += bytes))

    const answer = await fetch(target + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: passedOn(request.headers),
      ...(body.length > 0 ? { body } : {}),
    }).catch(() => null)
    const content = answer && Buffer.from(await answer.arrayBuffer())
    if (!answer || !content || fault === 'lose-answer') return response.destroy()
    const headers = Object.fromEntries(
      ['content-type', 'date', 'www-authenticate'].flatMap((name) => {
        const value = answer.headers.get(name)
        return value === null ? [] : [[name, value]]
      }),
    )
    response.writeHead(answer.status, headers).end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const self: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    choose: () => null,
    seen: [],
    endlessBytes: () => taken,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return self
}

function harm(
  fault: Exclude<Fault, 'cut' | 'hang' | 'lose-answer'>,
  response: ServerResponse,
  took: (bytes: number) => void,
): void {
  const json = { 'content-type': 'application/json' }
  switch (fault) {
    case 'html':
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<!doctype html><title>Sign in</title><script>alert(1)</script>')
      return
    case 'malformed':
      response.writeHead(200, json).end('{"data":{"me":{"id":')
      return
    case 'http-500':
      response.writeHead(500, { 'content-type': 'text/plain' }).end('upstream gave up')
      return
    case 'forbidden':
      response.writeHead(200, json).end(
        JSON.stringify({
          data: null,
          errors: [
            {
              message: 'You are not allowed to do this.',
              extensions: { code: 'FORBIDDEN_ACCESS', data: { http_status: 403 } },
            },
          ],
        }),
      )
      return
    case 'endless': {
      response.writeHead(200, json)
      const block = Buffer.alloc(1024 * 1024, ' ')
      let left = ENDLESS_BYTES
      const pour = (): void => {
        while (left > 0 && !response.destroyed) {
          left -= block.length
          took(block.length)
          if (!response.write(block)) return
        }
        response.end('{}')
      }
      response.on('drain', pour)
      pour()
    }
  }
}

function documentOf(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString('utf8')) as { query?: unknown }).query ?? '')
  } catch {
    return ''
  }
}

function passedOn(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const names = ['authorization', 'content-type', 'accept', 'user-agent', 'cookie']
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name] as string]] : [])),
  )
}
