import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createRelay, type Socket } from 'node:net'

/** What can happen to a request's answer when the real platform has carried it out. */
export type SpoiledAnswer =
  /** the connection breaks */
  | 'lose-answer'
  /** nothing comes until the proxy closes */
  | 'no-answer'
  /** a TLS record that nobody can decipher; needs `tls` */
  | 'bad-record'
  /** a gateway's own word */
  | 'http-403-after'
  | 'http-408-after'
  | 'redirect-after'
  | 'html-after'
  | 'html-as-json-after'
  /** whole data, and an error of a field beside it */
  | 'data-and-error'
  /** an error below the mutation's field that empties the whole answer */
  | 'error-below'
  /** a gateway's 500, when all is done */
  | 'http-500-after'
  /** the answer comes in pieces, some bytes at a time */
  | 'drip'
  /** a page of users of which every second one is missing */
  | 'partial-page'
  /** half of the bytes that were promised, then the connection is reset */
  | 'cut-mid-answer'
  /** half of the bytes that were promised, and nothing more until the proxy closes */
  | 'half-answer'

/** What can happen to one request on its way to the real platform. */
export type Fault =
  | SpoiledAnswer
  /** broken off before the platform hears of it */
  | 'cut'
  /** the same by a reset, as a firewall does it */
  | 'reset'
  | 'html'
  | 'malformed'
  | 'http-500'
  /** 100 MB, as fast as they are taken */
  | 'endless'
  /** nothing comes until the proxy closes */
  | 'hang'
  /** a GraphQL error with HTTP 200 that says the account may not */
  | 'forbidden'
  /** the same, saying that nobody is logged in */
  | 'unauthorized'
  /** somebody else holds the user's lock */
  | 'lock-error'
  /** said of a token that is there */
  | 'token-not-found'
  /** a gateway that wants to be left alone for a second */
  | 'too-many'

export interface FaultProxy {
  readonly url: string
  /** The fault for a GraphQL document; null passes it on. Asked for each request. */
  choose: (document: string) => Fault | null | Promise<Fault | null>
  /** The same for a choice that looks at the variables too; asked when `choose` says nothing. */
  chooseCall: (call: { document: string; variables: Record<string, unknown> }) => Fault | null
  /** What the platform's own answer to a document becomes. */
  rewrite: (document: string, answer: string) => string
  /** documents seen so far */
  readonly seen: string[]
  /** requests whose answer is held back for good and whose sender still waits */
  readonly held: () => number
  /** From now on nobody listens there; without `tls`. */
  readonly shut: () => Promise<void>
  /** Listens again where it did. */
  readonly reopen: () => Promise<void>
  /** requests that are being carried out; one that is never to be answered is none */
  readonly underWay: () => number
  /** bytes of `endless` answers that were really taken */
  readonly endlessBytes: () => number
  readonly close: () => Promise<void>
}

const ENDLESS_BYTES = 100 * 1024 * 1024

const SPOILED: ReadonlySet<string> = new Set<SpoiledAnswer>([
  'lose-answer',
  'no-answer',
  'bad-record',
  'http-403-after',
  'http-408-after',
  'redirect-after',
  'html-after',
  'html-as-json-after',
  'data-and-error',
  'error-below',
  'http-500-after',
  'drip',
  'partial-page',
  'cut-mid-answer',
  'half-answer',
])

/** What leaves the sender waiting. */
const HOLDING: ReadonlySet<Fault> = new Set<Fault>(['hang', 'no-answer', 'half-answer'])

const isSpoiled = (fault: Fault): fault is SpoiledAnswer => SPOILED.has(fault)

/**
 * A proxy on loopback in front of a real platform that harms the requests a test chooses.
 * @param tls speaks https with this certificate
 */
export async function startFaultProxy(
  target: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<FaultProxy> {
  let taken = 0
  let held = 0
  let underWay = 0
  const clients = new Set<Socket>()
  const listener: RequestListener = async (request, response) => {
    underWay += 1
    try {
      await carryOut(request, response)
    } finally {
      underWay -= 1
    }
  }
  const carryOut = async (request: IncomingMessage, response: ServerResponse): Promise<unknown> => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    const { document, variables } = callOf(body)
    self.seen.push(document)
    const fault = (await self.choose(document)) ?? self.chooseCall({ document, variables })
    if (fault && HOLDING.has(fault)) {
      held++
      response.once('close', () => held--)
    }
    if (fault === 'cut') return response.destroy()
    if (fault === 'reset') return void request.socket.resetAndDestroy()
    if (fault === 'hang') return
    if (fault && !isSpoiled(fault)) return harm(fault, response, (bytes) => (taken += bytes))

    const answer = await fetch(target + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: passedOn(request.headers),
      ...(body.length > 0 ? { body } : {}),
    }).catch(() => null)
    const content = answer && Buffer.from(await answer.arrayBuffer())
    if (!answer || !content) return response.destroy()
    if (fault === 'bad-record') {
      for (const client of clients) client.write(UNREADABLE_RECORD)
      return
    }
    if (fault) return spoil(fault, response, content)
    const headers = Object.fromEntries(
      ['content-type', 'date', 'www-authenticate'].flatMap((name) => {
        const value = answer.headers.get(name)
        return value === null ? [] : [[name, value]]
      }),
    )
    response.writeHead(answer.status, headers).end(self.rewrite(document, content.toString('utf8')))
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  // Bytes can be slipped into a TLS connection only from outside of it.
  const relay = createRelay((client) => {
    const onward = connect(port, '127.0.0.1')
    clients.add(client.once('close', () => clients.delete(client)))
    for (const end of [client, onward]) end.on('error', () => {})
    client.once('close', () => onward.destroy())
    client.pipe(onward).pipe(client)
  })
  if (tls) await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const self: FaultProxy = {
    url: tls ? `https://127.0.0.1:${(relay.address() as AddressInfo).port}` : `http://127.0.0.1:${port}`,
    choose: () => null,
    chooseCall: () => null,
    rewrite: (_, answer) => answer,
    seen: [],
    held: () => held,
    async shut() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
    reopen: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
    underWay: () => underWay,
    endlessBytes: () => taken,
    close() {
      for (const client of clients) client.destroy()
      relay.close()
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return self
}

/** Application data of TLS 1.2 and 1.3, 32 bytes long, sealed with no key. */
const UNREADABLE_RECORD = Buffer.concat([Buffer.from([0x17, 3, 3, 0, 32]), Buffer.alloc(32, 0xa5)])

function spoil(fault: Exclude<SpoiledAnswer, 'bad-record'>, response: ServerResponse, content: Buffer): void {
  const text = { 'content-type': 'text/plain' }
  const html = '<html><title>Sign in</title></html>'
  const json = { 'content-type': 'application/json' }
  const below = (data: Record<string, unknown>) => ({
    message: 'You are not allowed to do this.',
    path: [Object.keys(data)[0] ?? '', 'masked_token'],
    extensions: { code: 'FORBIDDEN_ACCESS' },
  })
  switch (fault) {
    case 'lose-answer':
      response.destroy()
      return
    case 'no-answer':
      return
    case 'http-403-after':
      response.writeHead(403, text).end('no')
      return
    case 'http-408-after':
      response.writeHead(408, text).end('too slow')
      return
    case 'redirect-after':
      response.writeHead(302, { location: 'https://sign-in.example/' }).end()
      return
    case 'html-after':
      response.writeHead(200, { 'content-type': 'text/html' }).end(html)
      return
    case 'html-as-json-after':
      response.writeHead(200, json).end(html)
      return
    case 'data-and-error': {
      const { data } = JSON.parse(content.toString('utf8'))
      response.writeHead(200, json).end(JSON.stringify({ data, errors: [below(data)] }))
      return
    }
    case 'http-500-after':
      response.writeHead(500, text).end('upstream gave up')
      return
    case 'drip':
      response.writeHead(200, json)
      drip(response, content)
      return
    case 'cut-mid-answer':
    case 'half-answer':
      response.writeHead(200, { ...json, 'content-length': content.length })
      response.write(content.subarray(0, content.length / 2), () => {
        if (fault === 'cut-mid-answer') response.socket?.resetAndDestroy()
      })
      return
    case 'partial-page': {
      const answer = JSON.parse(content.toString('utf8'))
      const { users } = answer.data
      users.edges = users.edges.filter((_: unknown, index: number) => index % 2 === 0)
      response.writeHead(200, json).end(JSON.stringify(answer))
      return
    }
    case 'error-below': {
      const { data } = JSON.parse(content.toString('utf8'))
      response.writeHead(200, json).end(JSON.stringify({ data: null, errors: [below(data)] }))
    }
  }
}

/** Sends the content in twenty pieces. */
function drip(response: ServerResponse, content: Buffer): void {
  const size = Math.max(1, Math.ceil(content.length / 20))
  let at = 0
  const timer = setInterval(() => {
    if (response.destroyed || at >= content.length) {
      clearInterval(timer)
      response.end()
      return
    }
    response.write(content.subarray(at, at + size))
    at += size
  }, 1)
}

/** As OpenCTI sends errors: with HTTP 200 (opencti-api.md §1). */
function graphQlError(code: string, message: string, status: number): string {
  const extensions = { code, data: { http_status: status } }
  return JSON.stringify({ data: null, errors: [{ message, extensions }] })
}

function harm(
  fault: Exclude<Fault, 'cut' | 'reset' | 'hang' | SpoiledAnswer>,
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
      response
        .writeHead(200, json)
        .end(graphQlError('FORBIDDEN_ACCESS', 'You are not allowed to do this.', 403))
      return
    case 'unauthorized':
      response
        .writeHead(200, json)
        .end(graphQlError('AUTH_REQUIRED', 'You must be logged in to do this.', 401))
      return
    case 'lock-error':
      response
        .writeHead(200, json)
        .end(graphQlError('LOCK_ERROR', 'Execution timeout, too many concurrent calls', 500))
      return
    case 'token-not-found':
      response.writeHead(200, json).end(graphQlError('FUNCTIONAL_ERROR', 'Token not found', 400))
      return
    case 'too-many':
      response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '1' }).end('slow down')
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

function callOf(body: Buffer): { document: string; variables: Record<string, unknown> } {
  try {
    const { query, variables } = JSON.parse(body.toString('utf8'))
    return { document: String(query ?? ''), variables: variables ?? {} }
  } catch {
    return { document: '', variables: {} }
  }
}

function passedOn(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const names = ['authorization', 'content-type', 'accept', 'user-agent', 'cookie']
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name] as string]] : [])),
  )
}
